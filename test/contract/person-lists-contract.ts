import { describe, expect, test } from 'vitest';
import type { Activity } from '../../lib/person/activity.ts';
import { parkUnseen } from '../../lib/person/unseen-row.ts';
import { InvalidCursorError } from '../../lib/sync/errors.ts';
import type { PersonStore } from '../../lib/sync/ports/person-store.ts';
import {
  allActivities,
  at,
  collect,
  edited,
  leadPerson,
  localPerson,
  rejectedAt,
  stored,
  updated,
  withActivities,
} from './persons.ts';

/** What every `PersonStore` guarantees of the lists and lookups beside the persons; `open` gives an empty one. */
export function personListsContract(name: string, open: () => Promise<PersonStore>): void {
  describe(`${name}: activities`, () => {
    test('all are read newest first, each once, in pages of any size', async () => {
      const store = await open();
      const person = await withActivities(store, await stored(store, localPerson('ada')), 37);
      const expected = Array.from({ length: 38 }, (_, n) => 37 - n);
      for (const limit of [1, 7, 8, 9, 38, 100]) {
        const found = await allActivities(store, person, limit);
        expect(found.map((activity) => activity.seq)).toEqual(expected);
      }
      const [newest] = (await store.activities(person, 1, null)).items;
      expect(newest).toEqual({
        type: 'linked',
        direction: 'pull',
        detail: { type: 'Lead', id: '00Q37' },
        seq: 37,
        at: at(37),
      });
    });

    test('the person itself keeps few of them', async () => {
      const store = await open();
      const person = await withActivities(store, await stored(store, localPerson('ada')), 37);
      expect(person.log.recent.length).toBeLessThanOrEqual(16);
      expect((await store.get('ada'))?.log).toEqual(person.log);
    });

    test('entries that were moved but not yet taken out are read once', async () => {
      const store = await open();
      const person = await withActivities(store, await stored(store, localPerson('ada')), 8);
      await updated(store, person, edited(person, { Title: 'CTO' }));
      expect(await store.update(person, edited(person, { Title: 'CEO' }))).toEqual({ kind: 'versionConflict' });
      expect((await allActivities(store, person, 3)).map((activity) => activity.seq)).toEqual([
        8, 7, 6, 5, 4, 3, 2, 1, 0,
      ]);
      const now = await store.get('ada');
      expect(now && (await allActivities(store, now, 3)).map((activity) => activity.seq)).toEqual([
        9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
      ]);
    });

    test('a page of a read person has nothing newer than that person', async () => {
      const store = await open();
      const early = await withActivities(store, await stored(store, localPerson('ada')), 3);
      await withActivities(store, early, 20);
      expect((await allActivities(store, early, 2)).map((activity) => activity.seq)).toEqual([3, 2, 1, 0]);
    });

    test('a cursor nobody gave out is refused', async () => {
      const store = await open();
      const person = await stored(store, localPerson('ada'));
      for (const cursor of ['', 'x', '-1', '1.5', '[null]', 'e30']) {
        await expect(store.activities(person, 5, cursor)).rejects.toBeInstanceOf(InvalidCursorError);
        await expect(store.withStatus('rejected', 5, cursor)).rejects.toBeInstanceOf(InvalidCursorError);
      }
    });
  });

  describe(`${name}: emails, claims and links`, () => {
    test('persons are found by email without case', async () => {
      const store = await open();
      await store.create(localPerson('ada', { Email: 'Ada@Example.com' }));
      const twin = await stored(store, leadPerson(1, { Email: 'ADA@example.com ' }));
      await store.create(localPerson('bob', { Email: 'bob@example.com' }));
      await store.create(localPerson('nil', { Email: '' }));
      expect([...(await store.idsByEmail(' ada@EXAMPLE.com'))].sort()).toEqual(['ada', twin.personId].sort());
      await updated(store, twin, edited(twin, { Email: null }));
      expect(await store.idsByEmail('ada@example.com')).toEqual(['ada']);
      expect(await store.idsByEmail('')).toEqual([]);
      expect(await store.idsByEmail('x'.repeat(5000))).toEqual([]);
    });

    test('an email that is too long for a key is found and claimed all the same', async () => {
      const store = await open();
      const email = `${'x'.repeat(3000)}@example.com`;
      await store.create(localPerson('ada', { Email: email }));
      expect(await store.idsByEmail(email.toUpperCase())).toEqual(['ada']);
      expect(await store.claimEmail(email, 'ada')).toBe('ada');
    });

    test('the first claim of an email stands, whoever claims it next', async () => {
      const store = await open();
      const claims = Array.from({ length: 20 }, (_, n) => store.claimEmail('ada@example.com', `p${n}`));
      const holders = new Set(await Promise.all(claims));
      expect(holders.size).toBe(1);
      expect([await store.claimEmail('ADA@example.com', 'late')]).toEqual([...holders]);
    });

    test('a claim is taken over only from the holder that was named', async () => {
      const store = await open();
      await store.claimEmail('ada@example.com', 'ada');
      expect(await store.claimEmail('ada@example.com', 'bob', 'carl')).toBe('ada');
      expect(await store.claimEmail('ada@example.com', 'bob', 'ada')).toBe('bob');
      expect(await store.claimEmail('new@example.com', 'bob', 'ada')).toBe('bob');
    });

    test('what stands beside a person is removed, and nothing of another', async () => {
      const store = await open();
      const ada = await withActivities(store, await stored(store, localPerson('ada')), 30);
      const bob = await withActivities(store, await stored(store, localPerson('bob')), 30);
      await store.claimEmail('ada@example.com', 'ada');
      await store.claimEmail('taken@example.com', 'bob');
      const own = (await store.get('ada'))?.log.recent.length;
      for (const _ of ['once', 'and again'])
        await store.forget('ada', ['ADA@example.com', 'taken@example.com', 'no@ne']);
      expect(await allActivities(store, ada, 50)).toHaveLength(own ?? -1);
      expect(await allActivities(store, bob, 50)).toHaveLength(31);
      const claims = await store.emailClaims(['ada@example.com', 'taken@example.com']);
      expect([...claims]).toEqual([['taken@example.com', 'bob']]);
      await store.forget('nobody', []);
    });

    test('activities that have left an item are rewritten, and those of a removed item stay removed', async () => {
      const store = await open();
      const ada = await withActivities(store, await stored(store, localPerson('ada')), 30);
      const noted = (each: Activity): Activity => {
        return each.type === 'linked' ? { ...each, detail: { ...each.detail, id: 'gone' } } : each;
      };
      expect(await store.rewriteActivities('ada', noted)).toBeGreaterThan(2);
      expect(await store.rewriteActivities('ada', noted)).toBe(0);
      const moved = (await allActivities(store, ada, 50)).filter(({ seq }) => seq < (ada.log.recent[0]?.seq ?? 0));
      const links = moved.filter(({ type }) => type === 'linked');
      expect(links.length).toBeGreaterThan(15);
      expect(links.every(({ detail }) => 'id' in detail && detail.id === 'gone')).toBe(true);
      const forgetful = store.rewriteActivities('ada', (each) => ({ ...each, at: at(99) }));
      await Promise.all([forgetful, store.forget('ada', [])]);
      await store.forget('ada', []);
      expect(await allActivities(store, ada, 50)).toHaveLength(ada.log.recent.length);
    });

    test('everybody is listed where that is asked for', async () => {
      const store = await open();
      const hidden = { ...localPerson('hidden'), deletedHere: { at: at(1), salesforce: 'keep' as const } };
      const persons = [localPerson('ada'), hidden, { ...leadPerson(1), mergedInto: 'ada' }];
      for (const person of persons) await store.create(person);
      await store.saveStub(null, { personId: 'sf-stub', revision: 1, rowOf: 'ada', goneAt: null });
      const listed = async (everybody: boolean) => {
        const { items } = await store.scan({ everybody }, 50, null);
        return items.map(({ personId }) => personId).sort();
      };
      expect(await listed(true)).toEqual(persons.map(({ personId }) => personId).sort());
      expect(await listed(false)).toEqual(['ada']);
    });

    test('claims are read by the email as it was asked for', async () => {
      const store = await open();
      await store.claimEmail('ada@example.com', 'ada');
      const claims = await store.emailClaims(['ADA@example.com', 'ada@example.com', 'bob@example.com']);
      expect([...claims]).toEqual([
        ['ADA@example.com', 'ada'],
        ['ada@example.com', 'ada'],
      ]);
    });
  });

  describe(`${name}: queues`, () => {
    test('persons with edits to push are listed, and no others', async () => {
      const store = await open();
      const waiting = Array.from({ length: 150 }, (_, n) => edited(leadPerson(n), { Title: 'CTO' }, at(n)));
      const deleted = edited(leadPerson(900), { Title: 'CTO' });
      const others = [
        localPerson('local', { Title: 'CTO' }),
        leadPerson(901),
        rejectedAt(edited(leadPerson(902), { Title: 'CTO' }), at(1)),
        { ...deleted, salesforce: deleted.salesforce && { ...deleted.salesforce, isDeleted: true } },
      ];
      await Promise.all([...waiting, ...others].map((person) => store.create(person)));
      const ids = await collect(store.awaitingPush());
      expect(ids.sort()).toEqual(waiting.map((person) => person.personId).sort());
      expect(await store.backlog()).toEqual({ count: 150, oldestAt: at(0) });
      expect(await store.oldestAwaitingPush()).toBe(at(0));
    });

    test('persons with edits are listed by how long they have waited', async () => {
      const store = await open();
      const waiting = Array.from({ length: 30 }, (_, n) => edited(leadPerson(n), { Title: 'CTO' }, at(n)));
      await Promise.all(waiting.map((person) => store.create(person)));
      const idsOf = (from: number, to: number) => waiting.slice(from, to).map(({ personId }) => personId);
      const newest = await store.newestAwaitingPush(null, 4);
      expect(newest.map(({ personId }) => personId)).toEqual(idsOf(26, 30).toReversed());
      expect(newest.map(({ since }) => since)).toEqual([29, 28, 27, 26].map(at));
      // Later than the first bound, and not later than the second.
      const span = await collect(store.awaitingPush({ after: at(9), until: at(26) }));
      expect(span.toSorted()).toEqual(idsOf(10, 27).toSorted());
      const all = await collect(store.awaitingPush({ after: null, until: at(29) }));
      expect(all.toSorted()).toEqual(idsOf(0, 30).toSorted());
      expect((await store.newestAwaitingPush(at(27), 4)).map(({ since }) => since)).toEqual([at(29), at(28)]);
      expect(await store.newestAwaitingPush(at(29), 4)).toEqual([]);
    });

    test('a person who was pushed leaves the list', async () => {
      const store = await open();
      const person = await stored(store, edited(leadPerson(1), { Title: 'CTO' }));
      await updated(store, person, { ...person, pending: {}, pendingSince: null });
      expect(await collect(store.awaitingPush())).toEqual([]);
      expect(await store.backlog()).toEqual({ count: 0, oldestAt: null });
      expect(await store.oldestAwaitingPush()).toBeNull();
    });

    test('rejected persons are listed newest first, in pages, each once', async () => {
      const store = await open();
      const parked = Array.from({ length: 25 }, (_, n) => rejectedAt(leadPerson(n), at(Math.floor(n / 3))));
      await Promise.all([...parked, leadPerson(99)].map((person) => store.create(person)));
      for (const limit of [1, 4, 25, 100]) {
        const found = await collect(rejectedPages(store, limit));
        expect(found.map((person) => person.personId).sort()).toEqual(parked.map((person) => person.personId).sort());
        const instants = found.map((person) => person.rejection?.at);
        expect(instants).toEqual(instants.toSorted((a = '', b = '') => (a < b ? 1 : -1)));
      }
    });

    test('a person who is no longer rejected is not listed', async () => {
      const store = await open();
      const person = await stored(store, rejectedAt(edited(leadPerson(1), { Title: 'CTO' }), at(2)));
      await updated(store, person, edited(person, { Title: 'CEO' }, at(3)));
      expect(await store.withStatus('rejected', 10, null)).toEqual({ items: [], cursor: null });
      expect(await collect(store.awaitingPush())).toEqual([person.personId]);
    });
  });

  describe(`${name}: persons with a row`, () => {
    test('all are found, each once, in pages of any size, and no others', async () => {
      const store = await open();
      const leads = Array.from({ length: 53 }, (_, n) => leadPerson(n));
      const parked = parkUnseen(leadPerson(53), { type: 'Lead', id: '00Q1' }, leadPerson(53).updatedAt);
      const gone = leadPerson(60);
      const deleted = { ...gone, salesforce: gone.salesforce && { ...gone.salesforce, isDeleted: true } };
      const others = [localPerson('local'), { ...leadPerson(61), mergedInto: deleted.personId }];
      await Promise.all([...leads, parked, deleted, ...others].map((person) => store.create(person)));
      await store.saveStub(null, { personId: 'sf-00Q1', revision: 1, rowOf: 'local', goneAt: null });
      await store.claimEmail('ada@example.com', 'local');
      const expected = [...leads, parked, deleted].map((person) => {
        const { personId, salesforce } = person;
        return { personId, salesforce, isUnseen: person === parked };
      });
      for (const limit of [1, 7, 54, 1000]) {
        const found = await collect(linkedPages(store, limit));
        expect(found.toSorted(byPerson)).toEqual(expected.toSorted(byPerson));
      }
    });

    test('none is passed over where one is made or changed between two pages', async () => {
      const store = await open();
      const leads = Array.from({ length: 20 }, (_, n) => leadPerson(n));
      await Promise.all(leads.map((person) => store.create(person)));
      const first = await store.linked(7, null);
      const last = await store.get(first.items.at(-1)?.personId ?? '');
      if (last === undefined || first.cursor === null) throw new Error('a page of seven was expected');
      await updated(store, last, { ...last, mergedInto: 'another' });
      await store.create(leadPerson(99));
      const rest = await store.linked(100, first.cursor);
      const found = [...first.items, ...rest.items].map(({ personId }) => personId);
      expect(found).toEqual([...new Set(found)]);
      expect(found).toEqual(expect.arrayContaining(leads.map(({ personId }) => personId)));
    });
  });
}

const byPerson = (left: { readonly personId: string }, right: { readonly personId: string }): number =>
  left.personId < right.personId ? -1 : 1;

async function* linkedPages(store: PersonStore, limit: number) {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<PersonStore['linked']>> = await store.linked(limit, cursor);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== null);
}

async function* rejectedPages(store: PersonStore, limit: number) {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<PersonStore['withStatus']>> = await store.withStatus('rejected', limit, cursor);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== null);
}
