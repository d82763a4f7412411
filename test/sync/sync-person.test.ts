import { describe, expect, test } from 'vitest';
import { ConfigError, QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import { storeWith } from './store-with.ts';
import { LEASE_MS, TwoSides } from './two-sides.ts';

const ADA = { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' };

describe('a person who has no row', () => {
  test('gets a Lead, once, however many ask at once', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create(ADA);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => sides.sync(personId)));
    expect(outcomes.filter((each) => each.kind === 'synced' && each.outcome === 'created')).toHaveLength(1);
    expect(sides.count('Lead')).toBe(1);
    const { salesforce } = sides.person(personId);
    expect(sides.record('Lead', salesforce?.id ?? '')).toMatchObject({ ...ADA, Person_Id__c: personId });
    for (const _ of [1, 2]) expect(await sides.cycle()).toMatchObject({ changed: 0 });
    expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null });
  });

  test('is linked to the only row with its email, and its values go there', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create({ ...ADA, Title: 'Countess' });
    const id = sides.insert('Contact', { LastName: 'Byron', Email: ADA.Email });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'linked' });
    expect(sides.record('Contact', id)).toMatchObject({ LastName: 'Lovelace', Title: 'Countess' });
    expect(sides.count('Lead')).toBe(0);
    await sides.cycle();
    expect(sides.persons.all()).toHaveLength(1);
  });

  test('is not linked where several rows have its email, or one that is another’s', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create(ADA);
    sides.insert('Lead', ADA);
    sides.insert('Contact', { LastName: 'Byron', Email: ADA.Email });
    const outcome = await sides.sync(personId);
    expect(outcome).toMatchObject({ kind: 'ambiguousMatch', candidates: [{ type: 'Lead' }, { type: 'Contact' }] });
    expect(sides.person(personId)).toMatchObject({ salesforce: null, lease: null });
  });

  test('whose Lead is refused is parked, told once, and goes through when it is mended', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create({ LastName: 'Lovelace', Email: ADA.Email });
    for (const _ of [1, 2]) {
      expect(await sides.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { fields: ['Company'] } });
    }
    expect(sides.logged(personId, 'rejected')).toHaveLength(1);
    expect(sides.person(personId)).toMatchObject({ lease: null, rejection: { code: 'REQUIRED_FIELD_MISSING' } });
    await sides.edit(personId, { Company: 'Analytical Engines' });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
  });

  test('gets one Lead though the answer was lost, and keeps what was edited meanwhile', async () => {
    const sides = new TwoSides({
      conflictWinner: { Lead: 'remote', Contact: 'remote' },
      fields: { exclude: [], pullOnly: [], pushOnly: [], conflictWinner: {}, truncate: [], unchecked: [] },
    });
    const { personId } = await sides.create({ ...ADA, Title: 'Countess' });
    sides.client.hooks.after = (_, writes) => {
      if (writes) throw new TransientError('TIMEOUT', 'no answer', { mayHaveCommitted: true });
    };
    expect(await sides.sync(personId)).toEqual({ kind: 'unavailable' });
    sides.client.hooks.after = () => undefined;
    await sides.edit(personId, { Title: 'Programmer' });
    expect(await sides.sync(personId)).toEqual({ kind: 'busy' });
    sides.clock.advance(LEASE_MS);
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced' });
    expect(sides.count('Lead')).toBe(1);
    expect(sides.record('Lead', sides.person(personId).salesforce?.id ?? '').Title).toBe('Programmer');
  });
});

describe('a linked person', () => {
  test('is read where there is nothing to push', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    const { version } = sides.person(personId);
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'unchanged', pushed: [], pulled: [] });
    expect(sides.person(personId)).toMatchObject({ version, lease: null });
    sides.clock.advance(1000);
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Countess' });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'updated', pulled: ['Title'] });
  });

  test('is pushed and read in one call', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    const before = sides.client.usage().calls;
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'updated', pushed: ['Title'] });
    expect(sides.client.usage().calls - before).toBe(1);
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('Countess');
  });

  test('whose row changed is merged first, and its conflicts are told', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    sides.clock.advance(1000);
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Programmer', Phone: '1' });
    const conflict = { field: 'Title', local: 'Countess', remote: 'Programmer', winner: 'local' };
    const outcome = await sides.sync(personId);
    expect(outcome).toMatchObject({ kind: 'synced', pushed: ['Title'], pulled: ['Phone'], conflicts: [conflict] });
    expect(sides.logged(personId, 'conflict')).toHaveLength(1);
  });

  test('gets the owner that is asked for; a Contact never a queue', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    const queueId = sides.idOf("SELECT Id FROM Group WHERE Type = 'Queue'");
    expect(await sides.sync(personId, { kind: 'queue', ownerId: queueId })).toMatchObject({ kind: 'synced' });
    expect(sides.person(personId).salesforce?.ownerId).toBe(queueId);
    const contactId = sides.insert('Contact', { LastName: 'Babbage' });
    await sides.cycle();
    const contact = sides.personOf(contactId).personId;
    const sentBefore = sides.client.usage().calls;
    expect(await sides.sync(contact, { kind: 'queue', ownerId: queueId })).toEqual({ kind: 'contactNotAssignable' });
    expect(sides.client.usage().calls).toBe(sentBefore);
    expect(sides.person(contact).lease).toBeNull();
  });

  test('whose Lead was deleted gets a new one', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    sides.remove('Lead', salesforce?.id ?? '');
    await sides.edit(personId, { Title: 'Countess' });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect(sides.logged(personId, 'deletedInSalesforce')).toHaveLength(1);
    expect(sides.person(personId).salesforce?.id).not.toBe(salesforce?.id);
  });

  test.each([{}, { Title: 'Countess' }])(
    'whose Lead was converted goes on as its Contact, whose email may be another by now: edits %j',
    async (edits) => {
      const sides = new TwoSides();
      const { personId, salesforce } = await sides.linkedPerson(ADA);
      sides.clock.advance(1000);
      sides.control('convert', { leadId: salesforce?.id ?? '' });
      const contactId = String(sides.record('Lead', salesforce?.id ?? '').ConvertedContactId);
      sides.update('Contact', contactId, { Email: 'countess@example.com' });
      await sides.edit(personId, edits);
      expect(await sides.sync(personId)).toMatchObject({ kind: 'synced' });
      expect(sides.person(personId).salesforce).toMatchObject({ type: 'Contact', id: contactId });
      expect(sides.record('Contact', contactId)).toMatchObject(edits);
      for (const _ of [1, 2]) await sides.cycle();
      expect(sides.persons.all()).toHaveLength(1);
      expect([sides.count('Lead'), sides.count('Contact')]).toEqual([1, 1]);
    },
  );

  test('whose push is refused is told so once; a newer edit is not parked with it and goes on', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    sides.control('validation-rules', { object: 'Lead', name: 'NoBob', errorWhen: "Title = 'Bob'", message: 'No Bob' });
    await sides.edit(personId, { Title: 'Bob' });
    sides.client.hooks.after = async (_, writes) => {
      sides.client.hooks.after = () => undefined;
      if (writes) await sides.edit(personId, { Title: 'Ada' });
    };
    expect(await sides.sync(personId)).toMatchObject({ kind: 'rejected' });
    expect(sides.logged(personId, 'rejected')).toHaveLength(1);
    expect(sides.person(personId)).toMatchObject({ rejection: null, lease: null, pending: {} });
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('Ada');
  });
});

describe('the lease', () => {
  test.each([
    ['limit', new QuotaExceededError('used up')],
    ['unavailable', new TransientError('SERVER_UNAVAILABLE', 'not now')],
  ])('is given back where nothing was sent: %s', async (kind, error) => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    sides.client.hooks.before = () => {
      throw error;
    };
    expect(await sides.sync(personId)).toEqual({ kind });
    expect(sides.person(personId)).toMatchObject({ lease: null, pending: { Title: null } });
  });

  test('is given back where a human has to help, and the error goes on', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    sides.client.hooks.before = () => {
      throw new ConfigError('wrong credentials');
    };
    await expect(sides.sync(personId)).rejects.toThrow(ConfigError);
    expect(sides.person(personId).lease).toBeNull();
  });

  test('stays where a push went through and could not be stored, and what was pushed is known as ours', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    const persons = storeWith(sides.persons, {
      update: () => Promise.reject(new TransientError('Throttled', 'later')),
    });
    expect(await sides.sync(personId, { kind: 'unchanged' }, { persons })).toEqual({ kind: 'unavailable' });
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('Countess');
    expect(sides.person(personId).lease).toMatchObject({ attempt: { Title: 'Countess' } });
    await sides.edit(personId, { Title: 'Programmer' });
    sides.clock.advance(LEASE_MS);
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', conflicts: [] });
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('Programmer');
    expect(sides.logged(personId, 'conflict')).toEqual([]);
  });

  test('of somebody else is waited for, for five seconds', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    const lease = { owner: 'other', expiresAt: '2026-11-21T11:00:00.000Z', attempt: {} };
    await sides.persons.takeLease(sides.person(personId), lease, sides.clock.now());
    const since = Date.parse(sides.clock.now());
    expect(await sides.sync(personId)).toEqual({ kind: 'busy' });
    expect(Date.parse(sides.clock.now()) - since).toBe(5000);
    expect(sides.person(personId).lease).toEqual(lease);
  });
});

test('nobody is not found', async () => {
  expect(await new TwoSides().sync('nobody')).toEqual({ kind: 'notFound' });
});
