import type { Person } from '../person/person.ts';
import { personIdOfRow } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import type { PersonStore } from './ports/person-store.ts';

/** Whose a row is. */
export interface Owner {
  /** The person, or undefined where the row's person is still to be made, under `personId`. */
  readonly person: Person | undefined;
  readonly personId: string;
  /** Whether only this answer knows that the row is this person's: then a link must tell it from now on. */
  readonly needsLink: boolean;
}

/** A person id that our side could have given: what people type into the field is not followed. */
const PERSON_ID = /^[A-Za-z0-9_-]{1,36}$/;

/**
 * Whose each row is, in this order: the person whose id it carries; the person it was linked to; the person derived
 * from the row's own id; a person made here, never in Salesforce, who claimed the row's email. By key only, so that
 * the answer does not depend on how far an index has come.
 */
export async function resolvePersons(store: PersonStore, rows: readonly Row[]): Promise<ReadonlyMap<string, Owner>> {
  const owners = new Map<string, Owner>();
  const first = await store.getMany([...new Set(rows.map(likelyPersonId))]);
  const open: Row[] = [];
  for (const row of rows) {
    const personId = likelyPersonId(row);
    const person = first.get(personId);
    if (person !== undefined && mayOwn(person, row)) owners.set(row.id, { person, personId, needsLink: false });
    else open.push(row);
  }
  if (open.length > 0) await resolveByLink(store, open, owners);
  return owners;
}

async function resolveByLink(store: PersonStore, rows: readonly Row[], owners: Map<string, Owner>): Promise<void> {
  const emails = rows.flatMap((row) => emailOf(row) ?? []);
  const [links, claims] = await Promise.all([
    store.linksOf(rows.map((row) => row.id)),
    store.emailClaims([...new Set(emails)]),
  ]);
  const personIdOf = (row: Row) => links.get(row.id) ?? claims.get(emailOf(row) ?? '');
  const persons = await store.getMany([...new Set(rows.flatMap((row) => personIdOf(row) ?? []))]);
  for (const row of rows) {
    const linkedId = personIdOf(row);
    const person = linkedId === undefined ? undefined : persons.get(linkedId);
    const isLink = links.has(row.id);
    if (person !== undefined && (isLink || awaitsRow(person, row))) {
      owners.set(row.id, { person, personId: person.personId, needsLink: !isLink });
    } else {
      const personId = likelyPersonId(row);
      owners.set(row.id, { person: undefined, personId, needsLink: false });
    }
  }
}

/** The id that the row carries, else the one derived from the row. */
function likelyPersonId(row: Row): string {
  return row.personId !== null && PERSON_ID.test(row.personId) ? row.personId : personIdOfRow(row.id);
}

/** A person who stands for another live row of the same kind does not own this one, whatever the row says. */
function mayOwn(person: Person, row: Row): boolean {
  const link = person.salesforce;
  if (link === null || link.id === row.id || link.isDeleted || link.isConverted) return true;
  return link.type !== row.type || row.isDeleted || row.isConverted;
}

/** A person made here, never in Salesforce, with the row's email: the row is that person, seen from the other side. */
function awaitsRow(person: Person, row: Row): boolean {
  const email = emailOf(row);
  const own = person.fields.Email;
  return person.salesforce === null && email !== undefined && typeof own === 'string' && own.toLowerCase() === email;
}

/** The email by which a row may be linked; a row that is gone is nobody's match. */
function emailOf(row: Row): string | undefined {
  const email = row.fields.Email;
  return typeof email === 'string' && !row.isDeleted && !row.isConverted ? email.toLowerCase() : undefined;
}
