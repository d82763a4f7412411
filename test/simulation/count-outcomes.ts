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
  const touched = new Set<string>();
  for (const activity of added) {
    if (activity.type === 'fieldsChanged') {
      for (const { field } of activity.detail.changes) {
        touched.add(field);
        if (activity.direction === 'pull' && before !== undefined) swarm.count('table: take remote');
      }
    } else if (activity.type === 'conflict') {
      touched.add(activity.detail.field);
      swarm.count(`table: conflict, ${activity.detail.winner} wins`);
    } else if (activity.type === 'syncedToSalesforce') {
      for (const field of activity.detail.fields) {
        touched.add(field);
        swarm.count('table: push local');
      }
      if (activity.detail.created) swarm.count('leadCreated');
    } else swarm.count(`told: ${activity.type}`);
  }
  for (const field in before?.pending) {
    if (!(field in after.pending) && !touched.has(field)) swarm.count('table: agree');
  }
}
