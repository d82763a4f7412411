import type { Person } from '../../person/person.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import { inParallel } from '../in-parallel.ts';
import type { Schemas } from '../schemas.ts';
import { absorbPersons } from './absorb-persons.ts';
import {
  giveBackLeases,
  leaseToRead,
  type RefreshPorts,
  readRows,
  readSuccessors,
  STORE_PARALLELISM,
} from './read-leased.ts';
import { storeRead } from './store-read.ts';

/** Persons after their rows were read again, by id, and the first error that kept one of them from it. */
export interface Refreshment {
  readonly persons: ReadonlyMap<string, Person>;
  readonly error: unknown;
}

/**
 * Reads the rows of persons again and merges what they hold; where other rows took their place, the persons go over to
 * those. Under each person's lease: a state that comes from elsewhere than the change feed must not overtake one that
 * the feed brings meanwhile. Answers the persons as stored now, or those they became a part of; a person whose lease
 * somebody else holds, who was changed meanwhile, or who could not be stored, is missing: try again later. Throws where
 * no row could be read.
 */
export async function refreshPersons(
  ports: RefreshPorts,
  schemas: Schemas,
  persons: readonly Person[],
): Promise<Refreshment> {
  const leased = await leaseToRead(ports, persons, ports.ids.next());
  const { records, successors } = await readAll(ports, schemas, leased);
  const refreshed = new Map<string, Person>();
  const joining: string[] = [];
  let failure: unknown = null;
  await inParallel(leased, STORE_PARALLELISM, async (person) => {
    const id = person.salesforce?.id ?? '';
    const read = { person, record: records.get(id), successors: successors.get(id) ?? [], keepLease: false };
    try {
      const end = await storeRead(ports, schemas, read);
      if (end.kind === 'changed') return await giveBackLeases(ports, [person]);
      if (end.kind === 'stored') refreshed.set(person.personId, end.person);
      else joining.push(person.personId);
    } catch (error) {
      failure ??= error;
      await giveBackLeases(ports, [person]);
    }
  });
  const survivors = joining.length === 0 ? [] : await absorbPersons(ports, schemas, joining);
  for (const [personId, survivor] of survivors) {
    refreshed.set(personId, survivor);
    if (refreshed.has(survivor.personId)) refreshed.set(survivor.personId, survivor);
  }
  return { persons: refreshed, error: failure };
}

async function readAll(ports: RefreshPorts, schemas: Schemas, leased: readonly Person[]) {
  try {
    const names = leased.flatMap(({ salesforce }) => salesforce ?? []);
    const records = await readRows(ports, schemas, names);
    const rows = leased.flatMap((person) => rowOf(schemas, person, records) ?? []);
    return { records, successors: await readSuccessors(ports, schemas, rows) };
  } catch (error) {
    // Nothing was pushed: whoever comes next need not wait.
    await giveBackLeases(ports, leased);
    throw error;
  }
}

function rowOf(schemas: Schemas, person: Person, records: ReadonlyMap<string, RemoteRecord>) {
  const record = records.get(person.salesforce?.id ?? '');
  return record === undefined ? undefined : rowOfRecord(schemas[person.salesforce?.type ?? 'Lead'].schema, record);
}
