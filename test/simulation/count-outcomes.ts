import type { Activity } from '../../lib/person/activity.ts';
import type { Person } from '../../lib/person/person.ts';
import type { Swarm } from './swarm.ts';

/** Counts which rows of the three-way table a write of a person shows, and what else the invariants are about. */
export function countOutcomes(
  swarm: Swarm,
  before: Person | undefined,
  after: Person,
  added: readonly Activity[],
): void {
  const touched = new Set(added.flatMap((activity) => countActivity(swarm, activity, before !== undefined)));
  for (const field in before?.pending) {
    if (!(field in after.pending) && !touched.has(field)) swarm.count('table: agree');
  }
}

/** The fields that the activity is about. */
function countActivity(swarm: Swarm, activity: Activity, isKnown: boolean): readonly string[] {
  if (activity.type === 'fieldsChanged') {
    const fields = activity.detail.changes.map(({ field }) => field);
    if (activity.direction === 'pull' && isKnown) for (const _ of fields) swarm.count('table: take remote');
    return fields;
  }
  if (activity.type === 'conflict') {
    swarm.count(`table: conflict, ${activity.detail.winner} wins`);
    return [activity.detail.field];
  }
  if (activity.type === 'syncedToSalesforce') {
    for (const _ of activity.detail.fields) swarm.count('table: push local');
    if (activity.detail.created) swarm.count('leadCreated');
    return activity.detail.fields;
  }
  swarm.count(`told: ${activity.type}`);
  return [];
}
