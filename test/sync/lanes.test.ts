import { beforeEach, describe, expect, test } from 'vitest';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import type { PollSettings } from '../../lib/sync/poll/cycle-run.ts';
import { type PollOutcome, pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import type { ChangeFeed } from '../../lib/sync/ports/change-feed.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { TwoSides } from './two-sides.ts';

const POLL = { objects: ['Lead'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 900_000 } as const;
const LONG = 600_000;
const PAGE = 465;

let sides: TwoSides;
let backlog: InMemoryChangeQueue;

beforeEach(() => {
  sides = new TwoSides();
  backlog = new InMemoryChangeQueue();
});

interface Over extends Partial<PollSettings> {
  readonly feed?: ChangeFeed;
  readonly timeLeftMs?: () => number;
}

/** A cycle with lanes that are told apart. */
async function poll({ feed = sides.ports.feed, timeLeftMs = () => LONG, ...settings }: Over = {}) {
  sides.clock.advance(300_000);
  const outcome: PollOutcome = await pollCycle({ ...sides.ports, feed, backlog }, { ...POLL, ...settings }, timeLeftMs);
  if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
  return outcome.report;
}

/** The ids of rows that wait in a lane. */
function rowsIn(lane: InMemoryChangeQueue): string[] {
  return lane.waiting.flatMap((body) => {
    const message = parseChangeMessage(body);
    return message?.kind === 'rows' ? message.rows.map((row) => String(row[message.columns.indexOf('Id')])) : [];
  });
}

/** The ids of the Leads, those that changed last first. */
function newestLeads(): string[] {
  const places = [...sides.org.state.store.table('Lead').values()].map((row) => [row.SystemModstamp, row.Id].join(' '));
  return places
    .sort()
    .reverse()
    .map((place) => place.split(' ')[1] ?? '');
}

/** Everything that waits in the backlog is merged. */
async function mergeBacklog(): Promise<void> {
  await sides.queue.send(backlog.take());
  await sides.merge();
}

describe('rows of Salesforce', () => {
  test('that fit a page all go by the fresh lane', async () => {
    sides.org.seed({ leads: 120, contacts: 0, seed: 1 });
    await poll();
    expect(rowsIn(sides.queue)).toHaveLength(120);
    expect(backlog.waiting).toEqual([]);
  });

  test.each([
    // Rows of all fields come 465 a page: describe, opening, the newest page, the count, and four pages more.
    ['page by page', 20_000, 1 + 1 + 1 + 1 + 4],
    // The job, its state twice, the list of pages and the one page.
    ['by a query job', 2_100, 1 + 1 + 1 + 1 + 1 + 2 + 1 + 1],
  ])(
    'of a longer window, read %s: the newest page goes first, the rest by the backlog, each once',
    async (_, bulkAbove, calls) => {
      sides.org.seed({ leads: 2_300, contacts: 0, seed: 1 });
      const report = await poll({ bulkAbove });
      expect(report).toMatchObject({ outcome: 'complete', pulled: { Lead: 2_300 }, calls });
      expect(rowsIn(sides.queue)).toHaveLength(PAGE);
      expect(rowsIn(sides.queue).toSorted()).toEqual(newestLeads().slice(0, PAGE).toSorted());
      const all = [...rowsIn(sides.queue), ...rowsIn(backlog)];
      expect(all.toSorted()).toEqual(newestLeads().toSorted());
      expect(await poll({ bulkAbove })).toMatchObject({ pulled: { Lead: 0 } });
    },
  );

  test('all go by the backlog where Salesforce does not come to an end looking for the newest', async () => {
    sides.org.seed({ leads: 2_300, contacts: 0, seed: 1 });
    await poll({ feed: { ...sides.ports.feed, newest: () => Promise.resolve(null) } });
    expect(sides.queue.waiting).toEqual([]);
    expect(rowsIn(backlog)).toHaveLength(2_300);
  });

  test.each([20_000, 2_100])(
    'that change while a window is read for many cycles arrive in the next (above %i by a job)',
    async (bulkAbove) => {
      sides.org.seed({ leads: 4_500, contacts: 0, seed: 1 });
      sides.org.state.bulk.pageRows = 1_000;
      // Time for what is begun, and for no page after it.
      const paused = { bulkAbove, timeLeftMs: () => 0 };
      await poll(paused);
      const [id = ''] = newestLeads().slice(-1);
      sides.update('Lead', id, { Title: 'fresh' });
      sides.queue.take();
      expect(await poll(paused)).toMatchObject({ outcome: 'paused' });
      expect(rowsIn(sides.queue)).toContain(id);
      await sides.merge();
      expect(sides.personOf(id).fields.Title).toBe('fresh');
      // What the backlog holds of that row is older, and may come by now.
      await mergeBacklog();
      expect(sides.personOf(id).fields.Title).toBe('fresh');
    },
  );
});

test('an edit made on either side while the backlog is not merged at all is on the other within two cycles', async () => {
  const settings = { freshPersons: 3 };
  for (let at = 0; at < 12; at += 1) sides.insert('Lead', { LastName: `L${at}`, Company: 'C' });
  await poll(settings);
  await sides.merge();
  const [first = '', second = '', ...others] = newestLeads();
  for (const id of others) await sides.edit(sides.personOf(id).personId, { Title: 'one of many' });
  await poll(settings);
  await sides.merge();
  expect(backlog.waiting.length).toBeGreaterThan(0);
  await sides.edit(sides.personOf(first).personId, { Title: 'ours' });
  sides.update('Lead', second, { Title: 'theirs' });
  for (const _ of [1, 2]) {
    await poll(settings);
    await sides.merge();
  }
  expect(sides.record('Lead', first).Title).toBe('ours');
  expect(sides.personOf(second).fields.Title).toBe('theirs');
  const done = others.filter((id) => sides.record('Lead', id).Title === 'one of many');
  expect(done).toHaveLength(3);
  await mergeBacklog();
  for (const id of others) expect(sides.record('Lead', id).Title).toBe('one of many');
});
