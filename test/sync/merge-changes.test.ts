import { describe, expect, test } from 'vitest';
import { QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import { storeWith } from './store-with.ts';
import { LEASE_MS, TwoSides } from './two-sides.ts';

const ADA = { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' };

describe('the three-way table, through a whole cycle', () => {
  test('an edit there arrives here, and nothing is written there', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Countess' });
    await sides.cycle();
    expect(sides.person(personId).fields.Title).toBe('Countess');
    expect(sides.logged(personId, 'fieldsChanged')).toHaveLength(1);
  });

  test('an edit here arrives there, and comes back without a write', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    await sides.cycle();
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('Countess');
    const { version } = sides.person(personId);
    for (const _ of [1, 2]) expect(await sides.cycle()).toMatchObject({ changed: 0, push: { pushed: 0 } });
    expect(sides.person(personId)).toMatchObject({ version, pending: {}, lease: null });
  });

  test('of two edits of one field ours stands, and the log holds both', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Countess' });
    await sides.edit(personId, { Title: 'Programmer' });
    await sides.cycle();
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('Programmer');
    const conflict = { field: 'Title', local: 'Programmer', remote: 'Countess', winner: 'local' };
    expect(sides.logged(personId, 'conflict').map(({ detail }) => detail)).toEqual([conflict]);
  });
});

describe('one bad record', () => {
  test('is told once, parked, and holds back no other', async () => {
    const sides = new TwoSides();
    const persons = [await sides.linkedPerson(), await sides.linkedPerson(), await sides.linkedPerson()];
    const rule = { object: 'Lead', name: 'NoBob', errorWhen: "Title = 'Bob'", message: 'No Bob', field: 'Title' };
    sides.control('validation-rules', rule);
    for (const [at, { personId }] of persons.entries()) {
      await sides.edit(personId, { Title: at === 1 ? 'Bob' : 'Countess' });
    }
    const report = await sides.cycle();
    expect(report.push).toMatchObject({ pushed: 2, rejected: 1, error: null });
    for (const _ of [1, 2]) expect((await sides.cycle()).push).toMatchObject({ pushed: 0, rejected: 0 });
    const rejected = sides.logged(persons[1]?.personId ?? '', 'rejected');
    expect(rejected.map(({ detail }) => detail.code)).toEqual(['FIELD_CUSTOM_VALIDATION_EXCEPTION']);
    await sides.edit(persons[1]?.personId ?? '', { Title: 'Babbage' });
    expect((await sides.cycle()).push).toMatchObject({ pushed: 1 });
  });

  test('whose settling always fails keeps no other from being pushed, not even those after it', async () => {
    const sides = new TwoSides();
    const bad = await sides.linkedPerson();
    const contactId = sides.insert('Contact', { LastName: 'Babbage' });
    await sides.cycle();
    const good = sides.personOf(contactId);
    for (const { personId } of [bad, good]) await sides.edit(personId, { Title: 'Countess' });
    const persons = storeWith(sides.persons, {
      update: (stored, next) => {
        if (stored.personId === bad.personId) throw new Error('cannot be stored');
        return sides.persons.update(stored, next);
      },
    });
    await sides.poll();
    const report = await sides.merge({ persons });
    expect(report.push).toMatchObject({ pushed: 1, postponed: 1, error: expect.any(Error) });
    expect(sides.record('Contact', contactId).Title).toBe('Countess');
    // The lost push of the bad one is read first from now on, which fails as well.
    sides.clock.advance(LEASE_MS);
    await sides.edit(good.personId, { Title: 'Engineer' });
    await sides.poll();
    await sides.merge({ persons });
    expect(sides.record('Contact', contactId).Title).toBe('Engineer');
  });

  test('among rows leaves its message, so that the others are done', async () => {
    const sides = new TwoSides();
    for (const LastName of ['One', 'Two', 'Three']) sides.insert('Lead', { ...ADA, Email: null, LastName });
    await sides.poll();
    const persons = storeWith(sides.persons, {
      create: (person) => {
        if (person.fields.LastName === 'Two') throw new TransientError('Throttled', 'later');
        return sides.persons.create(person);
      },
    });
    const report = await sides.merge({ persons });
    expect(report).toMatchObject({ retry: [], changed: 2, error: expect.any(TransientError) });
    expect(sides.queue.waiting).toHaveLength(1);
    await sides.merge();
    expect(sides.persons.all()).toHaveLength(3);
  });
});

describe('what ends a push early', () => {
  test('no calls left: nothing was sent, the leases are given back, and the next cycle pushes', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    await sides.poll();
    const waiting = sides.queue.waiting;
    sides.client.hooks.before = (_, writes) => {
      if (writes) throw new QuotaExceededError('used up');
    };
    const report = await sides.merge();
    expect(report.push).toMatchObject({ pushed: 0, postponed: 1, error: expect.any(QuotaExceededError) });
    expect(sides.person(personId)).toMatchObject({ lease: null, pending: { Title: null } });
    expect(waiting).toEqual([]);
    sides.client.hooks.before = () => undefined;
    expect((await sides.cycle()).push).toMatchObject({ pushed: 1 });
  });

  test('an answer lost after the commit: nobody pushes until the lease is over, and then the row is read first', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    await sides.poll();
    sides.client.hooks.after = (_, writes) => {
      if (writes) throw new TransientError('TIMEOUT', 'no answer', { mayHaveCommitted: true });
    };
    await sides.merge();
    sides.client.hooks.after = () => undefined;
    expect(sides.person(personId).lease).not.toBeNull();
    await sides.edit(personId, { Title: 'Programmer' });
    expect((await sides.cycle()).push.pushed).toBe(0);
    sides.clock.advance(LEASE_MS);
    await sides.cycle();
    await sides.cycle();
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('Programmer');
    expect(sides.logged(personId, 'conflict')).toEqual([]);
  });

  test('an edit of sales that a push overwrote is told, though the row could not be read again to settle the push', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    await sides.poll();
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Engineer' });
    let isPushed = false;
    sides.client.hooks.after = async (_, writes) => {
      if (!writes) return;
      isPushed = true;
      await sides.edit(personId, { Phone: '1' });
    };
    sides.client.hooks.before = () => {
      if (isPushed) throw new TransientError('SERVER_UNAVAILABLE', 'later');
    };
    await sides.merge();
    Object.assign(sides.client.hooks, { before: () => undefined, after: () => undefined });
    sides.clock.advance(LEASE_MS);
    await sides.cycle();
    await sides.cycle();
    expect(sides.record('Lead', salesforce?.id ?? '')).toMatchObject({ Title: 'Countess', Phone: '1' });
    expect(sides.logged(personId, 'conflict')).toMatchObject([{ detail: { local: 'Countess', remote: 'Engineer' } }]);
  });
});

describe('messages', () => {
  test('that are none of ours come again until they are put aside', async () => {
    const sides = new TwoSides();
    await sides.queue.send(['not JSON', '{"kind":"rows","queuedAt":"x"}']);
    const report = await sides.merge();
    expect(report.retry).toHaveLength(2);
  });

  test('that are old are not believed: their rows are read again', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Old' });
    await sides.poll();
    const bodies = sides.queue.take();
    sides.update('Lead', salesforce?.id ?? '', { Title: 'New' });
    sides.clock.advance(11 * 60_000);
    await sides.queue.send(bodies);
    await sides.merge();
    expect(sides.person(personId).fields.Title).toBe('New');
  });

  test('that are old are named again, not copied, where a row fails: its columns are other ones by now', async () => {
    const sides = new TwoSides();
    for (const LastName of ['One', 'Two']) sides.insert('Lead', { LastName, Company: 'Analytical Engines' });
    await sides.poll();
    const bodies = sides.queue.take();
    sides.control('fields', { object: 'Lead', name: 'Score__c', type: 'double' });
    await sides.poll();
    sides.queue.take();
    await sides.queue.send(bodies);
    sides.clock.advance(11 * 60_000);
    const persons = storeWith(sides.persons, {
      create: (person) => {
        if (person.fields.LastName === 'Two') throw new TransientError('Throttled', 'later');
        return sides.persons.create(person);
      },
    });
    expect(await sides.merge({ persons })).toMatchObject({ retry: [] });
    expect(sides.queue.waiting.map((body) => JSON.parse(body))).toMatchObject([
      { kind: 'refresh', ids: [expect.stringMatching(/^00Q/)] },
    ]);
  });

  test('that are delivered late do not bring an old state back', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Old' });
    await sides.poll();
    const late = sides.queue.take();
    sides.update('Lead', salesforce?.id ?? '', { Title: null });
    await sides.cycle();
    await sides.queue.send(late);
    await sides.merge();
    expect(sides.person(personId).fields.Title ?? null).toBeNull();
  });
});
