/**
 * Maximum number of Leads for one person, each created after the previous Lead was converted and the Contact deleted. A
 * single digit: `Person_Id__c` has 36 characters, the length of a UUID.
 */
export const LEADS_PER_PERSON = 9;

const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

/** Person ids never contain the separator. */
const NUMBERED = /^([A-Za-z0-9_-]+)~[2-9]$/;

/**
 * The value of `Person_Id__c` on the nth Lead of a person: for the first Lead the person id. A converted Lead keeps the
 * value forever and the field is unique, so later Leads use the id with a number.
 *
 * @see https://help.salesforce.com/s/articleView?id=000384333
 */
export function keyOfPerson(personId: string, nth: number): string {
  return nth === 1 ? personId : `${personId.replace(UUID, '$1$2$3$4$5')}~${nth}`;
}

/** All possible values of `Person_Id__c` for a person. */
export function keysOfPerson(personId: string): string[] {
  return Array.from({ length: LEADS_PER_PERSON }, (_, at) => keyOfPerson(personId, at + 1));
}

/** The person id encoded in a key. */
export function personIdOfKey(key: string): string {
  const id = NUMBERED.exec(key)?.[1];
  return id === undefined ? key : id.replace(UUID, '$1-$2-$3-$4-$5');
}

const PERSON_ID = /^[A-Za-z0-9_-]{1,36}$/;

/** Whether the text can be a person id issued by Lockstep; other texts were typed into the field by users. */
export function isPossiblePersonId(id: string): boolean {
  return PERSON_ID.test(id);
}
