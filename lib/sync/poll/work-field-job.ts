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

/** What a cycle knows of an object once its window is read. */
export interface JobTurn {
  readonly schema: ObjectSchema;
  readonly book: JobBook;
  readonly feed: FeedState;
}

/**
 * Works off some pages of an object's job, as many as the settings allow a cycle. Its progress is saved after each page
 * that is durably queued; a page whose progress was not saved is read again. Returns how many rows were queued.
 */
export async function workFieldJob(run: CycleRun, turn: JobTurn): Promise<number> {
  const work = new JobWork(run, turn);
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
 * The jobs of an object with what its schema owes and its formulas need, saved. What is owed is struck off the schema
 * only after that: a cycle that dies between plans it once more.
 */
export async function planJobs(run: CycleRun, stored: StoredSchema): Promise<JobBook> {
  const { ports, settings, cycle } = run;
  const { type } = stored.schema;
  const book = await ports.state.loadJobs(type);
  const planned = plannedJobs(book, stored, settings.fieldJobs.formulaRefreshHours, ports.clock.now());
  if (planned !== book) await ports.state.saveJobs(type, planned, cycle);
  if (isOwed(stored)) {
    const paid = { ...stored, history: { ...stored.history, owed: {} }, revision: stored.revision + 1 };
    // Where the schema was changed meanwhile, the next cycle strikes it off.
    await ports.state.saveSchema(paid);
  }
  return planned;
}

/** Whether fields of the schema are still to be read from every row, and no job knows of it. */
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

  /** The job as far as its fields still sync; null where none does: then it has ended. */
  async #narrowed(): Promise<FieldJob | null> {
    const { running } = this.#book;
    if (running === null) return null;
    const job = narrowedJob(running, this.#schema);
    if (job.fields.length > 0) return job;
    await this.#save(this.#ended(job));
    return null;
  }

  /** A field was hidden or deleted after the describe: the job goes on without it, from where it is. */
  async #withoutLostFields(job: FieldJob): Promise<void> {
    const stored = await describeAgain(this.#run.ports, this.#schema.type);
    this.#schema = stored.schema;
    const narrowed = narrowedJob(job, stored.schema);
    const called = { ...narrowed, calls: narrowed.calls + 2, announcedCalls: plus(narrowed.announcedCalls, 2) };
    if (narrowed !== job) return this.#save({ ...this.#book, running: called });
    // What describe shows may be selected; then it is a condition that is refused.
    if (!job.onlyFilled) throw new Error(`${this.#schema.type}: a field that describe shows cannot be queried`);
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
    await this.#run.ports.queue.send([...packRows({ ...envelope, partial: true }, queued)]);
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
 * Rows stamped before this have gone through the feed, in full, at the stamp that a scan finds them with: a few of
 * their columns add to what is known. Later ones will come through the feed with every column.
 */
function fedUpTo(feed: FeedState, lookbackSeconds: number): string {
  // Where Salesforce never tells what it covers, the feed relies on its lookback.
  return feed.coveredUpTo === FEED_BEGINNING ? windowStart(feed, lookbackSeconds) : feed.coveredUpTo;
}

/** Another state of the row may be on its way through the feed. */
function queuedRow({ id, text, bytes }: FeedRow): QueuedRow {
  return { id, text, bytes, newer: true };
}

function plus(calls: number | null, more: number): number | null {
  return calls === null ? null : calls + more;
}
