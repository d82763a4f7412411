import { expect, test } from 'vitest';
import { TwoSides } from './two-sides.ts';

const ADA = { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' };

test('of two new rows with the email of one person made here, one is that person and the other a person of its own', async () => {
  const sides = new TwoSides();
  const person = await sides.create(ADA);
  const ids = [sides.insert('Lead', ADA), sides.insert('Lead', ADA)];
  await sides.cycle();
  expect(sides.persons.all()).toHaveLength(2);
  expect(ids.map((id) => sides.personOf(id).personId)).toContain(person.personId);
});

test('a row whose own person has moved on to another row becomes a person of its own, once', async () => {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson(ADA);
  const old = salesforce?.id ?? '';
  sides.remove('Lead', old);
  await sides.cycle();
  const outcome = await sides.sync(personId);
  expect(outcome).toMatchObject({ kind: 'synced', outcome: 'created' });
  sides.control('undelete', { id: old });
  for (const _ of [1, 2, 3]) expect((await sides.cycle()).retry).toEqual([]);
  expect(sides.persons.all()).toHaveLength(2);
  sides.update('Lead', old, { Title: 'Countess' });
  await sides.cycle();
  expect(sides.personOf(old).fields.Title).toBe('Countess');
  expect(sides.persons.all()).toHaveLength(2);
});

test('a row is not linked by email to a person whose Lead is being created', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.create(ADA);
  const person = sides.person(personId);
  const lease = { owner: 'somebody', expiresAt: '2026-11-21T10:11:00.000Z', attempt: {} };
  await sides.persons.takeLease(person, lease, sides.clock.now());
  const id = sides.insert('Lead', ADA);
  await sides.cycle();
  expect(sides.personOf(id).personId).not.toBe(personId);
  expect(sides.person(personId).salesforce).toBeNull();
});

test('the row that carries the id of a person is that person, whatever its email', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.create(ADA);
  const id = sides.insert('Lead', { ...ADA, Email: 'countess@example.com', Person_Id__c: personId });
  await sides.cycle();
  expect(sides.personOf(id).personId).toBe(personId);
});

test('the same rows delivered again make nobody new', async () => {
  const sides = new TwoSides();
  sides.insert('Lead', ADA);
  sides.insert('Contact', { LastName: 'Babbage', Email: 'charles@example.com' });
  await sides.poll();
  const bodies = sides.queue.waiting;
  await sides.queue.send(bodies);
  const report = await sides.merge();
  expect(report).toMatchObject({ retry: [], changed: 2 });
  expect(sides.persons.all()).toHaveLength(2);
});
