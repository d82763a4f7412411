import type { Rejection } from '../../person/activity.ts';
import type { Lease, Person } from '../../person/person.ts';
import { rejectPerson } from '../../person/reject-person.ts';
import { ItemTooLargeError } from '../errors.ts';
import type { PersonStore, UpdateOutcome } from '../ports/person-store.ts';

const TOO_LARGE: Rejection = {
  code: 'PERSON_TOO_LARGE',
  message: 'The record in Salesforce is too large to store; the person was not changed',
  fields: [],
};

/** What is stored of a person too large for the next write. */
interface Parking {
  readonly rejection: Rejection;
  readonly lease: Lease | null;
  readonly now: string;
}

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
    return park(persons, stored, { rejection: TOO_LARGE, lease: next.lease, now });
  }
}

/**
 * Parks the stored person, refused if a different lease was taken since. The rejection and the activity take some
 * hundred bytes: without room for both, the rejection is stored alone; without room for the rejection, an
 * `ItemTooLargeError` tells the operator.
 */
export async function park(
  persons: Pick<PersonStore, 'update'>,
  stored: Person,
  { rejection, lease, now }: Parking,
): Promise<UpdateOutcome> {
  const parked = rejectPerson(stored, rejection, {}, now);
  if (parked === stored && stored.lease === lease) return { kind: 'written', person: stored };
  const options = { leaseAsRead: true };
  try {
    return await persons.update(stored, { ...parked, lease }, options);
  } catch (error) {
    if (!(error instanceof ItemTooLargeError) || parked.log === stored.log) throw error;
    return persons.update(stored, { ...parked, lease, log: stored.log }, options);
  }
}

/** The person parked because the next state is too large to store. */
export function tooLarge(person: Person, now: string): Person {
  return rejectPerson(person, TOO_LARGE, {}, now);
}

/** The rejection of a person stored as too large instead of `next`; undefined where `next` was stored. */
export function parkingOf({ rejection }: Person, next: Person): Rejection | undefined {
  const isTooLarge = rejection?.code === TOO_LARGE.code && next.rejection?.code !== TOO_LARGE.code;
  return isTooLarge ? rejection : undefined;
}
