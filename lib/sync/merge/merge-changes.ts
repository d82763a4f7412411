import { withCurrentColumns } from '../context/current-columns.ts';
import { loadSchemas } from '../context/schemas.ts';
import { msBetween } from '../instants.ts';
import { type ListDelivery, workLists } from '../lists/work-lists.ts';
import type { Deadline } from '../ports/deadline.ts';
import type { Ports } from '../ports/ports.ts';
import { type Arrival, arrivalsOf, type Delivery, newestOfEach } from './arrivals.ts';
import { type MergeReport, MergeRun, type Rereading } from './merge-run.ts';

export type { Delivery } from './arrivals.ts';
export type { MergeReport } from './merge-run.ts';

/**
 * A message older than this (our clock) is not merged from its values but read again: a newer state of its rows may
 * have come and gone without leaving a trace.
 */
export const FRESH_MESSAGE_MS = 10 * 60_000;

/**
 * Merges a batch of messages into the store, then pushes what is pending. A delivery is done when all it holds is
 * stored; of a delivery with several rows only those that failed are queued again, without the rest, so that one bad
 * record holds back no other. So are those for which the function has no time: it answers before it is ended.
 * Lists come last: somebody may wait for a change, and nobody for a list.
 */
export async function mergeChanges(
  ports: Ports,
  deliveries: readonly Delivery[],
  timeLeftMs: Deadline,
): Promise<MergeReport> {
  const callsBefore = ports.feed.usage().calls;
  const schemas = await loadSchemas(ports);
  const run = new MergeRun({ ports: { ...ports, records: withCurrentColumns(ports) }, schemas }, timeLeftMs);
  const now = ports.clock.now();
  const arrivals: Arrival[] = [];
  const rereadings: Rereading[] = [];
  const lists: ListDelivery[] = [];
  for (const delivery of deliveries) {
    const { message } = delivery;
    if (message === undefined) run.fail(delivery, new Error('a message that is none of ours'));
    else if (message.kind === 'pending') await run.readPending(delivery, message);
    else if (message.kind === 'persons') await run.goOn(delivery, message);
    else if (message.kind === 'retry') await run.tryAgain(delivery, message);
    else if (message.kind === 'list') lists.push({ id: delivery.id, message });
    else if (message.kind === 'refresh') rereadings.push({ delivery, message, ids: message.ids });
    else {
      const arrived = arrivalsOf(delivery, message, schemas);
      if (msBetween(message.queuedAt, now) < FRESH_MESSAGE_MS) arrivals.push(...arrived);
      else rereadings.push({ delivery, message, ids: arrived.map(({ row }) => row.id) });
    }
  }
  await run.readAgain(rereadings);
  const isWhole = ({ partial }: Arrival) => !partial;
  await run.merge(newestOfEach(arrivals.filter(isWhole)));
  await run.merge(newestOfEach(arrivals.filter((arrival) => !isWhole(arrival))));
  await run.queueFailedAgain();
  const push = await run.push();
  const calls = ports.feed.usage().calls - callsBefore;
  const report = run.report(push, calls);
  const counts = { pushed: push.pushed, rejected: push.rejected, conflicts: report.conflicts, calls };
  if (Object.values(counts).some((count) => count > 0)) await ports.state.countMerges(newestCycle(deliveries), counts);
  const { retry, suspects, error } = await workLists(ports, lists, timeLeftMs);
  return {
    ...report,
    retry: [...report.retry, ...retry],
    suspects: [...report.suspects, ...suspects],
    error: report.error ?? error,
    calls: ports.feed.usage().calls - callsBefore,
  };
}

/** A batch of messages of several cycles counts for the newest of them. */
function newestCycle(deliveries: readonly Delivery[]): number | undefined {
  const cycles = deliveries.flatMap(({ message }) => message?.cycle ?? []);
  return cycles.length === 0 ? undefined : Math.max(...cycles);
}
