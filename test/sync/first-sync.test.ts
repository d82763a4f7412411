import { beforeEach, describe, expect, test } from 'vitest';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import { NEW_FEED } from '../../lib/sync/state/feed-state.ts';
import { firstSyncStatus } from '../../lib/sync/state/first-sync.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { TwoSides } from './two-sides.ts';

const LONG = 600_000;
const POLL = { lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 900_000 } as const;
const OBJECTS = ['Lead', 'Contact'] as const;

let sides: TwoSides;
let backlog: InMemoryChangeQueue;

beforeEach(() => {
  sides = new TwoSides();
  backlog = new InMemoryChangeQueue();
});

async function poll(bulkAbove = 20_000, timeLeftMs = () => LONG): Promise<void> {
  sides.clock.advance(100_000);
  const settings = { ...POLL, objects: OBJECTS, bulkAbove };
  const outcome = await pollCycle({ ...sides.ports, backlog }, settings, timeLeftMs);
  if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
}

const progress = async () => (await readSyncStatus(sides.ports, OBJECTS, { ...EMPTY_QUEUES, backlog })).firstSync;

describe('the progress of a first sync', () => {
  test('is counted, grows with every cycle that reads, and is over once all rows are merged', async () => {
    sides.org.seed({ leads: 1_200, contacts: 30, seed: 1 });
    const startedAt = new Date(Date.parse(sides.clock.now()) + 100_000).toISOString();
    expect(await progress()).toBeNull();
    // Time for the first page, and for none after it.
    await poll(20_000, () => 0);
    const first = await progress();
    expect(first).toMatchObject({ startedAt, expectedRows: 1_230, mergedRows: 0, estimatedEndAt: null });
    expect(first?.queuedRows).toBeGreaterThan(30);
    expect(first?.queuedRows).toBeLessThan(1_230);
    await poll();
    expect(await progress()).toMatchObject({ startedAt, expectedRows: 1_230, queuedRows: 1_230 });
    // The fresh lane is merged, the backlog waits.
    await sides.merge();
    sides.clock.advance(100_000);
    const half = await progress();
    expect(half?.mergedRows).toBeGreaterThan(0);
    expect(half?.mergedRows).toBeLessThan(1_230);
    expect(half?.rowsPerSecond).toBe(Math.round((half?.mergedRows ?? 0) / 200));
    expect(Date.parse(half?.estimatedEndAt ?? '')).toBeGreaterThan(Date.parse(sides.clock.now()));
    await sides.queue.send(backlog.take());
    await sides.merge();
    await poll();
    expect(await progress()).toBeNull();
    expect(sides.persons.all()).toHaveLength(1_230);
  });

  test('by a query job counts the same rows', async () => {
    sides.org.seed({ leads: 1_200, contacts: 30, seed: 1 });
    sides.org.state.bulk.pageRows = 500;
    await poll(1_000);
    expect(await progress()).toMatchObject({ expectedRows: 1_230, queuedRows: 1_230 });
  });

  test('is not reported by an org that is in step, whatever waits', async () => {
    sides.insert('Lead', { LastName: 'Lovelace', Company: 'C' });
    await sides.cycle();
    await sides.cycle();
    await backlog.send(['{}']);
    expect(await progress()).toBeNull();
  });

  test('is without an estimate where Salesforce cannot count', () => {
    const firstSync = { startedAt: AT, expectedRows: null, queuedRows: 100, queuedMessages: 10, readAt: null };
    const feeds = [{ ...NEW_FEED, firstSync }, NEW_FEED, undefined];
    expect(firstSyncStatus(feeds, 5, '2026-11-21T10:00:10.000Z')).toEqual({
      startedAt: AT,
      expectedRows: null,
      queuedRows: 100,
      mergedRows: 50,
      rowsPerSecond: 5,
      estimatedEndAt: null,
    });
  });
});

const AT = '2026-11-21T10:00:00.000Z';
