import type { Happening, Rejection } from '../../person/activity.ts';
import { deletePerson } from '../../person/delete-person.ts';
import { logged } from '../../person/edit-person.ts';
import { type DeletedHere, isUndecided, isWritable, type Person, type SalesforceLink } from '../../person/person.ts';
import type { Row, RowName } from '../../person/row.ts';
import { rowOfRecord } from '../../schema/record.ts';
import type { Context } from '../context/context.ts';
import { loadSchemas } from '../context/schemas.ts';
import { TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { answerQuestion } from '../rows/answer-questions.ts';
import type { SyncOutcome } from './person-sync.ts';
import { underLease } from './under-lease.ts';

export type DeleteOutcome =
  | { readonly kind: 'deleted' }
  | Exclude<SyncOutcome, { kind: 'synced' | 'contactNotAssignable' | 'ambiguousMatch' }>;

const ATTEMPTS = 8;

/**
 * Deletes a person locally; on request the Salesforce row (or the row's successor) is deleted first. The person stays
 * as a tombstone, and the row does not bring the person back. Idempotent.
 */
export async function deletePersonHere(
  ports: Ports,
  personId: string,
  salesforce: DeletedHere['salesforce'],
): Promise<DeleteOutcome> {
  const outcome = await underLease(
    ports,
    personId,
    { isGuarded: false },
    async ({ leased }): Promise<DeleteOutcome> => {
      const row: RowDeletion =
        salesforce === 'delete' ? await deleteRow(ports, leased) : { kind: 'deleted', person: leased };
      return row.kind === 'deleted' ? bury(ports, row.person, salesforce) : row;
    },
  );
  return outcome.kind === 'deletedHere' ? decide(ports, personId) : outcome;
}

/** Deleting a person hidden here by a merge in Salesforce settles the open decision. */
async function decide({ persons }: Ports, personId: string): Promise<DeleteOutcome> {
  const person = await persons.get(personId);
  if (person === undefined || person.deletedHere === null || !isUndecided(person)) return { kind: 'deleted' };
  const { at, salesforce } = person.deletedHere;
  const outcome = await persons.update(person, { ...person, deletedHere: { at, salesforce } });
  return outcome.kind === 'written' ? { kind: 'deleted' } : { kind: 'busy' };
}

async function bury(ports: Ports, leased: Person, salesforce: DeletedHere['salesforce']): Promise<DeleteOutcome> {
  let stored: Person | undefined = leased;
  for (let attempt = 0; attempt < ATTEMPTS && stored !== undefined; attempt += 1) {
    if (stored.mergedInto !== null) return { kind: 'mergedAway', personId: stored.mergedInto };
    const next = { ...deletePerson(stored, salesforce, ports.clock.now()), lease: stored.lease };
    if ((await ports.persons.update(stored, next)).kind === 'written') return { kind: 'deleted' };
    stored = await ports.persons.get(leased.personId);
  }
  return stored === undefined ? { kind: 'notFound' } : { kind: 'busy' };
}

export type RowDeletion =
  /** The person holds no living row. */
  | { readonly kind: 'deleted'; readonly person: Person }
  /**
   * The successor belongs to the person `personId` and was not deleted: the deleted person was joined into the holder.
   */
  | { readonly kind: 'mergedAway'; readonly personId: string }
  /** The row may be invisible to the sync user. */
  | { readonly kind: 'recordNotVisible'; readonly record: RowName }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly person: Person }
  | { readonly kind: 'busy' };

/** Maximum number of successors followed. */
const TURNS = 4;

/**
 * Deletes the row of a person under the caller's lease. If the row has a successor, the person changes over and the
 * successor is deleted instead.
 */
export async function deleteRow(ports: Ports, leased: Person): Promise<RowDeletion> {
  let person = leased;
  if (person.salesforce === null) return { kind: 'deleted', person };
  const context: Context = { ports, schemas: await loadSchemas(ports) };
  for (let turn = 0; turn < TURNS; turn += 1) {
    const removed = await remove(context, person);
    if (removed.kind !== 'gone') return removed;
    const followed = await follow(context, person, removed.row);
    if (followed.kind !== 'deleted') return followed;
    if (!isWritable(followed.person.salesforce)) return followed;
    person = followed.person;
  }
  return { kind: 'busy' };
}

/** The row after the deletion, or found gone or converted; `row` is absent if not read. */
async function remove(
  { ports, schemas }: Context,
  person: Person,
): Promise<RowDeletion | { readonly kind: 'gone'; readonly row?: Row }> {
  const link = person.salesforce;
  if (!isWritable(link)) return { kind: 'gone' };
  const { schema, columns } = schemas[link.type];
  const { outcome, after } = await ports.records.remove(link.type, link.id, columns);
  switch (outcome.kind) {
    case 'written':
    case 'gone':
      if (after !== null) return { kind: 'gone', row: rowOfRecord(schema, after) };
      if (outcome.kind === 'written') return { kind: 'deleted', person };
      return { kind: 'recordNotVisible', record: { type: link.type, id: link.id } };
    case 'transient':
      throw new TransientError(outcome.code, 'Salesforce could not delete the record now');
    case 'rejected': {
      const { rejection } = outcome;
      const { code, message, fields } = rejection;
      const detail = { code, message, fields, values: {} };
      const happening: Happening = { type: 'rejected', direction: 'push', detail };
      const stored = await ports.persons.update(person, logged(person, [happening], ports.clock.now()));
      return stored.kind === 'written' ? { kind: 'rejected', rejection, person: stored.person } : { kind: 'busy' };
    }
  }
}

/** The person with the successor of the own row, if any. `row`: the present state of the own row. */
async function follow(context: Context, person: Person, row?: Row): Promise<RowDeletion> {
  const { personId, lease, salesforce } = person;
  const readsOwn = row !== undefined || isUnread(salesforce);
  const question = { kind: 'person', personId, readsOwn, attaches: false, hasMessage: false } as const;
  const options = { token: lease?.owner, seen: row === undefined ? undefined : { person, row } };
  const { ended, foundPerson } = await answerQuestion(context, question, options);
  if (ended?.kind !== 'nothing' || foundPerson === undefined) return { kind: 'busy' };
  if (foundPerson.personId !== personId) return { kind: 'mergedAway', personId: foundPerson.personId };
  return foundPerson.lease?.owner === lease?.owner ? { kind: 'deleted', person: foundPerson } : { kind: 'busy' };
}

/** Whether the row is known to be converted, but the Contact is unknown. */
function isUnread(link: SalesforceLink | null): boolean {
  return link?.isConverted === true && link.successor === undefined;
}
