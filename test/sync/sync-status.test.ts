import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { ConfigError } from '../../lib/sync/errors.ts';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { FEED_BEGINNING, NEW_FEED } from '../../lib/sync/state/feed-state.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { TwoSides } from './two-sides.ts';

const status = (sides: TwoSides) => readSyncStatus(sides.ports, ['Lead', 'Contact'], EMPTY_QUEUES);

test('a failed cycle tells why, since when, and how many failed in a row; the next good one ends that', async () => {
  const sides = new TwoSides();
  await sides.poll();
  const lastSuccessAt = sides.clock.now();
  expect(await status(sides)).toMatchObject({ lastSuccessAt, lastCycle: { outcome: 'complete', error: null } });
  const mistake = new ConfigError('Salesforce refuses the credentials: invalid_client');
  const feed = { ...sides.ports.feed, open: () => Promise.reject(mistake) };
  sides.clock.advance(300_000);
  await sides.poll({ feed });
  const since = sides.clock.now();
  sides.clock.advance(300_000);
  await sides.poll({ feed });
  expect(await status(sides)).toMatchObject({
    lastSuccessAt,
    lastCycle: {
      outcome: 'failed',
      error: { code: 'CONFIGURATION', message: mistake.message, since, failuresInARow: 2 },
    },
  });
  await sides.poll();
  const after = await status(sides);
  expect(after).toMatchObject({ lastSuccessAt: sides.clock.now(), lastCycle: { error: null } });
  const cycles = (await sides.state.cycles(10, null)).items;
  expect(cycles.map(({ error }) => error?.code ?? null)).toEqual([null, 'CONFIGURATION', 'CONFIGURATION', null]);
});

test('what merges come to is counted for the cycle that queued their rows, conflicts too', async () => {
  const sides = new TwoSides();
  const person = await sides.linkedPerson({ Title: 'Countess' });
  sides.update('Lead', person.salesforce?.id ?? '', { Title: 'Chief' });
  await sides.edit(person.personId, { Title: 'Programmer' });
  sides.clock.advance(60_000);
  await sides.poll();
  const { number } = (await sides.state.beginCycle('other', sides.clock.now(), sides.clock.now())) ?? { number: 0 };
  await sides.merge();
  const cycle = (await sides.state.cycles(10, null)).items.find((each) => each.cycle === number - 1);
  expect(cycle).toMatchObject({ pulled: { Lead: 1 }, conflicts: 1, pushed: 1 });
});

test('a setting that names a field which no object has is told by the first cycle', async () => {
  const fields = { ...DEFAULT_POLICY.fields, truncate: ['Titel'] };
  const sides = new TwoSides({ ...DEFAULT_POLICY, fields });
  expect((await status(sides)).schemaProblems).toEqual([]);
  const line = 'fields.truncate names Titel: no such field of Lead and Contact is visible to the sync user';
  expect(await sides.poll()).toMatchObject({ schemaProblems: [line] });
  expect((await status(sides)).schemaProblems).toEqual([line]);
});

test('a first sync that goes on in the next cycle has neither a checkpoint nor a lag yet', async () => {
  const sides = new TwoSides();
  const cycle = await sides.state.beginCycle('poll', sides.clock.now(), sides.clock.now());
  if (cycle === undefined) throw new Error('another cycle runs');
  const after = { systemModstamp: '2026-11-20T10:00:00.000Z', id: '00Q000000000001AAA' };
  const unfinished = { from: FEED_BEGINNING, covered: FEED_BEGINNING, after };
  for (const type of ['Lead', 'Contact'] as const) {
    await sides.state.saveFeed(type, { ...NEW_FEED, unfinished }, cycle);
  }
  const { objects, lag } = await status(sides);
  expect(objects).toMatchObject({ Lead: { checkpoint: null }, Contact: { checkpoint: null } });
  expect(lag.pullSeconds).toBeNull();
});

test('the lag of both directions is told, each by what has waited longest', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.linkedPerson();
  expect((await status(sides)).lag).toMatchObject({ pullSeconds: expect.any(Number), pushSeconds: 0 });
  await sides.edit(personId, { Title: 'CTO' });
  const { pullSeconds } = (await status(sides)).lag;
  sides.clock.advance(120_000);
  expect((await status(sides)).lag).toEqual({ pullSeconds: (pullSeconds ?? 0) + 120, pushSeconds: 120 });
  await sides.cycle();
  expect((await status(sides)).lag.pushSeconds).toBe(0);
});
