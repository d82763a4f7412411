import { packIds } from '../change-message.ts';
import type { CycleRun } from './cycle-run.ts';

/** One cycle of so many looks for due rejections: every half hour by the default schedule. */
export const RETRIES_EVERY = 6;

/** Persons of one turn at most: 12,000 a day by the default schedule, some 530 calls if Salesforce refuses all again. */
const RETRIES = 250;

/**
 * Queues the rejections whose next try is due as backlog, in every sixth cycle; other cycles read nothing. Persons above the limit
 * wait for the next turn. A rejection queued twice is tried once: the merge checks the due time again.
 */
export async function handOutRetries({ ports, cycle }: CycleRun): Promise<void> {
  if (cycle.number % RETRIES_EVERY !== 0) return;
  const queuedAt = ports.clock.now();
  const personIds = await ports.persons.dueRetries(queuedAt, RETRIES);
  const envelope = { kind: 'retry', queuedAt, cycle: cycle.number, due: true, cursor: null } as const;
  if (personIds.length > 0) await ports.backlog.send([...packIds(envelope, personIds)]);
}
