import { expect, test } from 'vitest';
import type { PollOutcome } from '../../lib/sync/poll/poll-cycle.ts';
import { TwoSides } from './two-sides.ts';

type Told = Extract<PollOutcome, { kind: 'cycle' }>;

async function polled(sides: TwoSides, over: Parameters<TwoSides['poll']>[0] = {}): Promise<Told> {
  const outcome = await sides.poll(over);
  if (outcome.kind !== 'cycle') throw new Error('another cycle runs');
  return outcome;
}

test('a cycle tells for how long the oldest edit has waited to be pushed', async () => {
  const sides = new TwoSides();
  const ada = await sides.linkedPerson({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
  const alan = await sides.linkedPerson({ Email: 'alan@example.com', LastName: 'Turing', Company: 'Bletchley' });
  expect((await polled(sides)).pushLagSeconds).toBe(0);
  await sides.edit(ada.personId, { Title: 'Countess' });
  sides.clock.advance(600_000);
  await sides.edit(alan.personId, { Title: 'Dr' });
  // Ten seconds pass before each poll of this test.
  expect((await polled(sides)).pushLagSeconds).toBe(610);
  await sides.merge();
  expect((await polled(sides)).pushLagSeconds).toBe(0);
});

test('what waits is not known where the list of it cannot be read', async () => {
  const sides = new TwoSides();
  const persons = Object.assign(Object.create(sides.persons), {
    newestAwaitingPush: () => Promise.reject(new Error('throttled')),
  });
  expect((await polled(sides, { persons })).pushLagSeconds).toBeNull();
});

test('a row that comes back from our own push is written nowhere, and one that does not compare as equal is counted', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.linkedPerson({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
  await sides.edit(personId, { Title: 'Countess' });
  expect(await sides.cycle()).toMatchObject({ echoWrites: 0, push: { pushed: 1 } });
  expect(await sides.cycle()).toMatchObject({ rows: 1, changed: 0, echoWrites: 0 });

  await sides.edit(personId, { Title: 'Lady' });
  await sides.cycle();
  // As if what was read after the push had been taken for another value than what the feed brings.
  const stored = await sides.persons.get(personId);
  if (stored === undefined) throw new Error('the person is gone');
  await sides.persons.update(stored, { ...stored, fields: { ...stored.fields, Title: 'Madam' } });
  expect(await sides.cycle()).toMatchObject({ rows: 1, changed: 1, echoWrites: 1 });
});

test('a merge names the persons that Salesforce refused, each with the code', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.linkedPerson({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
  const rule = { object: 'Lead', name: 'NoBots', errorWhen: "Title = 'Bot'", message: 'no bots', field: 'Title' };
  sides.control('validation-rules', rule);
  await sides.edit(personId, { Title: 'Bot' });
  const { push } = await sides.cycle();
  expect(push.rejections).toEqual([{ personId, code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }]);
});

test('a reconciliation tells how many persons it compared, and how many records differed', async () => {
  const sides = new TwoSides();
  for (const email of ['ada@example.com', 'alan@example.com']) {
    await sides.linkedPerson({ Email: email, LastName: 'Person', Company: 'Example' });
  }
  await sides.cycle();
  await sides.state.askReconciliation({ id: 'asked', reason: 'asked', acceptMissing: false });
  expect(await polled(sides)).toMatchObject({ compared: 2, drifted: 0 });
});
