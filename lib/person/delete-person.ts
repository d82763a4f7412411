import type { Happening } from './activity.ts';
import { logged } from './edit-person.ts';
import type { DeletedHere, Person } from './person.ts';
import { withoutOwnRow } from './standing.ts';

/**
 * The person as its own tombstone: never shown or pushed, until somebody revives it. Edits that waited are taken back, so
 * that a revival sends none of them: what the person holds of a row is base.
 */
export function deletePerson(person: Person, salesforce: DeletedHere['salesforce'], now: string): Person {
  const { fields, pending } = person;
  const dropped = Object.keys(pending);
  const detail = { salesforce, ...(dropped.length > 0 && { dropped }) };
  const told: Happening = { type: 'deleted', direction: null, detail };
  const base = { fields: { ...fields, ...pending }, pending: {}, pendingSince: null };
  return logged({ ...person, ...base, deletedHere: { at: now, salesforce }, newborn: false }, [told], now);
}

/**
 * The person whose row Salesforce merged into the row of an erased one: deleted here too, its values kept, without a row
 * from now on. Whether it stays so is to be decided.
 */
export function buryPerson(person: Person, now: string): Person {
  const deletedHere = person.deletedHere ?? { at: now, salesforce: 'keep', undecided: true };
  const told: Happening = { type: 'deleted', direction: 'pull', detail: { salesforce: 'keep' } };
  const rowless = { ...withoutOwnRow(person), salesforce: null, pending: {}, pendingSince: null };
  return logged({ ...rowless, rejection: null, deletedHere }, [told], now);
}

/**
 * What says that the survivor of a join is deleted here: it stays so. Where that takes along a person whom nobody deleted,
 * it is to be decided.
 */
export function deletedWith({ deletedHere, erased }: Person, loser: Person): DeletedHere | null {
  const takesAlong = !erased && !loser.gives && loser.deletedHere === null;
  return deletedHere !== null && takesAlong ? { ...deletedHere, undecided: true } : deletedHere;
}

/** The person back from its tombstone, as it was, and as its row has become since. */
export function revivePerson(person: Person, now: string): Person {
  if (person.deletedHere === null) return person;
  const told: Happening = { type: 'revived', direction: null, detail: { source: 'api' } };
  return logged({ ...person, deletedHere: null, rejection: null, newborn: false }, [told], now);
}
