/**
 * How many Leads a person may get one after another, because those before were converted and what they became is gone.
 * One digit: a key must fit `Person_Id__c`, which has 36 characters, as a UUID has.
 */
export const LEADS_PER_PERSON = 9;

const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

/** No id of a person has the separator in it. */
const NUMBERED = /^([A-Za-z0-9_-]+)~[2-9]$/;

/**
 * What `Person_Id__c` holds on the nth Lead of a person: first the id itself. A converted Lead keeps that for good, and
 * no other Lead may hold the same; so that the next one holds the id with its number.
 *
 * @see https://help.salesforce.com/s/articleView?id=000384333
 */
export function keyOfPerson(personId: string, nth: number): string {
  return nth === 1 ? personId : `${personId.replace(UUID, '$1$2$3$4$5')}~${nth}`;
}

/** All that `Person_Id__c` may hold for a person. */
export function keysOfPerson(personId: string): string[] {
  return Array.from({ length: LEADS_PER_PERSON }, (_, at) => keyOfPerson(personId, at + 1));
}

/** The person whose key this is. */
export function personIdOfKey(key: string): string {
  const id = NUMBERED.exec(key)?.[1];
  return id === undefined ? key : id.replace(UUID, '$1-$2-$3-$4-$5');
}

const PERSON_ID = /^[A-Za-z0-9_-]{1,36}$/;

/** Whether our side could have given this id: what people type into the field names no person. */
export function isPossiblePersonId(id: string): boolean {
  return PERSON_ID.test(id);
}
