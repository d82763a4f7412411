import type { Rejection } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import { rejectPerson } from '../../person/reject-person.ts';
import { ItemTooLargeError } from '../errors.ts';
import type { PersonStore, UpdateOutcome } from '../ports/person-store.ts';

const TOO_LARGE: Rejection = {
  code: 'PERSON_TOO_LARGE',
  message: 'The record in Salesforce is too large to store; the person was not changed',
  fields: [],
};

/**
 * Stores the next state of a person. A state exceeding the store's size limit would fail on every retry: the stored
 * person is kept and parked by a rejection with the cause.
 */
export async function updateOrPark(
  persons: Pick<PersonStore, 'update'>,
  stored: Person,
  next: Person,
  now: string,
): Promise<UpdateOutcome> {
  try {
    return await persons.update(stored, next);
  } catch (error) {
    if (!(error instanceof ItemTooLargeError)) throw error;
    const parked = tooLarge(stored, now);
    if (parked === stored && stored.lease === next.lease) return { kind: 'written', person: stored };
    return persons.update(stored, { ...parked, lease: next.lease });
  }
}

/** The person parked because the next state is too large to store. */
export function tooLarge(person: Person, now: string): Person {
  return rejectPerson(person, TOO_LARGE, {}, now);
}

export function isTooLarge({ rejection }: Person): boolean {
  return rejection?.code === TOO_LARGE.code;
}
