import type { Happening } from './activity.ts';
import { logged } from './edit-person.ts';
import type { DeletedHere, Person } from './person.ts';

/** The person as its own tombstone: never shown or pushed, until somebody revives it. */
export function deletePerson(person: Person, salesforce: DeletedHere['salesforce'], now: string): Person {
  const told: Happening = { type: 'deleted', direction: null, detail: { salesforce } };
  return logged({ ...person, deletedHere: { at: now, salesforce }, newborn: false }, [told], now);
}

/** The person back from its tombstone, as it was, and as its row has become since. */
export function revivePerson(person: Person, now: string): Person {
  if (person.deletedHere === null) return person;
  const told: Happening = { type: 'revived', direction: null, detail: { source: 'api' } };
  return logged({ ...person, deletedHere: null, rejection: null, newborn: false }, [told], now);
}
