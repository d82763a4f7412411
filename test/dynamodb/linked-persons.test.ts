import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { MAX_SCAN_PAGES } from '../../lib/dynamodb/linked-persons.ts';
import { InvalidCursorError } from '../../lib/sync/errors.ts';
import { askReconciliation } from '../../lib/sync/poll/ask-reconciliation.ts';
import { reconcile } from '../../lib/sync/poll/reconcile.ts';
import { NEW_FEED } from '../../lib/sync/state/feed-state.ts';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { at, leadPerson, localPerson } from '../contract/persons.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { cycleOf } from '../sync/cycle-of.ts';
import { TwoSides } from '../sync/two-sides.ts';

let database: DynamoDb;
let client: DynamoDBDocumentClient;
let store: DynamoPersonStore;
let tableName: string;
let tables = 0;
let scans = 0;

/** A page of a scan holds one item here, as it may hold one wide item out of a megabyte. */
function scanOneByOne(): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName !== 'ScanCommand') return next(args);
      scans += 1;
      return next({ ...args, input: { ...args.input, Limit: 1 } });
    },
    { step: 'initialize', priority: 'high' },
  );
}

beforeAll(async () => {
  database = await startDynamoDb();
});

afterAll(() => database.close());

beforeEach(async () => {
  tables += 1;
  scans = 0;
  tableName = `linked-${tables}`;
  client = clientOf(database.endpoint);
  await createTable(client, tableName);
  store = new DynamoPersonStore(client, { tableName, activityRetentionDays: 30 });
  scanOneByOne();
});

afterEach(() => client.destroy());

/** Few persons with a row among many items that are none: persons without, stubs, claims. Returns how many items. */
async function hardlyAnyLinked(linked: number, others: number): Promise<number> {
  const all = Array.from({ length: others }, (_, n) => [
    store.create(localPerson(`local${n}`)),
    store.saveStub(null, { personId: `sf-00Q${n}`, revision: 1, rowOf: `local${n}`, goneAt: null }),
    store.claimEmail(`local ${n}@example.com`, `local${n}`),
  ]);
  await Promise.all(all.flat());
  for (let n = 0; n < linked; n += 1) await store.create(leadPerson(n));
  return linked + others * 3;
}

describe('a table with hardly any persons with a row', () => {
  test('is walked through in calls of so many pages, each of which says where the next begins', async () => {
    const items = await hardlyAnyLinked(3, 60);
    const found: string[] = [];
    const pages: number[] = [];
    for (let cursor: string | null = null; ; ) {
      const before = scans;
      const page: Awaited<ReturnType<DynamoPersonStore['linked']>> = await store.linked(8000, cursor);
      pages.push(scans - before);
      found.push(...page.items.map(({ personId }) => personId));
      if (page.cursor === null) break;
      cursor = page.cursor;
    }
    expect(found.toSorted()).toEqual([0, 1, 2].map((n) => leadPerson(n).personId));
    expect(Math.max(...pages)).toBe(MAX_SCAN_PAGES);
    expect(pages).toHaveLength(Math.ceil((items + 1) / MAX_SCAN_PAGES));
  });

  test('is reconciled to its end by cycles that have time for one step each, and calls for none without a person', async () => {
    const items = await hardlyAnyLinked(1, 60);
    const sides = new TwoSides();
    let calls = 0;
    const feed = Object.assign(Object.create(sides.ports.feed), {
      stamps: async () => {
        calls += 1;
        return new Map();
      },
      usage: () => ({ ...sides.ports.feed.usage(), calls }),
    });
    const state = new DynamoSyncStateStore(client, { tableName });
    const ports = { ...sides.ports, persons: store, feed, state };
    await askReconciliation(ports, { reason: 'asked', acceptMissing: false });
    const feeds = new Map([['Lead', { ...NEW_FEED, checkpoint: at(0) }]] as const);
    let cycles = 0;
    let drifted = 0;
    while ((await state.loadReconciliations()).last === null) {
      cycles += 1;
      let steps = 0;
      const run = cycleOf(ports, cycles, () => {
        steps += 1;
        return steps > 1 ? 0 : 600_000;
      });
      drifted += (await reconcile(run, feeds)).drifted;
      if (cycles > items) throw new Error('it never ends');
    }
    expect(cycles).toBeGreaterThanOrEqual(Math.ceil(items / MAX_SCAN_PAGES));
    expect(scans).toBeLessThanOrEqual(items + 5);
    expect({ calls, drifted }).toEqual({ calls: 1, drifted: 1 });
    expect((await state.loadReconciliations()).last).toMatchObject({ persons: 1, missing: 1, calls: 1 });
  });
});

test.each(['', ' ', 'PERSON#ada ', ' PERSON', 'a'.repeat(2000)])(
  'a cursor that no page gave out is told: %j',
  async (cursor) => {
    await expect(store.linked(5, cursor)).rejects.toBeInstanceOf(InvalidCursorError);
  },
);
