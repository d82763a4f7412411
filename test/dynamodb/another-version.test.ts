import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { personKey } from '../../lib/dynamodb/keys.ts';
import { parseDeployedSettings, parseSettings } from '../../lib/lambda/settings.ts';
import { isRetryDue } from '../../lib/person/retry.ts';
import { packIds, parseChangeMessage } from '../../lib/sync/change-message.ts';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { at, edited, leadPerson, rejectedAt, stored, updated } from '../contract/persons.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';

/**
 * While a deployment runs, and after it was rolled back, functions of one version meet what another wrote: items,
 * messages and settings.
 */
const TABLE = 'persons';
let database: DynamoDb;
let client: DynamoDBDocumentClient;
let store: DynamoPersonStore;

beforeAll(async () => {
  database = await startDynamoDb();
  client = clientOf(database.endpoint);
  await createTable(client, TABLE);
  store = new DynamoPersonStore(client, { tableName: TABLE, activityRetentionDays: 30 });
});
afterAll(async () => {
  client.destroy();
  await database.close();
});

describe('an older function', () => {
  test('reads the person that a newer one wrote, and an update keeps what only the newer one knows', async () => {
    const before = await stored(store, leadPerson(1));
    await client.send(
      new UpdateCommand({
        TableName: TABLE,
        Key: personKey(before.personId),
        UpdateExpression: 'SET newerAttribute = :value',
        ExpressionAttributeValues: { ':value': { kept: true } },
      }),
    );
    const found = await store.get(before.personId);
    expect(found).toEqual(before);
    if (found === undefined) throw new Error('the person was not found');
    const after = await updated(store, found, edited(found, { Title: 'CTO' }));
    const { Item } = await client.send(new GetCommand({ TableName: TABLE, Key: personKey(before.personId) }));
    expect(Item).toMatchObject({ newerAttribute: { kept: true }, revision: after.revision });
  });

  test('takes a message to which a newer one added something', () => {
    const [body = ''] = packIds({ kind: 'pending', queuedAt: '2026-11-21T10:00:00.000Z' }, ['p1']);
    const newer = JSON.stringify({ ...(JSON.parse(body) as object), lane: 'fresh', addedLater: [1] });
    expect(parseChangeMessage(newer)).toMatchObject({ kind: 'pending', personIds: ['p1'] });
  });

  test('fails a message of a kind that it does not know, so that the message waits for a redrive and is not dropped', () => {
    const newer = { kind: 'addedLater', queuedAt: '2026-11-21T10:00:00.000Z', personIds: ['p1'] };
    expect(parseChangeMessage(JSON.stringify(newer))).toBeUndefined();
  });

  test('starts with settings to which a newer deployment added a key, where a synthesis refuses a key that it does not know', () => {
    const { apiReserve } = parseDeployedSettings({ apiReserve: 0.3, addedLater: true });
    expect(apiReserve).toBe(0.3);
    expect(() => parseSettings({ addedLater: true })).toThrow('addedLater');
  });
});

describe('a newer function', () => {
  test('tries again what an older one stored as refused, a day later, though the item says nothing of a next try', async () => {
    const refused = rejectedAt(edited(leadPerson(7), { Title: 'CTO' }, at(0)), at(0));
    const { personId } = await stored(store, refused);
    const rejection = { ...refused.rejection, retryAt: undefined };
    const values = { ':queueSince': at(0), ':rejection': rejection };
    await client.send(
      new UpdateCommand({
        TableName: TABLE,
        Key: personKey(personId),
        UpdateExpression: 'SET queueSince = :queueSince, rejection = :rejection',
        ExpressionAttributeValues: values,
      }),
    );
    expect(await store.dueRetries(at(1), 100)).toContain(personId);
    const found = await store.get(personId);
    if (found === undefined) throw new Error('the person was not found');
    expect(found.rejection).not.toHaveProperty('retryAt');
    expect([isRetryDue(found, at(24 * 60 - 1)), isRetryDue(found, at(24 * 60))]).toEqual([false, true]);
    expect(found.tried).toBeNull();
  });

  test('starts with the settings of an older deployment, which lack what was added since', () => {
    expect(parseDeployedSettings({})).toEqual(parseSettings({}));
  });
});
