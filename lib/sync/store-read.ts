import { foldPersons } from '../person/absorb-person.ts';
import { type FieldValue, toIsoInstant } from '../person/field-value.ts';
import { mergeRow, mergeSuccessor } from '../person/merge-row.ts';
import { type Person, personIdOfRow } from '../person/person.ts';
import { type Row, successorOf } from '../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../schema/record.ts';
import { applyRow, mergedPerson } from './apply-row.ts';
import { type Refreshed, type RefreshPorts, refreshedPerson } from './read-leased.ts';
import { resolvePersons, standsFor } from './resolve-persons.ts';
import type { Schemas } from './schemas.ts';
import { updateOrPark } from './update-or-park.ts';

/** What was read for a person under our lease. */
export interface LeasedRead {
  readonly person: Person;
  /** The person's own row; undefined where it could not be read. */
  readonly record: RemoteRecord | undefined;
  /** The rows that took its place, one after another; empty where none did. */
  readonly successors: readonly Row[];
  readonly keepLease: boolean;
}

export type StoredRead =
  /** `absorbs`: persons who are a part of this one now, and yet to be absorbed. */
  | ({ readonly kind: 'stored'; readonly absorbs: readonly string[] } & Refreshed)
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
  const passed = await passedHolder(ports, read);
  const holder = passed ?? (await holderOf(ports, schemas, person, row));
  if (holder === 'contended') return { kind: 'changed' };
  if (holder !== undefined) {
    const goneAt = text(read.record?.SystemModstamp);
    const { survivor, frozen } = foldPersons(own.person, holder, ports.clock.now(), toIsoInstant(goneAt));
    const outcome = await ports.persons.update(survivor === holder ? person : holder, frozen);
    if (outcome.kind !== 'written') return { kind: 'changed' };
    if (survivor === holder) return { kind: 'merged', into: holder.personId };
    // Whose the row at the end is has not been asked yet: the next try does.
    if (passed !== undefined) return { kind: 'changed' };
    await ports.persons.linkRow(row.id, person.personId);
  }
  const stored = await store(ports, read, succeeded(own, row, schemas, ports.clock.now()));
  if (stored.kind !== 'stored') return stored;
  const isRivals = await joinRival(ports, stored.person, row);
  return isRivals
    ? { kind: 'merged', into: personIdOfRow(row.id) }
    : { ...stored, absorbs: holder === undefined ? [] : [holder.personId] };
}

/** The person with the values that its own row had last; that the row is gone is told by where the person goes. */
function ownValues(ports: RefreshPorts, schemas: Schemas, { person, record }: LeasedRead): Refreshed {
  if (record === undefined) return { person, pulled: [], conflicts: [] };
  const values = record.IsConverted === true ? withoutEdited(record, person) : record;
  return refreshedPerson(schemas, person, { ...values, IsDeleted: false }, ports.clock.now());
}

/** Whatever a converted Lead holds, edits that wait are for the Contact: a push may have come too late, and be there alone. */
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

/**
 * The other person whose the row is, who stands for it or is known to be meant by it; if any. Otherwise the row is this
 * person's: `contended` where somebody else has said so of himself first.
 */
async function holderOf(
  ports: RefreshPorts,
  schemas: Schemas,
  person: Person,
  row: Row,
): Promise<Person | 'contended' | undefined> {
  const linkedId = (await ports.persons.linksOf([row.id])).get(row.id);
  const owner = (await resolvePersons(ports.persons, [row])).get(row.id);
  if (owner?.person !== undefined && owner.personId !== person.personId) {
    if (standsFor(owner.person, row)) return owner.person;
    const object = schemas[row.type];
    const applied = await applyRow(ports, { row, owner, object, newer: true, fresh: true });
    if (applied.person !== undefined && standsFor(applied.person, row)) return applied.person;
  }
  // The link first: from then on everybody who meets the row finds this person.
  const claimant = await ports.persons.claimRow(row.id, person.personId, linkedId ?? person.personId);
  return claimant === person.personId ? undefined : 'contended';
}

/**
 * Makes one of a person and the one that somebody made of its row before the link told whose it is; whether the person
 * is a part of that one now. To be asked after the person stands for the row; who makes a person of a row asks for its
 * link after that: so one of the two sees both.
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
  const { loser, frozen } = foldPersons(person, rival, ports.clock.now());
  const outcome = await ports.persons.update(loser, frozen);
  return outcome.kind === 'written' && loser === person;
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
  const outcome = await updateOrPark(ports.persons, person, { ...next.person, lease }, ports.clock.now());
  return outcome.kind === 'written'
    ? { kind: 'stored', absorbs: [], ...next, person: outcome.person }
    : { kind: 'changed' };
}

function text(value: FieldValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
