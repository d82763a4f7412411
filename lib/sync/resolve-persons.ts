import type { Person } from '../person/person.ts';
import { hasEmail, personIdOfRow } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import type { PersonStore } from './ports/person-store.ts';

/** Whose a row is. */
export interface Owner {
  /** The person, or undefined where the row's person is still to be made, under `personId`. */
  readonly person: Person | undefined;
  readonly personId: string;
  /** Whether only this answer knows that the row is this person's: then a link must tell it from now on. */
  readonly needsLink: boolean;
  /** The row's first person went over to another row: only what the row is now can tell whether it lives again. */
  readonly isSecond?: boolean;
}

/** What finding out takes. */
export type OwnerReads = Pick<PersonStore, 'getMany' | 'linksOf' | 'emailClaims'>;

/** A person id that our side could have given: what people type into the field is not followed. */
const PERSON_ID = /^[A-Za-z0-9_-]{1,36}$/;

/** A search on its way. */
interface Search {
  readonly store: OwnerReads;
  readonly owners: Map<string, Owner>;
  /** Ids of persons who stand for other rows than those that were looked up. */
  readonly taken: Set<string>;
  /** Ids of rows that were linked to such persons. */
  readonly left: Set<string>;
}

/**
 * Whose each row is, in this order: the person whose id it carries; the person derived from the row's own id; the
 * person it was linked to; a person made here, never in Salesforce, who claimed the row's email. By key only, so that
 * the answer does not depend on how far an index has come.
 */
export async function resolvePersons(store: OwnerReads, rows: readonly Row[]): Promise<ReadonlyMap<string, Owner>> {
  const search: Search = { store, owners: new Map(), taken: new Set(), left: new Set() };
  const { owners, taken } = search;
  const isOpen = (row: Row): boolean => !owners.has(row.id);
  await resolveById(search, rows, likelyPersonId);
  await resolveById(search, rows.filter(isOpen).filter(carriesId), ownPersonId);
  await resolveByLink(search, rows.filter(isOpen));
  const takenOwn = rows.filter(isOpen).filter((row) => taken.has(ownPersonId(row)));
  await resolveById(search, takenOwn, secondPersonId);
  for (const row of rows.filter(isOpen)) {
    const ids = [likelyPersonId(row), ownPersonId(row)];
    const first = ids.find((id) => !taken.has(id));
    const personId = first ?? secondPersonId(row);
    const isSecond = search.left.has(row.id) || ids.some((id) => taken.has(id));
    owners.set(row.id, {
      person: undefined,
      personId,
      needsLink: false,
      isSecond,
    });
  }
  return owners;
}

async function resolveById(search: Search, rows: readonly Row[], idOf: (row: Row) => string): Promise<void> {
  if (rows.length === 0) return;
  const persons = await search.store.getMany([...new Set(rows.map(idOf))]);
  for (const row of rows) {
    const person = persons.get(idOf(row));
    if (person === undefined) continue;
    if (mayOwn(person, row)) search.owners.set(row.id, { person, personId: person.personId, needsLink: false });
    else search.taken.add(person.personId);
  }
}

async function resolveByLink({ store, owners, left }: Search, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const emails = rows.flatMap((row) => emailOf(row) ?? []);
  const [links, claims] = await Promise.all([
    store.linksOf(rows.map((row) => row.id)),
    store.emailClaims([...new Set(emails)]),
  ]);
  const personIdOf = (row: Row) => links.get(row.id) ?? claims.get(emailOf(row) ?? '');
  const persons = await store.getMany([...new Set(rows.flatMap((row) => personIdOf(row) ?? []))]);
  for (const row of rows) {
    const person = persons.get(personIdOf(row) ?? '');
    const isLinked = links.has(row.id);
    if (person === undefined) continue;
    if (isLinked ? mayOwn(person, row) : awaitsRow(person, row)) {
      owners.set(row.id, { person, personId: person.personId, needsLink: !isLinked });
    } else if (isLinked) left.add(row.id);
  }
}

/** The id that the row carries, else the one derived from the row. */
function likelyPersonId(row: Row): string {
  return carriesId(row) ? (row.personId ?? '') : ownPersonId(row);
}

function carriesId(row: Row): boolean {
  return row.personId !== null && PERSON_ID.test(row.personId);
}

function ownPersonId(row: Row): string {
  return personIdOfRow(row.id);
}

/** For a row that lives again after its person has gone over to another one. */
function secondPersonId(row: Row): string {
  return `${personIdOfRow(row.id)}-2`;
}

/** A person who stands for another live row of the same kind does not own this one, whatever the row says. */
function mayOwn(person: Person, row: Row): boolean {
  const link = person.salesforce;
  if (link === null || link.id === row.id || link.isDeleted || link.isConverted) return true;
  return link.type !== row.type || row.isDeleted || row.isConverted;
}

/**
 * A person made here, never in Salesforce, with the row's email: the row is that person, seen from the other side. Not
 * so under a lease: then the person's own Lead is being made, or may have been.
 */
function awaitsRow(person: Person, row: Row): boolean {
  const email = emailOf(row);
  return person.salesforce === null && person.lease === null && email !== undefined && hasEmail(person, email);
}

/** The email by which a row may be linked; a row that is gone is nobody's match. */
function emailOf(row: Row): string | undefined {
  const email = row.fields.Email;
  return typeof email === 'string' && !row.isDeleted && !row.isConverted ? email.trim().toLowerCase() : undefined;
}
