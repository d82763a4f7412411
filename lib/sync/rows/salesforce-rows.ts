import type { Person } from '../../person/person.ts';
import { keysOfPerson } from '../../person/person-key.ts';
import { byType, type Row, type RowName, SALESFORCE_TYPES, successorOf } from '../../person/row.ts';
import { rowOfRecord } from '../../schema/record.ts';
import type { Context } from '../context/context.ts';
import type { Ports } from '../ports/ports.ts';
import type { FoundRow } from './known.ts';

type ReadContext = Context<Pick<Ports, 'records'>>;

/** Maximum length of a chain of successors. */
const MAX_SUCCESSORS = 12;

/** The present states of rows; hidden and finally deleted rows are absent. */
export async function readRows(
  { ports, schemas }: ReadContext,
  names: readonly RowName[],
): Promise<ReadonlyMap<string, Row>> {
  const found = new Map<string, Row>();
  for (const type of SALESFORCE_TYPES) {
    const ids = [...new Set(names.flatMap((name) => (name.type === type ? name.id : [])))];
    if (ids.length === 0) continue;
    const records = await ports.records.read(type, ids, schemas[type].columns);
    for (const [id, record] of records) found.set(id, rowOfRecord(schemas[type].schema, record));
  }
  return found;
}

/** The chain of successors of a row; ends at the first unreadable successor. */
export async function successorsOf(context: ReadContext, row: Row): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (let name = successorOf(row); name !== null && found.length < MAX_SUCCESSORS; ) {
    const next: Row | undefined = (await readRows(context, [name])).get(name.id);
    if (next === undefined) break;
    found.push(next);
    name = successorOf(next);
  }
  return found;
}

export type FindContext = Context<{ readonly records: Pick<Ports['records'], 'find'> }>;

/**
 * The rows found for a person without a living row: Leads and Contacts carrying the person's id, otherwise all with the
 * person's email.
 */
export async function findRowsFor(context: FindContext, person: Person): Promise<FoundRow> {
  const { personId, salesforce, fields } = person;
  const keys = salesforce === null ? [personId] : keysOfPerson(personId);
  const found = await find(context, keys, fields.Email);
  const own = found.filter((row) => row.personId === personId);
  const rows = own.length > 0 ? own : found;
  const [row] = rows;
  if (row === undefined) return { kind: 'none' };
  return rows.length > 1 ? { kind: 'several', rows } : { kind: 'one', row };
}

/** The other living Leads and Contacts with the row's email. */
export async function otherRowsWithEmail(context: FindContext, row: Row): Promise<readonly Row[]> {
  const found = await find(context, [], row.fields.Email);
  return found.filter(({ id }) => id !== row.id);
}

async function find({ ports, schemas }: FindContext, keys: readonly string[], email: unknown): Promise<readonly Row[]> {
  const found = await ports.records.find(
    { keys, email: typeof email === 'string' ? email : null },
    byType((type) => schemas[type].columns),
  );
  return found.map(({ type, record }) => rowOfRecord(schemas[type].schema, record));
}
