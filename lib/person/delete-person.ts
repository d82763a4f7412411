import type { Happening } from './activity.ts';
import { logged } from './edit-person.ts';
import type { DeletedHere, Person } from './person.ts';
import { withoutOwnRow } from './standing.ts';

/**
 * The person as a tombstone: hidden and never pushed until revived. Pending edits are cancelled and the fields set back
 * to base, so that a revival pushes nothing.
 */
export function deletePerson(person: Person, salesforce: DeletedHere['salesforce'], now: string): Person {
  const { fields, pending } = person;
  const dropped = Object.keys(pending);
  const detail = { salesforce, ...(dropped.length > 0 && { dropped }) };
  const happening: Happening = { type: 'deleted', direction: null, detail };
  const base = { fields: { ...fields, ...pending }, pending: {}, pendingSince: null };
  return logged({ ...person, ...base, deletedHere: { at: now, salesforce }, newborn: false }, [happening], now);
}

/**
 * Deletes a person locally because Salesforce merged the person's row into the row of an erased person. Values are
 * kept, the row is given up, and a user has to decide whether the person stays deleted (`undecided`).
 */
export function buryPerson(person: Person, now: string): Person {
  const deletedHere = person.deletedHere ?? { at: now, salesforce: 'keep', undecided: true };
  const happening: Happening = { type: 'deleted', direction: 'pull', detail: { salesforce: 'keep' } };
  const rowless = { ...withoutOwnRow(person), salesforce: null, pending: {}, pendingSince: null };
  return logged({ ...rowless, rejection: null, deletedHere }, [happening], now);
}

/**
 * `deletedHere` of a survivor after a join: a deleted survivor stays deleted. If the loser was not deleted, a user has
 * to decide (`undecided`).
 */
export function deletedWith({ deletedHere, erased }: Person, loser: Person): DeletedHere | null {
  const takesAlong = !erased && !loser.gives && loser.deletedHere === null;
  return deletedHere !== null && takesAlong ? { ...deletedHere, undecided: true } : deletedHere;
}

/** The person restored from the tombstone, including row states merged since the deletion. */
export function revivePerson(person: Person, now: string): Person {
  if (person.deletedHere === null) return person;
  const happening: Happening = { type: 'revived', direction: null, detail: { source: 'api' } };
  return logged({ ...person, deletedHere: null, rejection: null, newborn: false }, [happening], now);
}
