import { addMs } from '../instants.ts';
import type { RecentRows } from './feed-state.ts';

/**
 * Maximum time between the read of a row and the merge of the queued state: the message age, the longest merge run, and a
 * clock difference of five minutes each way; doubled.
 */
export const IN_FLIGHT_HORIZON_MS = 45 * 60_000;

/** The same for messages with the mark `lasting`. */
export const LASTING_HORIZON_MS = 150 * 60_000;

/** The recent rows, marked incomplete for so long at least: queued rows may be unrecorded. */
export function incomplete(recent: RecentRows, now: string, horizonMs = IN_FLIGHT_HORIZON_MS): RecentRows {
  const until = addMs(now, horizonMs);
  const { incompleteUntil } = recent;
  return { ...recent, incompleteUntil: incompleteUntil !== null && incompleteUntil > until ? incompleteUntil : until };
}

/** No recorded rows after a column change: rows read again by the lookback are queued once more. */
export function forgotten(recent: RecentRows, now: string): RecentRows {
  return incomplete({ ...recent, rows: new Map() }, now);
}
