import type { Rejection } from '../../person/activity.ts';
import type { RowName, SalesforceType } from '../../person/row.ts';
import type { RemoteRecord } from '../../schema/record.ts';
import type { TransientError } from '../errors.ts';

/**
 * What lets a record wait: a lock or an outage (`moment`), a limit or a state of the whole org (`org`), a permission of
 * the sync user (`configuration`). Only a `moment` passes by itself.
 */
export type TransientCondition = 'moment' | 'org' | 'configuration';

/** A refusal that says nothing of what the record holds: nothing was written, and the same push may go well later. */
export interface TransientRefusal {
  readonly kind: 'transient';
  readonly code: string;
  /** In Salesforce's words, which may quote the record. */
  readonly message: string;
  readonly condition: TransientCondition;
}

/**
 * Refused for good: the same push would be refused again. Of a code that Salesforce does not document nobody knows for
 * how long: `unknownCode`.
 */
export interface RejectedWrite {
  readonly kind: 'rejected';
  readonly rejection: Rejection;
  readonly unknownCode?: true;
}

/** What became of one record. `fields` of a rejection are API names. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  | RejectedWrite
  | TransientRefusal
  /**
   * The row is deleted, merged away, converted or hidden. Nothing was written, unless it `mayStand`: in a Lead that is
   * converted by now, and in its Contact where it was written first.
   */
  | { readonly kind: 'gone'; readonly code: string; readonly mayStand?: true }
  /** The row is not as it was at `ifUnmodifiedSince`: nothing was written, or it cannot be told from what is there. */
  | { readonly kind: 'modified' };

/** A call failed for one record, after or beside the writes of others: what `SalesforceRecords` throws of a call. */
export interface FailedWrite {
  readonly kind: 'failed';
  readonly error: unknown;
}

export interface RecordPush {
  readonly id: string;
  /** By API name. */
  readonly record: RemoteRecord;
}

/** Carried out only if the row was not changed after this instant (ISO), to the second. */
export interface GuardedPush extends RecordPush {
  readonly ifUnmodifiedSince: string;
}

export interface PushAnswer {
  readonly outcome: WriteOutcome | FailedWrite;
  /** The row as it was just before the push; null where it could not be read (deleted, hidden). */
  readonly before: RemoteRecord | null;
  /** The row as it is after the push. */
  readonly after: RemoteRecord | null;
  /** Why the rows around the write could not be read: then both are null, whatever became of the row. */
  readonly unread?: TransientError;
}

export interface RemoveAnswer {
  readonly outcome: Exclude<WriteOutcome, { kind: 'modified' }>;
  /** The row as it is after that, in the recycle bin too; null where it could not be read, or had not to be. */
  readonly after: RemoteRecord | null;
}

export interface WriteOptions {
  /** Whether assignment rules choose the owner of a record; an owner to be set is part of the record. */
  readonly runAssignmentRules: boolean;
  /** Whether a new record is saved that a duplicate rule only warns of. Edits always are; a rule that blocks, blocks. */
  readonly saveDuplicates?: boolean;
}

export type CreateAnswer =
  | { readonly kind: 'created'; readonly record: RemoteRecord }
  /** There is a Lead with this key, and nothing was written. */
  | { readonly kind: 'exists'; readonly record: RemoteRecord }
  /** `matches` are the records that a duplicate rule takes for the same person. */
  | (RejectedWrite & { readonly matches: readonly RowName[] })
  /** The Lead with this key was converted: `record` is that Lead. Nothing was written, unless it was `made` just now. */
  | { readonly kind: 'converted'; readonly rejection: Rejection; readonly record: RemoteRecord; readonly made?: true }
  | TransientRefusal;

/** A Lead to be made, with its key (`person-key.ts`). */
export interface LeadCreation {
  readonly key: string;
  readonly record: RemoteRecord;
}

/** What a row of a person has: one of its keys, or its email. */
export interface RowQuery {
  readonly keys: readonly string[];
  readonly email: string | null;
}

export interface FoundRecord {
  readonly type: SalesforceType;
  readonly record: RemoteRecord;
}

/**
 * Leads and Contacts, read and written. Each method is one API call for up to its stated number of records. A failure
 * of the call as a whole is thrown: `TransientError` (with `mayHaveCommitted` where a write may stand all the same),
 * `QuotaExceededError`, `ConfigError`. A failure of one record is its outcome and touches no other record.
 */
export interface SalesforceRecords {
  /**
   * Reads, updates and reads again up to `maxPushBatch` rows of one type; answers in the order given. Each row is saved
   * on its own, and only as it was at its instant: a push begins once the second of that instant is over, so that what
   * others save in it is seen by the first read. Where the second read cannot tell, an error may hide a write.
   */
  push(
    type: SalesforceType,
    pushes: readonly GuardedPush[],
    columns: readonly string[],
  ): Promise<readonly PushAnswer[]>;

  /** Rows of one push, by how long the org has lately taken for each. */
  readonly maxPushBatch: number;

  /**
   * The same for up to `maxMassBatch` rows, with no condition: what others save between the first read and the update
   * is written over, and nobody sees it.
   */
  pushMass(
    type: SalesforceType,
    pushes: readonly RecordPush[],
    columns: readonly string[],
  ): Promise<readonly PushAnswer[]>;

  readonly maxMassBatch: number;

  /**
   * Creates the Lead of a person, with this key (`person-key.ts`) in the unique field `Person_Id__c`, and reads it.
   * However often it is called and however many call it at once, there is one Lead with the key, and what stands in it
   * by then is left alone.
   */
  createLead(
    key: string,
    record: RemoteRecord,
    columns: readonly string[],
    options: WriteOptions,
  ): Promise<CreateAnswer>;

  /**
   * The same for up to `maxCreateBatch` Leads of different persons in one call, and one more for each that another
   * record is in the way of; answers in the order given. `failed` is what `createLead` throws.
   */
  createLeads(
    leads: readonly LeadCreation[],
    columns: readonly string[],
    options: WriteOptions,
  ): Promise<readonly (CreateAnswer | FailedWrite)[]>;

  /** Leads of one creation, by how long the org has lately taken for each. */
  readonly maxCreateBatch: number;

  /**
   * Deletes one row into the recycle bin, and reads it there; `gone` where it is no more. A converted Lead is deleted
   * like any other, its Contact stays; or Salesforce refuses that, which is `gone` too.
   */
  remove(type: SalesforceType, id: string, columns: readonly string[]): Promise<RemoveAnswer>;

  /** Rows by id, deleted ones too; a row that is hidden or gone for good is missing. Any number of ids. */
  read(
    type: SalesforceType,
    ids: readonly string[],
    columns: readonly string[],
  ): Promise<ReadonlyMap<string, RemoteRecord>>;

  /** Live, unconverted Leads and live Contacts that carry one of these keys of a person, or have this email. */
  find(query: RowQuery, columns: Readonly<Record<SalesforceType, readonly string[]>>): Promise<readonly FoundRecord[]>;

  /** The same for any number of persons, in as few calls as hold their values; answers in the order given. */
  findEach(
    queries: readonly RowQuery[],
    columns: Readonly<Record<SalesforceType, readonly string[]>>,
  ): Promise<readonly (readonly FoundRecord[])[]>;
}
