import type { FeedPage } from '../ports/change-feed.ts';
import { type FeedState, windowStart } from '../state/feed-state.ts';
import { withQueued } from '../state/first-sync.ts';
import type { CycleRun } from './cycle-run.ts';
import { goesOn, rowsBefore, type WindowStart } from './read-window.ts';
import { SentRows } from './sent-rows.ts';

/** Rows queued in the fresh lane ahead of a window. */
export interface Newest {
  readonly queued: number;
  /** The state with the queued rows recorded: the reading of the window does not queue the rows again. */
  readonly state: FeedState;
}

/**
 * Queues the newest page of a window in the fresh lane, if the window has more than a page or is read by a query job: the
 * rest may take many cycles to read, and hours to merge. The position does not move: the whole window is read afterwards,
 * and only rows with a recorded state are left out.
 */
export async function sendNewest(run: CycleRun, window: WindowStart): Promise<Newest> {
  const { state, before, request } = window;
  const page = await newestPage(run, window);
  if (page === undefined) return { queued: 0, state };
  const keepFrom = windowStart(state, run.settings.lookbackSeconds);
  const sent = new SentRows(run, state.recent, { lane: 'queue', keepFrom });
  await sent.send(request, rowsBefore(page, before));
  const counts = { rows: sent.count, messages: sent.messages };
  return {
    queued: sent.count,
    state: { ...withQueued(state, counts, null), recent: sent.remembered(keepFrom) },
  };
}

/** Undefined if the whole window fits the fresh lane, or the newest page is unknown. */
async function newestPage({ ports }: CycleRun, { page, state, before, request }: WindowStart) {
  const isLong = goesOn(page, before) !== undefined;
  // While a query job reads the window, the opened page begins at the window's end.
  if (!isLong) return state.bulk === undefined ? undefined : page;
  const newest: FeedPage | 'invalidField' | null = await ports.feed.newest(request, before);
  // A column was hidden just now: the reading of the window describes again.
  return newest === null || newest === 'invalidField' ? undefined : newest;
}
