import { expect, test } from 'vitest';
import { Life } from './life.ts';

test('a Lead that was converted before its first state arrived makes no second person when that comes late', async () => {
  const life = new Life();
  const lead = life.addLead({ Email: 'ada@example.com' });
  await life.poll();
  const late = life.queue.take();
  const contact = life.convert(lead);
  await life.settle(1);

  await life.deliver(late);
  await life.settle();

  expect(life.holders(lead)).toEqual([]);
  const { personId } = life.holder(contact);
  const others = life.persons.all().filter((person) => person.personId !== personId);
  expect(others.map(({ mergedInto }) => mergedInto)).toEqual(others.map(() => personId));
});

test('a Lead that lost a merge before its first state arrived makes no person', async () => {
  const life = new Life();
  const [winner, loser] = [life.addLead({ Email: 'ada@example.com' }), life.addLead({ Email: 'al@example.com' })];
  await life.poll();
  const late = life.queue.take();
  life.merge('Lead', winner, loser);
  await life.settle(1);

  await life.deliver(late);
  await life.settle();

  expect(life.holders(loser)).toEqual([]);
  expect(life.persons.peek(`sf-${loser}`)).toBeUndefined();
  expect(life.holder(winner).personId).toBe(`sf-${winner}`);
});

test('an old state of a row brings no person back to it who has lost another since', async () => {
  const life = new Life();
  await life.poll();
  const { personId } = await life.create({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
  const rowOf = () => life.persons.peek(personId)?.salesforce;
  await life.sync(personId);
  const first = rowOf()?.id ?? '';
  await life.poll();
  const late = life.queue.take();
  life.delete('Lead', first);
  await life.sync(personId);
  const second = rowOf()?.id ?? '';
  expect(second).not.toBe(first);
  life.delete('Lead', second);
  await life.settle(1);

  await life.deliver(late);
  await life.settle();

  expect(rowOf()).toMatchObject({ id: second, isDeleted: true });
});

test('an old state of an earlier Contact brings no person back to it whose next Contact was never seen', async () => {
  const life = new Life();
  await life.settle();
  const { personId } = await life.create({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
  const rowOf = () => life.persons.peek(personId)?.salesforce;
  await life.sync(personId);
  const contact = life.convert(rowOf()?.id ?? '');
  await life.settle();
  life.delete('Contact', contact);
  await life.poll();
  const late = life.queue.take();
  await life.deliver(late);
  await life.sync(personId);
  const lead = rowOf()?.id ?? '';
  life.hardDelete(life.convert(lead));
  await life.settle(1);
  expect(rowOf()).toMatchObject({ id: lead, isConverted: true });

  await life.deliver(late);
  await life.settle();

  expect(rowOf()).toMatchObject({ id: lead, isConverted: true });
});

test('a row that was gone before anybody met it makes no person, however often it is told of', async () => {
  const life = new Life();
  await life.settle(2);
  const [deleted, loser, winner] = [1, 2, 3].map((n) => life.addLead({ Email: `lead${n}@example.com` })) as [
    string,
    string,
    string,
  ];
  life.delete('Lead', deleted);
  life.merge('Lead', winner, loser);

  await life.settleNextDay();

  expect(life.persons.all().map(({ salesforce }) => salesforce?.id)).toEqual([winner]);
});

test('a person whose row was merged, and then deleted for good while the winner was busy, is taken over', async () => {
  const life = new Life();
  const [winner, loser] = [life.addLead({ Email: 'ada@example.com' }), life.addLead({ Email: 'al@example.com' })];
  await life.settle();
  await life.edit(`sf-${loser}`, { Title: 'ours' });
  life.merge('Lead', winner, loser);
  await life.poll();
  const messages = life.queue.take();
  const lease = { owner: 'other', expiresAt: '2026-11-21T12:00:00.000Z', attempt: {} };
  await life.persons.takeLease(life.holder(winner), lease, life.clock.now());
  await expect(life.deliver(messages)).rejects.toThrow('again and again');
  life.hardDelete(loser);
  await life.persons.releaseLease(`sf-${winner}`, 'other');

  await life.settleNextDay();

  expect(life.holder(winner)).toMatchObject({ absorbed: [`sf-${loser}`], fields: { Title: 'ours' } });
});

test('who stands for a row that is gone for good hears of it, also by way of the person once made of it', async () => {
  const life = new Life();
  await life.settle(2);
  const lead = life.addLead({ Email: 'ada@example.com' });
  const contact = life.convert(lead);
  await life.settle();
  life.hardDelete(contact);

  await life.settleNextDay();

  const { salesforce } = await life.survivor(`sf-${contact}`);
  expect(salesforce).toMatchObject({ id: contact, isDeleted: true });
});

test('a Lead that was converted and then deleted, before its Contact was seen, leaves what waits to the Contact', async () => {
  const life = new Life();
  const lead = life.addLead({ Email: 'ada@example.com' });
  await life.settle();
  await life.edit(`sf-${lead}`, { Title: 'Countess' });
  const contact = life.convert(lead);
  const { records } = life.ports;
  const read = records.read.bind(records);
  const unread: typeof read = async (type, ids, columns) => (type === 'Contact' ? new Map() : read(type, ids, columns));
  Object.assign(records, { read: unread });
  await life.poll();
  await life.deliver(life.queue.take().filter((body) => body.includes('"type":"Lead"')));
  life.delete('Lead', lead);
  await life.poll();
  await life.deliver(life.queue.take().filter((body) => body.includes('"type":"Lead"')));
  Object.assign(records, { read });
  life.change('Contact', contact, { Phone: '555' });

  await life.settle();

  expect(life.holder(contact)).toMatchObject({ personId: `sf-${lead}`, pending: {} });
  expect(life.row('Contact', contact)?.Title).toBe('Countess');
});

test('whoever dies between the claim of a row and its taking is followed by the row’s own message', async () => {
  const life = new Life();
  await life.settle();
  const { personId } = await life.create({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
  const lead = life.addLead({ Email: 'ada@example.com' });
  const update = life.persons.update.bind(life.persons);
  life.persons.update = () => new Promise(() => undefined);

  void life.sync(personId);
  await new Promise((resolve) => setTimeout(resolve, 50));
  Object.assign(life.persons, { update });
  expect(life.persons.peekStub(`sf-${lead}`)).toMatchObject({ rowOf: personId });
  expect(life.holders(lead)).toEqual([]);
  life.clock.advance(700_000);
  await life.settle();

  expect(life.holder(lead).personId).toBe(personId);
});

test('a Contact whose survivor was purged unseen comes back as that of its Lead’s person, edits and all', async () => {
  const life = new Life();
  const lead = life.addLead({ Email: 'ada@example.com' });
  const other = life.addContact({ Email: 'other@example.com' });
  await life.settle(1);
  const { personId } = life.holder(lead);
  const contact = life.convert(lead);
  life.merge('Contact', other, contact);
  life.hardDelete(other);
  await life.settle();
  await life.edit(personId, { Title: 'Countess' });
  life.undelete(contact);
  await life.settleNextDay();
  expect(life.holder(contact).personId).toBe(personId);
  expect(life.row('Contact', contact)?.Title).toBe('Countess');
});
