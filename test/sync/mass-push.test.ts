import { expect, test } from 'vitest';
import { packIds, parseChangeMessage } from '../../lib/sync/change-message.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import { TwoSides } from './two-sides.ts';

const POLL = { objects: ['Lead'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 900_000 } as const;

/** So many persons in step with Leads, each with an edit that waits. */
async function edited(count: number): Promise<{ readonly sides: TwoSides; readonly personIds: readonly string[] }> {
  const sides = new TwoSides();
  for (let at = 0; at < count; at += 1) sides.insert('Lead', { LastName: `L${at}`, Company: 'C', Title: 'old' });
  await sides.cycle();
  sides.clock.advance(60_000);
  const personIds = sides.persons.all().map(({ personId }) => personId);
  for (const personId of personIds) await sides.edit(personId, { Title: 'ours' });
  return { sides, personIds };
}

test('what waits beyond the setting is handed out for a mass push, and nothing else', async () => {
  const { sides } = await edited(5);
  await pollCycle(sides.ports, { ...POLL, massPushAbove: 3 }, () => 600_000);
  const handed = sides.queue.take().flatMap((body) => {
    const message = parseChangeMessage(body);
    return message?.kind === 'pending' ? [[message.personIds.length, message.mass]] : [];
  });
  expect(handed).toEqual([
    [3, undefined],
    [2, true],
  ]);
});

test('a mass push reads, updates by collections and says so; a row that has changed is merged first', async () => {
  const { sides, personIds } = await edited(4);
  const [changed = ''] = personIds;
  sides.update('Lead', sides.person(changed).salesforce?.id ?? '', { Title: 'theirs' });
  sides.clock.advance(10_000);
  await sides.queue.send([...packIds({ kind: 'pending', queuedAt: sides.clock.now(), mass: true }, personIds)]);
  const calls = sides.client.usage().calls;
  expect((await sides.merge()).push).toMatchObject({ pushed: 4, postponed: 0, error: null });
  // One to read all, one for the three, and two for the one that had to be merged.
  expect(sides.client.usage().calls - calls).toBe(4);
  expect(sides.logged(changed, 'conflict')).toMatchObject([{ detail: { local: 'ours', remote: 'theirs' } }]);
  const told = personIds.map((personId) => sides.logged(personId, 'syncedToSalesforce')[0]?.detail.mass);
  expect(told).toEqual([undefined, true, true, true]);
  for (const personId of personIds) {
    expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null, fields: { Title: 'ours' } });
  }
});
