import type { FieldValue } from '../person/field-value.ts';
import { toIsoInstant, toLongId } from '../person/field-value.ts';
import { packRows, type QueuedRow } from './change-message.ts';
import { type FeedState, rememberRows, rowState, sightOf, windowRead, windowStart } from './feed-state.ts';
import type { CycleRun } from './poll-cycle.ts';
import type { FeedPage, FeedPosition, FeedRequest } from './ports/change-feed.ts';
import { addMs } from './ports/clock.ts';

/**
 * For how long a queued row may be under way to the store with the state it was read in. A message older than
 * `FRESH_MESSAGE_MS` is not merged any more but read again, so this is that, a merge function's longest run, and two
 * clocks that differ by five minutes each way; and as much again.
 */
export const IN_FLIGHT_HORIZON_MS = 45 * 60_000;

/** With less time than this left to the function, the window is put aside for the next cycle. */
const TIME_TO_STOP_MS = 60_000;

export interface WindowStart {
  readonly request: FeedRequest;
  readonly page: FeedPage;
  /** Where the window ends, exclusive. */
  readonly before: string;
  readonly state: FeedState;
  readonly latestDateCovered: string | null;
}

export interface WindowOutcome {
  /** Rows put on the queue. */
  readonly queued: number;
  readonly complete: boolean;
  /** What ended the window early; the next cycle goes on where it stopped. */
  readonly error: unknown;
}

/** Queues the rows of a window page by page, reading one page ahead, and saves how far it came. */
export async function readWindow(run: CycleRun, window: WindowStart): Promise<WindowOutcome> {
  const { ports, settings, cycle } = run;
  const { request, before } = window;
  const sent = new SentRows(window.state, run);
  const end = await sendPages(run, window, sent);
  const from = window.state.unfinished?.from ?? request.from;
  // Where Salesforce did not tell, what it told before still stands.
  const latestDateCovered = window.latestDateCovered ?? window.state.latestDateCovered;
  const earlier = window.state.unfinished?.covered ?? latestDateCovered;
  const covered = earlier < latestDateCovered ? earlier : latestDateCovered;
  const reached: FeedState =
    end.stoppedAt === null
      ? windowRead(window.state, { from, before, covered, latestDateCovered })
      : { ...window.state, unfinished: { from, covered, after: end.stoppedAt } };
  const keepFrom = windowStart(reached, settings.lookbackSeconds);
  await ports.state.saveFeed(request.type, { ...reached, recent: sent.remembered(keepFrom) }, cycle);
  return { queued: sent.count, complete: end.stoppedAt === null, error: end.error };
}

interface PagesEnd {
  /** After which row to read on; null where the window is done. */
  readonly stoppedAt: FeedPosition | null;
  readonly error: unknown;
}

async function sendPages(run: CycleRun, window: WindowStart, sent: SentRows): Promise<PagesEnd> {
  const { request, before } = window;
  let stoppedAt: FeedPosition = { systemModstamp: request.from, id: '' };
  let page = window.page;
  try {
    for (;;) {
      const last = positionOf(page.rows.at(-1));
      const goesOn = page.more && last !== null && last.systemModstamp < before;
      // The next page is on its way while this one is sent; its failure counts only once this one is safe.
      const following = goesOn ? settled(run.ports.feed.next(request, last, before)) : null;
      await sent.send(request, rowsBefore(page, before));
      if (following === null) return { stoppedAt: null, error: null };
      stoppedAt = last ?? stoppedAt;
      const next = await following;
      if (next.kind === 'failed') return { stoppedAt, error: next.error };
      if (next.page === 'invalidField') throw new Error(`${request.type}: a field disappeared while it was read`);
      if (run.timeLeftMs() < TIME_TO_STOP_MS) return { stoppedAt, error: null };
      page = next.page;
    }
  } catch (error) {
    return { stoppedAt, error };
  }
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

/** Of a row that may have been queued or not: no state equals it, so that the row is queued when it is read again. */
const UNKNOWN_STATE = '';

/** What this cycle put on the queue, beside what is remembered of earlier ones. */
class SentRows {
  count = 0;
  readonly #state: FeedState;
  readonly #run: CycleRun;
  readonly #sent = new Map<string, string>();

  constructor(state: FeedState, run: CycleRun) {
    this.#state = state;
    this.#run = run;
  }

  /** Resolves when the rows that were not queued before are durably on the queue. */
  async send(request: FeedRequest, rows: readonly (readonly FieldValue[])[]): Promise<void> {
    const now = this.#run.ports.clock.now();
    const fresh: QueuedRow[] = [];
    const states: [string, string][] = [];
    for (const values of rows) {
      const { id, systemModstamp } = placeOf(values);
      const text = JSON.stringify(values);
      const state = rowState(systemModstamp, text);
      const sight = this.#sent.has(id) ? 'newer' : sightOf(this.#state.recent, id, state, now);
      if (sight === 'queued') continue;
      fresh.push({ id, text, newer: sight === 'newer' });
      states.push([id, state]);
    }
    const { type, columns } = request;
    // Until all of them are queued, some may be: whatever these rows hold next time, an earlier state may be under way.
    for (const [id] of states) this.#sent.set(id, UNKNOWN_STATE);
    await this.#run.ports.queue.send([...packRows({ type, queuedAt: now, columns }, fresh)]);
    for (const [id, state] of states) this.#sent.set(id, state);
    this.count += fresh.length;
  }

  remembered(keepFrom: string): FeedState['recent'] {
    const now = this.#run.ports.clock.now();
    return rememberRows(this.#state.recent, this.#sent, {
      now,
      keepFrom,
      keepQueuedAfter: addMs(now, -IN_FLIGHT_HORIZON_MS),
      horizonMs: IN_FLIGHT_HORIZON_MS,
    });
  }
}

function rowsBefore(page: FeedPage, before: string): readonly (readonly FieldValue[])[] {
  return page.rows.filter((values) => placeOf(values).systemModstamp < before);
}

function positionOf(values: readonly FieldValue[] | undefined): FeedPosition | null {
  return values === undefined ? null : placeOf(values);
}

function placeOf(values: readonly FieldValue[]): FeedPosition {
  return { id: toLongId(String(values[0])), systemModstamp: toIsoInstant(String(values[1])) };
}
