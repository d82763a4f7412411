import { expect, test } from 'vitest';
import { syncStatus } from '../../lib/operator/doctor/api-checks.ts';
import { ConfigError } from '../../lib/sync/errors.ts';
import { readSyncStatus, type SyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { TwoSides } from '../sync/two-sides.ts';

async function statusOf(sides: TwoSides): Promise<SyncStatus> {
  return readSyncStatus(sides.ports, ['Lead', 'Contact'], EMPTY_QUEUES);
}

const problemsIn = async (status: SyncStatus, now: string) =>
  (
    await syncStatus(
      async () => status,
      () => Date.parse(now),
    ).run()
  ).filter(({ level }) => level === 'problem');

test('a sync that runs has no problem', async () => {
  const sides = new TwoSides();
  await sides.poll();
  expect(await problemsIn(await statusOf(sides), sides.clock.now())).toEqual([]);
});

test('a cycle that failed is told with its error', async () => {
  const sides = new TwoSides();
  const open = () => Promise.reject(new ConfigError('Salesforce refuses the credentials'));
  await sides.poll({ feed: { ...sides.ports.feed, open } });
  const [finding] = await problemsIn(await statusOf(sides), sides.clock.now());
  expect(finding).toMatchObject({ check: 'cycles', detail: expect.stringContaining('refuses the credentials') });
});

test('no cycle for more than a quarter of an hour is a problem', async () => {
  const sides = new TwoSides();
  await sides.poll();
  const status = await statusOf(sides);
  sides.clock.advance(16 * 60_000);
  expect((await problemsIn(status, sides.clock.now())).map(({ check }) => check)).toEqual(['cycles']);
});

test('what only a human moves on is a problem: dead letters, missed polls', async () => {
  const sides = new TwoSides();
  await sides.poll();
  const status = await statusOf(sides);
  const left = { ...status, backlog: { ...status.backlog, deadLetters: 2, missedPolls: 1 } };
  const found = await problemsIn(left, sides.clock.now());
  expect(found.map(({ check, detail }) => [check, detail])).toEqual([
    ['dead letters', '2 messages'],
    ['missed polls', '1 messages'],
  ]);
});

test('a missing permission is a problem', async () => {
  const sides = new TwoSides();
  sides.control('field-access', { object: 'Lead', field: 'Email', read: false, edit: false });
  await sides.poll();
  const found = await problemsIn(await statusOf(sides), sides.clock.now());
  expect(found.map(({ detail }) => detail).join()).toContain('Lead.Email is not visible');
});
