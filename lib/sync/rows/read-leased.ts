import type { Conflict, Happening } from '../../person/activity.ts';
import { logged } from '../../person/edit-person.ts';
import { mergeRow } from '../../person/merge-row.ts';
import type { Person, SalesforceLink } from '../../person/person.ts';
import { type Row, type RowName, successorOf } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import { inParallel } from '../in-parallel.ts';
import { addMs } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import type { Schemas } from '../schemas.ts';
import { mergedPerson, ownPushOf } from './apply-row.ts';
import { giveBackLease, remembersAttempt } from './give-back-lease.ts';

export type RefreshPorts = Pick<Ports, 'persons' | 'records' | 'queue' | 'clock' | 'ids' | 'leaseMs'>;

/** How many persons are read or written at once. */
export const STORE_PARALLELISM = 24;

/** How many rows one after another may have taken a row's place. */
const MAX_SUCCESSORS = 12;

/**
 * The persons under a lease of ours each, which keeps in mind what an earlier, lost push attempted; others are missing.
 */
export async function leaseToRead(ports: RefreshPorts, persons: readonly Person[], owner: string): Promise<Person[]> {
  const leased = await inParallel(persons, STORE_PARALLELISM, async (person) => {
    if (person.salesforce === null) return undefined;
    const now = ports.clock.now();
    const lease = { owner, expiresAt: addMs(now, ports.leaseMs), attempt: person.lease?.attempt ?? {} };
    return (await ports.persons.takeLease(person, lease, now)) === 'taken' ? { ...person, lease } : undefined;
  });
  return leased.flatMap((person) => person ?? []);
}

/** Gives leases back under which nothing was stored. */
export async function giveBackLeases(ports: RefreshPorts, persons: readonly Person[]): Promise<void> {
  await inParallel(persons, STORE_PARALLELISM, (person) => giveBackLease(ports, person, remembersAttempt(person)));
}

/** The rows of these names as they are now; one that is hidden or gone for good is missing. */
export async function readRows(
  ports: Pick<Ports, 'records'>,
  schemas: Schemas,
  names: readonly RowName[],
): Promise<ReadonlyMap<string, RemoteRecord>> {
  const found = new Map<string, RemoteRecord>();
  for (const type of ['Lead', 'Contact'] as const) {
    const ids = names.flatMap((name) => (name.type === type ? name.id : []));
    if (ids.length === 0) continue;
    const records = await ports.records.read(type, ids, schemas[type].columns);
    for (const [id, record] of records) found.set(id, record);
  }
  return found;
}

/** The rows that took the place of this one, one after another; empty where none did, or it cannot be read. */
export async function successorsOf(ports: Pick<Ports, 'records'>, schemas: Schemas, row: Row): Promise<readonly Row[]> {
  return (await readSuccessors(ports, schemas, [row])).get(row.id) ?? [];
}

/**
 * For each row that another took the place of: the rows that did so one after another, through merges of merges and
 * conversions of what was merged; the last stands now. A row whose successor cannot be read is missing.
 */
export async function readSuccessors(
  ports: Pick<Ports, 'records'>,
  schemas: Schemas,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const ways = new Map<string, Row[]>();
  let open: (readonly [start: string, name: RowName])[] = rows.flatMap((row) => {
    const name = successorOf(row);
    return name === null ? [] : [[row.id, name] as const];
  });
  for (let hop = 0; hop < MAX_SUCCESSORS && open.length > 0; hop += 1) {
    const records = await readRows(
      ports,
      schemas,
      open.map(([, name]) => name),
    );
    open = open.flatMap(([start, name]) => {
      const record = records.get(name.id);
      if (record === undefined) return [];
      const row = rowOfRecord(schemas[name.type].schema, record);
      ways.set(start, [...(ways.get(start) ?? []), row]);
      const next = successorOf(row);
      return next === null ? [] : [[start, next] as const];
    });
  }
  return ways;
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
