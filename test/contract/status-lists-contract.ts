import { describe, expect, test } from 'vitest';
import type { Person } from '../../lib/person/person.ts';
import { InvalidCursorError } from '../../lib/sync/errors.ts';
import type { Page, PersonStore } from '../../lib/sync/ports/person-store.ts';
import { at, edited, leadPerson, localPerson, rejectedAt, stored, updated } from './persons.ts';

/** Every page of a list, none of them longer than asked for. */
async function allOf<Item>(
  limit: number,
  list: (limit: number, cursor: string | null) => Promise<Page<Item>>,
): Promise<Item[]> {
  const found: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await list(limit, cursor);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

const idsOf = (persons: readonly Person[]) => persons.map(({ personId }) => personId);
const deletedHere = { at: at(9), salesforce: 'keep' } as const;

function deletedInSalesforce(person: Person): Person {
  if (person.salesforce === null) throw new Error('a person with a row was expected');
  return { ...person, salesforce: { ...person.salesforce, isDeleted: true } };
}

/** What every `PersonStore` guarantees of the lists that people read; `open` gives an empty store. */
export function statusListsContract(name: string, open: () => Promise<PersonStore>): void {
  describe(`${name}: persons by status`, () => {
    test('each person is in the list of its status and in no other, whoever came to it last first', async () => {
      const store = await open();
      const waiting = Array.from({ length: 9 }, (_, n) => edited(leadPerson(n), { Title: 'CTO' }, at(n)));
      const held = deletedInSalesforce(edited(leadPerson(20), { Title: 'CTO' }, at(20)));
      const local = localPerson('local');
      const rejected = rejectedAt(edited(leadPerson(30), { Title: 'CTO' }), at(3));
      const others = [
        leadPerson(40),
        { ...localPerson('gone'), deletedHere },
        { ...localPerson('joined'), mergedInto: 'local' },
      ];
      await Promise.all([...waiting, held, local, rejected, ...others].map((person) => store.create(person)));
      const newestFirst = [held, ...waiting.toReversed()];
      for (const limit of [1, 4, 50]) {
        const list = (status: 'pending' | 'rejected' | 'localOnly') =>
          allOf(limit, (each, cursor) => store.withStatus(status, each, cursor));
        expect(idsOf(await list('pending'))).toEqual(idsOf(newestFirst));
        expect(idsOf(await list('rejected'))).toEqual([rejected.personId]);
        expect(idsOf(await list('localOnly'))).toEqual(['local']);
      }
    });

    test('a person leaves the list with the status', async () => {
      const store = await open();
      const local = await stored(store, localPerson('ada'));
      await updated(store, local, { ...local, salesforce: leadPerson(1).salesforce });
      expect((await store.withStatus('localOnly', 10, null)).items).toEqual([]);
    });

    test('who is held back is not handed out to be pushed', async () => {
      const store = await open();
      await store.create(deletedInSalesforce(edited(leadPerson(1), { Title: 'CTO' })));
      for await (const ids of store.awaitingPush()) expect(ids).toEqual([]);
      expect(await store.backlog()).toMatchObject({ count: 0 });
    });

    test('who is rejected is due when the next try is, whose rejection is oldest first; nobody else is', async () => {
      const store = await open();
      const refused = (lead: number, minute: number) =>
        rejectedAt(edited(leadPerson(lead), { Title: 'CTO' }, at(minute)), at(minute));
      const rejected = Array.from({ length: 20 }, (_, n) => refused(n, n));
      const gone = deletedInSalesforce(refused(30, 0));
      const local = rejectedAt(localPerson('local'), at(0));
      const waiting = edited(leadPerson(40), { Title: 'CTO' }, at(0));
      await Promise.all([...rejected, gone, local, waiting].map((person) => store.create(person)));
      const day = 24 * 60;
      expect(await store.dueRetries(at(day - 1), 100)).toEqual([]);
      const due = await store.dueRetries(at(day + 9), 100);
      expect(due.toSorted()).toEqual(idsOf(rejected.slice(0, 10)).toSorted());
      // Each part of a list gives its share.
      const some = await store.dueRetries(at(day + 30), 8);
      expect(some.length).toBeGreaterThan(0);
      expect(some.length).toBeLessThanOrEqual(8);
      const [first] = rejected;
      if (first === undefined) throw new Error('nobody is rejected');
      await updated(store, first, { ...first, rejection: null });
      expect(await store.dueRetries(at(day), 100)).toEqual([]);
    });

    test('whom a merge in Salesforce has hidden is counted and named, until that is decided', async () => {
      const store = await open();
      const undecided = { ...deletedHere, undecided: true } as const;
      const hidden = ['b', 'a', 'c'].map((id) => ({ ...localPerson(id), deletedHere: undecided }));
      const others = [
        { ...localPerson('deleted'), deletedHere },
        { ...localPerson('joined'), deletedHere: undecided, mergedInto: 'a' },
        { ...localPerson('erased'), deletedHere: undecided, erased: true },
        localPerson('local'),
      ];
      await Promise.all([...hidden, ...others].map((person) => store.create(person)));
      expect(await store.undecided(2)).toEqual({ count: 3, personIds: ['a', 'b'] });
      for (const person of hidden) await updated(store, person, { ...person, deletedHere });
      expect(await store.undecided(2)).toEqual({ count: 0, personIds: [] });
    });

    test('no text is a cursor but one that a page of the same list gave out', async () => {
      const store = await open();
      const entry = ['ada', at(1)];
      const forged = [Array(8).fill(entry), Array(16).fill(entry), Array(8).fill(['ada', '']), { length: 8 }];
      const texts = forged.map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'));
      for (const cursor of ['', 'x', '[]', '\u0000', ...texts]) {
        for (const status of ['pending', 'rejected', 'localOnly'] as const) {
          await expect(store.withStatus(status, 5, cursor)).rejects.toBeInstanceOf(InvalidCursorError);
        }
      }
    });
  });

  describe(`${name}: all persons`, () => {
    test('every present person is found once, in pages of any size', async () => {
      const store = await open();
      const leads = Array.from({ length: 33 }, (_, n) => leadPerson(n));
      const hidden = [
        { ...localPerson('gone'), deletedHere },
        { ...localPerson('joined'), mergedInto: 'local' },
      ];
      await Promise.all([...leads, localPerson('local'), ...hidden].map((person) => store.create(person)));
      await store.claimEmail('ada@example.com', 'local');
      for (const limit of [1, 7, 200]) {
        const found = idsOf(await allOf(limit, (each, cursor) => store.scan({}, each, cursor)));
        expect(found.toSorted()).toEqual([...idsOf(leads), 'local'].toSorted());
      }
    });

    test('the filter lets pass who is in step, who changed since an instant, and who holds an edit without a place', async () => {
      const store = await open();
      const inStep = leadPerson(1);
      const waiting = edited(leadPerson(2), { Title: 'CTO' }, at(5));
      const rejected = rejectedAt(edited(leadPerson(3), { Title: 'CTO' }), at(7));
      await Promise.all([inStep, waiting, rejected, localPerson('ada')].map((person) => store.create(person)));
      expect(idsOf((await store.scan({ synced: true }, 10, null)).items)).toEqual([inStep.personId]);
      const changed = idsOf((await store.scan({ updatedSince: at(5) }, 10, null)).items);
      expect(changed.toSorted()).toEqual([waiting.personId, rejected.personId].toSorted());
      expect((await store.scan({ updatedSince: at(99) }, 10, null)).items).toEqual([]);
      const kept = { ...leadPerson(4), placeless: ['Department'] };
      await store.create(kept);
      expect((await store.scan({ placeless: true }, 10, null)).items).toEqual([kept]);
    });
  });

  describe(`${name}: persons by email in pages`, () => {
    test('each is found once, in pages of any size', async () => {
      const store = await open();
      const twins = Array.from({ length: 23 }, (_, n) => leadPerson(n, { Email: 'Ada@example.com' }));
      await Promise.all([...twins, localPerson('bob', { Email: 'bob@example.com' })].map((each) => store.create(each)));
      for (const limit of [1, 5, 23, 100]) {
        const found = await allOf(limit, (each, cursor) => store.idsByEmailPage(' ADA@example.com', each, cursor));
        expect(found.toSorted()).toEqual(idsOf(twins).toSorted());
      }
      expect(await store.idsByEmailPage('', 5, null)).toEqual({ items: [], cursor: null });
      await expect(store.idsByEmailPage('a@example.com', 5, '')).rejects.toBeInstanceOf(InvalidCursorError);
    });
  });
}
