import type { LinkedPerson } from '../../person/person.ts';
import { addMs } from '../instants.ts';

/** `deletionsUntold`: Salesforce could not tell which rows were deleted in some time. */
export type ReconciliationReason = 'scheduled' | 'deletionsUntold' | 'asked';

/**
 * Somebody wants a reconciliation. Each asking has an id of its own, and is heard once: by the next reconciliation that
 * begins. Of several for one reason that nobody has heard yet only the last is; one for another reason takes no one's
 * place.
 */
export interface ReconciliationAsk {
  readonly id: string;
  readonly reason: Exclude<ReconciliationReason, 'scheduled'>;
  /** Whether many rows may be missing: somebody knows that they were deleted. */
  readonly acceptMissing: boolean;
}

/**
 * A pass over all persons that compares each with its row: what neither the change feed nor `deleted` has told is found
 * by it. It hands drifted rows out to be read again and changes nothing itself.
 */
export interface Reconciliation {
  readonly reason: ReconciliationReason;
  readonly acceptMissing: boolean;
  /** The persons up to here are looked at, and what has drifted of them is durably queued; null before the first. */
  readonly after: string | null;
  readonly calls: number;
  /** Persons looked at. */
  readonly persons: number;
  /** Rows handed out: those that could not be read any more, and those of another state than the person knows. */
  readonly missing: number;
  readonly changed: number;
  /** Rows handed out that have their person's stamp, and other values. */
  readonly different: number;
  readonly startedAt: string;
}

export interface EndedReconciliation extends Reconciliation {
  readonly endedAt: string;
  /** Whether it ended early because too many rows were missing to believe that they were deleted. */
  readonly held: boolean;
}

export interface ReconciliationBook {
  readonly running: Reconciliation | null;
  readonly last: EndedReconciliation | null;
  /** Since when (our clock, ISO) the next one is counted. */
  readonly since: string | null;
  /** The askings that were heard, of each reason the last. */
  readonly heard: readonly string[];
}

export const EMPTY_RECONCILIATIONS: ReconciliationBook = { running: null, last: null, since: null, heard: [] };

const DAY_MS = 24 * 3_600_000;

/**
 * The book with a reconciliation that was asked for or is due; the same object where nothing is. One does for all who
 * have asked, as whoever asked by hand wants it.
 */
export function plannedReconciliation(
  book: ReconciliationBook,
  asks: readonly ReconciliationAsk[],
  everyDays: number,
  now: string,
): ReconciliationBook {
  if (book.running !== null) return book;
  const unheard = asks.filter(({ id }) => !book.heard.includes(id));
  const ask = unheard.find(({ reason }) => reason === 'asked') ?? unheard[0];
  if (ask !== undefined) {
    const heard = asks.map(({ id }) => id);
    return { ...book, running: begun(ask.reason, ask.acceptMissing, now), since: now, heard };
  }
  if (everyDays === 0) return book;
  // The first sync reads every row.
  if (book.since === null) return { ...book, since: now };
  return addMs(book.since, everyDays * DAY_MS) > now
    ? book
    : { ...book, running: begun('scheduled', false, now), since: now };
}

function begun(reason: ReconciliationReason, acceptMissing: boolean, now: string): Reconciliation {
  return {
    reason,
    acceptMissing,
    after: null,
    calls: 0,
    persons: 0,
    missing: 0,
    changed: 0,
    different: 0,
    startedAt: now,
  };
}

/** How a row differs from what its person knows. */
export type Drift = 'missing' | 'changed';

/**
 * What `stamp`, the row's `SystemModstamp`, says of a person; `undefined` for a row that cannot be read. Rows stamped
 * from `fedFrom` on are still to come through the feed. A save that no synced field shows looks like a change that was
 * missed. A person that says already that its row cannot be read is missed again only by whoever accepts missing rows.
 */
export function driftOf(
  { salesforce: link, isUnseen }: LinkedPerson,
  stamp: string | undefined,
  fedFrom: string,
  acceptMissing: boolean,
): Drift | undefined {
  if (stamp === undefined) return link.isDeleted || (isUnseen && !acceptMissing) ? undefined : 'missing';
  if (isUnseen) return 'changed';
  const differs = link.isDeleted || stamp > link.systemModstamp;
  return differs && stamp < fedFrom ? 'changed' : undefined;
}

/** So many may be missing in any case, and beyond that this share of the persons looked at. */
const MISSING_AT_LEAST = 100;
const MISSING_SHARE = 0.1;

/**
 * Whether so many rows are missing that the sync user has rather lost sight of them than that they were deleted: for a
 * row out of sight, Salesforce answers as for one that is gone.
 */
export function isImplausible({ acceptMissing, missing, persons }: Reconciliation): boolean {
  return !acceptMissing && missing > MISSING_AT_LEAST && missing > persons * MISSING_SHARE;
}

/** The book after its reconciliation has ended. */
export function endedReconciliation(
  book: ReconciliationBook,
  ended: Reconciliation,
  { held, now }: { readonly held: boolean; readonly now: string },
): ReconciliationBook {
  return { ...book, running: null, last: { ...ended, endedAt: now, held } };
}
