import { addMs } from '../instants.ts';
import type { BulkQuery } from './bulk-query.ts';

/** A position in an object's changes, ordered by `(systemModstamp, id)`. An empty id precedes all ids. */
export interface FeedPosition {
  readonly systemModstamp: string;
  readonly id: string;
}

/**
 * The progress of one object's feed. Instants are Salesforce's, ISO, whole seconds.
 *
 * - `checkpoint`: every earlier change visible to the query is durably queued.
 * - `coveredUpTo`: every earlier change is finally queued, including changes held back by long transactions.
 */
export interface FeedState {
  readonly checkpoint: string;
  readonly coveredUpTo: string;
  /** The covered date last reported by Salesforce. */
  readonly latestDateCovered: string;
  /** A window interrupted for lack of time: started at `from`, covered up to `covered`; continue after `after`. */
  readonly unfinished: { readonly from: string; readonly covered: string; readonly after: FeedPosition } | null;
  /** A window read by a query job, with rows not yet queued. */
  readonly bulk?: BulkWindow;
  /** Number of lost query jobs for the present window. */
  readonly lostJobs?: number;
  readonly recent: RecentRows;
  /** The end of the period with reported deletions; absent before the first request. */
  readonly deletedUntil?: string;
  /** The covered date last reported by Salesforce, if implausible. */
  readonly oddCovered?: string;
  /** Until every row of the first reading is queued and merged. */
  readonly firstSync?: FirstSync;
}

/** The first reading of an object's rows: progress of the poll. */
export interface FirstSync {
  /** Our clock, ISO. */
  readonly startedAt: string;
  /** Rows counted by Salesforce at the start; null: not counted. */
  readonly expectedRows: number | null;
  readonly queuedRows: number;
  /** Messages of the queued rows. */
  readonly queuedMessages: number;
  /** End of the reading (our clock, ISO); null while rows remain to be read. */
  readonly readAt: string | null;
}

/** `covered` as for a window read page by page. */
export interface BulkWindow {
  readonly from: string;
  readonly before: string;
  readonly covered: string;
  readonly query: BulkQuery;
  /** Null where Salesforce could not count the rows. */
  readonly expectedRows: number | null;
}

/**
 * The recently queued rows: id → [state of the row, time of queueing (our clock, ISO)]. Prevents the lookback from
 * queueing a row twice, and recognizes rows with an earlier state possibly still queued.
 */
export interface RecentRows {
  readonly rows: ReadonlyMap<string, readonly [state: string, queuedAt: string]>;
  /** Until the instant (our clock, ISO) queued rows may be unrecorded. */
  readonly incompleteUntil: string | null;
}

/** The first window begins before Salesforce existed. */
export const FEED_BEGINNING = '1999-01-01T00:00:00.000Z';

export const NEW_FEED: FeedState = {
  checkpoint: FEED_BEGINNING,
  coveredUpTo: FEED_BEGINNING,
  latestDateCovered: FEED_BEGINNING,
  unfinished: null,
  recent: { rows: new Map(), incompleteUntil: null },
};

/** Maximum number of recorded rows: a mass change of ten minutes, in about 30 MB. */
export const RECENT_ROWS_LIMIT = 120_000;

/**
 * The longest delay of changes by a Salesforce transaction: bulk jobs commit every batch within ten minutes, but
 * `latestDateCovered` can be hours behind.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_getupdated_getupdatedresult.htm
 */
const LONGEST_TRANSACTION_MS = 24 * 3_600_000;

/** Maximum clock difference between Salesforce servers. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

/**
 * Whether a covered date is plausible; `askedAt` by Salesforce's clock. A single wrong date (1970, say) would cause a
 * full re-read, or skip changes.
 */
export function isPlausibleCovered(covered: string, askedAt: string): boolean {
  return covered >= addMs(askedAt, -LONGEST_TRANSACTION_MS) && covered <= addMs(askedAt, CLOCKS_DIFFER_MS);
}

/**
 * The start of the next window: the checkpoint minus the lookback. After the end of a reported long transaction once
 * from `coveredUpTo`, because the rows of the transaction carry stamps of the transaction's start. Earlier changes
 * cannot have been held back and are not read again.
 */
export function windowStart(state: FeedState, lookbackSeconds: number): string {
  if (state.checkpoint === FEED_BEGINNING) return FEED_BEGINNING;
  const lookback = addMs(state.checkpoint, -lookbackSeconds * 1000);
  if (state.latestDateCovered <= state.coveredUpTo || state.coveredUpTo >= lookback) return lookback;
  const bound = addMs(lookback, -LONGEST_TRANSACTION_MS);
  return state.coveredUpTo < bound ? bound : state.coveredUpTo;
}

/** The instant up to which changes are queued; null during a first sync, where no lag is defined. */
export function feedPosition(state: FeedState): string | null {
  if (state.checkpoint === FEED_BEGINNING) return null;
  return state.unfinished?.after.systemModstamp ?? state.checkpoint;
}

/** Interval of the requests for deleted rows, and the maximum period of a request (Salesforce keeps 15 days). */
const DELETED_EVERY_MS = 24 * 3_600_000;
const DELETED_REACH_MS = 14 * DELETED_EVERY_MS;

/**
 * The start of the period to ask for deleted rows at `now`; null if asked within the last day. The only source of rows
 * removed from the recycle bin before a poll could read the deletion.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
 */
export function deletedSince(state: FeedState, now: string): string | null {
  if (state.checkpoint === FEED_BEGINNING) return null;
  const reach = addMs(now, -DELETED_REACH_MS);
  const until = state.deletedUntil;
  // Rows read early in a long or resumed first sync may be deleted by now: the first request covers the maximum period.
  if (until === undefined) return reach;
  if (addMs(until, DELETED_EVERY_MS) > state.checkpoint) return null;
  return until > reach ? until : reach;
}

/** Whether deletions after the last answer may be too old for Salesforce to report. */
export function deletionsForgotten({ deletedUntil }: FeedState, now: string): boolean {
  return deletedUntil !== undefined && deletedUntil < addMs(now, -DELETED_REACH_MS);
}

/** Facts about a window. `covered` is the earliest `latestDateCovered` reported during the read. */
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
  // A covered date going back is accepted: rows of the period may still appear.
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

/** How the poll treats a row just read. */
export type QueueState = 'queued' | 'new' | 'newer';

/**
 * An identifier for a row state: the stamp and a fingerprint of the values, because a transaction committing late may
 * change values under a stamp already read. Values of different columns are different states. Identifiers sort by
 * stamp.
 */
export function rowState(systemModstamp: string, values: number, columns: number): string {
  return `${systemModstamp} ${((values ^ columns) >>> 0).toString(36)}`;
}

/** A hash of the columns of a request. */
export function columnsPrint(columns: readonly string[]): number {
  const text = columns.join();
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/**
 * `queued`: the state was already queued. `newer`: a different state of the row may still be queued, so even a merge
 * without changes must leave a trace in the store. `new`: neither.
 */
export function queueStateOf(recent: RecentRows, id: string, state: string, now: string): QueueState {
  const known = recent.rows.get(id);
  if (known?.[0] === state) return 'queued';
  const mayBeForgotten = recent.incompleteUntil !== null && recent.incompleteUntil > now;
  return known !== undefined || mayBeForgotten ? 'newer' : 'new';
}

/**
 * Records rows just queued. Forgets rows out of reach of both the next lookback (from `keepFrom` on, Salesforce's
 * clock) and late messages (queued after `keepQueuedAfter`, our clock).
 */
export function rememberRows(
  recent: RecentRows,
  queued: Iterable<readonly [id: string, state: string]>,
  bounds: {
    readonly now: string;
    readonly keepFrom: string;
    readonly keepQueuedAfter: string;
    readonly horizonMs: number;
    /** Maximum number of recorded rows. */
    readonly atMost: number;
  },
): RecentRows {
  const rows = new Map<string, readonly [string, string]>();
  for (const [id, known] of recent.rows) {
    if (known[0] >= bounds.keepFrom || known[1] > bounds.keepQueuedAfter) rows.set(id, known);
  }
  // The feed is ordered by stamp: a later state replaces the earlier state.
  for (const [id, state] of queued) rows.set(id, [state, bounds.now]);
  if (rows.size <= bounds.atMost) return { rows, incompleteUntil: recent.incompleteUntil };
  const until = addMs(bounds.now, bounds.horizonMs);
  const { incompleteUntil } = recent;
  const later = incompleteUntil !== null && incompleteUntil > until ? incompleteUntil : until;
  return { rows: newestRows(rows, bounds.atMost), incompleteUntil: later };
}

/** The rows with the latest stamps: only recent stamps are read again by the next lookback. */
function newestRows(rows: RecentRows['rows'], atMost: number): RecentRows['rows'] {
  const age = ([, [state, queuedAt]]: readonly [string, readonly [string, string]]) =>
    `${state.slice(0, 24)} ${queuedAt}`;
  const newest = [...rows].sort((left, right) => (age(left) < age(right) ? 1 : -1));
  return new Map(newest.slice(0, atMost));
}
