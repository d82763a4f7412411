import type { Activity } from '../../person/activity.ts';
import { beganWithRow, type Person } from '../../person/person.ts';
import { addMs } from '../ports/clock.ts';
import type { Arrival } from './arrivals.ts';

/** More than our clocks are apart. */
const CLOCKS_APART_MS = 15 * 60_000;

/**
 * Whether the person has come to its row since this message was queued, which may have been the cause: then whoever
 * worked on it may have died, or found somebody busy, before all who stand for the row were one.
 */
export function cameLately({ row, delivery }: Arrival, person: Person): boolean {
  const { createdAt, log } = person;
  const since = addMs(delivery.message?.queuedAt ?? createdAt, -CLOCKS_APART_MS);
  return (
    (createdAt >= since && beganWithRow(person, row.id)) ||
    log.recent.some((activity) => activity.at >= since && leadsTo(activity, row.id))
  );
}

/** Whether this is how a person came to the row. */
function leadsTo(activity: Activity, rowId: string): boolean {
  if (activity.type === 'linked' || activity.type === 'converted') return activity.detail.id === rowId;
  return activity.type === 'merged' && activity.detail.row === rowId;
}
