import type { Conflict, Happening } from '../person/activity.ts';
import { logged } from '../person/edit-person.ts';
import { mergeRow } from '../person/merge-row.ts';
import type { Person, SalesforceLink } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../schema/record.ts';
import { mergedPerson, ownPushOf } from './apply-row.ts';
import { giveBackLease, remembersAttempt } from './give-back-lease.ts';
import { inParallel } from './in-parallel.ts';
import { addMs } from './ports/clock.ts';
import type { Ports } from './ports/ports.ts';
import type { Schemas } from './schemas.ts';
import { updateOrPark } from './update-or-park.ts';

export type RefreshPorts = Pick<Ports, 'persons' | 'records' | 'clock' | 'ids' | 'leaseMs'>;

/** How many persons are read or written at once. */
export const STORE_PARALLELISM = 24;

/** Persons after their rows were read again, by id, and the first error that kept one of them from it. */
export interface Refreshment {
  readonly persons: ReadonlyMap<string, Person>;
  readonly error: unknown;
}

/**
 * Reads the rows of persons again and merges what they hold. Under each person's lease: a state that comes from
 * elsewhere than the change feed must not overtake one that the feed brings meanwhile. Answers the persons as stored
 * now; a person whose lease somebody else holds, who was changed meanwhile, or who could not be stored, is missing: try
 * again later. Throws where no row could be read.
 */
export async function refreshPersons(
  ports: RefreshPorts,
  schemas: Schemas,
  persons: readonly Person[],
): Promise<Refreshment> {
  const owner = ports.ids.next();
  const leased = (await inParallel(persons, STORE_PARALLELISM, (person) => leaseToRead(ports, person, owner))).flatMap(
    (person) => person ?? [],
  );
  const records = await readRows(ports, schemas, leased);
  const refreshed = new Map<string, Person>();
  let failure: unknown = null;
  await inParallel(leased, STORE_PARALLELISM, async (person) => {
    try {
      const stored = await storeRefreshed(ports, schemas, person, records.get(person.salesforce?.id ?? ''));
      if (stored !== undefined) refreshed.set(stored.personId, stored);
    } catch (error) {
      failure ??= error;
      await giveBackLease(ports, person, remembersAttempt(person));
    }
  });
  return { persons: refreshed, error: failure };
}

/** The person with our lease on it, which keeps in mind what an earlier, lost push attempted. */
async function leaseToRead(ports: RefreshPorts, person: Person, owner: string): Promise<Person | undefined> {
  if (person.salesforce === null) return undefined;
  const now = ports.clock.now();
  const lease = { owner, expiresAt: addMs(now, ports.leaseMs), attempt: person.lease?.attempt ?? {} };
  return (await ports.persons.takeLease(person, lease, now)) === 'taken' ? { ...person, lease } : undefined;
}

async function readRows(
  ports: RefreshPorts,
  schemas: Schemas,
  persons: readonly Person[],
): Promise<ReadonlyMap<string, RemoteRecord>> {
  const found = new Map<string, RemoteRecord>();
  try {
    for (const type of ['Lead', 'Contact'] as const) {
      const ids = persons.flatMap((person) => (person.salesforce?.type === type ? person.salesforce.id : []));
      if (ids.length === 0) continue;
      const records = await ports.records.read(type, ids, schemas[type].columns);
      for (const [id, record] of records) found.set(id, record);
    }
    return found;
  } catch (error) {
    // Nothing was pushed: whoever comes next need not wait.
    await inParallel(persons, STORE_PARALLELISM, (person) => giveBackLease(ports, person, remembersAttempt(person)));
    throw error;
  }
}

/** Undefined where the person changed meanwhile. */
async function storeRefreshed(
  ports: RefreshPorts,
  schemas: Schemas,
  person: Person,
  record: RemoteRecord | undefined,
): Promise<Person | undefined> {
  const now = ports.clock.now();
  const { person: next } = refreshedPerson(schemas, person, record, now);
  if (record !== undefined) await linkConverted(ports, person, schemas, record);
  const outcome = await updateOrPark(ports.persons, person, { ...next, lease: null }, now);
  if (outcome.kind === 'written') return outcome.person;
  await giveBackLease(ports, person, remembersAttempt(person));
  return undefined;
}

/** A person after its row was read again. */
export interface Refreshed {
  /** The same object where the row says nothing new. */
  readonly person: Person;
  readonly pulled: readonly string[];
  readonly conflicts: readonly Conflict[];
}

/** The person with the row merged; with no row, it is gone for good or out of the sync user's sight. */
export function refreshedPerson(
  schemas: Schemas,
  person: Person,
  record: RemoteRecord | undefined,
  now: string,
): Refreshed {
  const link = person.salesforce;
  if (link === null) return { person, pulled: [], conflicts: [] };
  if (record === undefined) return { person: withoutRow(person, link, now), pulled: [], conflicts: [] };
  const { schema, rules } = schemas[link.type];
  const merge = mergeRow(person, rowOfRecord(schema, record), rules, ownPushOf(person));
  if (merge.kind === 'stale' || merge.kind === 'unchanged') return { person, pulled: [], conflicts: [] };
  const { pulled, conflicts } = merge.kind === 'merged' ? merge : { pulled: [], conflicts: [] };
  return { person: mergedPerson(merge, now), pulled, conflicts };
}

function withoutRow(person: Person, link: SalesforceLink, now: string): Person {
  if (link.isDeleted) return person;
  const { type, id } = link;
  const deleted: Happening = { type: 'deletedInSalesforce', direction: 'pull', detail: { type, id } };
  return logged({ ...person, salesforce: { ...link, isDeleted: true } }, [deleted], now);
}

/** A converted Lead's person becomes the owner of its Contact before anybody can take the Contact for a new person. */
export async function linkConverted(
  ports: Pick<Ports, 'persons'>,
  person: Person,
  schemas: Schemas,
  record: RemoteRecord,
): Promise<void> {
  const row: Row = rowOfRecord(schemas[person.salesforce?.type ?? 'Lead'].schema, record);
  if (row.convertedContactId !== null) await ports.persons.linkRow(row.convertedContactId, person.personId);
}
