import type { AssignTo } from '../assign-to.ts';
import { listMessage } from '../change-message.ts';
import { TransientError } from '../errors.ts';
import { chunked, inParallel } from '../in-parallel.ts';
import { addMs, msBetween } from '../instants.ts';
import type { Page } from '../ports/person-store.ts';
import type { Ports } from '../ports/ports.ts';
import {
  LIST_OUTCOMES,
  type ListCounts,
  type ListJob,
  NO_OUTCOMES,
  PART_SIZE,
  type PartProgress,
} from '../state/list-job.ts';

type JobPorts = Pick<Ports, 'lists' | 'queue' | 'clock' | 'ids'>;

/** The persons of a list: the given ids, or all persons never in Salesforce. */
export type ListedPersons = { readonly personIds: readonly string[] } | 'localOnly';

/** Parts written, or jobs read, concurrently. */
const AT_ONCE = 8;

const ATTEMPTS = 8;

/** Starts a job and returns the id. The whole job is stored before the first message is enqueued. */
export async function startList(ports: JobPorts, listed: ListedPersons, assignTo: AssignTo): Promise<string> {
  const { lists, clock, ids } = ports;
  const jobId = ids.next();
  const now = clock.now();
  const personIds = listed === 'localOnly' ? [] : [...new Set(listed.personIds)];
  const parts = chunked(personIds, PART_SIZE);
  await inParallel([...parts.entries()], AT_ONCE, async ([at, some]) => {
    await lists.addPart({ jobId, part: at + 1, personIds: some, next: null });
  });
  const job: ListJob = {
    jobId,
    revision: 1,
    assignTo,
    paused: false,
    listing: listed === 'localOnly' ? { cursor: null } : null,
    parts: parts.length,
    total: personIds.length,
    createdAt: now,
    runsSince: now,
    doneBefore: 0,
  };
  await lists.saveJob(job);
  await queueOpenParts(ports, job, []);
  return jobId;
}

/** Progress of a job. */
export interface ListStatus extends ListCounts {
  readonly jobId: string;
  readonly createdAt: string;
  readonly state: 'running' | 'paused' | 'done';
  readonly total: number;
  /** Salesforce API calls. */
  readonly calls: number;
  /** Null while no estimate is possible, and after the end. */
  readonly estimatedEndAt: string | null;
}

/** Undefined for an unknown or expired job. */
export async function readList(
  { lists, clock }: Pick<Ports, 'lists' | 'clock'>,
  jobId: string,
): Promise<ListStatus | undefined> {
  const job = await lists.loadJob(jobId);
  return job === undefined ? undefined : statusOf(job, await lists.progress(jobId), clock.now());
}

/** The status of every job, newest first, in pages; a page may be short. Throws `InvalidCursorError`. */
export async function listLists(
  ports: Pick<Ports, 'lists' | 'clock'>,
  limit: number,
  cursor: string | null,
): Promise<Page<ListStatus>> {
  const page = await ports.lists.newestJobs(limit, cursor);
  const found = await inParallel(page.items, AT_ONCE, (jobId) => readList(ports, jobId));
  return { items: found.flatMap((job) => job ?? []), cursor: page.cursor };
}

/**
 * Pauses or resumes a job. Parts in progress are finished even if paused. Resuming enqueues every unfinished part,
 * whatever happened to the part's earlier message.
 */
export async function pauseList(ports: JobPorts, jobId: string, paused: boolean): Promise<ListStatus | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const job = await ports.lists.loadJob(jobId);
    if (job === undefined) return undefined;
    const progress = await ports.lists.progress(jobId);
    const now = ports.clock.now();
    const doneBefore = doneOf(progress);
    const next: ListJob = { ...job, revision: job.revision + 1, paused, runsSince: now, doneBefore };
    if ((await ports.lists.saveJob(next)) === 'overtaken') continue;
    if (!paused) await queueOpenParts(ports, next, progress);
    return statusOf(next, progress, now);
  }
  throw new TransientError('CONTENTION', 'the job was changed concurrently on every try');
}

async function queueOpenParts(
  { queue, clock }: JobPorts,
  job: ListJob,
  progress: readonly PartProgress[],
): Promise<void> {
  const { jobId } = job;
  const done = new Set(progress.flatMap(({ part, open }) => (open.length === 0 ? part : [])));
  const parts = Array.from({ length: job.parts }, (_, at) => at + 1).filter((part) => !done.has(part));
  const message = (part: number | null) => listMessage({ queuedAt: clock.now(), jobId, part, tries: 0 });
  await queue.send([...(job.listing === null ? [] : [message(null)]), ...parts.map(message)]);
}

function statusOf(job: ListJob, progress: readonly PartProgress[], now: string): ListStatus {
  const { jobId, createdAt, total, paused } = job;
  const done = doneOf(progress);
  const isDone = job.listing === null && done >= total;
  const state = isDone ? 'done' : paused ? 'paused' : 'running';
  const calls = progress.reduce((sum, part) => sum + part.calls, 0);
  return {
    jobId,
    createdAt,
    state,
    total,
    ...countsOf(progress),
    calls,
    estimatedEndAt: state === 'running' ? endOf(job, done, now) : null,
  };
}

/** Estimated from the speed since the last start. */
function endOf({ total, runsSince, doneBefore }: ListJob, done: number, now: string): string | null {
  const sinceThen = done - doneBefore;
  if (sinceThen <= 0) return null;
  const msEach = Math.max(0, msBetween(runsSince, now)) / sinceThen;
  return addMs(now, Math.round(msEach * (total - done)));
}

function countsOf(progress: readonly PartProgress[]): ListCounts {
  const sum = { ...NO_OUTCOMES };
  for (const { counts } of progress) for (const name of LIST_OUTCOMES) sum[name] += counts[name];
  return sum;
}

function doneOf(progress: readonly PartProgress[]): number {
  const counts = countsOf(progress);
  return LIST_OUTCOMES.reduce((sum, name) => sum + counts[name], 0);
}
