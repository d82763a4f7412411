import { describe, expect, test } from 'vitest';
import { TransientError } from '../../lib/sync/errors.ts';
import { CountingIdSource } from '../fakes/counting-id-source.ts';
import { FixedClock } from '../fakes/fixed-clock.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { InMemorySyncStateStore } from '../fakes/in-memory-sync-state-store.ts';
import type { Io } from '../fakes/io.ts';
import { at, collect, edited, leadPerson, localPerson, stored, withActivities } from './persons.ts';

const crash = new TransientError('crash', 'crash');

/** Runs operations until one of this name, which it lets happen or not, and fails. */
function failingOn(name: string, happens: boolean): Io {
  return async (operation, effect) => {
    if (operation !== name) return effect();
    if (happens) effect();
    throw crash;
  };
}

describe('the hooks of the fakes', () => {
  test('see every operation by its name', async () => {
    const seen: string[] = [];
    const io: Io = async (name, effect) => {
      seen.push(name);
      return effect();
    };
    const store = new InMemoryPersonStore({ io });
    const person = await withActivities(store, await stored(store, localPerson('ada')), 9);
    await store.activities(person, 5, null);
    const expected = [
      'personStore.create',
      'personStore.get',
      'personStore.update',
      'personStore.putChunk',
      'personStore.activities',
    ];
    expect([...new Set(seen)]).toEqual(expected);
  });

  test('can fail an operation before or after its effect', async () => {
    for (const happens of [false, true]) {
      const store = new InMemoryPersonStore({ io: failingOn('personStore.create', happens) });
      await expect(store.create(localPerson('ada'))).rejects.toBe(crash);
      expect(store.all()).toHaveLength(happens ? 1 : 0);
    }
  });

  test('can crash between the chunk and the update, and no activity is told twice', async () => {
    let failing = false;
    const io: Io = (name, effect) =>
      failing ? failingOn('personStore.update', false)(name, effect) : Promise.resolve(effect());
    const store = new InMemoryPersonStore({ io });
    const person = await withActivities(store, await stored(store, localPerson('ada')), 7);
    failing = true;
    await expect(store.update(person, edited(person, { Title: 'CTO' }))).rejects.toBe(crash);
    failing = false;
    expect(store.logOf('ada').map((activity) => activity.seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('can crash between the remembered rows and the checkpoint', async () => {
    let failing = false;
    const io: Io = (name, effect) =>
      failing ? failingOn('syncState.saveFeed', false)(name, effect) : Promise.resolve(effect());
    const store = new InMemorySyncStateStore({ io });
    const cycle = await store.beginCycle('one', at(0), at(5));
    if (cycle === undefined) throw new Error('no cycle');
    const position = { checkpoint: at(0), coveredUpTo: at(0), latestDateCovered: at(0), unfinished: null };
    await store.saveFeed('Lead', { ...position, recent: { rows: new Map(), incompleteUntil: null } }, cycle);
    failing = true;
    const rows = new Map([['00Q1', [at(1), at(1)] as const]]);
    const next = { ...position, checkpoint: at(1), recent: { rows, incompleteUntil: null } };
    await expect(store.saveFeed('Lead', next, cycle)).rejects.toBe(crash);
    expect(await store.loadFeed('Lead')).toEqual({ ...position, recent: { rows, incompleteUntil: null } });
  });

  test('can let the indexes lag behind, in any order, until they know the truth', async () => {
    const late: (() => void)[] = [];
    const store = new InMemoryPersonStore({ indexLater: (refresh) => late.push(refresh) });
    const person = await stored(store, edited(leadPerson(1, { Email: 'ada@example.com' }), { Title: 'CTO' }));
    expect(await collect(store.awaitingPush())).toEqual([]);
    await store.update(person, { ...person, pending: {}, pendingSince: null });
    for (const refresh of late.reverse()) refresh();
    expect(await collect(store.awaitingPush())).toEqual([]);
    expect(await store.idsByEmail('ada@example.com')).toEqual([person.personId]);
  });

  test('can lose part of a send', async () => {
    let calls = 0;
    const io: Io = async (_name, effect) => {
      calls += 1;
      if (calls === 2) throw crash;
      return effect();
    };
    const queue = new InMemoryChangeQueue({ io });
    await expect(queue.send(Array.from({ length: 15 }, (_, n) => String(n)))).rejects.toBe(crash);
    expect(queue.waiting).toHaveLength(10);
    expect(queue.take(3)).toEqual(['0', '1', '2']);
  });
});

test('the fixed clock moves when it is told to or waited for, and ids count up', async () => {
  const clock = new FixedClock(at(0));
  clock.advance(60_000);
  await clock.wait(60_000);
  expect(clock.now()).toBe(at(2));
  const ids = new CountingIdSource('p');
  expect([ids.next(), ids.next()]).toEqual(['p-1', 'p-2']);
});
