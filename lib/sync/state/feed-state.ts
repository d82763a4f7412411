import { addMs } from '../instants.ts';
import type { BulkQuery } from './bulk-query.ts';

/** A place in an object's changes, which are ordered by `(systemModstamp, id)`. An empty id lies before all ids. */
export interface FeedPosition {
  readonly systemModstamp: string;
  readonly id: string;
}

/**
 * Where the feed of one object stands. Instants are Salesforce's, ISO, whole seconds.
 *
 * `checkpoint`: everything stamped before it that a query could see when it was read is durably queued.
 * `coveredUpTo`: everything stamped before it is queued for good, also what a long transaction held back.
 */
export interface FeedState {
  readonly checkpoint: string;
  readonly coveredUpTo: string;
  /** What Salesforce last said it covers. */
  readonly latestDateCovered: string;
  /** A window that ran out of time: it began at `from` and was covered up to `covered`; read on from `after`. */
  readonly unfinished: { readonly from: string; readonly covered: string; readonly after: FeedPosition } | null;
  /** A window that a query job reads, and whose rows are not all queued yet. */
  readonly bulk?: BulkWindow;
  /** Query jobs for the present window that were lost. */
  readonly lostJobs?: number;
  readonly recent: RecentRows;
  /** Up to when Salesforce has told which rows were deleted; absent before it was asked. */
  readonly deletedUntil?: string;
  /** What Salesforce last answered as covered, where that cannot be right. */
  readonly oddCovered?: string;
}

/** `covered` as in a window that is read page by page. */
export interface BulkWindow {
  readonly from: string;
  readonly before: string;
  readonly covered: string;
  readonly query: BulkQuery;
  /** Null where Salesforce could not count them. */
  readonly expectedRows: number | null;
}

/**
 * The rows queued lately: id → [which state of the row, when queued (our clock, ISO)]. They keep the lookback from
 * queueing a row twice, and tell a row of which an earlier state may still be under way.
 */
export interface RecentRows {
  readonly rows: ReadonlyMap<string, readonly [state: string, queuedAt: string]>;
  /** Until then (our clock, ISO) rows may be under way that are not remembered here. */
  readonly incompleteUntil: string | null;
}

/** The first window begins before Salesforce did. */
export const FEED_BEGINNING = '1999-01-01T00:00:00.000Z';

export const NEW_FEED: FeedState = {
  checkpoint: FEED_BEGINNING,
  coveredUpTo: FEED_BEGINNING,
  latestDateCovered: FEED_BEGINNING,
  unfinished: null,
  recent: { rows: new Map(), incompleteUntil: null },
};

/** How many rows are remembered: those of a mass change of ten minutes, in some 30 MB. */
export const RECENT_ROWS_LIMIT = 120_000;

/**
 * The longest that a transaction of Salesforce may hold back changes: bulk jobs commit each batch within ten minutes,
 * and `latestDateCovered` is known to lie hours behind.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_getupdated_getupdatedresult.htm
 */
const LONGEST_TRANSACTION_MS = 24 * 3_600_000;

/** Salesforce's servers do not tell the same time to the minute. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

/**
 * Whether an answer about what is covered can be right, `askedAt` by Salesforce's clock. One odd answer (1970, say) would
 * have all rows read again, or changes passed over.
 */
export function isPlausibleCovered(covered: string, askedAt: string): boolean {
  return covered >= addMs(askedAt, -LONGEST_TRANSACTION_MS) && covered <= addMs(askedAt, CLOCKS_DIFFER_MS);
}

/**
 * Where the next window begins: the lookback below the checkpoint; and from `coveredUpTo` on, once, when a transaction
 * that Salesforce told of has ended, for its rows carry stamps of when it began. What no transaction can have held back
 * is not read again.
 */
export function windowStart(state: FeedState, lookbackSeconds: number): string {
  if (state.checkpoint === FEED_BEGINNING) return FEED_BEGINNING;
  const lookback = addMs(state.checkpoint, -lookbackSeconds * 1000);
  if (state.latestDateCovered <= state.coveredUpTo || state.coveredUpTo >= lookback) return lookback;
  const bound = addMs(lookback, -LONGEST_TRANSACTION_MS);
  return state.coveredUpTo < bound ? bound : state.coveredUpTo;
}

/** Up to which instant the changes are queued; null during a first sync, which has no position to fall behind from. */
export function feedPosition(state: FeedState): string | null {
  if (state.checkpoint === FEED_BEGINNING) return null;
  return state.unfinished?.after.systemModstamp ?? state.checkpoint;
}

/** How often Salesforce is asked which rows were deleted, and how far back it answers at most (it keeps 15 days). */
const DELETED_EVERY_MS = 24 * 3_600_000;
const DELETED_REACH_MS = 14 * DELETED_EVERY_MS;

/**
 * From when on to ask, `now`, which rows were deleted; null where that was done within a day. Only this tells of rows
 * that left the recycle bin before a poll could see them in it.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
 */
export function deletedSince(state: FeedState, now: string): string | null {
  if (state.checkpoint === FEED_BEGINNING) return null;
  const reach = addMs(now, -DELETED_REACH_MS);
  const until = state.deletedUntil;
  // Rows of a first sync that took long, or was taken up again, may be gone by now: the first time all is asked for.
  if (until === undefined) return reach;
  if (addMs(until, DELETED_EVERY_MS) > state.checkpoint) return null;
  return until > reach ? until : reach;
}

/** Whether rows may have been deleted, after the last answer, in a time that Salesforce tells nothing of any more. */
export function deletionsForgotten({ deletedUntil }: FeedState, now: string): boolean {
  return deletedUntil !== undefined && deletedUntil < addMs(now, -DELETED_REACH_MS);
}

/** What a cycle learnt of a window. `covered` is the least `latestDateCovered` told while the window was read. */
export interface WindowRead {
  readonly from: string;
  readonly before: string;
  readonly covered: string;
  readonly latestDateCovered: string;
}

/** The state after the window `[from, before)` is queued. */
export function windowRead(state: FeedState, window: WindowRead): FeedState {
  const { from, before, covered } = window;
  const safe = covered < before ? covered : before;
  // A covered date that went back is believed: rows that it speaks of may still appear.
  const advances = safe < state.coveredUpTo || from <= state.coveredUpTo;
  const { bulk: _, lostJobs: _lost, ...position } = state;
  return {
    ...position,
    checkpoint: before > state.checkpoint ? before : state.checkpoint,
    coveredUpTo: advances ? safe : state.coveredUpTo,
    latestDateCovered: window.latestDateCovered,
    unfinished: null,
  };
}

/** What the poll does with a row it read. */
export type RowSight = 'queued' | 'new' | 'newer';

/**
 * A text that stands for one state of a row: its stamp, and a fingerprint of its values, for a transaction that commits
 * late may leave other values under the stamp that was read before. The same values of other columns are another state.
 * Texts of later stamps are greater.
 */
export function rowState(systemModstamp: string, values: number, columns: number): string {
  return `${systemModstamp} ${((values ^ columns) >>> 0).toString(36)}`;
}

/** A number for the columns of a request. */
export function columnsPrint(columns: readonly string[]): number {
  const text = columns.join();
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/**
 * Whether this state of the row was queued already (`queued`), or another state of it may still be under way (`newer`),
 * so that even a merge which changes nothing must leave a trace in the store; else `new`.
 */
export function sightOf(recent: RecentRows, id: string, state: string, now: string): RowSight {
  const known = recent.rows.get(id);
  if (known?.[0] === state) return 'queued';
  const mayBeForgotten = recent.incompleteUntil !== null && recent.incompleteUntil > now;
  return known !== undefined || mayBeForgotten ? 'newer' : 'new';
}

/**
 * Remembers rows just queued, and forgets those that neither the next lookback (from `keepFrom` on, Salesforce's clock)
 * nor a late message (queued after `keepQueuedAfter`, our clock) can meet again.
 */
export function rememberRows(
  recent: RecentRows,
  queued: Iterable<readonly [id: string, state: string]>,
  bounds: {
    readonly now: string;
    readonly keepFrom: string;
    readonly keepQueuedAfter: string;
    readonly horizonMs: number;
  },
): RecentRows {
  const rows = new Map<string, readonly [string, string]>();
  for (const [id, known] of recent.rows) {
    if (known[0] >= bounds.keepFrom || known[1] > bounds.keepQueuedAfter) rows.set(id, known);
  }
  // The feed's order is by stamp: a later state replaces the earlier.
  for (const [id, state] of queued) rows.set(id, [state, bounds.now]);
  if (rows.size <= RECENT_ROWS_LIMIT) return { rows, incompleteUntil: recent.incompleteUntil };
  const incompleteUntil = addMs(bounds.now, bounds.horizonMs);
  return { rows: newestRows(rows), incompleteUntil };
}

/** The rows with the latest stamps: the next lookback meets these again, and would queue them again. */
function newestRows(rows: RecentRows['rows']): RecentRows['rows'] {
  const age = ([, [state, queuedAt]]: readonly [string, readonly [string, string]]) =>
    `${state.slice(0, 24)} ${queuedAt}`;
  const newest = [...rows].sort((left, right) => (age(left) < age(right) ? 1 : -1));
  return new Map(newest.slice(0, RECENT_ROWS_LIMIT));
}
