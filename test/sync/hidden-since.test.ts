import { expect, test } from 'vitest';
import { packIds } from '../../lib/sync/change-message.ts';
import { withCurrentColumns } from '../../lib/sync/context/current-columns.ts';
import { TwoSides } from './two-sides.ts';

/** How an edit is handed out, before the field is hidden, and pushed after that. */
const WAYS = {
  background: { handOut: (sides: TwoSides) => sides.poll(), push: (sides: TwoSides) => sides.merge() },
  'mass push': {
    handOut: (sides: TwoSides, personId: string) => {
      const message = { kind: 'pending', queuedAt: sides.clock.now(), mass: true } as const;
      return sides.queue.send([...packIds(message, [personId])]);
    },
    push: (sides: TwoSides) => sides.merge(),
  },
  'sync person': {
    handOut: () => Promise.resolve(),
    push: (sides: TwoSides, personId: string) => sides.sync(personId),
  },
} as const;

/** Counts the describes from now on, in the ports that it answers. */
function countingDescribes(sides: TwoSides) {
  const { feed } = sides.ports;
  let describes = 0;
  const describe: typeof feed.describe = (types) => {
    describes += 1;
    return feed.describe(types);
  };
  Object.assign(sides.ports, { feed: { ...feed, describe } });
  return () => describes;
}

const hide = (sides: TwoSides) =>
  void sides.control('field-access', { object: 'Lead', field: 'Phone', read: false, edit: false });

test.each(Object.entries(WAYS))(
  'a field that was hidden since the last describe costs one describe more, and keeps no other back: %s',
  async (_, { handOut, push }) => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson({ Title: 'old', Phone: '1' });
    sides.clock.advance(60_000);
    await sides.edit(personId, { Title: 'ours' });
    await handOut(sides, personId);
    const describes = countingDescribes(sides);
    hide(sides);
    await push(sides, personId);
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('ours');
    expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null, rejection: null, fields: { Phone: '1' } });
    expect(sides.logged(personId, 'syncedToSalesforce')).toHaveLength(1);
    expect(describes()).toBe(1);
  },
);

test('a sync of a person before the first poll meets a field that was hidden since, and goes on', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.create({ Email: 'ada@example.com', LastName: 'L', Company: 'C', Title: 'ours' });
  hide(sides);
  expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
  await sides.edit(personId, { Title: 'newer' });
  expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'updated', pushed: ['Title'] });
  expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null });
});

test('a run knows at once how many rows the org takes by now', () => {
  const { ports } = new TwoSides();
  let rows = 600;
  const records = {
    ...ports.records,
    get maxPushBatch() {
      return rows;
    },
    get maxMassBatch() {
      return rows;
    },
  };
  const { maxPushBatch, maxMassBatch } = withCurrentColumns({ ...ports, records });
  expect([maxPushBatch, maxMassBatch]).toEqual([600, 600]);
  const current = withCurrentColumns({ ...ports, records });
  rows = 7;
  expect([current.maxPushBatch, current.maxMassBatch]).toEqual([7, 7]);
});
