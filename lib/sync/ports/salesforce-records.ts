import type { Rejection } from '../../person/activity.ts';
import type { Refusal } from '../../person/reject-person.ts';
import type { RowName, SalesforceType } from '../../person/row.ts';
import type { RemoteRecord } from '../../schema/record.ts';
import type { TransientError } from '../errors.ts';

/**
 * Cause of a transient refusal: a lock or an outage (`moment`), a limit or a state of the whole org (`org`), or a
 * permission of the sync user (`configuration`). Only a `moment` passes without intervention.
 */
export type TransientCondition = 'moment' | 'org' | 'configuration';

/** A refusal independent of the record's values: nothing was written, and the same push may succeed later. */
export interface TransientRefusal {
  readonly kind: 'transient';
  readonly code: string;
  /** Salesforce's message; may quote the record. */
  readonly message: string;
  readonly condition: TransientCondition;
}

/**
 * A permanent refusal: the same push would be refused again. With a code not documented by Salesforce the permanence is
 * uncertain: the rejection has `mayPass`.
 */
export interface RejectedWrite {
  readonly kind: 'rejected';
  readonly rejection: Refusal;
}

/** The result for one record. The `fields` of a rejection are API names. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  | RejectedWrite
  | TransientRefusal
  /**
   * The row is deleted, merged away, converted or hidden. Nothing was written; but with `mayStand` the values may be in
   * the Lead converted meanwhile, or in the Contact if written before the conversion.
   */
  | { readonly kind: 'gone'; readonly code: string; readonly mayStand?: true }
  /** The row has changed since `ifUnmodifiedSince`: nothing was written, or a write cannot be excluded. */
  | { readonly kind: 'modified' };

/**
 * A call failed for one record, after or beside the writes of other records; `error` is an error thrown by
 * `SalesforceRecords`.
 */
export interface FailedWrite {
  readonly kind: 'failed';
  readonly error: unknown;
}

export interface RecordPush {
  readonly id: string;
  /** By API name. */
  readonly record: RemoteRecord;
}

/** Carried out only if the row has not changed after the instant (ISO), to the second. */
export interface GuardedPush extends RecordPush {
  readonly ifUnmodifiedSince: string;
}

export interface PushAnswer {
  readonly outcome: WriteOutcome | FailedWrite;
  /** The row just before the push; null: could not be read (deleted, hidden). */
  readonly before: RemoteRecord | null;
  /** The row after the push. */
  readonly after: RemoteRecord | null;
  /** Why the rows could not be read around the write: `before` and `after` are then null, whatever the row's state. */
  readonly unread?: TransientError;
}

export interface RemoveAnswer {
  readonly outcome: Exclude<WriteOutcome, { kind: 'modified' }>;
  /** The row afterwards, possibly in the recycle bin; null where unreadable or not read. */
  readonly after: RemoteRecord | null;
}

export interface WriteOptions {
  /** Whether assignment rules choose the owner of the record; an explicit owner is part of the record. */
  readonly runAssignmentRules: boolean;
  /**
   * Whether a new record is saved despite a warning of a duplicate rule. Edits always are; a blocking rule always
   * blocks.
   */
  readonly saveDuplicates?: boolean;
}

export type CreateAnswer =
  | { readonly kind: 'created'; readonly record: RemoteRecord }
  /** A Lead with the key exists; nothing was written. */
  | { readonly kind: 'exists'; readonly record: RemoteRecord }
  /** `matches`: the records considered duplicates by a duplicate rule. */
  | (RejectedWrite & { readonly matches: readonly RowName[] })
  /** The Lead with the key (`record`) was converted. Nothing was written, unless the Lead was just created (`made`). */
  | { readonly kind: 'converted'; readonly rejection: Rejection; readonly record: RemoteRecord; readonly made?: true }
  | TransientRefusal;

/** A Lead to be created, with the key (`person-key.ts`). */
export interface LeadCreation {
  readonly key: string;
  readonly record: RemoteRecord;
}

/** Search conditions: any of the person's keys, or the email. */
export interface RowQuery {
  readonly keys: readonly string[];
  readonly email: string | null;
}

export interface FoundRecord {
  readonly type: SalesforceType;
  readonly record: RemoteRecord;
}

/**
 * Reads and writes Leads and Contacts. A method is one API call for up to the stated number of records. A failure of
 * the whole call is thrown: `TransientError` (with `mayHaveCommitted` where a write may have been saved),
 * `QuotaExceededError`, `ConfigError`. A failure of one record is the record's outcome and affects no other record.
 */
export interface SalesforceRecords {
  /**
   * Reads, updates and reads again up to `maxPushBatch` rows of one type; returns answers in the given order. A row is
   * saved separately, and only if unchanged since the row's instant: a push begins once the second of the instant is
   * over, so that the first read sees other saves within the second. Where the second read is inconclusive, an error
   * may hide a write.
   */
  push(
    type: SalesforceType,
    pushes: readonly GuardedPush[],
    columns: readonly string[],
  ): Promise<readonly PushAnswer[]>;

  /** Rows per push, adapted to the org's recent time per row. */
  readonly maxPushBatch: number;

  /**
   * The same for up to `maxMassBatch` rows without a condition: saves by others between the first read and the update
   * are overwritten undetected.
   */
  pushMass(
    type: SalesforceType,
    pushes: readonly RecordPush[],
    columns: readonly string[],
  ): Promise<readonly PushAnswer[]>;

  readonly maxMassBatch: number;

  /**
   * Creates the Lead of a person, with `key` (`person-key.ts`) in the unique field `Person_Id__c`, and reads the Lead.
   * Idempotent: repeated and concurrent calls create one Lead, and an existing Lead is left unchanged.
   */
  createLead(
    key: string,
    record: RemoteRecord,
    columns: readonly string[],
    options: WriteOptions,
  ): Promise<CreateAnswer>;

  /**
   * The same for up to `maxCreateBatch` Leads of different persons in one call, plus one call per Lead blocked by an
   * existing record; returns answers in the given order. `failed` carries the error `createLead` would throw.
   */
  createLeads(
    leads: readonly LeadCreation[],
    columns: readonly string[],
    options: WriteOptions,
  ): Promise<readonly (CreateAnswer | FailedWrite)[]>;

  /** Leads per creation, adapted to the org's recent time per Lead. */
  readonly maxCreateBatch: number;

  /**
   * Deletes one row into the recycle bin and reads the row there; `gone` where already deleted. Deleting a converted
   * Lead keeps the Contact; if Salesforce refuses the deletion of a converted Lead, the outcome is `gone` too.
   */
  remove(type: SalesforceType, id: string, columns: readonly string[]): Promise<RemoveAnswer>;

  /** Rows by id, including deleted rows; hidden and finally deleted rows are absent. Any number of ids. */
  read(
    type: SalesforceType,
    ids: readonly string[],
    columns: readonly string[],
  ): Promise<ReadonlyMap<string, RemoteRecord>>;

  /** Unconverted living Leads and living Contacts with any of the keys, or with the email. */
  find(query: RowQuery, columns: Readonly<Record<SalesforceType, readonly string[]>>): Promise<readonly FoundRecord[]>;

  /** The same for any number of persons, in as few calls as possible; returns results in the given order. */
  findEach(
    queries: readonly RowQuery[],
    columns: Readonly<Record<SalesforceType, readonly string[]>>,
  ): Promise<readonly (readonly FoundRecord[])[]>;
}
