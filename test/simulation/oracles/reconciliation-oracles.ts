import type { World } from '../world.ts';

/**
 * Whoever asks for a reconciliation gets one, which has come to its end: of several askings for one reason, for the
 * last.
 */
export async function checkAskings(world: World): Promise<void> {
  const asks = await world.stores.state.reconciliationAsks();
  const { heard, running } = await world.stores.state.loadReconciliations();
  for (const { id } of asks) {
    if (!heard.includes(id)) world.breaks('an asking is heard', `nobody heard ${id}, an asking to reconcile`);
    else if (running !== null) world.breaks('an asking is heard', `what ${id} asked for is still at ${running.after}`);
  }
}
