import { beforeEach, describe, expect, test } from 'vitest';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { TwoSides } from './two-sides.ts';

const POLL = {
  objects: ['Lead'],
  lagSeconds: 2,
  lookbackSeconds: 600,
  cycleLeaseMs: 900_000,
  freshPersons: 3,
} as const;
const CYCLE_MS = 300_000;

let sides: TwoSides;
let backlog: InMemoryChangeQueue;
let personIds: readonly string[];

/** Persons in step with Leads; each step of the clock is a cycle. */
beforeEach(async () => {
  sides = new TwoSides();
  backlog = new InMemoryChangeQueue();
  for (let at = 0; at < 8; at += 1) sides.insert('Lead', { LastName: `L${at}`, Company: 'C' });
  await sides.cycle();
  personIds = sides.persons.all().map(({ personId }) => personId);
});

async function edit(...ids: readonly string[]): Promise<void> {
  for (const personId of ids) {
    sides.clock.advance(1_000);
    await sides.edit(personId, { Title: `at ${sides.clock.now()}` });
  }
}

/** The persons that a cycle hands out, by lane; what it sends is left in its queue. */
async function handOut(): Promise<{ readonly fresh: readonly string[]; readonly backlog: readonly string[] }> {
  sides.clock.advance(CYCLE_MS);
  const before = [sides.queue.waiting.length, backlog.waiting.length] as const;
  const outcome = await pollCycle({ ...sides.ports, backlog }, POLL, () => 600_000);
  if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
  const handed = [handedIn(sides.queue, before[0]), handedIn(backlog, before[1])] as const;
  expect(outcome.report.handedOut).toBe(handed.flat().length);
  return { fresh: handed[0], backlog: handed[1] };
}

function handedIn(lane: InMemoryChangeQueue, from: number): string[] {
  return lane.waiting.slice(from).flatMap((body) => {
    const message = parseChangeMessage(body);
    return message?.kind === 'pending' ? message.personIds : [];
  });
}

const NOBODY = { fresh: [], backlog: [] };

describe('persons with edits', () => {
  test('who wait for the shortest time go by the fresh lane, the others by the backlog', async () => {
    await edit(...personIds);
    const { fresh, backlog: others } = await handOut();
    expect(fresh).toEqual(personIds.slice(-3).reverse());
    expect(others.toSorted()).toEqual(personIds.slice(0, -3).toSorted());
  });

  test('are not handed out again while their message waits; who is edited meanwhile is', async () => {
    await edit(...personIds.slice(0, 6));
    await handOut();
    expect(await handOut()).toEqual(NOBODY);
    await edit(personIds[6] ?? '');
    expect(await handOut()).toEqual({ fresh: [personIds[6]], backlog: [] });
    expect(await handOut()).toEqual(NOBODY);
  });

  test('whose pushes were put off are handed out again once the lane of their message is empty', async () => {
    await edit(...personIds.slice(0, 6));
    await handOut();
    // What the fresh lane held is gone, with nothing pushed; the backlog waits.
    sides.queue.take();
    expect(await handOut()).toEqual(NOBODY);
    backlog.take();
    const { fresh, backlog: others } = await handOut();
    expect([...fresh, ...others].toSorted()).toEqual(personIds.slice(0, 6).toSorted());
  });

  test('of the fresh lane do not wait for the backlog to be handed out again', async () => {
    await edit(...personIds.slice(0, 5));
    await handOut();
    sides.queue.take();
    await edit(...personIds.slice(5, 7));
    expect((await handOut()).fresh).toHaveLength(2);
    sides.queue.take();
    expect(await handOut()).toEqual({ fresh: personIds.slice(5, 7).toReversed(), backlog: [] });
  });

  test('whose message was lost are found after half an hour, and not in every cycle from then on', async () => {
    await edit(...personIds.slice(0, 2));
    await handOut();
    // Something else keeps the lane from being empty.
    sides.queue.take();
    await sides.queue.send(['{"kind":"other"}']);
    const found: number[] = [];
    for (let cycle = 0; cycle < 12; cycle += 1) found.push((await handOut()).fresh.length);
    expect(found).toEqual([0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2]);
  });

  test('are handed out again where the cycle that did so died before it ended', async () => {
    await edit(...personIds.slice(0, 2));
    const state = sides.state.through((name, effect) =>
      name === 'syncState.endCycle' ? Promise.reject(new Error('died')) : Promise.resolve(effect()),
    );
    sides.clock.advance(CYCLE_MS);
    await expect(pollCycle({ ...sides.ports, backlog, state }, POLL, () => 600_000)).rejects.toThrow('died');
    sides.clock.advance(POLL.cycleLeaseMs);
    expect((await handOut()).fresh).toHaveLength(2);
  });
});
