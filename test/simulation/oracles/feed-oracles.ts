import type { Invocation } from '../invocation.ts';
import type { World } from '../world.ts';

/** Invariant 9, at every save of a feed's state: the checkpoint moves forward only, and passes nothing unqueued. */
export function checkFeedSaved(world: World, invocation: Invocation): void {
  for (const type of ['Lead', 'Contact'] as const) {
    const feed = world.stores.peekFeed(type);
    if (feed === undefined) continue;
    const { checkpoint, coveredUpTo } = feed;
    const earlier = world.ledger.checkpoints.get(type) ?? '';
    if (checkpoint < earlier)
      world.breaks('the checkpoint moves forward', `${type}: from ${earlier} back to ${checkpoint}`);
    world.ledger.checkpoints.set(type, checkpoint);
    if (checkpoint > earlier) passesNothingUnqueued(world, invocation, type, { checkpoint, coveredUpTo });
  }
}

/**
 * A state that stood before the cycle began to read, and still stands, is on the queue once the checkpoint is past it;
 * one that a long transaction held back, once the feed calls it covered.
 */
function passesNothingUnqueued(
  world: World,
  invocation: Invocation,
  type: string,
  { checkpoint, coveredUpTo }: { checkpoint: string; coveredUpTo: string },
): void {
  for (const [id, states] of world.ledger.rows) {
    const last = states.at(-1);
    if (
      last?.object !== type ||
      last.at >= invocation.startedAt ||
      last.stamp >= (last.late ? coveredUpTo : checkpoint)
    )
      continue;
    // What changes out of sight is for the next reconciliation.
    if (world.hiddenRows.has(id) || world.ledger.purged.has(id) || world.ledger.queuedStamps.get(id)?.has(last.stamp))
      continue;
    world.breaks(
      'the checkpoint passes nothing',
      `${type} ${id} of ${last.stamp} is not on the queue, the checkpoint is ${checkpoint}`,
    );
  }
}
