import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { RememberingSyncStateStore } from '../../lib/dynamodb/remembering-sync-state-store.ts';
import { NO_HISTORY } from '../../lib/schema/field-history.ts';
import type { StoredSchema } from '../../lib/sync/ports/sync-state-store.ts';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { syncStateStoreContract } from '../contract/sync-state-store-contract.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { described, schemaOf } from '../schema/builders.ts';

let database: DynamoDb;
let client: DynamoDBDocumentClient;
let tables = 0;
let now = 0;

beforeAll(async () => {
  database = await startDynamoDb();
  client = clientOf(database.endpoint);
});

afterAll(async () => {
  client.destroy();
  await database.close();
});

async function open() {
  tables += 1;
  const tableName = `state-${tables}`;
  await createTable(client, tableName);
  const remembering = new RememberingSyncStateStore(client, { tableName, schemasForMs: 30_000, elapsed: () => now });
  return { remembering, other: new DynamoSyncStateStore(client, { tableName }) };
}

const schema = (revision: number): StoredSchema => ({
  schema: schemaOf('Lead', [described('LastName')]),
  history: NO_HISTORY,
  lastModified: `describe ${revision}`,
  revision,
});

const dateOf = async (store: DynamoSyncStateStore) => (await store.loadSchema('Lead'))?.lastModified;

syncStateStoreContract('DynamoDB, remembering', async () => (await open()).remembering);

test('a schema is read once in a while', async () => {
  const { remembering, other } = await open();
  expect(await dateOf(remembering)).toBeUndefined();
  await other.saveSchema(schema(1));
  expect(await dateOf(remembering)).toBe('describe 1');
  await other.saveSchema(schema(2));
  expect(await dateOf(remembering)).toBe('describe 1');
  now += 30_000;
  expect(await dateOf(remembering)).toBe('describe 2');
});

test('what was saved here, or was overtaken, is read again', async () => {
  const { remembering, other } = await open();
  await other.saveSchema(schema(1));
  expect(await dateOf(remembering)).toBe('describe 1');
  expect(await remembering.saveSchema(schema(2))).toBe('saved');
  expect(await dateOf(remembering)).toBe('describe 2');
  await other.saveSchema(schema(3));
  expect(await remembering.saveSchema(schema(3))).toBe('overtaken');
  expect(await dateOf(remembering)).toBe('describe 3');
});
