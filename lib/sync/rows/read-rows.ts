import { type Row, type RowName, SALESFORCE_TYPES, successorOf } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { Context } from '../context/context.ts';
import type { Ports } from '../ports/ports.ts';

type ReadContext = Context<Pick<Ports, 'records'>>;

/** How many rows one after another may have taken a row's place. */
const MAX_SUCCESSORS = 12;

/** The rows of these names as they are now; one that is hidden or gone for good is missing. */
export async function readRows(
  { ports, schemas }: ReadContext,
  names: readonly RowName[],
): Promise<ReadonlyMap<string, RemoteRecord>> {
  const found = new Map<string, RemoteRecord>();
  for (const type of SALESFORCE_TYPES) {
    const ids = [...new Set(names.flatMap((name) => (name.type === type ? name.id : [])))];
    if (ids.length === 0) continue;
    const records = await ports.records.read(type, ids, schemas[type].columns);
    for (const [id, record] of records) found.set(id, record);
  }
  return found;
}

/** The rows that took the place of this one, one after another; empty where none did, or it cannot be read. */
export async function successorsOf(context: ReadContext, row: Row): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (let name = successorOf(row); name !== null && found.length < MAX_SUCCESSORS; ) {
    const record = (await readRows(context, [name])).get(name.id);
    if (record === undefined) break;
    const next: Row = rowOfRecord(context.schemas[name.type].schema, record);
    found.push(next);
    name = successorOf(next);
  }
  return found;
}
