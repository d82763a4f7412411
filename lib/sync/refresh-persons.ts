import type { Person } from '../person/person.ts';
import { type RemoteRecord, rowOfRecord } from '../schema/record.ts';
import { absorbPersons } from './absorb-persons.ts';
import { inParallel } from './in-parallel.ts';
import {
  leaseToRead,
  type RefreshPorts,
  readRows,
  readSuccessors,
  restoreLeases,
  STORE_PARALLELISM,
} from './read-leased.ts';
import type { Schemas } from './schemas.ts';
import { storeRead } from './store-read.ts';

/**
 * Reads the rows of persons again and merges what they hold; where other rows took their place, the persons go over to
 * those. Under each person's lease: a state that comes from elsewhere than the change feed must not overtake one that
 * the feed brings meanwhile. Answers the persons as stored now, or those they became a part of, by id; a person whose
 * lease somebody else holds, or who was changed meanwhile, is missing: try again later.
 */
export async function refreshPersons(
  ports: RefreshPorts,
  schemas: Schemas,
  persons: readonly Person[],
): Promise<ReadonlyMap<string, Person>> {
  const owner = ports.ids.next();
  const leased = await leaseToRead(ports, persons, owner);
  const refreshed = new Map<string, Person>();
  const merged: string[] = [];
  try {
    const names = leased.flatMap(({ salesforce }) => salesforce ?? []);
    const records = await readRows(ports, schemas, names);
    const rows = leased.flatMap((person) => rowOf(schemas, person, records) ?? []);
    const successors = await readSuccessors(ports, schemas, rows);
    await inParallel(leased, STORE_PARALLELISM, async (person) => {
      const id = person.salesforce?.id ?? '';
      const read = { person, record: records.get(id), successor: successors.get(id), keepLease: false };
      const end = await storeRead(ports, schemas, read);
      if (end.kind === 'stored') {
        refreshed.set(person.personId, end.person);
        if (end.absorbs !== null) merged.push(end.absorbs);
      } else if (end.kind === 'merged') merged.push(person.personId);
      else await ports.persons.releaseLease(person.personId, owner);
    });
  } catch (error) {
    // Nothing was pushed: whoever comes next need not wait.
    await restoreLeases(ports, leased, owner);
    throw error;
  }
  const survivors = merged.length === 0 ? [] : await absorbPersons(ports, schemas, merged);
  for (const [personId, survivor] of survivors) {
    refreshed.set(personId, survivor);
    if (refreshed.has(survivor.personId)) refreshed.set(survivor.personId, survivor);
  }
  return refreshed;
}

function rowOf(schemas: Schemas, person: Person, records: ReadonlyMap<string, RemoteRecord>) {
  const record = records.get(person.salesforce?.id ?? '');
  return record === undefined ? undefined : rowOfRecord(schemas[person.salesforce?.type ?? 'Lead'].schema, record);
}
