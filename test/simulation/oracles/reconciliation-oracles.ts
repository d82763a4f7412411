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

/** The reconciliation that ended last looked at every person, and found none whose row is missing or different. */
export async function checkReconciled(world: World): Promise<void> {
  const { last, running } = await world.stores.state.loadReconciliations();
  if (last === null || running !== null || last.persons === 0) {
    world.breaks('a reconciliation finds nothing', 'no reconciliation has ended that looked at persons');
    return;
  }
  const { missing, changed, different } = last;
  world.swarm.count('reconciled');
  if (missing + changed + different === 0) return;
  world.breaks('a reconciliation finds nothing', `${missing} missing, ${changed} changed, ${different} different`);
}
