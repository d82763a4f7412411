import type { Person, SalesforceLink } from '../../person/person.ts';
import { keysOfPerson } from '../../person/person-key.ts';
import type { Row } from '../../person/row.ts';
import { rowOfRecord } from '../../schema/record.ts';
import type { Ports } from '../ports/ports.ts';
import { type OwnerReads, resolvePersons } from '../rows/resolve-persons.ts';
import type { ObjectRules, Schemas } from '../schemas.ts';
import type { Candidate } from './person-sync.ts';

/** What Salesforce holds for a person who has no row. */
export type FoundRow =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly row: Row }
  /** Several could be it, or the only one is another person's. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Candidate[] };

export interface FindPorts {
  readonly persons: OwnerReads;
  readonly records: Pick<Ports['records'], 'find' | 'read'>;
}

/**
 * Looks for the row of a person who has none, or whose row is gone: the Contact that its Lead became, a Lead or Contact
 * that carries the person's id, or else the only one with the person's email. A row that is another person's is never
 * taken. Changes nothing.
 */
export async function findRow(ports: FindPorts, schemas: Schemas, person: Person): Promise<FoundRow> {
  const contact = await convertedContact(ports, schemas, person.salesforce);
  const rows = contact === undefined ? await rowsLike(ports, schemas, person) : [contact];
  const own = rows.filter((row) => row.personId === person.personId);
  const found = own.length > 0 ? own : rows;
  const [row] = found;
  if (row === undefined) return { kind: 'none' };
  const candidates = await candidatesOf(ports, person, found);
  const isFree = candidates.length === 1 && candidates[0]?.personId === undefined;
  return isFree ? { kind: 'one', row } : { kind: 'ambiguous', candidates };
}

/** The Contact that the person's Lead was converted into, while it lives. */
async function convertedContact(
  ports: FindPorts,
  schemas: Schemas,
  link: SalesforceLink | null,
): Promise<Row | undefined> {
  if (link === null || !link.isConverted) return undefined;
  const contactId = (await readRow(ports, schemas.Lead, link.id))?.convertedContactId ?? null;
  const contact = contactId === null ? undefined : await readRow(ports, schemas.Contact, contactId);
  return contact?.isDeleted ? undefined : contact;
}

async function readRow({ records }: FindPorts, { schema, columns }: ObjectRules, id: string): Promise<Row | undefined> {
  const record = (await records.read(schema.type, [id], columns)).get(id);
  return record === undefined ? undefined : rowOfRecord(schema, record);
}

async function rowsLike({ records }: FindPorts, schemas: Schemas, person: Person): Promise<Row[]> {
  const email = person.fields.Email;
  const keys = person.salesforce === null ? [person.personId] : keysOfPerson(person.personId);
  const found = await records.find(
    { keys, email: typeof email === 'string' ? email : null },
    { Lead: schemas.Lead.columns, Contact: schemas.Contact.columns },
  );
  return found.map(({ type, record }) => rowOfRecord(schemas[type].schema, record));
}

/** The rows by name, each with whose it is where it is another's. */
export async function candidatesOf(
  { persons }: Pick<FindPorts, 'persons'>,
  person: Person,
  rows: readonly Row[],
): Promise<Candidate[]> {
  const owners = await resolvePersons(persons, rows);
  return rows.map(({ type, id }) => {
    const owner = owners.get(id)?.person;
    const isAnothers = owner !== undefined && owner.personId !== person.personId && owner.salesforce?.id === id;
    return isAnothers ? { type, id, personId: owner.personId } : { type, id };
  });
}
