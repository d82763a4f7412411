import { feedColumns } from '../../schema/object-schema.ts';
import { describeAgain } from '../context/schemas.ts';
import { addMs } from '../instants.ts';
import type { FeedPage, FeedRequest, FeedRow } from '../ports/change-feed.ts';
import { TIME_TO_STOP_MS } from '../ports/deadline.ts';
import type { FeedPosition } from '../state/feed-state.ts';
import { type FeedState, isPlausibleCovered, windowRead, windowStart } from '../state/feed-state.ts';
import { withQueued } from '../state/first-sync.ts';
import type { CycleRun } from './cycle-run.ts';
import { SentRows } from './sent-rows.ts';

export interface WindowStart {
  readonly request: FeedRequest;
  readonly page: FeedPage;
  /** The end of the window, exclusive. */
  readonly before: string;
  readonly state: FeedState;
  readonly latestDateCovered: string | null;
}

export interface WindowOutcome {
  /** Rows enqueued. */
  readonly queued: number;
  readonly complete: boolean;
  /** The resulting feed state. */
  readonly reached: FeedState;
  /** The error ending the window early; the next cycle continues. */
  readonly error: unknown;
}

/** Enqueues the rows of a window page by page, reading one page ahead, and saves the progress. */
export async function readWindow(run: CycleRun, window: WindowStart): Promise<WindowOutcome> {
  const { ports, settings, cycle } = run;
  const { request, before } = window;
  const sent = new SentRows(run, window.state.recent, {
    // The newest rows of a long window are queued already, in the fresh lane.
    lane: goesOn(window.page, before) === undefined ? 'queue' : 'backlog',
    keepFrom: addMs(before, -settings.lookbackSeconds * 1000),
  });
  const end = await sendPages(run, window, sent);
  const from = window.state.unfinished?.from ?? request.from;
  const { latestDateCovered, ...odd } = coveredNow(run, window);
  const earlier = window.state.unfinished?.covered ?? latestDateCovered;
  const covered = earlier < latestDateCovered ? earlier : latestDateCovered;
  const reached: FeedState =
    end.stoppedAt === null
      ? windowRead(window.state, { from, before, covered, latestDateCovered })
      : { ...window.state, unfinished: { from, covered, after: end.stoppedAt } };
  const keepFrom = windowStart(reached, settings.lookbackSeconds);
  const readAt = end.stoppedAt === null ? ports.clock.now() : null;
  const counts = { rows: sent.count, messages: sent.messages };
  const { oddCovered: _, ...position } = withQueued(reached, counts, readAt);
  const saved: FeedState = {
    ...position,
    recent: sent.remembered(keepFrom),
    ...odd,
  };
  await ports.state.saveFeed(request.type, saved, cycle);
  return { queued: sent.count, complete: end.stoppedAt === null, reached: saved, error: end.error };
}

/** Without a plausible covered date the previous date stays. */
export function coveredNow(
  { settings }: CycleRun,
  { state, before, latestDateCovered: reported }: Pick<WindowStart, 'state' | 'before' | 'latestDateCovered'>,
): Pick<FeedState, 'latestDateCovered' | 'oddCovered'> {
  if (reported === null) return { latestDateCovered: state.latestDateCovered };
  if (isPlausibleCovered(reported, addMs(before, settings.lagSeconds * 1000))) return { latestDateCovered: reported };
  return { latestDateCovered: state.latestDateCovered, oddCovered: reported };
}

interface PagesEnd {
  /** The last queued row; null at the end of the window. */
  readonly stoppedAt: FeedPosition | null;
  readonly error: unknown;
}

async function sendPages(run: CycleRun, window: WindowStart, sent: SentRows): Promise<PagesEnd> {
  const { before } = window;
  let { request, page } = window;
  let stoppedAt: FeedPosition = { systemModstamp: request.from, id: '' };
  try {
    for (;;) {
      const last = goesOn(page, before);
      // The next page is requested while the present page is enqueued; an error of the request counts only once the
      // present page is queued.
      const following = last === undefined ? null : settled(run.ports.feed.next(request, positionOf(last), before));
      await sent.send(request, rowsBefore(page, before));
      if (following === null) return { stoppedAt: null, error: null };
      stoppedAt = last === undefined ? stoppedAt : positionOf(last);
      const next = await following;
      if (next.kind === 'failed') return { stoppedAt, error: next.error };
      if (run.timeLeftMs() < TIME_TO_STOP_MS) return { stoppedAt, error: null };
      if (next.page !== 'invalidField') page = next.page;
      else {
        // A field was hidden or deleted during the read: continue without the field.
        request = { ...request, columns: feedColumns((await describeAgain(run.ports, request.type)).schema) };
        sent.forgetEarlier();
        page = await nextOrThrow(run, request, stoppedAt, before);
      }
    }
  } catch (error) {
    return { stoppedAt, error };
  }
}

/** The next page, with columns just described. */
export async function nextOrThrow(
  run: CycleRun,
  request: FeedRequest,
  after: FeedPosition,
  before: string,
): Promise<FeedPage> {
  const page = await run.ports.feed.next(request, after, before);
  if (page === 'invalidField') throw new Error(`${request.type}: a described field cannot be queried`);
  return page;
}

type PageEnd =
  | { readonly kind: 'read'; readonly page: FeedPage | 'invalidField' }
  | { readonly kind: 'failed'; readonly error: unknown };

async function settled(reading: Promise<FeedPage | 'invalidField'>): Promise<PageEnd> {
  try {
    return { kind: 'read', page: await reading };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** The last row of a page, if the window may contain later rows. */
export function goesOn(page: FeedPage, before: string): FeedRow | undefined {
  const last = page.rows.at(-1);
  return page.more && last !== undefined && last.systemModstamp < before ? last : undefined;
}

export function rowsBefore(page: FeedPage, before: string): readonly FeedRow[] {
  return page.rows.filter(({ systemModstamp }) => systemModstamp < before);
}

function positionOf({ id, systemModstamp }: FeedRow): FeedPosition {
  return { id, systemModstamp };
}
