import { beforeEach, expect, test } from 'vitest';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { TwoSides } from './two-sides.ts';

const POLL = { objects: ['Lead'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 900_000 } as const;
const CYCLE_MS = 300_000;
const MINUTE_MS = 60_000;

let sides: TwoSides;
let backlog: InMemoryChangeQueue;

async function poll(): Promise<void> {
  sides.clock.advance(CYCLE_MS);
  const outcome = await pollCycle({ ...sides.ports, backlog }, POLL, () => 600_000);
  if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
}

/** What waits in the backlog is merged; the calls that it took. */
async function mergeBacklog(): Promise<number> {
  await sides.queue.send(backlog.take());
  return (await sides.merge()).calls;
}

/** Cycles, each of whose fresh changes are merged, until so much time has passed. */
async function passMinutes(minutes: number): Promise<void> {
  const until = Date.parse(sides.clock.now()) + minutes * MINUTE_MS;
  while (Date.parse(sides.clock.now()) + CYCLE_MS <= until) {
    await poll();
    await sides.merge();
  }
}

/** Leads in step; all of them are changed, and those that were changed first wait in the backlog. */
beforeEach(async () => {
  sides = new TwoSides();
  backlog = new InMemoryChangeQueue();
  // A page holds 465 of these.
  sides.org.seed({ leads: 500, contacts: 0, seed: 1 });
  await poll();
  await sides.merge();
  await mergeBacklog();
  await passMinutes(180);
  for (const { salesforce } of sides.persons.all()) sides.update('Lead', salesforce?.id ?? '', { Title: 'two' });
  await poll();
  await sides.merge();
  expect(waiting().length).toBeGreaterThan(0);
});

/** Ids of rows whose change has not come yet. */
function waiting(): string[] {
  return sides.persons
    .all()
    .flatMap(({ fields, salesforce }) => (fields.Title !== 'two' ? (salesforce?.id ?? []) : []));
}

test('rows that wait in the backlog for less than an hour are merged from their values, without a call', async () => {
  const [id = ''] = waiting();
  await passMinutes(55);
  expect(await mergeBacklog()).toBe(0);
  expect(sides.personOf(id).fields.Title).toBe('two');
  expect(waiting()).toEqual([]);
});

test('rows that wait for longer are read again, together', async () => {
  const [id = ''] = waiting();
  await passMinutes(65);
  expect(await mergeBacklog()).toBe(1);
  expect(sides.personOf(id).fields.Title).toBe('two');
});

test('a row that has gone back to what is stored here, however late, is not brought out of step by the backlog', async () => {
  const [id = ''] = waiting();
  const { Title = null } = sides.personOf(id).fields;
  await passMinutes(50);
  sides.update('Lead', id, { Title });
  await poll();
  await sides.merge();
  expect(await mergeBacklog()).toBe(0);
  expect(sides.personOf(id).fields.Title).toBe(Title);
});
