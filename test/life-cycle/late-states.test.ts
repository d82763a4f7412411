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

test('a Lead that lost a merge before its first state arrived is a part of the winner', async () => {
  const life = new Life();
  const [winner, loser] = [life.addLead({ Email: 'ada@example.com' }), life.addLead({ Email: 'al@example.com' })];
  await life.poll();
  const late = life.queue.take();
  life.merge('Lead', winner, loser);
  await life.settle(1);

  await life.deliver(late);
  await life.settle();

  expect(life.holders(loser)).toEqual([]);
  expect((await life.survivor(`sf-${loser}`)).personId).toBe(life.holder(winner).personId);
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
