import type { ObjectSchema } from '../../schema/object-schema.ts';
import { packRows, type QueuedRow } from '../change-message.ts';
import { describeAgain } from '../context/schemas.ts';
import type { FeedRow, ScanRequest } from '../ports/change-feed.ts';
import { TIME_TO_STOP_MS } from '../ports/deadline.ts';
import type { StoredSchema } from '../ports/sync-state-store.ts';
import { FEED_BEGINNING, type FeedState, windowStart } from '../state/feed-state.ts';
import {
  countedJob,
  endedJob,
  type FieldJob,
  isRead,
  type JobBook,
  narrowedJob,
  pageOfJob,
  plannedJobs,
  restarted,
} from '../state/field-job.ts';
import type { CycleRun } from './cycle-run.ts';
import { retryChanged } from './hand-out-retries.ts';
import { placeEdits } from './place-edits.ts';

/** Facts about an object after the read of the window. */
export interface JobTurn {
  readonly schema: ObjectSchema;
  readonly book: JobBook;
  readonly feed: FeedState;
}

/**
 * Reads some pages of an object's job, up to the configured number per cycle. Progress is saved after every durably
 * queued page; an unsaved page is repeated. Returns the number of queued rows.
 */
export async function workFieldJob(run: CycleRun, turn: JobTurn): Promise<number> {
  const work = new JobWork(run, { ...turn, book: await placeEdits(run, turn) });
  let pages = 0;
  while (work.job !== null && run.timeLeftMs() > TIME_TO_STOP_MS) {
    if (work.job.expectedRows === null) await work.count();
    else if (pages === run.settings.fieldJobs.backfillPagesPerCycle) break;
    else {
      await work.page();
      pages += 1;
    }
  }
  return work.queued;
}

/**
 * Plans and saves the jobs for an object's owed fields and due formulas, and queues the retry of rejections naming changed
 * fields. Each debt is removed from the schema only afterwards: after a crash in between, the next cycle plans again.
 */
export async function planJobs(run: CycleRun, stored: StoredSchema): Promise<JobBook> {
  const { ports, settings, cycle } = run;
  const { type } = stored.schema;
  const book = await ports.state.loadJobs(type);
  const planned = plannedJobs(book, stored, settings.fieldJobs.formulaRefreshHours, ports.clock.now());
  if (planned !== book) await ports.state.saveJobs(type, planned, cycle);
  const current = isOwed(stored) ? await withoutDebt(run, stored) : stored;
  if (current !== undefined) await retryChanged(run, current);
  return planned;
}

/** Undefined after a concurrent change of the schema: the next cycle removes the debt. */
async function withoutDebt({ ports }: CycleRun, stored: StoredSchema): Promise<StoredSchema | undefined> {
  const history = { ...stored.history, owed: {} };
  const paid = { ...stored, history, revision: stored.revision + 1 };
  return (await ports.state.saveSchema(paid)) === 'saved' ? paid : undefined;
}

/** Whether fields of the schema must still be read from every row without being part of a job. */
export function isOwed({ history }: StoredSchema): boolean {
  return Object.keys(history.owed).length > 0;
}

class JobWork {
  queued = 0;
  #book: JobBook;
  #schema: ObjectSchema;
  readonly #run: CycleRun;
  readonly #feed: FeedState;

  constructor(run: CycleRun, { book, schema, feed }: JobTurn) {
    this.#run = run;
    this.#book = book;
    this.#schema = schema;
    this.#feed = feed;
  }

  get job(): FieldJob | null {
    return this.#book.running;
  }

  async count(): Promise<void> {
    const job = await this.#narrowed();
    if (job === null) return;
    const size = await this.#run.ports.feed.measure(this.#request(job));
    if (size === 'invalidField') return this.#withoutLostFields(job);
    const counted = countedJob(job, size);
    await this.#save(size.last === null ? this.#ended(counted) : { ...this.#book, running: counted });
  }

  async page(): Promise<void> {
    const job = await this.#narrowed();
    if (job === null) return;
    const request = this.#request(job);
    const page = await this.#run.ports.feed.scan(request, job.after, job.until ?? '');
    if (page === 'invalidField') return this.#withoutLostFields(job);
    await this.#send(request, page.rows);
    const after = page.rows.at(-1)?.id ?? null;
    const read = pageOfJob(job, { rows: page.rows.length, after, more: page.more });
    await this.#save(isRead(read, page) ? this.#ended(read) : { ...this.#book, running: read });
  }

  /** The job reduced to fields still synced; null (job ended) without any. */
  async #narrowed(): Promise<FieldJob | null> {
    const { running } = this.#book;
    if (running === null) return null;
    const job = narrowedJob(running, this.#schema);
    if (job.fields.length > 0) return job;
    await this.#save(this.#ended(job));
    return null;
  }

  /** A field was hidden or deleted after the describe: continue without the field, from the present position. */
  async #withoutLostFields(job: FieldJob): Promise<void> {
    const stored = await describeAgain(this.#run.ports, this.#schema.type);
    this.#schema = stored.schema;
    const narrowed = narrowedJob(job, stored.schema);
    const called = { ...narrowed, calls: narrowed.calls + 2, announcedCalls: plus(narrowed.announcedCalls, 2) };
    if (narrowed !== job) return this.#save({ ...this.#book, running: called });
    // Described fields can be selected, so the filter condition was refused.
    if (!job.onlyFilled) throw new Error(`${this.#schema.type}: a described field cannot be queried`);
    return this.#save({ ...this.#book, running: restarted({ ...called, onlyFilled: false }) });
  }

  #request({ fields, onlyFilled }: FieldJob): ScanRequest {
    const { type, systemColumns } = this.#schema;
    const names = fields.flatMap((name) => this.#schema.fields[name]?.remoteName ?? []);
    return { type, columns: [...systemColumns, ...names], filled: onlyFilled ? names : [] };
  }

  async #send({ type, columns }: ScanRequest, rows: readonly FeedRow[]): Promise<void> {
    const before = fedUpTo(this.#feed, this.#run.settings.lookbackSeconds);
    const queued = rows.filter(({ systemModstamp }) => systemModstamp < before).map(queuedRow);
    const envelope = { type, queuedAt: this.#run.ports.clock.now(), cycle: this.#run.cycle.number, columns };
    await this.#run.ports.backlog.send([...packRows({ ...envelope, partial: true }, queued)]);
    this.queued += queued.length;
  }

  #ended(job: FieldJob): JobBook {
    return endedJob(this.#book, job, this.#run.ports.clock.now());
  }

  async #save(book: JobBook): Promise<void> {
    await this.#run.ports.state.saveJobs(this.#schema.type, book, this.#run.cycle);
    this.#book = book;
  }
}

/**
 * The feed has delivered all columns of rows with earlier stamps, so partial columns only add values. Rows with later
 * stamps will come through the feed with all columns.
 */
function fedUpTo(feed: FeedState, lookbackSeconds: number): string {
  // If Salesforce never reports a covered date, the feed relies on the lookback.
  return feed.coveredUpTo === FEED_BEGINNING ? windowStart(feed, lookbackSeconds) : feed.coveredUpTo;
}

/** The feed may have queued a different state of the row. */
function queuedRow({ id, text, bytes }: FeedRow): QueuedRow {
  return { id, text, bytes, newer: true };
}

function plus(calls: number | null, more: number): number | null {
  return calls === null ? null : calls + more;
}
