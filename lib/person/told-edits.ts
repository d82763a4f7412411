import type { Activity } from './activity.ts';
import type { Person } from './person.ts';

/** A person and its activities, oldest first, as far back as they are at hand. */
export interface ToldPerson {
  readonly person: Person;
  readonly log: readonly Activity[];
}

/** When a field was last edited here, by this person or one that it absorbed, as far as these activities tell. */
export function toldEditOf(log: readonly Activity[], field: string): string | undefined {
  const found = log.findLast((activity) => editTimeIn(activity, field) !== undefined);
  return found && editTimeIn(found, field);
}

/** When a field of a person that waits to be pushed was last edited here. */
export function editedAt({ person, log }: ToldPerson, field: string): string {
  const told = toldEditOf(log, field);
  if (told !== undefined) return told;
  // Where the whole log is at hand and tells of no edit, the value came along with a row that took another's place.
  return log.length === person.log.next ? '' : (person.pendingSince ?? '');
}

/** Whether what a field holds was brought by Salesforce, after the last edit made here. */
export function isPulled(log: readonly Activity[], field: string): boolean {
  const edited = toldEditOf(log, field);
  return edited === undefined || log.some((activity) => activity.at > edited && pulls(activity, field));
}

function editTimeIn(activity: Activity, field: string): string | undefined {
  if (activity.type === 'merged') return activity.detail.fields?.[field];
  if (activity.type !== 'fieldsChanged' || activity.direction !== null) return undefined;
  return changes(activity, field) ? activity.at : undefined;
}

function pulls(activity: Activity, field: string): boolean {
  if (activity.type === 'conflict') return activity.detail.winner === 'remote' && activity.detail.field === field;
  return activity.type === 'fieldsChanged' && activity.direction === 'pull' && changes(activity, field);
}

function changes({ detail }: Extract<Activity, { type: 'fieldsChanged' }>, field: string): boolean {
  return detail.changes.some((change) => change.field === field);
}
