import { feedColumns } from '../../schema/object-schema.ts';
import { packRows, type QueuedRow } from '../change-message.ts';
import { describeAgain } from '../context/schemas.ts';
import { addMs } from '../instants.ts';
import type { FeedPage, FeedRequest, FeedRow } from '../ports/change-feed.ts';
import { TIME_TO_STOP_MS } from '../ports/deadline.ts';
import type { FeedPosition } from '../state/feed-state.ts';
import {
  columnsPrint,
  type FeedState,
  isPlausibleCovered,
  queueStateOf,
  RECENT_ROWS_LIMIT,
  type RecentRows,
  rememberRows,
  rowState,
  windowRead,
  windowStart,
} from '../state/feed-state.ts';
import type { CycleRun } from './cycle-run.ts';

/**
 * Maximum time between the read of a row and the merge of the queued state. Messages older than `FRESH_MESSAGE_MS` are
 * read again instead; add the longest merge run, and a clock difference of five minutes each way; doubled.
 */
export const IN_FLIGHT_HORIZON_MS = 45 * 60_000;

/** The recent rows, marked incomplete: queued rows may be unrecorded. */
export function incomplete(recent: RecentRows, now: string): RecentRows {
  return { ...recent, incompleteUntil: addMs(now, IN_FLIGHT_HORIZON_MS) };
}

/** Empty recent rows after a column change: rows read again by the lookback are queued once more. */
export function forgotten(now: string): RecentRows {
  return incomplete({ rows: new Map(), incompleteUntil: null }, now);
}

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
  const sent = new SentRows(window.state.recent, run, addMs(before, -settings.lookbackSeconds * 1000));
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
  const { oddCovered: _, ...position } = reached;
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
      const last = page.rows.at(-1);
      const goesOn = page.more && last !== undefined && last.systemModstamp < before;
      // The next page is requested while the present page is enqueued; an error of the request counts only once the
      // present page is queued.
      const following = goesOn ? settled(run.ports.feed.next(request, positionOf(last), before)) : null;
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
  if (page === 'invalidField') throw new Error(`${request.type}: a field that describe shows cannot be queried`);
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

/** State of a row possibly queued: equal to no state, so that a further read queues the row. */
const UNKNOWN_STATE = '';

/** The rows queued by the cycle, and the recent rows of earlier cycles. */
class SentRows {
  count = 0;
  #recent: RecentRows;
  readonly #run: CycleRun;
  readonly #sent = new Map<string, string>();
  readonly #keepFrom: string;

  constructor(recent: RecentRows, run: CycleRun, keepFrom: string) {
    this.#recent = recent;
    this.#run = run;
    this.#keepFrom = keepFrom;
  }

  /** Rows queued earlier had different columns. */
  forgetEarlier(): void {
    this.#recent = forgotten(this.#run.ports.clock.now());
  }

  /** Resolves when the rows not queued before are durably queued. */
  async send(request: FeedRequest, rows: readonly FeedRow[]): Promise<void> {
    const now = this.#run.ports.clock.now();
    const asked = columnsPrint(request.columns);
    const fresh: QueuedRow[] = [];
    const states: [string, string][] = [];
    for (const { id, systemModstamp, text, bytes, fingerprint } of rows) {
      const state = rowState(systemModstamp, fingerprint, asked);
      const sight = this.#sent.has(id) ? 'newer' : queueStateOf(this.#recent, id, state, now);
      if (sight === 'queued') continue;
      fresh.push({ id, text, bytes, newer: sight === 'newer' });
      states.push([id, state]);
    }
    const { type, columns } = request;
    // Until the send succeeds, an unknown part of the rows may be queued: a later state of the rows must count as
    // `newer`.
    for (const [id] of states) this.#sent.set(id, UNKNOWN_STATE);
    await this.#run.ports.queue.send([
      ...packRows({ type, queuedAt: now, cycle: this.#run.cycle.number, columns }, fresh),
    ]);
    for (const [id, state] of states) this.#sent.set(id, state);
    this.count += fresh.length;
    if (this.#sent.size > RECENT_ROWS_LIMIT) this.#forgetOld();
  }

  /**
   * Over the limit: rows out of reach of the next lookback are forgotten first, and the record is marked incomplete.
   */
  #forgetOld(): void {
    for (const [id, state] of this.#sent) if (state < this.#keepFrom) this.#sent.delete(id);
    this.#recent = incomplete(this.#recent, this.#run.ports.clock.now());
  }

  remembered(keepFrom: string): FeedState['recent'] {
    const now = this.#run.ports.clock.now();
    return rememberRows(this.#recent, this.#sent, {
      now,
      keepFrom,
      keepQueuedAfter: addMs(now, -IN_FLIGHT_HORIZON_MS),
      horizonMs: IN_FLIGHT_HORIZON_MS,
    });
  }
}

function rowsBefore(page: FeedPage, before: string): readonly FeedRow[] {
  return page.rows.filter(({ systemModstamp }) => systemModstamp < before);
}

function positionOf({ id, systemModstamp }: FeedRow): FeedPosition {
  return { id, systemModstamp };
}
