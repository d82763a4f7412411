import { columnKinds, feedColumns } from '../../schema/object-schema.ts';
import { packRows, type QueuedRow } from '../change-message.ts';
import { TransientError } from '../errors.ts';
import { addMs } from '../instants.ts';
import type { BulkReader, FeedRow } from '../ports/change-feed.ts';
import { TIME_TO_STOP_MS } from '../ports/deadline.ts';
import type { StoredSchema } from '../ports/sync-state-store.ts';
import type { BulkQuery } from '../state/bulk-query.ts';
import {
  type BulkWindow,
  columnsPrint,
  type FeedState,
  queueStateOf,
  rememberRows,
  rowState,
  windowRead,
  windowStart,
} from '../state/feed-state.ts';
import { withQueued } from '../state/first-sync.ts';
import { IN_FLIGHT_HORIZON_MS, incomplete, LASTING_HORIZON_MS } from '../state/in-flight.ts';
import { readingOf } from './choose-api.ts';
import type { CycleRun } from './cycle-run.ts';
import { coveredNow, type WindowOutcome, type WindowStart } from './read-window.ts';

/** A page of a query job takes longer than a page of 2,000 rows. */
const TIME_FOR_PAGE_MS = 2 * TIME_TO_STOP_MS;

/** The rows of a new window, in one call if the window has more than a page; null where Salesforce cannot count. */
export function countWindow(run: CycleRun, { page, request, before }: WindowStart): Promise<number | null> {
  return page.more ? run.ports.feed.count(request.type, request.from, before) : Promise.resolve(page.rows.length);
}

/**
 * Starts a query job for a window of so many rows; undefined where the window is read page by page. A job started but
 * not recorded costs nothing: Salesforce drops the job.
 */
export async function openBulkWindow(
  run: CycleRun,
  window: WindowStart,
  { schema }: StoredSchema,
  rows: number | null,
): Promise<BulkWindow | undefined> {
  const { page, request, before, state } = window;
  const { feed } = run.ports;
  const { type, from } = request;
  if (!page.more && page.rows.length <= run.settings.bulkAbove) return undefined;
  const limits = { bulkAbove: run.settings.bulkAbove, usage: feed.usage().org };
  if (readingOf({ rows, lostJobs: state.lostJobs ?? 0 }, limits) === 'pages') return undefined;
  const query = await feed.openBulk({ type, from, before, columns: feedColumns(schema), kinds: columnKinds(schema) });
  // A field was hidden just now: continue with the page already read.
  if (query === 'invalidField') return undefined;
  return { from, before, covered: coveredNow(run, window).latestDateCovered, query, expectedRows: rows };
}

/**
 * Enqueues the rows found by a window's job, page by page. The rows are unordered: the checkpoint advances once all
 * rows are queued, and concurrent changes are in the next window.
 */
export async function readBulkWindow(
  run: CycleRun,
  bulk: BulkWindow,
  window: Pick<WindowStart, 'state' | 'before' | 'latestDateCovered'>,
): Promise<WindowOutcome> {
  const reading = new BulkWindowReading(run, bulk, window);
  // Stored before the first page, which may take minutes: the status shows the job, and a crash does not lose the job.
  if (window.state.bulk === undefined) await reading.reached(bulk.query);
  const outcome = await run.ports.feed.readBulk(bulk.query, reading).catch((error: unknown) => ({ error }));
  if ('error' in outcome) return reading.stop(outcome.error);
  if (outcome.kind === 'done') return reading.end();
  return outcome.kind === 'lost' ? reading.lost(outcome.why) : reading.stop(null);
}

class BulkWindowReading implements BulkReader {
  #queued = 0;
  #messages = 0;
  #bulk: BulkWindow;
  /** Rows within the next lookback. */
  readonly #sent = new Map<string, string>();
  readonly #run: CycleRun;
  readonly #window: Pick<WindowStart, 'state' | 'before' | 'latestDateCovered'>;
  readonly #keepFrom: string;
  readonly #columns: number;

  constructor(run: CycleRun, bulk: BulkWindow, window: Pick<WindowStart, 'state' | 'before' | 'latestDateCovered'>) {
    const latest = coveredNow(run, window).latestDateCovered;
    this.#run = run;
    this.#window = window;
    this.#bulk = { ...bulk, covered: latest < bulk.covered ? latest : bulk.covered };
    this.#keepFrom = windowStart(this.#readState(), run.settings.lookbackSeconds);
    this.#columns = columnsPrint(bulk.query.request.columns);
  }

  async take(rows: readonly FeedRow[]): Promise<void> {
    const { ports, cycle } = this.#run;
    const { type, columns } = this.#bulk.query.request;
    const now = ports.clock.now();
    const fresh: QueuedRow[] = [];
    for (const row of rows) {
      const state = rowState(row.systemModstamp, row.fingerprint, this.#columns);
      const sight = queueStateOf(this.#window.state.recent, row.id, state, now);
      if (sight !== 'queued') fresh.push({ id: row.id, text: row.text, bytes: row.bytes, newer: sight === 'newer' });
      if (row.systemModstamp >= this.#keepFrom) this.#sent.set(row.id, state);
    }
    const envelope = { type, queuedAt: now, cycle: cycle.number, columns, lasting: true as const };
    const bodies = [...packRows(envelope, fresh)];
    await ports.backlog.send(bodies);
    this.#queued += fresh.length;
    this.#messages += bodies.length;
  }

  async reached(query: BulkQuery): Promise<void> {
    this.#bulk = { ...this.#bulk, query };
    await this.#save(this.#unfinished());
  }

  hasTime(): boolean {
    return this.#run.timeLeftMs() > TIME_FOR_PAGE_MS;
  }

  async end(): Promise<WindowOutcome> {
    const now = this.#run.ports.clock.now();
    const state = this.#readState();
    const recent = rememberRows(state.recent, this.#sent, {
      now,
      keepFrom: this.#keepFrom,
      keepQueuedAfter: addMs(now, -IN_FLIGHT_HORIZON_MS),
      horizonMs: IN_FLIGHT_HORIZON_MS,
      atMost: this.#run.settings.recentRows,
    });
    // Older queued rows are unrecorded.
    const reached = await this.#save({ ...state, recent: incomplete(recent, now, LASTING_HORIZON_MS) }, now);
    return { queued: this.#queued, complete: true, reached, error: null };
  }

  async stop(error: unknown): Promise<WindowOutcome> {
    const reached = await this.#save(this.#unfinished());
    return { queued: this.#queued, complete: false, reached, error };
  }

  /** The window is read again, by a new job or page by page. */
  async lost(why: string): Promise<WindowOutcome> {
    const { bulk: _, ...state } = this.#unfinished();
    const reached = await this.#save({ ...state, lostJobs: (state.lostJobs ?? 0) + 1 });
    const { type } = this.#bulk.query.request;
    const error = new TransientError('QUERY_JOB_LOST', `Salesforce has lost the query job for ${type}: ${why}`);
    return { queued: this.#queued, complete: false, reached, error };
  }

  #unfinished(): FeedState {
    const { state } = this.#window;
    const recent =
      this.#queued === 0 ? state.recent : incomplete(state.recent, this.#run.ports.clock.now(), LASTING_HORIZON_MS);
    return { ...state, recent, bulk: this.#bulk };
  }

  /** The state once all rows of the window are queued. */
  #readState(): FeedState {
    const { from, before, covered } = this.#bulk;
    const { latestDateCovered } = coveredNow(this.#run, this.#window);
    return windowRead(this.#window.state, { from, before, covered, latestDateCovered });
  }

  async #save(state: FeedState, readAt: string | null = null): Promise<FeedState> {
    const counts = { rows: this.#queued, messages: this.#messages };
    const { oddCovered: _, ...position } = withQueued(state, counts, readAt);
    const { oddCovered } = coveredNow(this.#run, this.#window);
    const saved: FeedState = { ...position, ...(oddCovered === undefined ? {} : { oddCovered }) };
    await this.#run.ports.state.saveFeed(this.#bulk.query.request.type, saved, this.#run.cycle);
    return saved;
  }
}
