import { hasAbsorbed } from '../../person/absorb-person.ts';
import { isItsContact, lifeStateOf, standingOf } from '../../person/life-cycle.ts';
import { hasEmail, isPresent, type Person, personIdOfRow } from '../../person/person.ts';
import { isPossiblePersonId } from '../../person/person-key.ts';
import type { Row } from '../../person/row.ts';
import type { PersonStore } from '../ports/person-store.ts';
import { type Survivor, survivorsOf } from './survivors.ts';

/** Whose a row is. */
export interface Owner {
  /** The person, or undefined where the row's person is still to be made, under `personId`. */
  readonly person: Person | undefined;
  readonly personId: string;
  /** Whether only this answer knows that the row is this person's: then a link must tell it from now on. */
  readonly needsLink: boolean;
  /**
   * The row leads only to persons who have gone on to other rows. If it lives it is a person of its own (an undelete);
   * but the state at hand may be an old one, so that only a row just read may make that person.
   */
  readonly isFormer: boolean;
  /** Whom the row was linked to when that was asked; nobody has asked where the first look told whose it is. */
  readonly linkedId: string | undefined;
  /** Others who stand for this very row, or whose way into another person is not done yet. */
  readonly unjoined: readonly Person[];
}

/** What finding out takes. */
export type OwnerReads = Pick<PersonStore, 'getMany' | 'linksOf' | 'emailClaims'>;

/**
 * Whose each row is, in this order: the person who stands for it; the one whose id it carries; the one derived from the
 * row's own id; the one it was linked to, each followed to whom it became a part of; a person made here, never in
 * Salesforce, who claimed the row's email. By key only, so that the answer does not depend on how far an index has
 * come.
 */
export async function resolvePersons(store: OwnerReads, rows: readonly Row[]): Promise<ReadonlyMap<string, Owner>> {
  const owners = new Map<string, Owner>();
  const first = await store.getMany([...new Set(rows.flatMap((row) => [likelyPersonId(row), personIdOfRow(row.id)]))]);
  const open: Row[] = [];
  for (const row of rows) {
    const person = first.get(likelyPersonId(row));
    const rival = first.get(personIdOfRow(row.id));
    const isAlone =
      rival === undefined || rival === person || (person !== undefined && hasAbsorbed(person, rival.personId));
    if (person !== undefined && isAlone && standsFor(person, row)) owners.set(row.id, ownedBy(person));
    else open.push(row);
  }
  if (open.length > 0) await resolveOpen(store, open, first, owners);
  return owners;
}

/** Whether this is the row that the person is. */
export function standsFor(person: Person, row: Pick<Row, 'id'>): boolean {
  return person.mergedInto === null && person.salesforce?.id === row.id;
}

async function resolveOpen(
  store: OwnerReads,
  rows: readonly Row[],
  first: ReadonlyMap<string, Person>,
  owners: Map<string, Owner>,
): Promise<void> {
  const [links, claims] = await Promise.all([
    store.linksOf(rows.map((row) => row.id)),
    store.emailClaims([...new Set(rows.flatMap((row) => emailOf(row) ?? []))]),
  ]);
  const leadsOf = (row: Row): Leads => ({
    ids: [...new Set([likelyPersonId(row), personIdOfRow(row.id), links.get(row.id) ?? ''])],
    linkedId: links.get(row.id),
    claimantId: claims.get(emailOf(row) ?? ''),
  });
  const named = rows.flatMap((row) => [...leadsOf(row).ids, leadsOf(row).claimantId ?? '']);
  const read = await store.getMany([...new Set(named)].filter((id) => id !== '' && !first.has(id)));
  const survivors = await survivorsOf(store, [...first.values(), ...read.values()]);
  for (const row of rows) owners.set(row.id, ownerOf(row, leadsOf(row), survivors));
}

/** The ids that lead from a row to persons. */
interface Leads {
  readonly ids: readonly string[];
  readonly linkedId: string | undefined;
  readonly claimantId: string | undefined;
}

function ownerOf(row: Row, { ids, linkedId, claimantId }: Leads, survivors: ReadonlyMap<string, Survivor>): Owner {
  const found = ids.flatMap((id) => survivors.get(id) ?? []);
  const unabsorbed = found.flatMap((each) => each.unabsorbed);
  const persons = [...new Map(found.map(({ person }) => [person.personId, person])).values()];
  const derivedId = personIdOfRow(row.id);
  const holders = persons.filter((person) => standsFor(person, row));
  const holder = holders.find(({ personId }) => personId === derivedId) ?? holders[0];
  if (holder !== undefined) {
    return { ...ownedBy(holder, linkedId), unjoined: [...unabsorbed, ...holders.filter((each) => each !== holder)] };
  }
  const claimant = survivors.get(claimantId ?? '')?.person;
  const owner =
    persons.find((person) => mayGoOver(person, row)) ??
    (persons.length === 0 && awaitsRow(claimant, row) ? claimant : undefined);
  if (owner === undefined) {
    const personId = linkedId === undefined || survivors.has(linkedId) ? likelyPersonId(row) : linkedId;
    const isFormer = persons.length > 0;
    return { person: undefined, personId, needsLink: false, isFormer, linkedId, unjoined: unabsorbed };
  }
  const needsLink = owner.personId !== linkedId && owner.personId !== derivedId;
  return { ...ownedBy(owner, linkedId), needsLink, unjoined: unabsorbed };
}

/**
 * Whether a person to whom the row leads goes over to it: one who never had a row, one whose Contact it is, or one
 * whose id it carries. A row that was the person's before is not, even where the person's own is gone now: what was
 * undeleted is a person of its own, whichever of the two is known first.
 */
function mayGoOver(person: Person, row: Row): boolean {
  const state = lifeStateOf(person);
  // A conversion is known by the Lead, which names its Contact: one that is only said to be the person's may be
  // undeleted.
  if (state === 'lead' || standingOf(person, row) === 'past') return false;
  return state === 'local' || isItsContact(person.salesforce, row) || row.personId === person.personId;
}

function ownedBy(person: Person, linkedId?: string): Owner {
  return { person, personId: person.personId, needsLink: false, isFormer: false, linkedId, unjoined: [] };
}

/** The id that the row carries, else the one derived from the row. */
export function likelyPersonId(row: Row): string {
  return row.personId !== null && isPossiblePersonId(row.personId) ? row.personId : personIdOfRow(row.id);
}

/**
 * A person made here, never in Salesforce, with the row's email: the row is that person, seen from the other side. Not
 * so under a lease: then the person's own Lead is being made, or may have been.
 */
function awaitsRow(person: Person | undefined, row: Row): boolean {
  if (person === undefined || person.salesforce !== null || person.lease !== null || !isPresent(person)) return false;
  const email = emailOf(row);
  return email !== undefined && hasEmail(person, email);
}

/** The email by which a row may be linked; a row that is gone is nobody's match. */
function emailOf(row: Row): string | undefined {
  const email = row.fields.Email;
  return typeof email === 'string' && !row.isDeleted && !row.isConverted ? email.trim().toLowerCase() : undefined;
}
