import type { Rejection } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import { keyOfPerson, LEADS_PER_PERSON } from '../../person/person-key.ts';
import { type Row, successorOf } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { CreateAnswer } from '../ports/salesforce-records.ts';
import { afterPush } from '../push/store-settled.ts';
import { successorsOf } from '../rows/read-rows.ts';
import type { PersonSync } from './person-sync.ts';

/** A Lead of the person was converted. Nothing was written, unless it was `made` just now. */
export interface ConvertedLead {
  readonly kind: 'converted';
  readonly rejection: Rejection;
  readonly lead: Row;
  /** The rows that took its place one after another, as far as they can be read. */
  readonly successors: readonly Row[];
  readonly made?: true;
}

/**
 * Creates the person's Lead, under the first of its keys that no converted Lead keeps from it. A converted Lead is
 * passed over only where what it became is gone. None of this is remembered: a repeated try comes to the same key.
 */
export async function createUnderKey(
  sync: PersonSync,
  person: Person,
  record: RemoteRecord,
  nth = 1,
): Promise<Exclude<CreateAnswer, { kind: 'converted' }> | ConvertedLead> {
  const { ports, schemas, assignTo, recordIsGone } = sync;
  const { schema, columns } = schemas.Lead;
  const saveDuplicates = ports.policy.onDuplicateAlert === 'save';
  const options = { runAssignmentRules: assignTo.kind === 'assignmentRule', saveDuplicates };
  const answer = await ports.records.createLead(keyOfPerson(person.personId, nth), record, columns, options);
  if (answer.kind !== 'converted') return answer;
  const lead = rowOfRecord(schema, answer.record);
  const reading = () => successorsOf(sync, lead);
  const successors = await (answer.made ? afterPush(reading) : reading());
  if (nth === LEADS_PER_PERSON || !isGone(person, lead, successors, recordIsGone))
    return { ...answer, lead, successors };
  return createUnderKey(sync, person, record, nth + 1);
}

/**
 * Whether nothing living stands in the place of a converted Lead. What cannot be read may only be hidden, unless somebody
 * has confirmed that it is gone, or the person has stood for a later row, which is deleted.
 */
function isGone({ salesforce }: Person, lead: Row, successors: readonly Row[], recordIsGone: boolean): boolean {
  const end = successors.at(-1);
  if (end !== undefined && successorOf(end) === null) return end.isDeleted;
  return recordIsGone || (salesforce?.isDeleted === true && salesforce.id !== lead.id);
}
