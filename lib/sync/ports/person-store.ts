import type { Activity } from '../../person/activity.ts';
import type { Lease, LinkedPerson, Person, SyncStatus } from '../../person/person.ts';
import type { Stub } from '../../person/standing.ts';

export type UpdateOutcome =
  /** As it stands now, but for the lease: that is the one `stored` held, whatever has become of it since. */
  | { readonly kind: 'written'; readonly person: Person }
  /** The stored person has another revision, or its lease is not the one we hold: nothing was written. */
  | { readonly kind: 'versionConflict' };

export type LeaseOutcome = 'taken' | 'leased' | 'versionConflict';

/**
 * A page of a list: `cursor` is opaque, null at the end. A page may hold fewer items than asked for, even none, before
 * the end. A cursor that no page gave out is an `InvalidCursorError`.
 */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
}

/** The statuses that few persons have, so that the store keeps lists of them. */
export type ListedStatus = Exclude<SyncStatus, 'synced'>;

/** What a person must be to be listed; who is not present is only with `everybody`. */
export interface PersonFilter {
  /** Those too who are not present: deleted here, erased, or a part of another. */
  readonly everybody?: boolean;
  /** In step. */
  readonly synced?: boolean;
  /** Changed at this instant (ISO) or later. */
  readonly updatedSince?: string;
}

/** An item under a person's id. */
export type StoredItem = Person | Stub;

/**
 * The persons. Each method is one or more single-item operations; there are no transactions. Every read is strongly
 * consistent unless it says otherwise. Throttling and outages come as `TransientError`, after which a write may or may
 * not have happened; a person that is too large to be stored comes as `ItemTooLargeError`.
 */
export interface PersonStore {
  get(personId: string): Promise<Person | undefined>;

  /** Any number of ids; persons that do not exist are missing from the answer. */
  getMany(personIds: readonly string[]): Promise<ReadonlyMap<string, Person>>;

  /** Any number of ids; stubs are among the answers, ids without an item are not. */
  items(personIds: readonly string[]): Promise<ReadonlyMap<string, StoredItem>>;

  /**
   * Writes the person, with the revision that it has, only where there is no item of its id, or only this stub as it
   * was read.
   */
  create(person: Person, insteadOf?: Stub): Promise<'created' | 'exists'>;

  /** Writes a stub where none is (null), or in place of this one as it was read; never over a person. */
  saveStub(stored: Stub | null, next: Stub): Promise<'written' | 'refused'>;

  /**
   * Replaces `stored` by `next`, giving it revision `stored.revision + 1`, only if the stored revision is still
   * `stored.revision`; the version goes up where the change can be seen (`versionAfter`). The lease is not touched,
   * except where `stored` holds one and `next` holds none: then the write also demands that the lease is still that
   * owner's, and gives it back. With `leaseAsRead` it is refused where another lease was taken since. Full chunks of the
   * stored log move to items of their own on the way, except where `next` is erased; repeating that is harmless.
   */
  update(stored: Person, next: Person, options?: { readonly leaseAsRead: boolean }): Promise<UpdateOutcome>;

  /**
   * Takes the lease, if the revision is still `stored.revision` and no other owner's lease stands at `now` (ISO). Does
   * not count as a revision: nobody's view of the person changed.
   */
  takeLease(stored: Person, lease: Lease, now: string): Promise<LeaseOutcome>;

  /** Gives the lease back without a change; nothing happens where it is not this owner's any more. */
  releaseLease(personId: string, owner: string): Promise<void>;

  /** Persons having this email, by lower-cased equality. Eventually consistent. */
  idsByEmail(email: string): Promise<readonly string[]>;

  /** The same in pages, in an order of the store's own. */
  idsByEmailPage(email: string, limit: number, cursor: string | null): Promise<Page<string>>;

  /**
   * Claims an email for a person to be made here, unless another holds it; answers who holds it now. The first of
   * many at once wins. With `insteadOf`, a claim of that person is taken over.
   */
  claimEmail(email: string, personId: string, insteadOf?: string): Promise<string>;

  /**
   * Removes what stands of the person beside its item: activities that have left the item, and the claims of these
   * emails as far as they are the person's. The item stays as it is. Repeating is harmless.
   */
  forget(personId: string, emails: readonly string[]): Promise<void>;

  /**
   * Replaces the activities that have left the person's item by what `change` makes of each, and answers how many items
   * that changed. Of one that is removed meanwhile nothing comes back. Repeating is harmless.
   */
  rewriteActivities(personId: string, change: (activity: Activity) => Activity): Promise<number>;

  /** Who holds the claims of these emails, by the email as given; one that nobody claimed is missing. */
  emailClaims(emails: readonly string[]): Promise<ReadonlyMap<string, string>>;

  /** Ids of persons with edits to push, in pages. Eventually consistent: some may be in step already. */
  awaitingPush(): AsyncIterable<readonly string[]>;

  /** How many await a push, and since when (ISO) the oldest of them does. Eventually consistent. */
  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | null }>;

  /** Persons of a status, who came to it last first. Which persons is eventually consistent. */
  withStatus(status: ListedStatus, limit: number, cursor: string | null): Promise<Page<Person>>;

  /**
   * Persons that the filter lets pass, in an order of the store's own. A person who is stored all the time is in exactly
   * one page. Eventually consistent.
   */
  scan(filter: PersonFilter, limit: number, cursor: string | null): Promise<Page<Person>>;

  /**
   * All persons with a row, deleted rows too, in pages; those who became a part of others are left out. A person who is
   * stored all the time is in exactly one page, whoever is made or changed meanwhile. Eventually consistent.
   */
  linked(limit: number, cursor: string | null): Promise<Page<LinkedPerson>>;

  /**
   * A person's activities, newest first, each exactly once. The `seq` of an activity, as text, is a cursor too: of the
   * page that begins below it.
   */
  activities(person: Person, limit: number, cursor: string | null): Promise<Page<Activity>>;
}
