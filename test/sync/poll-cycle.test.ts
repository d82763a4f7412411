import { describe, expect, test } from 'vitest';
import { ConfigError, QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import type { ChangeQueue } from '../../lib/sync/ports/change-queue.ts';
import { TwoSides } from './two-sides.ts';

/** A queue that takes some messages, and then fails or dies. */
function queueThat(sides: TwoSides, fails: 'beforeSending' | 'afterSending'): ChangeQueue {
  return {
    send: async (bodies) => {
      if (fails === 'afterSending') await sides.queue.send(bodies);
      throw new TransientError('Unavailable', 'the queue did not answer');
    },
    depth: () => sides.queue.depth(),
  };
}

const lastRows = (sides: TwoSides) => sides.queue.waiting.map((body) => JSON.parse(body)).filter(({ rows }) => rows);

describe('a cycle', () => {
  test('queues what is there, and the next ones queue nothing and write nothing', async () => {
    const sides = new TwoSides();
    sides.org.seed({ leads: 30, contacts: 10, seed: 1 });
    expect(await sides.poll()).toMatchObject({ report: { outcome: 'complete', pulled: { Lead: 30, Contact: 10 } } });
    await sides.merge();
    expect(sides.persons.all()).toHaveLength(40);
    for (const _ of [1, 2]) {
      expect(await sides.poll()).toMatchObject({ report: { pulled: { Lead: 0, Contact: 0 }, calls: 1 } });
      expect(sides.queue.waiting).toEqual([]);
    }
  });

  test('runs alone', async () => {
    const sides = new TwoSides();
    const other = await sides.ports.state.beginCycle('other', sides.clock.now(), '2026-11-21T10:15:00.000Z');
    expect(other).toBeDefined();
    expect(await sides.poll()).toEqual({ kind: 'busy' });
  });

  test('that could queue nothing keeps its checkpoint, and the next one reads again', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    const before = (await sides.ports.state.loadFeed('Lead'))?.checkpoint;
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Countess' });
    const failed = await sides.poll({ queue: queueThat(sides, 'beforeSending') });
    expect(failed).toMatchObject({ report: { outcome: 'failed' }, error: expect.any(TransientError) });
    expect((await sides.ports.state.loadFeed('Lead'))?.checkpoint).toBe(before);
    await sides.cycle();
    expect(sides.person(personId).fields.Title).toBe('Countess');
  });

  test('that may have queued rows warns the next one, so that what was queued late brings no old state back', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    // Time enough to be sure that nothing of the first cycle is under way.
    sides.clock.advance(60 * 60_000);
    await sides.cycle();
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Old' });
    await sides.poll({ queue: queueThat(sides, 'afterSending') });
    const late = sides.queue.take();
    sides.update('Lead', salesforce?.id ?? '', { Title: null });
    await sides.cycle();
    await sides.queue.send(late);
    await sides.merge();
    expect(sides.person(personId).fields.Title ?? null).toBeNull();
  });

  test('that could not save what it queued ends in no good order, nor does one after it that could save nothing', async () => {
    const sides = new TwoSides();
    const { salesforce } = await sides.linkedPerson();
    const state = sides.state.through((name, effect) =>
      name === 'syncState.saveFeed' ? Promise.reject(new TransientError('Throttled', name)) : Promise.resolve(effect()),
    );
    const feed = { ...sides.ports.feed, open: () => Promise.reject(new TransientError('Unavailable', 'open')) };
    const inGoodOrder = async () => {
      const cycle = await sides.state.beginCycle('next', sides.clock.now(), sides.clock.now());
      const { cycle: report } = await sides.state.lastCycle();
      if (cycle === undefined || report === null) throw new Error('there was no cycle');
      await sides.state.endCycle(cycle, report, cycle.previousEnded);
      return cycle.previousEnded;
    };
    expect(await inGoodOrder()).toBe(true);
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Countess' });
    expect(await sides.poll({ state })).toMatchObject({ report: { outcome: 'failed' } });
    expect(await inGoodOrder()).toBe(false);
    expect(await sides.poll({ feed })).toMatchObject({ report: { outcome: 'failed' } });
    expect(await inGoodOrder()).toBe(false);
    await sides.poll();
    expect(await inGoodOrder()).toBe(true);
  });

  test('hands out persons with edits, and not those that are parked', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    expect(await sides.poll()).toMatchObject({ report: { handedOut: 1 } });
    expect(sides.queue.waiting.map((body) => JSON.parse(body))).toMatchObject([
      { kind: 'pending', personIds: [personId] },
    ]);
  });

  test.each([
    ['quota', new QuotaExceededError('used up')],
    ['failed', new ConfigError('wrong credentials')],
    ['failed', new TransientError('TIMEOUT', 'no answer')],
  ])('that Salesforce does not answer ends as %s and tells why', async (outcome, error) => {
    const sides = new TwoSides();
    await sides.cycle();
    sides.client.hooks.before = () => {
      throw error;
    };
    expect(await sides.poll()).toMatchObject({ kind: 'cycle', report: { outcome }, error });
  });
});

describe('a window', () => {
  test('that runs out of time is put aside, and the next cycles go on where it stopped', async () => {
    const sides = new TwoSides();
    sides.org.seed({ leads: 4100, contacts: 0, seed: 1 });
    sides.clock.advance(10_000);
    const settings = { objects: ['Lead'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 900_000 } as const;
    const outcomes: (string | undefined)[] = [];
    // Wide rows come in short pages, and each cycle here has time for one page.
    while (outcomes.at(-1) !== 'complete' && outcomes.length < 30) {
      const outcome = await pollCycle(sides.ports, settings, () => 0);
      outcomes.push(outcome.kind === 'cycle' ? outcome.report.outcome : outcome.kind);
      sides.clock.advance(1000);
    }
    expect(outcomes.length).toBeGreaterThan(2);
    expect(outcomes.at(-1)).toBe('complete');
    const ids = lastRows(sides).flatMap(({ rows }: { rows: string[][] }) => rows.map(([id]) => id));
    expect(new Set(ids).size).toBe(4100);
    expect(ids).toHaveLength(4100);
  });

  test('with a field that has gone since the describe is read with the fields that there are', async () => {
    const sides = new TwoSides();
    sides.control('fields', { object: 'Lead', name: 'Score__c', type: 'double' });
    const { personId, salesforce } = await sides.linkedPerson();
    sides.control('field-access', { object: 'Lead', field: 'Score__c', read: false, edit: false });
    sides.update('Lead', salesforce?.id ?? '', { Title: 'Countess' });
    expect(await sides.poll()).toMatchObject({ report: { outcome: 'complete' }, error: null });
    await sides.merge();
    expect(sides.person(personId).fields.Title).toBe('Countess');
  });
});
