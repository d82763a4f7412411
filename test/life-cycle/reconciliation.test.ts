import { describe, expect, test } from 'vitest';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { askReconciliation } from '../../lib/sync/poll/ask-reconciliation.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import type { Ports } from '../../lib/sync/ports/ports.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { Life } from './life.ts';

const DAY_MS = 24 * 3_600_000;
const SETTINGS = { objects: ['Lead', 'Contact'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 60_000 } as const;

const status = async (life: Life) =>
  (await readSyncStatus(life.ports, ['Lead', 'Contact'], EMPTY_QUEUES)).reconciliation;

const ask = (life: Life, acceptMissing = false) => askReconciliation(life.ports, { reason: 'asked', acceptMissing });

const poll = (life: Life, ports: Life['ports'], reconcileDays = 7) => {
  life.clock.advance(5000);
  return pollCycle(ports, { ...SETTINGS, reconcileDays }, () => DAY_MS);
};

/** Rows go for good, and Salesforce has already forgotten that they did. */
function loseForGood(life: Life, ...ids: readonly string[]): void {
  for (const id of ids) life.hardDelete(id);
  const { purged } = life.org.state;
  for (let at = purged.length - 1; at >= 0; at -= 1) if (ids.includes(purged[at]?.id ?? '')) purged.splice(at, 1);
}

/** A row changes with an old stamp, as a transaction leaves it that is committed later than anybody waits. */
function changeUnseen(life: Life, id: string, fields: Record<string, unknown>): void {
  const row = life.row('Lead', id);
  const stamp = new Date(Date.parse(String(row?.SystemModstamp)) + 1000).toISOString().replace('Z', '+0000');
  life.org.state.store.put('Lead', { ...row, ...fields, SystemModstamp: stamp } as never);
}

/** Everything that is in the store, to see what was written. */
const versions = (life: Life) => new Map(life.persons.all().map(({ personId, version }) => [personId, version]));

async function quietLife(leads: number): Promise<{ readonly life: Life; readonly ids: readonly string[] }> {
  const life = new Life();
  const ids = Array.from({ length: leads }, (_, n) => life.addLead({ Email: `lead${n}@example.com` }));
  await life.settle();
  life.clock.advance(DAY_MS);
  await life.settle();
  life.clock.advance(2 * DAY_MS);
  await life.settle();
  return { life, ids };
}

describe('a reconciliation', () => {
  test('tells of a row that cannot be read, and takes it for gone only where that is accepted; nobody else is written', async () => {
    const { life, ids } = await quietLife(5);
    const contact = life.addContact({ Email: 'contact@example.com' });
    await life.settle();
    const lost = life.holder(ids[2] ?? '').personId;
    loseForGood(life, ids[2] ?? '', contact);
    await life.settleNextDay();
    expect(life.holder(ids[2] ?? '').salesforce?.isDeleted).toBe(false);
    const before = versions(life);
    await ask(life);
    await life.settle();
    const told = { salesforce: { isDeleted: false }, rejection: { code: 'RECORD_NOT_VISIBLE' } };
    for (const id of [ids[2] ?? '', contact]) expect(life.holder(id)).toMatchObject(told);
    expect(await status(life)).toMatchObject({ running: null, last: { persons: 6, missing: 2, changed: 0, calls: 2 } });
    await ask(life, true);
    await life.settle();
    expect(life.holder(ids[2] ?? '')).toMatchObject({
      personId: lost,
      salesforce: { isDeleted: true },
      rejection: null,
    });
    expect(life.holder(contact).salesforce?.isDeleted).toBe(true);
    expect(life.activityTypes(lost).filter((type) => type === 'deletedInSalesforce')).toHaveLength(1);
    const written = [...versions(life)].flatMap(([id, version]) => (before.get(id) === version ? [] : id));
    expect(written.toSorted()).toEqual([lost, life.holder(contact).personId].toSorted());
    expect(await status(life)).toMatchObject({ running: null, last: { persons: 6, missing: 2, changed: 0, calls: 2 } });
  });

  test('finds a person made here whose Lead went for good', async () => {
    const { life } = await quietLife(1);
    const { personId } = await life.create({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
    await life.sync(personId);
    await life.settle();
    loseForGood(life, String((await life.survivor(personId)).salesforce?.id));
    await ask(life, true);
    await life.settle();
    expect((await life.survivor(personId)).salesforce?.isDeleted).toBe(true);
  });

  test('finds a row that changed behind the back of the feed, and one that lives again', async () => {
    const { life, ids } = await quietLife(4);
    const [changed = '', revived = ''] = ids;
    changeUnseen(life, changed, { Title: 'Countess' });
    const person = life.holder(revived);
    const salesforce = person.salesforce && { ...person.salesforce, isDeleted: true };
    await life.persons.update(person, { ...person, salesforce });
    await life.settle();
    expect(life.holder(changed).fields.Title ?? null).toBeNull();
    await ask(life);
    await life.settle();
    expect(life.holder(changed).fields.Title).toBe('Countess');
    expect(life.holder(revived).salesforce?.isDeleted).toBe(false);
    expect((await status(life)).last).toMatchObject({ missing: 0, changed: 2 });
  });

  test('queues nothing where nothing has drifted, and a deletion that is known is none', async () => {
    const { life, ids } = await quietLife(4);
    life.delete('Lead', ids[0] ?? '');
    await life.settle();
    const before = versions(life);
    await ask(life);
    await life.poll();
    expect(life.queue.take()).toEqual([]);
    expect(versions(life)).toEqual(before);
    expect((await status(life)).last).toMatchObject({
      reason: 'asked',
      persons: 4,
      missing: 0,
      changed: 0,
      held: false,
    });
  });

  test('takes a save that no synced field shows for a change, once', async () => {
    const { life, ids } = await quietLife(4);
    life.change('Lead', ids[0] ?? '', { Fax: '1' });
    await life.settle();
    life.clock.advance(DAY_MS);
    await life.settle();
    const found: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      await ask(life);
      await life.settle();
      found.push((await status(life)).last?.changed);
    }
    expect(found).toEqual([1, 0]);
    expect(life.activityTypes(life.holder(ids[0] ?? '').personId)).toEqual(['created']);
  });

  test('comes by itself after seven days, and costs a quiet cycle nothing before', async () => {
    const { life } = await quietLife(4);
    const callsOf = async (): Promise<number> => {
      const { calls } = life.client.usage();
      await life.poll();
      return life.client.usage().calls - calls;
    };
    expect(await callsOf()).toBe(1);
    life.clock.advance(3.9 * DAY_MS);
    expect([await callsOf(), await callsOf()]).toEqual([1, 1]);
    expect(await status(life)).toEqual({ running: null, last: null });
    life.clock.advance(0.2 * DAY_MS);
    expect([await callsOf(), await callsOf()]).toEqual([3, 1]);
    expect((await status(life)).last).toMatchObject({ reason: 'scheduled', calls: 2, persons: 4 });
  });

  test('comes at once where the poll stood still for longer than Salesforce remembers deletions', async () => {
    const { life, ids } = await quietLife(4);
    life.delete('Lead', ids[0] ?? '');
    life.hardDelete(ids[1] ?? '');
    life.clock.advance(40 * DAY_MS);
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await poll(life, life.ports, 0);
      await life.deliver();
    }
    expect((await status(life)).last).toMatchObject({ reason: 'deletionsUntold', missing: 2 });
    // Both left the bin meanwhile, so that nobody can tell any more that they were deleted.
    expect(ids.map((id) => life.holder(id).salesforce?.isDeleted)).toEqual([false, false, false, false]);
    const parked = ids.filter((id) => life.holder(id).rejection?.code === 'RECORD_NOT_VISIBLE');
    expect(parked).toEqual(ids.slice(0, 2));
  });
});

describe('a reconciliation of many', () => {
  /** Ports that look at two persons a call. */
  const twoACall = (life: Life): Life['ports'] => {
    const feed = Object.create(life.ports.feed, { maxStamps: { value: 2 } });
    return { ...life.ports, feed };
  };
  test('takes so many calls a cycle, and goes on in the next', async () => {
    const { life, ids } = await quietLife(13);
    loseForGood(life, ids[12] ?? '');
    await ask(life);
    const { calls } = life.client.usage();
    const outcomes = [await poll(life, twoACall(life))];
    expect(await status(life)).toMatchObject({ running: { persons: 10, calls: 10, missing: 0 }, last: null });
    outcomes.push(await poll(life, twoACall(life)));
    expect(await status(life)).toMatchObject({ running: null, last: { persons: 13, calls: 13, missing: 1 } });
    expect(outcomes.map((outcome) => outcome.kind === 'cycle' && outcome.drifted)).toEqual([0, 1]);
    expect(life.client.usage().calls - calls).toBe(2 + 13);
  });

  test.each(['before', 'after'] as const)(
    'that is killed %s each save goes on, and looks at each person',
    async (when) => {
      const { life, ids } = await quietLife(9);
      const lost = [ids[0], ids[4], ids[8]].map((id) => id ?? '');
      loseForGood(life, ...lost);
      await ask(life, true);
      for (let kills = 0; (await status(life)).last === null; kills += 1) {
        if (kills > 20) throw new Error('it never ends');
        const { promise: death, resolve: die } = Promise.withResolvers<void>();
        let saves = 0;
        const save: Ports['state']['saveReconciliations'] = async (book, cycle) => {
          saves += 1;
          // Each time it gets one save further than it was.
          const dies = saves === 2;
          if (!dies || when === 'after') await life.ports.state.saveReconciliations(book, cycle);
          if (dies) die();
          if (dies) await new Promise(() => undefined);
        };
        const state = Object.create(life.ports.state, { saveReconciliations: { value: save } });
        const bound = bindAll(life.ports.state, state);
        await Promise.race([death, poll(life, { ...twoACall(life), state: bound })]);
        life.clock.advance(60_000);
        await life.deliver();
      }
      expect(lost.map((id) => life.holder(id).salesforce?.isDeleted)).toEqual([true, true, true]);
      for (const id of lost) {
        const told = life.activityTypes(life.holder(id).personId).filter((type) => type === 'deletedInSalesforce');
        expect(told).toHaveLength(1);
      }
      expect((await status(life)).last).toMatchObject({ persons: 9 });
    },
  );

  test('where most rows are out of sight is held: nothing is done, a human is told, and may have it done', async () => {
    const { life, ids } = await quietLife(150);
    loseForGood(life, ...ids.slice(0, 120));
    await ask(life);
    const before = versions(life);
    const outcome = await poll(life, life.ports);
    await life.deliver();
    expect(outcome).toMatchObject({ kind: 'cycle', error: { name: 'ConfigError' }, report: { outcome: 'failed' } });
    expect(versions(life)).toEqual(before);
    expect((await status(life)).last).toMatchObject({ held: true, missing: 120, persons: 150 });
    await ask(life, true);
    await life.settle();
    expect((await status(life)).last).toMatchObject({ held: false, missing: 120 });
    expect(life.persons.all().filter(({ salesforce }) => salesforce?.isDeleted)).toHaveLength(120);
  });

  test.each(['before', 'after'])(
    'that a human wants done is not lost where one is asked for by itself %s that',
    async (when) => {
      const { life, ids } = await quietLife(150);
      loseForGood(life, ...ids.slice(0, 120));
      const untold = () => askReconciliation(life.ports, { reason: 'deletionsUntold', acceptMissing: false });
      if (when === 'before') await untold();
      await ask(life, true);
      if (when === 'after') await untold();
      await life.settle();
      expect((await status(life)).last).toMatchObject({ reason: 'asked', held: false, missing: 120 });
      expect(life.persons.all().filter(({ salesforce }) => salesforce?.isDeleted)).toHaveLength(120);
    },
  );
});

/** The store with its own methods, but for those that stand in its place. */
function bindAll(store: Ports['state'], over: Ports['state']): Ports['state'] {
  return new Proxy(store, {
    get: (target, name) => {
      if (Object.hasOwn(over, name)) return Reflect.get(over, name);
      const known: unknown = Reflect.get(target, name);
      return typeof known === 'function' ? known.bind(target) : known;
    },
  });
}
