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
import { outcomeOf, tellUnsynced } from './person-outcome.ts';
import { type OneEnd, syncTogether } from './sync-together.ts';

export type ListMessage = Extract<ChangeMessage, { kind: 'list' }>;

/**
 * After so many tries a person counts as failed: the pauses between them come to more than the lease of a push whose
 * answer was lost.
 */
const TRIES = 8;

const FIRST_PAUSE_SECONDS = 15;

/** The longest that the queue delays a message. */
const LONGEST_PAUSE_SECONDS = 900;

/** Until Salesforce can be asked again: an outage, or a day whose calls are used up. */
const PAUSE_SECONDS: Readonly<Record<'unavailable' | 'limit', number>> = { unavailable: 60, limit: 900 };

/**
 * Works on what a message names of a list: one part, or the listing of its persons. Whatever is left is queued again, so
 * that a message that was worked on is done. A job that is paused is left: going on queues its parts anew. Answers the
 * first error that kept a person from being synced, null where none did.
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
  // Where another worker was at the same part, what it saved stands, and its message goes on.
  if ((await ports.lists.saveProgress(after)) === 'overtaken') return null;
  mustNotNeedHuman(ends);
  if (after.open.length > 0) await goOnLater(ports, job, { part, tries, ends });
  return ends.find((end) => end.status === 'rejected')?.reason ?? null;
}

function untouched({ jobId, part, personIds }: ListPart): PartProgress {
  return { jobId, part, revision: 0, open: [...personIds.keys()], counts: NO_OUTCOMES, calls: 0 };
}

interface Tried {
  readonly personIds: readonly string[];
  readonly ends: readonly OneEnd[];
  readonly isLastTry: boolean;
}

/** What became of each; undefined: not known yet. */
async function settle(
  ports: Ports,
  { createdAt }: ListJob,
  { personIds, ends, isLastTry }: Tried,
): Promise<readonly (ListOutcome | undefined)[]> {
  const settled: (ListOutcome | undefined)[] = [];
  for (const [at, end] of ends.entries()) {
    const outcome = outcomeOf(end, createdAt);
    const told = await tellUnsynced(ports, personIds[at] ?? '', { end, isLastTry });
    settled.push(outcome ?? (isLastTry && !waits(end) && told ? 'failed' : undefined));
  }
  return settled;
}

function waits(end: OneEnd): boolean {
  return waitOf(end) !== undefined;
}

/** How long Salesforce is left alone before the person is tried again; undefined: the person itself was not to be had. */
function waitOf(end: OneEnd): number | undefined {
  if (end.status === 'rejected') return undefined;
  const { kind } = end.value;
  return kind === 'unavailable' || kind === 'limit' ? PAUSE_SECONDS[kind] : undefined;
}

function withOutcomes(counts: ListCounts, settled: readonly (ListOutcome | undefined)[]): ListCounts {
  const sum: Record<ListOutcome, number> = { ...counts };
  for (const outcome of settled) if (outcome !== undefined) sum[outcome] += 1;
  return sum;
}

/** What only a human can fix is the failure of the message: it comes again without losing a try. */
function mustNotNeedHuman(ends: readonly OneEnd[]): void {
  for (const end of ends) if (end.status === 'rejected' && end.reason instanceof ConfigError) throw end.reason;
}

async function goOnLater(
  { queue, clock }: Pick<Ports, 'queue' | 'clock'>,
  { jobId }: ListJob,
  { part, tries, ends }: { readonly part: number; readonly tries: number; readonly ends: readonly OneEnd[] },
): Promise<void> {
  const pauses = ends.flatMap((end) => waitOf(end) ?? []);
  // A try counts only where Salesforce was there to be asked.
  const isTry = pauses.length === 0;
  const pause = isTry ? FIRST_PAUSE_SECONDS * 2 ** tries : Math.max(...pauses);
  const message = listMessage({ queuedAt: clock.now(), jobId, part, tries: isTry ? tries + 1 : tries });
  await queue.send([message], Math.min(pause, LONGEST_PAUSE_SECONDS));
}
