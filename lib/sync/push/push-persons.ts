import { awaitsPush, type Person } from '../../person/person.ts';
import type { Context } from '../context/context.ts';
import { type PushPorts, PushRun } from './push-run.ts';
import type { PushReport } from './push-tally.ts';

/** The persons of one round: the rest of a mass change goes without a guard. */
export interface ToPush {
  readonly guarded: readonly Person[];
  readonly mass?: readonly Person[];
}

/**
 * Pushes the pending edits of persons to their rows, each under its lease, and makes what Salesforce then holds the new
 * base. A row that somebody else has changed is merged first and pushed in the same run; so are the edits beside one that
 * is refused. A person that is in step, parked, or being pushed by somebody else is passed over. Whatever fails stays
 * pending and is handed out by a later poll. Before each call `hasTime` is asked; for whom there is none is named as late.
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
