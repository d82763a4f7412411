import { randomBytes } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { activityKey } from '../../lib/dynamodb/keys.ts';
import { ConfigError, ItemTooLargeError, TransientError } from '../../lib/sync/errors.ts';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { at, edited, leadPerson, localPerson, stored, updated, withActivities } from '../contract/persons.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { answerError, injectFaults, loseAnswer, loseCall, pass } from './unreliable-client.ts';

let database: DynamoDb;
let client: DynamoDBDocumentClient;
let store: DynamoPersonStore;
let tableName: string;
let tables = 0;

beforeAll(async () => {
  database = await startDynamoDb();
});

afterAll(() => database.close());

beforeEach(async () => {
  tables += 1;
  tableName = `persons-${tables}`;
  client = clientOf(database.endpoint);
  await createTable(client, tableName);
  store = new DynamoPersonStore(client, { tableName, activityRetentionDays: 30 });
});

afterEach(() => client.destroy());

describe('a write whose answer was lost', () => {
  test('is known to stand where it is found as written', async () => {
    const before = await stored(store, leadPerson(1));
    injectFaults(client, [loseAnswer]);
    expect((await store.update(before, edited(before, { Title: 'CTO' }))).kind).toBe('written');
    injectFaults(client, [loseAnswer]);
    expect(await store.create(localPerson('ada'))).toBe('created');
  });

  test('is known not to stand where another took its version', async () => {
    const before = await stored(store, leadPerson(1));
    const other = await updated(store, before, edited(before, { Title: 'CEO' }));
    injectFaults(client, [loseCall]);
    expect(await store.update(before, edited(before, { Title: 'CTO' }))).toEqual({ kind: 'versionConflict' });
    injectFaults(client, [loseCall]);
    expect(await store.create({ ...localPerson(before.personId), revision: 2 })).toBe('exists');
    expect(await store.get(before.personId)).toEqual(other);
  });

  test('is a transient error where the person has changed since', async () => {
    const before = await stored(store, leadPerson(1));
    const other = await updated(store, before, edited(before, { Title: 'CEO' }));
    await updated(store, other, edited(other, { Title: 'COO' }));
    injectFaults(client, [loseCall]);
    await expect(store.update(before, edited(before, { Title: 'CTO' }))).rejects.toMatchObject({
      code: 'unclearWrite',
    });
  });

  test('leaves a taken lease taken, and a cycle begun', async () => {
    const person = await stored(store, leadPerson(1));
    injectFaults(client, [loseAnswer]);
    const lease = { owner: 'one', expiresAt: at(5), attempt: {} };
    expect(await store.takeLease(person, lease, at(0))).toBe('taken');
    const state = new DynamoSyncStateStore(client, { tableName });
    injectFaults(client, [pass, loseAnswer]);
    expect(await state.beginCycle('one', at(0), at(5))).toMatchObject({ number: 1, owner: 'one', previousEnded: true });
  });
});

describe('errors', () => {
  test('are translated, and keep the original as cause', async () => {
    const table: [string, number, unknown][] = [
      ['ProvisionedThroughputExceededException', 400, TransientError],
      ['ThrottlingException', 400, TransientError],
      ['InternalServerError', 500, TransientError],
      ['SomethingNew', 503, TransientError],
      ['AccessDeniedException', 400, ConfigError],
      ['ResourceNotFoundException', 400, ConfigError],
    ];
    const impatient = clientOf(database.endpoint, { maxAttempts: 1 });
    const single = new DynamoPersonStore(impatient, { tableName, activityRetentionDays: 30 });
    for (const [name, status, type] of table) {
      injectFaults(impatient, [answerError(name, status)]);
      const read = single.get('ada');
      await expect(read).rejects.toBeInstanceOf(type);
      await expect(read).rejects.toMatchObject({ cause: { name } });
    }
    injectFaults(impatient, [loseCall]);
    await expect(single.claimEmail('a@b.c', 'ada')).rejects.toMatchObject({
      name: 'TransientError',
      code: 'ECONNRESET',
    });
    impatient.destroy();
  });

  test('that pass are tried again unseen', async () => {
    injectFaults(client, [answerError('ThrottlingException', 400), loseCall, answerError('InternalServerError', 500)]);
    await store.claimEmail('a@b.c', 'ada');
    expect(await store.emailClaims(['a@b.c'])).toEqual(new Map([['a@b.c', 'ada']]));
  });

  test('that nobody can act on are left as they are', async () => {
    injectFaults(client, [answerError('ValidationException', 400, 'a bug')]);
    await expect(store.get('ada')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('a person over 400 KB is too large, on create and on update', async () => {
    const text = randomBytes(420_000).toString('base64');
    await expect(store.create(localPerson('ada', { Description: text }))).rejects.toBeInstanceOf(ItemTooLargeError);
    const before = await stored(store, localPerson('bob'));
    await expect(store.update(before, edited(before, { Description: text }))).rejects.toBeInstanceOf(ItemTooLargeError);
    expect(await store.get('bob')).toEqual(before);
  });
});

describe('a batch of reads', () => {
  test('asks again for what was left unread, until it is read', async () => {
    const ids = ['a', 'b', 'c'];
    for (const id of ids) await store.create(localPerson(id));
    const asked: number[] = [];
    let parts = 0;
    client.middlewareStack.add(
      (next) => async (args) => {
        const { RequestItems } = args.input as { RequestItems: Record<string, { Keys: unknown[] }> };
        const request = RequestItems[tableName];
        const keys = request?.Keys ?? [];
        asked.push(keys.length);
        parts += 1;
        const read = parts === 2 ? [] : keys.slice(0, 1);
        const left = keys.slice(read.length);
        if (read.length === 0) return { output: { $metadata: {}, UnprocessedKeys: RequestItems }, response: {} };
        const answer = await next({
          ...args,
          input: { RequestItems: { [tableName]: { ...request, Keys: read } } } as never,
        });
        const unread = left.length > 0 ? { [tableName]: { Keys: left } } : {};
        return { ...answer, output: { ...answer.output, UnprocessedKeys: unread } };
      },
      { step: 'initialize', priority: 'high' },
    );
    const found = await store.getMany(ids);
    expect([...found.keys()].sort()).toEqual(ids);
    expect(asked).toEqual([3, 2, 2, 1]);
  });

  test('that is never answered is a transient error', async () => {
    client.middlewareStack.add(
      () => async (args) => {
        const { RequestItems } = args.input as { RequestItems: object };
        return { output: { $metadata: {}, UnprocessedKeys: RequestItems }, response: {} };
      },
      { step: 'initialize', priority: 'high' },
    );
    await expect(store.getMany(['a'])).rejects.toMatchObject({ name: 'TransientError', code: 'UnprocessedKeys' });
  });
});

describe('activities outside their person', () => {
  test('expire the configured days after the newest of them', async () => {
    await withActivities(store, await stored(store, localPerson('ada')), 9);
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: activityKey('ada', 0) }));
    expect(Item?.expiresAt).toBe(Date.parse(at(7)) / 1000 + 30 * 86_400);
  });

  test('that have expired are a log that ends earlier', async () => {
    const person = await withActivities(store, await stored(store, localPerson('ada')), 20);
    await client.send(new DeleteCommand({ TableName: tableName, Key: activityKey('ada', 0) }));
    const page = await store.activities(person, 100, null);
    expect(page.items.at(-1)?.seq).toBe(8);
    expect(page.cursor).toBeNull();
    expect(await store.activities(person, 13, null)).toMatchObject({ cursor: null });
  });
});

test('persons with a row are found beyond the 1 MB that a scan reads at once', async () => {
  const wide = () => randomBytes(40_000).toString('hex');
  const leads = Array.from({ length: 40 }, (_, n) => leadPerson(n, { Description: wide() }));
  for (const person of leads) await store.create(person);
  const ids: string[] = [];
  for (let cursor: string | null = null, pages = 0; pages < 5; pages += 1) {
    const page = await store.linked(30, cursor);
    ids.push(...page.items.map(({ personId }) => personId));
    cursor = page.cursor;
    if (cursor === null) break;
  }
  expect(ids.toSorted()).toEqual(leads.map(({ personId }) => personId).toSorted());
});
