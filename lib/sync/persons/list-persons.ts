import { canonicalId } from '../../person/field-value.ts';
import { hasEmail, isPresent, type Person } from '../../person/person.ts';
import { InvalidCursorError } from '../errors.ts';
import type { ListedStatus, Page, PersonStore } from '../ports/person-store.ts';
import { holdersOf, survivorsOf } from '../rows/holders.ts';

/** A filter of persons. */
export type PersonQuery =
  | { readonly kind: 'email'; readonly email: string }
  /** The holder of a record; the id in any form accepted by Salesforce. */
  | { readonly kind: 'record'; readonly id: string }
  | { readonly kind: 'status'; readonly status: ListedStatus | 'synced' }
  | { readonly kind: 'updatedSince'; readonly at: string }
  | { readonly kind: 'all' };

type ListStore = Pick<
  PersonStore,
  'get' | 'getMany' | 'items' | 'emailClaims' | 'idsByEmailPage' | 'withStatus' | 'scan'
>;

/** A page of the matching persons, without persons deleted locally or joined into others. */
export async function listPersons(
  persons: ListStore,
  query: PersonQuery,
  limit: number,
  cursor: string | null,
): Promise<Page<Person>> {
  switch (query.kind) {
    case 'email':
      return pageWithEmail(persons, query.email, limit, cursor);
    case 'record':
      return { items: await personsOfRecord(persons, query.id), cursor: null };
    case 'status':
      if (query.status === 'synced') return persons.scan({ synced: true }, limit, cursor);
      return persons.withStatus(query.status, limit, cursor);
    case 'updatedSince':
      return persons.scan({ updatedSince: query.at }, limit, cursor);
    case 'all':
      return persons.scan({}, limit, cursor);
  }
}

/** Separates the first person from the rest of the cursor; never part of a person id. */
const SEPARATOR = '~';

/**
 * The email index is updated with a delay, an email claim immediately: the first page starts with the claim's holder,
 * and later pages omit the holder.
 */
async function pageWithEmail(
  persons: ListStore,
  email: string,
  limit: number,
  cursor: string | null,
): Promise<Page<Person>> {
  const start = cursor === null ? null : parseCursor(cursor);
  const first = start === null ? ((await persons.emailClaims([email])).get(email) ?? '') : start.first;
  const shown = start === null && first !== '' ? [first] : [];
  const room = limit - shown.length;
  const none = { items: [], cursor: '' };
  const page = room === 0 ? none : await persons.idsByEmailPage(email, room, start?.next ?? null);
  const found = await presentPersons(persons, [...shown, ...page.items.filter((personId) => personId !== first)]);
  const items = found.filter((person) => hasEmail(person, email)).sort(newestFirst);
  return { items, cursor: page.cursor === null ? null : `${first}${SEPARATOR}${page.cursor}` };
}

function parseCursor(cursor: string): { readonly first: string; readonly next: string | null } {
  const at = cursor.indexOf(SEPARATOR);
  if (at < 0) throw new InvalidCursorError('unknown cursor');
  const next = cursor.slice(at + SEPARATOR.length);
  return { first: cursor.slice(0, at), next: next === '' ? null : next };
}

async function personsOfRecord(persons: ListStore, id: string): Promise<readonly Person[]> {
  const rowId = canonicalId(id) ?? id;
  const holder = (await holdersOf(persons, [rowId])).get(rowId);
  return holder !== undefined && isPresent(holder) ? [holder] : [];
}

/** The persons, or their survivors, each once. */
async function presentPersons(persons: ListStore, ids: readonly string[]): Promise<readonly Person[]> {
  const named = await persons.getMany(ids);
  const survivors = [...(await survivorsOf(persons, named.values())).values()];
  return [...new Map(survivors.map((person) => [person.personId, person])).values()].filter(isPresent);
}

function newestFirst(left: Person, right: Person): number {
  if (left.updatedAt !== right.updatedAt) return left.updatedAt < right.updatedAt ? 1 : -1;
  return left.personId < right.personId ? -1 : 1;
}
