import { beforeEach, describe, expect, test } from 'vitest';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { type PollOutcome, pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { TwoSides } from './two-sides.ts';

const POLL = { objects: ['Lead'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 900_000, bulkAbove: 20 } as const;
const LONG = 600_000;

let sides: TwoSides;

beforeEach(() => {
  sides = new TwoSides();
  sides.org.state.bulk.pageRows = 10;
});

async function poll(timeLeftMs = () => LONG): Promise<Extract<PollOutcome, { kind: 'cycle' }>> {
  sides.clock.advance(10_000);
  const outcome = await pollCycle(sides.ports, POLL, timeLeftMs);
  if (outcome.kind !== 'cycle') throw new Error(outcome.kind);
  return outcome;
}

async function objectStatus() {
  const { objects } = await readSyncStatus(sides.ports, ['Lead'], EMPTY_QUEUES);
  return objects.Lead;
}

describe('a window of many rows', () => {
  test('is read by a query job, and nothing of it is queued twice afterwards', async () => {
    sides.org.seed({ leads: 95, contacts: 0, seed: 3 });
    const { report, error } = await poll();
    expect(error).toBeNull();
    expect(report).toMatchObject({ outcome: 'complete', pulled: { Lead: 95 } });
    // The describe and the opening, the job, its state twice, two lists of pages, ten pages; what is one page anyway is
    // not counted by a call.
    expect(report.calls).toBe(2 + 1 + 2 + 2 + 10);
    await sides.merge();
    expect(sides.persons.all()).toHaveLength(95);
    expect((await poll()).report).toMatchObject({ outcome: 'complete', pulled: { Lead: 0 }, calls: 1 });
    expect(sides.queue.take()).toEqual([]);
  });

  test('moves the checkpoint once all of it is queued; what changes meanwhile comes with the next', async () => {
    sides.org.seed({ leads: 95, contacts: 0, seed: 3 });
    let asked = 0;
    // Time for three pages, then for none.
    const paused = await poll(() => (asked++ < 12 ? LONG : 0));
    expect(paused).toMatchObject({ error: null, report: { outcome: 'paused' } });
    expect(await objectStatus()).toMatchObject({
      checkpoint: null,
      readBy: 'bulk',
      bulkQuery: { rows: expect.any(Number), expectedRows: 95 },
    });
    const id = sides.idOf('SELECT Id FROM Lead WHERE IsConverted = false ORDER BY Id DESC LIMIT 1');
    sides.update('Lead', id, { Title: 'changed meanwhile' });
    await sides.merge();
    expect((await poll()).report.outcome).toBe('complete');
    expect(await objectStatus()).toMatchObject({ readBy: 'rest', bulkQuery: null });
    await sides.merge();
    await poll();
    await sides.merge();
    expect(sides.persons.all()).toHaveLength(95);
    expect(sides.personOf(id).fields.Title).toBe('changed meanwhile');
  });

  test('is stored as soon as the job is there: the status shows the job before the first page', async () => {
    sides.org.seed({ leads: 95, contacts: 0, seed: 3 });
    const seen: unknown[] = [];
    const readBulk = sides.ports.feed.readBulk.bind(sides.ports.feed);
    const feed = {
      ...sides.ports.feed,
      readBulk: async (...given: Parameters<typeof readBulk>) => {
        seen.push(await objectStatus());
        return readBulk(...given);
      },
    };
    await pollCycle({ ...sides.ports, feed }, POLL, () => LONG);
    expect(seen).toEqual([{ checkpoint: null, readBy: 'bulk', bulkQuery: { rows: 0, expectedRows: 95 } }]);
  });

  test('is counted where it is more than a page, and read page by page where it is not many', async () => {
    sides.org.seed({ leads: 700, contacts: 0, seed: 3 });
    const { report } = await pollCycle(sides.ports, { ...POLL, bulkAbove: 700 }, () => LONG).then((outcome) => {
      if (outcome.kind !== 'cycle') throw new Error(outcome.kind);
      return outcome;
    });
    expect(report.pulled).toEqual({ Lead: 700 });
    // The describe, the opening with the first page, the newest page, the count, and the second page.
    expect(report.calls).toBe(5);
    expect(await objectStatus()).toMatchObject({ readBy: 'rest' });
  });

  test('a job that is lost is told and begun anew; after two, pages are read', async () => {
    sides.org.seed({ leads: 95, contacts: 0, seed: 3 });
    const openBulk = sides.ports.feed.openBulk.bind(sides.ports.feed);
    let jobs = 0;
    const feed = {
      ...sides.ports.feed,
      openBulk: async (request: Parameters<typeof openBulk>[0]) => {
        jobs += 1;
        const query = await openBulk(request);
        if (query !== 'invalidField') sides.admin('PATCH', `/jobs/query/${query.jobId}`, { state: 'Aborted' });
        return query;
      },
    };
    const outcomes: unknown[] = [];
    for (let cycle = 0; cycle < 3; cycle += 1) {
      sides.clock.advance(10_000);
      const outcome = await pollCycle({ ...sides.ports, feed }, POLL, () => LONG);
      outcomes.push(outcome.kind === 'cycle' && [outcome.report.outcome, outcome.report.error?.code]);
    }
    expect(outcomes).toEqual([
      ['failed', 'QUERY_JOB_LOST'],
      ['failed', 'QUERY_JOB_LOST'],
      ['complete', undefined],
    ]);
    expect(jobs).toBe(2);
    await sides.merge();
    expect(sides.persons.all()).toHaveLength(95);
    expect((await sides.state.loadFeed('Lead'))?.lostJobs).toBeUndefined();
  });

  test('queues the same rows as pages do', async () => {
    sides.org.seed({ leads: 60, contacts: 0, seed: 3 });
    const rowsOf = () =>
      sides.queue.take().flatMap((body) => {
        const message = parseChangeMessage(body);
        return message?.kind === 'rows' ? message.rows.map((row) => JSON.stringify(row)) : [];
      });
    await poll();
    const byJob = rowsOf();
    const other = new TwoSides();
    const ports = { ...other.ports, feed: sides.ports.feed };
    await pollCycle({ ...ports, queue: sides.queue }, { ...POLL, bulkAbove: 20_000 }, () => LONG);
    expect(byJob.toSorted()).toEqual(rowsOf().toSorted());
    expect(byJob).toHaveLength(60);
  });
});
