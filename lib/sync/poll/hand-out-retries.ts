import { packIds, retryMessage } from '../change-message.ts';
import type { StoredSchema } from '../ports/sync-state-store.ts';
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

/** By then no merge is left that judges by an older schema: a merge runs for two minutes, and remembers a schema for half a minute. */
const SCHEMA_KNOWN_SECONDS = 180;

/** Queues the retry of all rejections naming a changed field of the object, and removes the fields from the history. */
export async function retryChanged({ ports, cycle }: CycleRun, stored: StoredSchema): Promise<void> {
  const { schema, history, revision } = stored;
  if (history.changed.length === 0) return;
  const changed = { type: schema.type, fields: history.changed };
  const body = retryMessage({ queuedAt: ports.clock.now(), cycle: cycle.number, changed, cursor: null });
  await ports.backlog.send([body], SCHEMA_KNOWN_SECONDS);
  // After a concurrent change of the schema, the next cycle does both again.
  await ports.state.saveSchema({ ...stored, history: { ...history, changed: [] }, revision: revision + 1 });
}
