import { describe, expect, test } from 'vitest';
import type { Stub } from '../../lib/person/standing.ts';
import type { PersonStore } from '../../lib/sync/ports/person-store.ts';
import { at, edited, leadPerson, localPerson, stored, updated } from './persons.ts';

const STUB: Stub = { personId: 'sf-00Q1', revision: 1, rowOf: 'ada', goneAt: null };
const LEASE = { owner: 'one', expiresAt: at(5), attempt: {} };

/** What every `PersonStore` guarantees of stubs, and of what decides about rows. */
export function stubContract(name: string, open: () => Promise<PersonStore>): void {
  describe(`${name}: stubs`, () => {
    test('a stub is read as it was saved, beside persons, and is no person', async () => {
      const store = await open();
      const ada = await stored(store, localPerson('ada'));
      const gone: Stub = { personId: 'sf-00Q2', revision: 1, rowOf: null, goneAt: '2026-11-21T10:00:00.000Z' };
      for (const stub of [STUB, gone]) expect(await store.saveStub(null, stub)).toBe('written');
      const items = await store.items(['ada', STUB.personId, gone.personId, 'nobody', 'x'.repeat(5000), 'ada']);
      expect(Object.fromEntries(items)).toEqual({ ada, [STUB.personId]: STUB, [gone.personId]: gone });
      expect(await store.get(STUB.personId)).toBeUndefined();
      expect([...(await store.getMany([STUB.personId, 'ada'])).keys()]).toEqual(['ada']);
      expect((await store.linked(10, null)).items).toEqual([]);
      expect((await store.scan({}, 10, null)).items.map(({ personId }) => personId)).toEqual(['ada']);
    });

    test('a stub is replaced only as it was read, and never takes the place of a person', async () => {
      const store = await open();
      const next: Stub = { ...STUB, revision: 2, rowOf: 'bob' };
      expect(await store.saveStub(STUB, next)).toBe('refused');
      await store.saveStub(null, STUB);
      expect(await store.saveStub(null, STUB)).toBe('refused');
      expect(await store.saveStub(STUB, next)).toBe('written');
      expect(await store.saveStub(STUB, { ...next, rowOf: 'carl' })).toBe('refused');
      await store.create({ ...localPerson('ada'), revision: 1 });
      expect(await store.saveStub({ ...STUB, personId: 'ada' }, { ...next, personId: 'ada' })).toBe('refused');
      expect((await store.items([STUB.personId])).get(STUB.personId)).toEqual(next);
    });

    test('of many who save one stub at once one wins', async () => {
      const store = await open();
      const saves = Array.from({ length: 20 }, (_, n) => store.saveStub(null, { ...STUB, rowOf: `p${n}` }));
      expect((await Promise.all(saves)).filter((outcome) => outcome === 'written')).toHaveLength(1);
    });

    test('a person takes the place of a stub only as that was read', async () => {
      const store = await open();
      await store.saveStub(null, STUB);
      const born = { ...localPerson(STUB.personId), revision: 2 };
      expect(await store.create(born)).toBe('exists');
      expect(await store.create(born, { ...STUB, revision: 7 })).toBe('exists');
      expect(await store.create(born, STUB)).toBe('created');
      expect(await store.get(STUB.personId)).toEqual(born);
      expect(await store.create(born, STUB)).toBe('exists');
      expect(await store.saveStub(STUB, { ...STUB, revision: 2 })).toBe('refused');
    });
  });

  describe(`${name}: what decides about rows`, () => {
    test('is kept, and moves the revision but not the version', async () => {
      const store = await open();
      const before = await stored(store, leadPerson(1));
      const moves = { rowOf: 'ada', goneAt: at(1), left: { '00Q9': at(2) }, gives: true, absorbed: ['bob'] };
      const after = await updated(store, before, { ...before, ...moves, newborn: !before.newborn });
      expect(after).toEqual({ ...before, ...moves, newborn: !before.newborn, revision: before.revision + 1 });
      expect(await store.get(before.personId)).toEqual(after);
      const seen = await updated(store, after, edited(after, { Title: 'CTO' }));
      expect(seen).toMatchObject({ version: before.version + 1, revision: before.revision + 2 });
    });

    test('an update that asks for it is refused where a lease was taken since', async () => {
      const store = await open();
      const before = await stored(store, leadPerson(1));
      const next = edited(before, { Title: 'CTO' });
      await store.takeLease(before, LEASE, at(0));
      expect(await store.update(before, next, { leaseAsRead: true })).toEqual({ kind: 'versionConflict' });
      const leased = { ...before, lease: LEASE };
      const other = { ...LEASE, expiresAt: at(9) };
      expect(
        (await store.update({ ...before, lease: other }, { ...next, lease: other }, { leaseAsRead: true })).kind,
      ).toBe('versionConflict');
      const outcome = await store.update(leased, { ...next, lease: LEASE }, { leaseAsRead: true });
      expect(outcome).toMatchObject({ kind: 'written', person: { lease: LEASE, fields: { Title: 'CTO' } } });
      expect((await store.get(before.personId))?.lease).toEqual(LEASE);
    });
  });
}
