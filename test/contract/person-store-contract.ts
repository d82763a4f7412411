import { describe, expect, test } from 'vitest';
import type { PersonStore } from '../../lib/sync/ports/person-store.ts';
import { at, edited, leadPerson, localPerson, rejectedAt, stored, updated } from './persons.ts';

const lease = (owner: string, expiresAt = at(5)) => ({ owner, expiresAt, attempt: { Title: 'CTO', Phone: null } });

/** What every `PersonStore` guarantees; `open` gives an empty one. */
export function personStoreContract(name: string, open: () => Promise<PersonStore>): void {
  describe(`${name}: persons`, () => {
    test('a person is read as it was created', async () => {
      const store = await open();
      const persons = [localPerson('ada'), edited(leadPerson(1), { Title: 'CTO' }), rejectedAt(leadPerson(2), at(2))];
      for (const person of persons) {
        expect(await store.create(person)).toBe('created');
        expect(await store.get(person.personId)).toEqual(person);
      }
    });

    test('a person who does not exist is undefined, whatever the id', async () => {
      const store = await open();
      for (const id of ['nobody', '', '#', 'x'.repeat(5000), '\u0000', 'é#☃']) {
        expect(await store.get(id)).toBeUndefined();
      }
    });

    test('creating twice keeps the first', async () => {
      const store = await open();
      await store.create(localPerson('ada'));
      expect(await store.create(localPerson('ada', { LastName: 'Other' }))).toBe('exists');
      expect((await store.get('ada'))?.fields.LastName).toBe('Lovelace');
    });

    test('of many creates at once one wins', async () => {
      const store = await open();
      const creates = Array.from({ length: 20 }, (_, at) => store.create(localPerson('ada', { Company: `C${at}` })));
      const outcomes = await Promise.all(creates);
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    });

    test('many are read at once, each once, and the missing are missing', async () => {
      const store = await open();
      const ids = Array.from({ length: 230 }, (_, at) => `p${at}`);
      await Promise.all(ids.map((id) => store.create(localPerson(id, { Company: id }))));
      const found = await store.getMany([...ids, 'p7', 'nobody', 'x'.repeat(5000)]);
      expect([...found.keys()].sort()).toEqual([...ids].sort());
      for (const [id, person] of found) expect(person.fields.Company).toBe(id);
      expect((await store.getMany([])).size).toBe(0);
    });

    test('fields keep null, empty text, numbers and nesting marks apart', async () => {
      const store = await open();
      const values = {
        A__c: null,
        B__c: '',
        C__c: 0,
        D__c: false,
        E__c: '0',
        F__c: 1e18,
        G__c: 0.1 + 0.2,
        H__c: 'ü☃\n"',
      };
      const person = { ...localPerson('ada'), fields: { ...values, I__c: 1e300, J__c: 5e-324, K__c: -1.5e-7 } };
      await store.create(person);
      expect(await store.get('ada')).toEqual(person);
    });
  });

  describe(`${name}: updates`, () => {
    test('an update replaces the person and counts the version up', async () => {
      const store = await open();
      const before = await stored(store, leadPerson(1));
      const outcome = await store.update(before, edited(before, { Title: 'CTO', Company: null }));
      expect(outcome).toEqual({
        kind: 'written',
        person: { ...edited(before, { Title: 'CTO', Company: null }), version: 2, revision: 2 },
      });
      expect(await store.get(before.personId)).toEqual(outcome.kind === 'written' && outcome.person);
    });

    test('what falls away is gone from the store', async () => {
      const store = await open();
      const before = await stored(store, rejectedAt(edited(leadPerson(1), { Title: 'CTO' }), at(2)));
      const quiet = {
        ...before,
        pending: {},
        pendingSince: null,
        rejection: null,
        lastSyncedAt: null,
        salesforce: null,
      };
      const after = await updated(store, before, quiet);
      expect(await store.get(before.personId)).toEqual(after);
      expect(after.rejection).toBeNull();
    });

    test('an update of another version writes nothing', async () => {
      const store = await open();
      const before = await stored(store, leadPerson(1));
      const after = await updated(store, before, edited(before, { Title: 'CTO' }));
      expect(await store.update(before, edited(before, { Title: 'CEO' }))).toEqual({ kind: 'versionConflict' });
      expect(await store.get(before.personId)).toEqual(after);
    });

    test('an update of nobody writes nothing', async () => {
      const store = await open();
      const nobody = localPerson('nobody');
      expect(await store.update(nobody, edited(nobody, { Title: 'CTO' }))).toEqual({ kind: 'versionConflict' });
      expect(await store.get('nobody')).toBeUndefined();
    });

    test('of many updates at once one wins', async () => {
      const store = await open();
      const before = await stored(store, leadPerson(1));
      const updates = Array.from({ length: 20 }, (_, at) => store.update(before, edited(before, { Title: `T${at}` })));
      const outcomes = await Promise.all(updates);
      expect(outcomes.filter((outcome) => outcome.kind === 'written')).toHaveLength(1);
      expect((await store.get(before.personId))?.version).toBe(2);
    });

    test('what was handed in or out can be changed without changing the store', async () => {
      const store = await open();
      const fields: Record<string, string> = { LastName: 'Lovelace' };
      await store.create({ ...localPerson('ada'), fields });
      try {
        fields.LastName = 'Other';
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
      expect((await store.get('ada'))?.fields.LastName).toBe('Lovelace');
    });
  });

  describe(`${name}: leases`, () => {
    test('a lease is taken, keeps others out until it expires, and counts no version', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      expect(await store.takeLease(person, lease('one'), at(0))).toBe('taken');
      expect(await store.get(person.personId)).toEqual({ ...person, lease: lease('one') });
      expect(await store.takeLease(person, lease('two', at(10)), at(4))).toBe('leased');
      expect(await store.takeLease(person, lease('two', at(10)), at(5))).toBe('taken');
      expect((await store.get(person.personId))?.lease).toEqual(lease('two', at(10)));
    });

    test('its owner may take it again', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      await store.takeLease(person, lease('one'), at(0));
      expect(await store.takeLease(person, lease('one', at(9)), at(1))).toBe('taken');
      expect((await store.get(person.personId))?.lease?.expiresAt).toBe(at(9));
    });

    test('of many takers at once one wins', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      const takers = Array.from({ length: 20 }, (_, n) => store.takeLease(person, lease(`w${n}`), at(0)));
      const outcomes = await Promise.all(takers);
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'leased')).toHaveLength(19);
    });

    test('no lease is taken of a person who changed since, or does not exist', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      await updated(store, person, edited(person, { Title: 'CTO' }));
      expect(await store.takeLease(person, lease('one'), at(0))).toBe('versionConflict');
      expect(await store.takeLease(localPerson('nobody'), lease('one'), at(0))).toBe('versionConflict');
      expect(await store.get('nobody')).toBeUndefined();
    });

    test('a lease survives an update by somebody who read the person before it was taken', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      await store.takeLease(person, lease('one'), at(0));
      await updated(store, person, edited(person, { Title: 'CTO' }));
      expect((await store.get(person.personId))?.lease).toEqual(lease('one'));
    });

    test('a lease survives an update that only carries it along', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      await store.takeLease(person, lease('one'), at(0));
      const leased = await store.get(person.personId);
      if (leased === undefined) throw new Error('gone');
      const after = await updated(store, leased, edited(leased, { Title: 'CTO' }));
      expect(after.lease).toEqual(lease('one'));
      expect(await store.get(person.personId)).toEqual(after);
    });

    test('the update that ends a push gives the lease back', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      await store.takeLease(person, lease('one'), at(0));
      const held = { ...person, lease: lease('one') };
      const after = await updated(store, held, { ...edited(held, { Title: 'CTO' }), lease: null });
      expect(after.lease).toBeNull();
      expect(await store.get(person.personId)).toEqual(after);
    });

    test('a worker whose lease went to another settles nothing', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      await store.takeLease(person, lease('one'), at(0));
      await store.takeLease(person, lease('two', at(20)), at(6));
      const held = { ...person, lease: lease('one') };
      const settle = store.update(held, { ...edited(held, { Title: 'CTO' }), lease: null });
      expect(await settle).toEqual({ kind: 'versionConflict' });
      expect(await store.get(person.personId)).toEqual({ ...person, lease: lease('two', at(20)) });
      await store.releaseLease(person.personId, 'two');
      expect(await store.update(held, { ...held, lease: null })).toEqual({ kind: 'versionConflict' });
    });

    test('only its owner gives a lease back', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      await store.takeLease(person, lease('one'), at(0));
      await store.releaseLease(person.personId, 'two');
      expect((await store.get(person.personId))?.lease).toEqual(lease('one'));
      await store.releaseLease(person.personId, 'one');
      await store.releaseLease(person.personId, 'one');
      await store.releaseLease('nobody', 'one');
      expect(await store.get(person.personId)).toEqual(person);
      expect(await store.get('nobody')).toBeUndefined();
    });

    test('what was tried in vain is noted as the lease is given back, and forgotten with what settles', async () => {
      const store = await open();
      const person = await stored(store, leadPerson(1));
      const tried = { code: 'UNABLE_TO_LOCK_ROW', since: at(0), at: at(1), times: 2 };
      await store.takeLease(person, lease('one'), at(0));
      await store.releaseLease(person.personId, 'two', tried);
      expect((await store.get(person.personId))?.tried).toBeNull();
      await store.releaseLease(person.personId, 'one', tried);
      expect(await store.get(person.personId)).toEqual({ ...person, tried });
      const changed = await updated(store, { ...person, tried }, { ...edited(person, { Title: 'CTO' }), tried: null });
      expect(changed.tried).toEqual(tried);
      await store.takeLease(changed, lease('one'), at(2));
      await store.releaseLease(person.personId, 'one');
      expect((await store.get(person.personId))?.tried).toEqual(tried);
      // Whoever settles may have read the person before the note was made.
      await store.takeLease(changed, lease('one'), at(3));
      const held = { ...changed, tried: null, lease: lease('one') };
      await updated(store, held, { ...held, lease: null });
      expect(await store.get(person.personId)).toMatchObject({ lease: null, tried: null });
    });
  });
}
