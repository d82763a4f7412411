import { describe, expect, test } from 'vitest';
import { deletePerson } from '../../lib/person/delete-person.ts';
import { InvalidCursorError } from '../../lib/sync/errors.ts';
import { listPersons, type PersonQuery } from '../../lib/sync/persons/list-persons.ts';
import { at, leadPerson, localPerson } from '../contract/persons.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { TwoSides } from './two-sides.ts';

const EMAIL = 'ada@example.com';

async function pagesOf(store: InMemoryPersonStore, query: PersonQuery, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listPersons>> = await listPersons(store, query, limit, cursor);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    pages.push(page.items.map(({ personId }) => personId));
    cursor = page.cursor;
  } while (cursor !== null);
  return pages;
}

describe('persons of one email', () => {
  test('come in pages, each person once, however many there are', async () => {
    const store = new InMemoryPersonStore();
    const twins = Array.from({ length: 3500 }, (_, n) => leadPerson(n, { Email: EMAIL }));
    for (const person of twins) await store.create(person);
    await store.claimEmail(EMAIL, twins[1234]?.personId ?? '');
    const pages = await pagesOf(store, { kind: 'email', email: EMAIL.toUpperCase() }, 200);
    expect(pages[0]).toContain(twins[1234]?.personId);
    expect(pages.flat().toSorted()).toEqual(twins.map(({ personId }) => personId).toSorted());
  });

  test('include whoever has claimed the email, also before the index knows', async () => {
    const store = new InMemoryPersonStore({ indexLater: () => undefined });
    await store.create(localPerson('ada', { Email: EMAIL }));
    await store.claimEmail(EMAIL, 'ada');
    for (const limit of [1, 2, 50]) {
      expect((await pagesOf(store, { kind: 'email', email: EMAIL }, limit)).flat()).toEqual(['ada']);
    }
  });

  test('exclude those deleted here, and who has another email by now', async () => {
    const store = new InMemoryPersonStore();
    const gone = deletePerson(localPerson('gone', { Email: EMAIL }), 'keep', at(1));
    for (const person of [gone, localPerson('bob', { Email: 'bob@example.com' })]) await store.create(person);
    await store.claimEmail(EMAIL, 'bob');
    expect((await pagesOf(store, { kind: 'email', email: EMAIL }, 50)).flat()).toEqual([]);
  });

  test('have cursors of their own', async () => {
    const store = new InMemoryPersonStore();
    for (const cursor of ['x', 'MTIz']) {
      const page = listPersons(store, { kind: 'email', email: EMAIL }, 5, cursor);
      await expect(page).rejects.toBeInstanceOf(InvalidCursorError);
    }
  });
});

test('the person of a record is found by its id in any form, and by no id that the person has left', async () => {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson({ Email: EMAIL });
  const id = salesforce?.id ?? '';
  for (const form of [id, id.slice(0, 15), id.toLowerCase()]) {
    const page = await listPersons(sides.persons, { kind: 'record', id: form }, 50, null);
    expect(page).toMatchObject({ items: [{ personId }], cursor: null });
  }
  const other = await listPersons(sides.persons, { kind: 'record', id: '00Q000000000009AAA' }, 50, null);
  expect(other.items).toEqual([]);
});
