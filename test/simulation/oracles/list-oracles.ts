import { readList } from '../../../lib/sync/lists/list-jobs.ts';
import type { World } from '../world.ts';

/** A list comes to its end, however often its workers die, unless somebody has paused it and never let it go on. */
export async function checkLists(world: World): Promise<void> {
  const clock = { now: () => new Date(world.timeline.now).toISOString(), wait: async () => undefined };
  for (const jobId of world.lists) {
    const list = await readList({ lists: world.stores.lists, clock }, jobId);
    if (list === undefined) world.breaks('lists end', `${jobId} is gone`);
    else if (list.state === 'running') world.breaks('lists end', `${jobId} still runs: ${JSON.stringify(list)}`);
    else world.swarm.count(`list: ${list.state}`);
  }
}
