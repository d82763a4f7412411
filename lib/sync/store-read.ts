import { freezePerson } from '../person/absorb-person.ts';
import { mergeRow, mergeSuccessor } from '../person/merge-row.ts';
import { type Person, personIdOfRow } from '../person/person.ts';
import { type Row, successorOf } from '../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../schema/record.ts';
import { applyRow, mergedPerson } from './apply-row.ts';
import { type Refreshed, type RefreshPorts, refreshedPerson } from './read-leased.ts';
import { resolvePersons, standsFor } from './resolve-persons.ts';
import type { Schemas } from './schemas.ts';

/** What was read for a person under our lease. */
export interface LeasedRead {
  readonly person: Person;
  /** The person's own row; undefined where it could not be read. */
  readonly record: RemoteRecord | undefined;
  /** The row that took its place, if one did. */
  readonly successor: Row | undefined;
  readonly keepLease: boolean;
}

export type StoredRead =
  | ({ readonly kind: 'stored' } & Refreshed)
  /** The row that took the place of the person's is another's: the person is a part of that one, yet to be absorbed. */
  | { readonly kind: 'merged'; readonly into: string }
  /** Somebody else changed the person meanwhile: nothing was stored. */
  | { readonly kind: 'changed' };

/**
 * Stores what a person's row is now. Where another row took its place, the person goes over to that one, or becomes a
 * part of the person who is that one already.
 */
export async function storeRead(ports: RefreshPorts, schemas: Schemas, read: LeasedRead): Promise<StoredRead> {
  const { person, successor } = read;
  if (successor !== undefined) return goOver(ports, schemas, read, successor);
  if (read.record !== undefined) await linkUnreadable(ports, schemas, person, read.record);
  return store(ports, read, refreshedPerson(schemas, person, read.record, ports.clock.now()));
}

async function goOver(ports: RefreshPorts, schemas: Schemas, read: LeasedRead, row: Row): Promise<StoredRead> {
  const { person } = read;
  const now = ports.clock.now();
  // The values that its own row had last; that it is gone is told by where the person goes.
  const record = read.record === undefined ? undefined : { ...read.record, IsDeleted: false };
  const own = record === undefined ? unread(person) : refreshedPerson(schemas, person, record, now);
  const holderId = await holderOf(ports, schemas, person, row);
  if (holderId !== person.personId) {
    const outcome = await ports.persons.update(person, freezePerson(own.person, holderId, now));
    return outcome.kind === 'written' ? { kind: 'merged', into: holderId } : { kind: 'changed' };
  }
  const { rules } = schemas[row.type];
  const merge =
    own.person.salesforce === null ? mergeRow(own.person, row, rules) : mergeSuccessor(own.person, row, rules);
  if (merge.kind === 'stale' || merge.kind === 'unchanged') return store(ports, read, own);
  const { pulled, conflicts } = merge.kind === 'merged' ? merge : unread(person);
  const stored = await store(ports, read, {
    person: mergedPerson(merge, now),
    pulled: [...own.pulled, ...pulled],
    conflicts: [...own.conflicts, ...conflicts],
  });
  if (stored.kind !== 'stored' || !(await joinRival(ports, stored.person, row))) return stored;
  return { kind: 'merged', into: personIdOfRow(row.id) };
}

/** Whose the row is: another's who stands for it, or is known to be meant by it; else it is this person's from now on. */
async function holderOf(ports: RefreshPorts, schemas: Schemas, person: Person, row: Row): Promise<string> {
  const owner = (await resolvePersons(ports.persons, [row])).get(row.id);
  if (owner?.person !== undefined && owner.personId !== person.personId) {
    if (standsFor(owner.person, row)) return owner.personId;
    const object = schemas[row.type];
    const applied = await applyRow(ports, { row, owner, object, newer: true, fresh: true });
    if (applied.person !== undefined) return applied.person.personId;
  }
  // The link first: from then on everybody who meets the row finds this person.
  await ports.persons.linkRow(row.id, person.personId);
  return person.personId;
}

/**
 * Makes a person a part of the one that somebody made of its row before the link told whose it is. To be asked after
 * the person stands for the row; who makes a person of a row asks for its link after that: so one of the two sees both.
 */
export async function joinRival(
  ports: Pick<RefreshPorts, 'persons' | 'clock'>,
  person: Person,
  row: Row,
): Promise<boolean> {
  const derivedId = personIdOfRow(row.id);
  if (person.personId === derivedId) return false;
  const rival = await ports.persons.get(derivedId);
  if (rival === undefined || !standsFor(rival, row)) return false;
  const frozen = freezePerson(person, derivedId, ports.clock.now());
  return (await ports.persons.update(person, frozen)).kind === 'written';
}

/** The Contact of a converted Lead that cannot be read yet is the person's when it appears, unless it is another's. */
async function linkUnreadable(
  ports: RefreshPorts,
  schemas: Schemas,
  person: Person,
  record: RemoteRecord,
): Promise<void> {
  const name = successorOf(rowOfRecord(schemas[person.salesforce?.type ?? 'Lead'].schema, record));
  if (name === null) return;
  const links = await ports.persons.linksOf([name.id]);
  if (!links.has(name.id)) await ports.persons.linkRow(name.id, person.personId);
}

async function store(ports: RefreshPorts, { person, keepLease }: LeasedRead, next: Refreshed): Promise<StoredRead> {
  const lease = keepLease ? person.lease : null;
  const outcome = await ports.persons.update(person, { ...next.person, lease });
  return outcome.kind === 'written' ? { kind: 'stored', ...next, person: outcome.person } : { kind: 'changed' };
}

function unread(person: Person): Refreshed {
  return { person, pulled: [], conflicts: [] };
}
