import type { Activity } from '../../person/activity.ts';

import type { Lease, LinkedPerson, Person, PersonStatus, Tried } from '../../person/person.ts';

import type { Stub } from '../../person/standing.ts';

export type UpdateOutcome =
  /** The person as stored now, except for the lease: `lease` is the lease of `stored`, even if changed since. */
  | { readonly kind: 'written'; readonly person: Person }
  /** The stored person has a different revision or lease: nothing was written. */
  | { readonly kind: 'versionConflict' };

export type LeaseOutcome = 'taken' | 'leased' | 'versionConflict';

/**
 * A page of a list: `cursor` is opaque, null at the end. A page before the end may hold fewer items than asked for,
 * even none. An unknown cursor is an `InvalidCursorError`.
 */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
}

/** Statuses of few persons, listed by the store. */
export type ListedStatus = Exclude<PersonStatus, 'synced'>;

/** Conditions of a scan; without `everybody` only persons who are present. */
export interface PersonFilter {
  /** Includes persons deleted locally, erased or joined. */
  readonly everybody?: boolean;
  /** Only persons in step. */
  readonly synced?: boolean;
  /** Only persons with edits for which the record has no place. */
  readonly placeless?: boolean;
  /** Changed at or after the instant (ISO). */
  readonly updatedSince?: string;
}

export interface WaitingPerson {
  readonly personId: string;
  /** Start of the wait, ISO. */
  readonly since: string;
}

/** Instants (ISO) between which a wait began: later than `after` (null: any), not later than `until`. */
export interface WaitingSpan {
  readonly after: string | null;
  readonly until: string;
}

/** An item under a person id. */
export type StoredItem = Person | Stub;

/**
 * The persons. A method consists of single-item operations, without transactions. Reads are strongly consistent unless
 * stated otherwise. Throttling and outages are `TransientError`s (a write may or may not have happened); a person too
 * large to store is an `ItemTooLargeError`.
 */
export interface PersonStore {
  get(personId: string): Promise<Person | undefined>;

  /** Any number of ids; unknown persons are absent from the result. */
  getMany(personIds: readonly string[]): Promise<ReadonlyMap<string, Person>>;

  /** Any number of ids; includes stubs; ids without an item are absent from the result. */
  items(personIds: readonly string[]): Promise<ReadonlyMap<string, StoredItem>>;

  /** Writes the person with the person's revision, if the id has no item, or still the stub `insteadOf` as read. */
  create(person: Person, insteadOf?: Stub): Promise<'created' | 'exists'>;

  /** Writes a stub if the id has no item (null), or still the stub `stored` as read; never replaces a person. */
  saveStub(stored: Stub | null, next: Stub): Promise<'written' | 'refused'>;

  /**
   * Replaces `stored` by `next` with the revision `stored.revision + 1`, if the stored revision is still
   * `stored.revision`; the version increases only for a visible change (`versionAfter`). The lease is unchanged, except
   * where `stored` has a lease and `next` has none: then the write also requires the lease of the same owner, and
   * releases the lease. With `leaseAsRead` the write is refused if a different lease was taken since. Full chunks of
   * the stored log are first moved to separate items, except where `next` is erased; idempotent.
   */
  update(stored: Person, next: Person, options?: { readonly leaseAsRead: boolean }): Promise<UpdateOutcome>;

  /**
   * Takes the lease, if the revision is still `stored.revision` and no other owner's lease is in force at `now` (ISO).
   * Does not change the revision, because a lease is not visible to readers.
   */
  takeLease(stored: Person, lease: Lease, now: string): Promise<LeaseOutcome>;

  /**
   * Releases the owner's lease; no effect for a different owner. `tried` records a push without a result; `update`
   * removes the record together with the lease.
   */
  releaseLease(personId: string, owner: string, tried?: Tried): Promise<void>;

  /** Persons with the email, compared in lower case. Eventually consistent. */
  idsByEmail(email: string): Promise<readonly string[]>;

  /** The same in pages, in an order chosen by the store. */
  idsByEmailPage(email: string, limit: number, cursor: string | null): Promise<Page<string>>;

  /**
   * Claims an email for a person to be created, unless already claimed; returns the holder's id. Of concurrent claims
   * the first wins. With `insteadOf`, a claim of the person `insteadOf` is replaced.
   */
  claimEmail(email: string, personId: string, insteadOf?: string): Promise<string>;

  /**
   * Removes data stored beside the person's item: activities moved out of the item, and the person's claims of the
   * given emails. The item stays unchanged. Idempotent.
   */
  forget(personId: string, emails: readonly string[]): Promise<void>;

  /**
   * Replaces the activities moved out of the person's item by the results of `change`; returns the number of changed
   * items. An activity removed concurrently is not restored. Idempotent.
   */
  rewriteActivities(personId: string, change: (activity: Activity) => Activity): Promise<number>;

  /** The holders of email claims, by the email as given; unclaimed emails are absent. */
  emailClaims(emails: readonly string[]): Promise<ReadonlyMap<string, string>>;

  /**
   * Ids of persons with edits to push, in pages; of all persons or of a span. Eventually consistent: some persons may
   * already be in step.
   */
  awaitingPush(span?: WaitingSpan): AsyncIterable<readonly string[]>;

  /** The persons with the shortest waits, begun after an instant (null: any), newest first. Eventually consistent. */
  newestAwaitingPush(after: string | null, limit: number): Promise<readonly WaitingPerson[]>;

  /** The start (ISO) of the longest wait for a push; null: no person waits. Eventually consistent. */
  oldestAwaitingPush(): Promise<string | null>;

  /** The number of persons awaiting a push, and the oldest waiting time (ISO). Eventually consistent. */
  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | null }>;

  /** Persons hidden here by a merge in Salesforce (`isUndecided`): the number, and some ids, sorted. Eventually consistent. */
  undecided(limit: number): Promise<{ readonly count: number; readonly personIds: readonly string[] }>;

  /**
   * Ids of rejected persons whose next try is due at `now` (ISO): about `limit` at most, oldest rejections first.
   * Eventually consistent; items written by an older version may be named too early.
   */
  dueRetries(now: string, limit: number): Promise<readonly string[]>;

  /** Persons with a status, most recent status change first. Membership is eventually consistent. */
  withStatus(status: ListedStatus, limit: number, cursor: string | null): Promise<Page<Person>>;

  /**
   * Persons matching the filter, in an order chosen by the store. A person stored throughout the scan is in exactly one
   * page. Eventually consistent.
   */
  scan(filter: PersonFilter, limit: number, cursor: string | null): Promise<Page<Person>>;

  /**
   * All persons with a row (including deleted rows), in pages, without joined persons. A person stored throughout is in
   * exactly one page, despite concurrent writes. Eventually consistent.
   */
  linked(limit: number, cursor: string | null): Promise<Page<LinkedPerson>>;

  /**
   * A person's activities, newest first, each exactly once. The `seq` of an activity, as text, is also a valid cursor:
   * for the page of earlier activities.
   */
  activities(person: Person, limit: number, cursor: string | null): Promise<Page<Activity>>;
}
