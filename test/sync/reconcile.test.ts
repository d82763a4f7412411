import { expect, test } from 'vitest';
import { askReconciliation } from '../../lib/sync/poll/ask-reconciliation.ts';
import { DEFAULT_RECONCILE_STEPS } from '../../lib/sync/poll/cycle-run.ts';
import { reconcile } from '../../lib/sync/poll/reconcile.ts';
import { NEW_FEED } from '../../lib/sync/state/feed-state.ts';
import { at, leadPerson } from '../contract/persons.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { cycleOf } from './cycle-of.ts';
import { TwoSides } from './two-sides.ts';

const PERSONS = 100_000;

/** Calls for a million persons, with room for those who are made meanwhile. */
const CALLS_PER_MILLION = 150;

test('a tenth of a million persons take a tenth of the calls, five a cycle', async () => {
  const sides = new TwoSides();
  const persons = new InMemoryPersonStore({ freeze: false });
  for (let n = 0; n < PERSONS; n += 1) await persons.create(leadPerson(n));
  const known = new Map(
    persons.all().map(({ salesforce }) => [salesforce?.id ?? '', salesforce?.systemModstamp ?? '']),
  );
  known.delete(leadPerson(PERSONS - 1).salesforce?.id ?? '');
  let calls = 0;
  const feed = Object.assign(Object.create(sides.ports.feed), {
    stamps: async (rows: readonly { readonly id: string }[]) => {
      calls += 1;
      return new Map(rows.flatMap(({ id }) => (known.has(id) ? [[id, known.get(id)]] : [])));
    },
  });
  let rowCalls = 0;
  const records = Object.assign(Object.create(sides.ports.records), {
    read: async (_type: string, ids: readonly string[]) => {
      rowCalls += Math.ceil(ids.length / 2_000);
      return new Map();
    },
  });
  const ports = { ...sides.ports, persons, feed, records };
  await askReconciliation(ports, { reason: 'asked', acceptMissing: false });
  const feeds = new Map([['Lead', { ...NEW_FEED, checkpoint: at(0) }]] as const);
  const found: number[] = [];
  for (let number = 1; (await ports.state.loadReconciliations()).last === null; number += 1) {
    found.push((await reconcile(cycleOf(ports, number), feeds)).drifted);
    expect(calls).toBeLessThanOrEqual(number * DEFAULT_RECONCILE_STEPS);
  }
  expect(found).toEqual([0, 0, 1]);
  expect(calls).toBe(13);
  // The values of those who have their stamp: 2,000 rows a call.
  expect(rowCalls).toBe(PERSONS / 2_000);
  expect(calls * (1_000_000 / PERSONS)).toBeLessThanOrEqual(CALLS_PER_MILLION);
  expect(sides.queue.waiting).toEqual([expect.stringContaining('"kind":"refresh"')]);
});
