import type { LinkedPerson } from '../../person/person.ts';
import { addMs } from '../instants.ts';

/** `deletionsUntold`: Salesforce could not report all deletions of some period. */
export type ReconciliationReason = 'scheduled' | 'deletionsUntold' | 'asked';

/**
 * A request for a reconciliation, with a unique id; handled once, by the next reconciliation begun. Of several
 * unhandled requests with the same reason only the last is kept.
 */
export interface ReconciliationAsk {
  readonly id: string;
  readonly reason: Exclude<ReconciliationReason, 'scheduled'>;
  /** Whether many missing rows are accepted as deleted. */
  readonly acceptMissing: boolean;
}

/**
 * A pass over all persons, comparing each with the row: finds changes reported neither by the change feed nor by
 * `deleted`. Enqueues drifted rows to be read again; changes no person directly.
 */
export interface Reconciliation {
  readonly reason: ReconciliationReason;
  readonly acceptMissing: boolean;
  /** Position of the pass: earlier persons are compared, and drifted rows durably queued; null before the first. */
  readonly after: string | null;
  readonly calls: number;
  /** Persons compared. */
  readonly persons: number;
  /** Rows enqueued because unreadable (`missing`), or because of an unexpected stamp (`changed`). */
  readonly missing: number;
  readonly changed: number;
  /** Rows enqueued with the expected stamp but different values. */
  readonly different: number;
  readonly startedAt: string;
}

export interface EndedReconciliation extends Reconciliation {
  readonly endedAt: string;
  /** Whether the pass ended early because too many rows were missing for plausible deletions. */
  readonly held: boolean;
}

export interface ReconciliationBook {
  readonly running: Reconciliation | null;
  readonly last: EndedReconciliation | null;
  /** Start of the interval until the next scheduled reconciliation (our clock, ISO). */
  readonly since: string | null;
  /** Ids of the last handled request per reason. */
  readonly heard: readonly string[];
}

export const EMPTY_RECONCILIATIONS: ReconciliationBook = { running: null, last: null, since: null, heard: [] };

const DAY_MS = 24 * 3_600_000;

/**
 * The book with a requested or due reconciliation started; the same object where neither. One reconciliation handles
 * all requests, with the options of a manual request.
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

/** Kinds of difference between a row and the stored person. */
export type Drift = 'missing' | 'changed';

/**
 * Compares a person with `stamp`, the row's `SystemModstamp` (`undefined`: row unreadable). Rows stamped from `fedFrom`
 * on are still to come through the feed. A save changing no synced field looks like a missed change. For a person
 * already parked as unreadable, `missing` is reported only with `acceptMissing`.
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

/** Tolerated number of missing rows: at least the minimum, and beyond the minimum a share of the persons compared. */
const MISSING_AT_LEAST = 100;
const MISSING_SHARE = 0.1;

/**
 * Whether too many rows are missing for plausible deletions: the sync user has probably lost access, because Salesforce
 * gives the same answer for hidden and deleted rows.
 */
export function isImplausible({ acceptMissing, missing, persons }: Reconciliation): boolean {
  return !acceptMissing && missing > MISSING_AT_LEAST && missing > persons * MISSING_SHARE;
}

/** The book after the end of the reconciliation. */
export function endedReconciliation(
  book: ReconciliationBook,
  ended: Reconciliation,
  { held, now }: { readonly held: boolean; readonly now: string },
): ReconciliationBook {
  return { ...book, running: null, last: { ...ended, endedAt: now, held } };
}
