import { addMs, msBetween } from '../instants.ts';
import { FEED_BEGINNING, type FeedState, type FirstSync } from './feed-state.ts';

/** Rows and messages queued. */
export interface QueuedCounts {
  readonly rows: number;
  readonly messages: number;
}

/** The first sync of an object at the start of a cycle: a new object begins one. `isMerged`: no message waits in a lane. */
export function firstSyncAt(state: FeedState, now: string, isMerged: boolean): FirstSync | undefined {
  const { firstSync, checkpoint } = state;
  if (firstSync === undefined) {
    if (checkpoint !== FEED_BEGINNING) return undefined;
    return { startedAt: now, expectedRows: null, queuedRows: 0, queuedMessages: 0, readAt: null };
  }
  return firstSync.readAt !== null && isMerged ? undefined : firstSync;
}

/** The state with further rows of the first sync queued; `readAt`: the end of the reading, null while rows remain. */
export function withQueued(state: FeedState, { rows, messages }: QueuedCounts, readAt: string | null): FeedState {
  const { firstSync } = state;
  if (firstSync === undefined || firstSync.readAt !== null) return state;
  const { queuedRows, queuedMessages } = firstSync;
  return {
    ...state,
    firstSync: { ...firstSync, queuedRows: queuedRows + rows, queuedMessages: queuedMessages + messages, readAt },
  };
}

/** The progress of all first syncs together, for the status. */
export interface FirstSyncStatus {
  readonly startedAt: string;
  /** Null until every object is counted. */
  readonly expectedRows: number | null;
  readonly queuedRows: number;
  /** About, from the messages still waiting. */
  readonly mergedRows: number;
  readonly rowsPerSecond: number;
  /** Null without a merged row or a count. */
  readonly estimatedEndAt: string | null;
}

/** Null without a first sync. `waiting`: messages in both lanes. */
export function firstSyncStatus(
  feeds: readonly (FeedState | undefined)[],
  waiting: number,
  now: string,
): FirstSyncStatus | null {
  const running = feeds.flatMap((feed) => feed?.firstSync ?? []);
  const [startedAt] = running.map((each) => each.startedAt).sort();
  if (startedAt === undefined) return null;
  const sum = (of: (each: FirstSync) => number) => running.reduce((total, each) => total + of(each), 0);
  const queuedRows = sum((each) => each.queuedRows);
  const queuedMessages = sum((each) => each.queuedMessages);
  const mergedShare = queuedMessages === 0 ? 0 : Math.max(0, 1 - waiting / queuedMessages);
  const mergedRows = Math.floor(queuedRows * mergedShare);
  const isCounted = running.every((each) => each.expectedRows !== null);
  // Rows are added and removed during the reading: never more rows queued than expected.
  const expectedRows = isCounted
    ? Math.max(
        sum((each) => each.expectedRows ?? 0),
        queuedRows,
      )
    : null;
  const elapsedMs = Math.max(msBetween(startedAt, now), 1);
  const leftMs =
    expectedRows === null || mergedRows === 0 ? null : ((expectedRows - mergedRows) / mergedRows) * elapsedMs;
  return {
    startedAt,
    expectedRows,
    queuedRows,
    mergedRows,
    rowsPerSecond: Math.round((1000 * mergedRows) / elapsedMs),
    estimatedEndAt: leftMs === null ? null : addMs(now, Math.round(leftMs)),
  };
}
