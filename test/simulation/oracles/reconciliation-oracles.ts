import type { World } from '../world.ts';

/** Whoever asks for a reconciliation gets one, which has come to its end: of several askings, for the last. */
export async function checkAskings(world: World): Promise<void> {
  const ask = await world.state.reconciliationAsked();
  if (ask === null) return;
  const { heard, running } = await world.state.loadReconciliations();
  if (heard !== ask.id) world.breaks('an asking is heard', `nobody heard ${ask.id}, the last asking to reconcile`);
  else if (running !== null)
    world.breaks('an asking is heard', `what ${ask.id} asked for is still at ${running.after}`);
}
