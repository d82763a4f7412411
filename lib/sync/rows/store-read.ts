import { type FieldValue, toIsoInstant } from '../../person/field-value.ts';
import { mergeRow, mergeSuccessor } from '../../person/merge-row.ts';
import type { Person } from '../../person/person.ts';
import { type Row, type RowName, successorOf } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { Schemas } from '../schemas.ts';
import { applyRow, mergedPerson } from './apply-row.ts';
import { foldWith, type MetRow, meetRow, takeRow } from './met-row.ts';
import { type Refreshed, type RefreshPorts, refreshedPerson } from './read-leased.ts';
import { resolvePersons, standsFor } from './resolve-persons.ts';
import { joinRival } from './rivals.ts';
import { takeOver } from './take-over.ts';
import { updateOrPark } from './update-or-park.ts';

/** What was read for a person under our lease. */
export interface LeasedRead {
  readonly person: Person;
  /** The person's own row; undefined where it could not be read. */
  readonly record: RemoteRecord | undefined;
  /** The rows that took its place, one after another; empty where none did. */
  readonly successors: readonly Row[];
  readonly keepLease: boolean;
  /** A row that leads to the person, where it stands for none. */
  readonly wayIn?: RowName;
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
  const { person, successors } = read;
  const row = successors.at(-1);
  if (row !== undefined) return goOver(ports, schemas, read, row);
  if (read.record !== undefined) await linkUnreadable(ports, schemas, person, read.record);
  return store(ports, read, refreshedPerson(schemas, person, read.record, ports.clock.now()));
}

async function goOver(ports: RefreshPorts, schemas: Schemas, read: LeasedRead, row: Row): Promise<StoredRead> {
  const { person } = read;
  const own = ownValues(ports, schemas, read);
  const goneAt = toIsoInstant(text(read.record?.SystemModstamp));
  // A lease that is kept is that of somebody who waits for the answer.
  const taker = { person, own: own.person, goneAt, isUntold: read.keepLease, wayIn: read.wayIn };
  const passed = await passedHolder(ports, read);
  if (passed !== undefined) {
    const folded = await foldWith(ports, taker, passed);
    // Whose the row at the end is has not been asked yet: the next try does.
    return folded.kind === 'merged' ? folded : { kind: 'changed' };
  }
  const met = await meetRow(ports, person, row);
  const holder = await otherHolder(ports, schemas, person, met);
  const taking = holder ? await foldWith(ports, taker, holder, met.parts) : await takeRow(ports, schemas, taker, met);
  if (taking.kind === 'contended') return { kind: 'changed' };
  if (taking.kind === 'merged') return taking;
  const now = ports.clock.now();
  const there = succeeded(own, row, schemas, now);
  // In the same write: a row that carries the person's id leads to nobody else, who could see that it is still to be
  // done.
  const whole = await takeOver(ports.persons, there.person, taking.parts, { rules: schemas[row.type].rules, now });
  const stored = await store(ports, read, { ...there, person: whole });
  if (stored.kind !== 'stored') return stored;
  const joined = await joinRival(ports, schemas, { person: stored.person, row, insteadOf: met.linkedId });
  return joined.kind === 'merged' ? joined : { ...stored, person: joined.person };
}

/** The person with the values that its own row had last; that the row is gone is told by where the person goes. */
function ownValues(ports: RefreshPorts, schemas: Schemas, { person, record }: LeasedRead): Refreshed {
  if (record === undefined) return { person, pulled: [], conflicts: [] };
  const values = record.IsConverted === true ? withoutEdited(record, person) : record;
  return refreshedPerson(schemas, person, { ...values, IsDeleted: false }, ports.clock.now());
}

/**
 * Whatever a converted Lead holds, edits that wait are for the Contact: a push may have come too late, and be there
 * alone.
 */
function withoutEdited(record: RemoteRecord, { pending }: Person): RemoteRecord {
  // Local names are those of Leads.
  return Object.fromEntries(Object.entries(record).filter(([column]) => !Object.hasOwn(pending, column)));
}

function succeeded(own: Refreshed, row: Row, schemas: Schemas, now: string): Refreshed {
  const { rules } = schemas[row.type];
  const isLinked = own.person.salesforce !== null;
  const merge = isLinked ? mergeSuccessor(own.person, row, rules) : mergeRow(own.person, row, rules);
  if (merge.kind === 'stale' || merge.kind === 'unchanged') return own;
  const { pulled, conflicts } = merge.kind === 'merged' ? merge : { pulled: [], conflicts: [] };
  const person = mergedPerson(merge, now);
  return { person, pulled: [...own.pulled, ...pulled], conflicts: [...own.conflicts, ...conflicts] };
}

/** Another person who stands for a row on the way there: it has still to go that way itself, and this one with it. */
async function passedHolder(ports: RefreshPorts, { person, successors }: LeasedRead): Promise<Person | undefined> {
  const passed = successors.slice(0, -1);
  if (passed.length === 0) return undefined;
  const owners = await resolvePersons(ports.persons, passed);
  const others = passed.flatMap((row) => {
    const owner = owners.get(row.id)?.person;
    return owner !== undefined && owner.personId !== person.personId && standsFor(owner, row) ? owner : [];
  });
  return others[0];
}

/** The other person whose the row is, who comes to stand for it by this where he did not yet. */
async function otherHolder(
  ports: RefreshPorts,
  schemas: Schemas,
  person: Person,
  { row, owner }: MetRow,
): Promise<Person | undefined> {
  if (owner?.person === undefined || owner.personId === person.personId) return undefined;
  if (standsFor(owner.person, row)) return owner.person;
  const change = { row, owner, object: schemas[row.type], newer: true, fresh: true };
  const { person: applied } = await applyRow(ports, change);
  return applied !== undefined && standsFor(applied, row) ? applied : undefined;
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
  await ports.persons.claimRow(name.id, person.personId);
}

async function store(ports: RefreshPorts, { person, keepLease }: LeasedRead, next: Refreshed): Promise<StoredRead> {
  const lease = keepLease ? person.lease : null;
  const outcome = await updateOrPark(ports.persons, person, { ...next.person, lease }, ports.clock.now());
  return outcome.kind === 'written' ? { kind: 'stored', ...next, person: outcome.person } : { kind: 'changed' };
}

function text(value: FieldValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
