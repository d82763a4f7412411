import type { Rejection } from './activity.ts';
import type { Person } from './person.ts';
import { rejectPerson } from './reject-person.ts';
import type { RowName } from './row.ts';

const NOT_VISIBLE = 'RECORD_NOT_VISIBLE';

/**
 * The person parked because the row cannot be read and nothing proves a deletion: the sync user may lack access.
 * Pending edits wait until the row is read again or a user confirms the deletion.
 */
export function parkUnseen(person: Person, { type, id }: RowName, now: string): Person {
  const message =
    `${type} ${id} cannot be read: the sync user may lack access (sharing), or the record was finally deleted. ` +
    'Give the sync user access; if the record is deleted, confirm the deletion by a sync with recordIsGone';
  return rejectPerson(person, { code: NOT_VISIBLE, message, fields: [] }, {}, now);
}

/** Whether the person is parked because the row could not be read. */
export function isUnseen({ rejection }: { readonly rejection: Pick<Rejection, 'code'> | null }): boolean {
  return rejection?.code === NOT_VISIBLE;
}
