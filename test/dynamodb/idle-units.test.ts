import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { IDLE_CYCLE } from '../bench/model/counts.ts';
import { countTables } from '../bench/product.ts';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { TwoSides } from '../sync/two-sides.ts';

let database: DynamoDb;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  database = await startDynamoDb();
  client = clientOf(database.endpoint);
  await createTable(client, 'persons');
});

afterAll(async () => {
  client.destroy();
  await database.close();
});

test('a cycle that finds nothing takes no more than the costs are computed from', async () => {
  const counts: Record<string, number> = { readUnits: 0, writeUnits: 0, dynamoDbCalls: 0 };
  countTables(client, counts);
  const tableName = 'persons';
  const persons = new DynamoPersonStore(client, { tableName, activityRetentionDays: 365 });
  const state = new DynamoSyncStateStore(client, { tableName });
  const sides = new TwoSides();
  for (let n = 0; n < 20; n += 1) sides.insert('Lead', { LastName: `Person ${n}`, Company: 'Example' });
  for (let cycle = 0; cycle < 3; cycle += 1) {
    await sides.poll({ persons, state });
    await sides.merge({ persons, state });
  }
  const before = { ...counts };
  const outcome = await sides.poll({ persons, state });
  expect(outcome).toMatchObject({ kind: 'cycle', report: { outcome: 'complete', calls: IDLE_CYCLE.salesforceCalls } });
  const units = (name: string) => (counts[name] ?? 0) - (before[name] ?? 0);
  // One or two more where the items of the sync's state have grown past a whole KB.
  expect(units('readUnits')).toBeLessThanOrEqual(IDLE_CYCLE.readUnits + 2);
  expect(units('writeUnits')).toBeLessThanOrEqual(IDLE_CYCLE.writeUnits + 2);
  expect(units('readUnits')).toBeGreaterThan(0);
});
