import { awaitsPush, type Person } from '../../person/person.ts';
import type { Context } from '../context/context.ts';
import { type PushPorts, type PushReport, PushRun } from './push-run.ts';

/** The persons of one round: the rest of a mass change goes without a guard. */
export interface ToPush {
  readonly guarded: readonly Person[];
  readonly mass?: readonly Person[];
}

/**
 * Pushes the pending edits of persons to their rows, each under its lease, and makes what Salesforce then holds the new
 * base. A row that somebody else has changed is merged first and pushed in the same run; so are the edits beside one that
 * is refused. A person that is in step, parked, or being pushed by somebody else is passed over. Whatever fails stays
 * pending and is handed out by a later poll.
 */
export async function pushPersons(context: Context<PushPorts>, toPush: ToPush): Promise<PushReport> {
  const run = new PushRun(context);
  try {
    const changed = await run.pushMass((toPush.mass ?? []).filter(awaitsPush));
    await run.pushGuarded([...toPush.guarded, ...changed].filter(awaitsPush));
  } catch (error) {
    run.fail(error);
  }
  return run.report();
}
