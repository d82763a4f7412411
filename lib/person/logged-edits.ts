import type { Activity } from './activity.ts';
import type { Person } from './person.ts';

/** A person with the available activities, oldest first. */
export interface LoggedPerson {
  readonly person: Person;
  readonly log: readonly Activity[];
}

/** The time of the last local edit of a field by the person or an absorbed person, within the given activities. */
export function lastEditOf(log: readonly Activity[], field: string): string | undefined {
  const found = log.findLast((activity) => editTimeIn(activity, field) !== undefined);
  return found && editTimeIn(found, field);
}

/** The time of the last local edit of a pending field. */
export function editedAt({ person, log }: LoggedPerson, field: string): string {
  const loggedAt = lastEditOf(log, field);
  if (loggedAt !== undefined) return loggedAt;
  // A complete log without an edit: the value was taken over with a successor row.
  return log.length === person.log.next ? '' : (person.pendingSince ?? '');
}

/** Whether Salesforce supplied the value of a field after the last local edit. */
export function isPulled(log: readonly Activity[], field: string): boolean {
  const edited = lastEditOf(log, field);
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
