import { awaitsPush, type Person } from '../../person/person.ts';
import type { Context } from '../context/context.ts';
import { type PushPorts, PushRun } from './push-run.ts';
import type { PushReport } from './push-tally.ts';

/** The persons of one round. `mass`: the remainder of a mass change, pushed without a guard. */
export interface ToPush {
  readonly guarded: readonly Person[];
  readonly mass?: readonly Person[];
}

/**
 * Pushes the pending edits of persons to their rows, each under a lease, and makes the resulting row states base. A row
 * changed in Salesforce is merged first and pushed in the same run; so are the remaining edits after a rejection.
 * Persons in step, parked or leased to a different worker are skipped. A failed push stays pending and is queued by a
 * later poll. `hasTime` is called before every request; persons without time left are returned as late.
 */
export async function pushPersons(
  context: Context<PushPorts>,
  toPush: ToPush,
  hasTime: () => boolean,
): Promise<PushReport> {
  const run = new PushRun(context, hasTime);
  try {
    const changed = await run.pushMass((toPush.mass ?? []).filter(awaitsPush));
    await run.pushGuarded([...toPush.guarded, ...changed].filter(awaitsPush));
  } catch (error) {
    run.fail(error);
  }
  return run.report();
}
