import type { ChangeMessage } from '../change-message.ts';
import { listMessage } from '../change-message.ts';
import { ConfigError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import {
  type ListCounts,
  type ListJob,
  type ListOutcome,
  type ListPart,
  NO_OUTCOMES,
  type PartProgress,
} from '../state/list-job.ts';
import { listFurther } from './list-further.ts';
import { logUnsynced, outcomeOf } from './person-outcome.ts';
import { type SyncEnd, syncTogether } from './sync-together.ts';

export type ListMessage = Extract<ChangeMessage, { kind: 'list' }>;

/**
 * Maximum tries before a person counts as failed: the pauses add up to more than the lease of a push with a lost
 * answer.
 */
const TRIES = 8;

const FIRST_PAUSE_SECONDS = 15;

/** The queue's maximum delay of a message. */
const LONGEST_PAUSE_SECONDS = 900;

/** Pause until Salesforce can be called again, after an outage or with the daily limit reached. */
const PAUSE_SECONDS: Readonly<Record<'unavailable' | 'limit', number>> = { unavailable: 60, limit: 900 };

/**
 * Handles a message of a list: one part, or the listing of persons. Unfinished work is enqueued again, so the message
 * is always done. A paused job is skipped: resuming enqueues the parts anew. Returns the first error of a sync, or
 * null.
 */
export async function workList(ports: Ports, message: ListMessage): Promise<unknown> {
  const job = await ports.lists.loadJob(message.jobId);
  if (job === undefined || job.paused) return null;
  if (message.part !== null) return workPart(ports, job, { part: message.part, tries: message.tries });
  await listFurther(ports, job);
  return null;
}

async function workPart(
  ports: Ports,
  job: ListJob,
  { part, tries }: { readonly part: number; readonly tries: number },
): Promise<unknown> {
  const stored = await ports.lists.loadPart(job.jobId, part);
  if (stored === undefined) return null;
  const before = (await ports.lists.loadProgress(job.jobId, part)) ?? untouched(stored);
  if (before.open.length === 0) return null;
  const callsBefore = ports.feed.usage().calls;
  const personIds = before.open.map((at) => stored.personIds[at] ?? '');
  const ends = await syncTogether(ports, personIds, job.assignTo);
  const settled = await settle(ports, job, { personIds, ends, isLastTry: tries + 1 >= TRIES });
  const after: PartProgress = {
    ...before,
    revision: before.revision + 1,
    open: before.open.filter((_, at) => settled[at] === undefined),
    counts: withOutcomes(before.counts, settled),
    calls: before.calls + ports.feed.usage().calls - callsBefore,
  };
  // A concurrent worker saved the same part: keep the saved progress; the other worker's message continues.
  if ((await ports.lists.saveProgress(after)) === 'overtaken') return null;
  mustNotNeedHuman(ends);
  if (after.open.length > 0) await enqueueRest(ports, job, { part, tries, ends });
  return ends.find((end) => end.status === 'rejected')?.reason ?? null;
}

function untouched({ jobId, part, personIds }: ListPart): PartProgress {
  return { jobId, part, revision: 0, open: [...personIds.keys()], counts: NO_OUTCOMES, calls: 0 };
}

interface Tried {
  readonly personIds: readonly string[];
  readonly ends: readonly SyncEnd[];
  readonly isLastTry: boolean;
}

/** The outcomes, in order; undefined: not yet known. */
async function settle(
  ports: Ports,
  { createdAt }: ListJob,
  { personIds, ends, isLastTry }: Tried,
): Promise<readonly (ListOutcome | undefined)[]> {
  const settled: (ListOutcome | undefined)[] = [];
  for (const [at, end] of ends.entries()) {
    const outcome = outcomeOf(end, createdAt);
    const isExplained = await logUnsynced(ports, personIds[at] ?? '', { end, isLastTry });
    settled.push(outcome ?? (isLastTry && !waits(end) && isExplained ? 'failed' : undefined));
  }
  return settled;
}

function waits(end: SyncEnd): boolean {
  return pauseOf(end) !== undefined;
}

/** Pause before the person's next try; undefined: the person itself was unavailable. */
function pauseOf(end: SyncEnd): number | undefined {
  if (end.status === 'rejected') return undefined;
  const { kind } = end.value;
  return kind === 'unavailable' || kind === 'limit' ? PAUSE_SECONDS[kind] : undefined;
}

function withOutcomes(counts: ListCounts, settled: readonly (ListOutcome | undefined)[]): ListCounts {
  const sum: Record<ListOutcome, number> = { ...counts };
  for (const outcome of settled) if (outcome !== undefined) sum[outcome] += 1;
  return sum;
}

/** An error requiring an operator fails the message, which is then repeated without losing a try. */
function mustNotNeedHuman(ends: readonly SyncEnd[]): void {
  for (const end of ends) if (end.status === 'rejected' && end.reason instanceof ConfigError) throw end.reason;
}

async function enqueueRest(
  { queue, clock }: Pick<Ports, 'queue' | 'clock'>,
  { jobId }: ListJob,
  { part, tries, ends }: { readonly part: number; readonly tries: number; readonly ends: readonly SyncEnd[] },
): Promise<void> {
  const pauses = ends.flatMap((end) => pauseOf(end) ?? []);
  // Only a try with Salesforce available counts.
  const isTry = pauses.length === 0;
  const pause = isTry ? FIRST_PAUSE_SECONDS * 2 ** tries : Math.max(...pauses);
  const message = listMessage({ queuedAt: clock.now(), jobId, part, tries: isTry ? tries + 1 : tries });
  await queue.send([message], Math.min(pause, LONGEST_PAUSE_SECONDS));
}
