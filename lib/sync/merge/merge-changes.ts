import { FRESH_MESSAGE_MS, LASTING_MESSAGE_MS } from '../change-message.ts';
import { withCurrentColumns } from '../context/current-columns.ts';
import { loadSchemas } from '../context/schemas.ts';
import { msBetween } from '../instants.ts';
import { type ListDelivery, workLists } from '../lists/work-lists.ts';
import type { Deadline } from '../ports/deadline.ts';
import type { Ports } from '../ports/ports.ts';
import { type Arrival, arrivalsOf, type Delivery, newestOfEach } from './arrivals.ts';
import { type MergeReport, MergeRun, type RowsToRead } from './merge-run.ts';

export type { Delivery } from './arrivals.ts';
export type { MergeReport } from './merge-run.ts';

/**
 * Merges a batch of messages into the store, then pushes pending edits. A delivery is done once everything in the
 * message is stored. Failed rows of a message are queued again separately, so that one bad record holds back no other
 * row; so are rows and persons without time left: the function returns before the timeout. Lists are handled last,
 * because users wait for changes rather than for lists.
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
  const toRead: RowsToRead[] = [];
  const lists: ListDelivery[] = [];
  for (const delivery of deliveries) {
    const { message } = delivery;
    if (message === undefined) run.fail(delivery, new Error('an unknown message'));
    else if (message.kind === 'pending') await run.readPending(delivery, message);
    else if (message.kind === 'persons') await run.finishHalfDone(delivery, message);
    else if (message.kind === 'retry') await run.retryRejections(delivery, message);
    else if (message.kind === 'list') lists.push({ id: delivery.id, message });
    else if (message.kind === 'refresh') toRead.push({ delivery, message, ids: message.ids });
    else {
      const arrived = arrivalsOf(delivery, message, schemas);
      const lastsMs = message.lasting === true ? LASTING_MESSAGE_MS : FRESH_MESSAGE_MS;
      if (msBetween(message.queuedAt, now) < lastsMs) arrivals.push(...arrived);
      else toRead.push({ delivery, message, ids: arrived.map(({ row }) => row.id) });
    }
  }
  await run.readAgain(toRead);
  const isComplete = ({ partial }: Arrival) => !partial;
  await run.merge(newestOfEach(arrivals.filter(isComplete)));
  await run.merge(newestOfEach(arrivals.filter((arrival) => !isComplete(arrival))));
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

/** The newest cycle among a batch's messages counts for the batch. */
function newestCycle(deliveries: readonly Delivery[]): number | undefined {
  const cycles = deliveries.flatMap(({ message }) => message?.cycle ?? []);
  return cycles.length === 0 ? undefined : Math.max(...cycles);
}
