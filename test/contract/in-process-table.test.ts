import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { definitionOf } from '../simulation/table/definition.ts';
import { InProcessTable } from '../simulation/table/in-process-table.ts';
import { directClient } from '../simulation/table/table-client.ts';
import { clientOf, createTable, tableInput } from './dynamodb-table.ts';
import { personListsContract } from './person-lists-contract.ts';
import { personStoreContract } from './person-store-contract.ts';
import { syncStateStoreContract } from './sync-state-store-contract.ts';

const emptyClient = () => directClient(new InProcessTable(definitionOf(tableInput('persons'))));
const emptyStore = async () => {
  return new DynamoPersonStore(emptyClient(), { tableName: 'persons', activityRetentionDays: 365 });
};

personStoreContract('DynamoDB in process', emptyStore);
personListsContract('DynamoDB in process', emptyStore);
syncStateStoreContract(
  'DynamoDB in process',
  async () => new DynamoSyncStateStore(emptyClient(), { tableName: 'persons' }),
);

const COMMANDS = { BatchGet: BatchGetCommand, Delete: DeleteCommand, Get: GetCommand, Put: PutCommand };
const MORE_COMMANDS = { Query: QueryCommand, Scan: ScanCommand, Update: UpdateCommand };

/** A command as it is told where it makes a difference. */
interface Told {
  readonly kind: string;
  readonly input: object;
}

const told = (kind: string, input: object): Told => ({ kind, input });

function commandOf({ kind, input }: Told): { readonly input: object } {
  const classes: Readonly<Record<string, unknown>> = { ...COMMANDS, ...MORE_COMMANDS };
  return new (classes[kind] as new (input: object) => { readonly input: object })(input);
}

/** What a command came to: its answer as far as it is told in one way, or the name of its error. */
async function endOf(client: DynamoDBDocumentClient, command: Told): Promise<unknown> {
  const send = client.send.bind(client) as (command: object) => Promise<Readonly<Record<string, unknown>>>;
  try {
    const { Item, Items, Count, LastEvaluatedKey, Responses, Attributes } = await send(commandOf(command));
    const batch = (Responses as { readonly persons?: readonly object[] } | undefined)?.persons;
    const isCut = LastEvaluatedKey !== undefined;
    return plain({ Item, Items: inOrder(Items), Count, isCut, batch: inOrder(batch), Attributes });
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

/** The order of partitions is the table's own affair. */
function inOrder(items: unknown): unknown {
  const place = (item: unknown) => {
    const { pk, sk } = item as { readonly pk: string; readonly sk: string };
    return `${pk} ${sk}`;
  };
  return Array.isArray(items) ? items.map(plain).toSorted((one, other) => (place(one) < place(other) ? -1 : 1)) : items;
}

/** Binary as numbers, whichever class of array it came in. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

const TableName = 'persons';
const aKey = { pk: 'A', sk: '1' };
const one = { ExpressionAttributeValues: { ':v': 'a' } };
const byEmail = { KeyConditionExpression: 'email = :e', ExpressionAttributeValues: { ':e': 'e1' } };
const batchOf = (Keys: readonly object[]) => ({ RequestItems: { [TableName]: { Keys } } });
const key = fc.record({ pk: fc.constantFrom('A', 'B', 'ä'), sk: fc.constantFrom('1', '2', '10') });
const scalar = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'b', null, true, false),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Uint8Array.of(1), Uint8Array.of(1, 2)),
);
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.record({ x: scalar }, { requiredKeys: [] }));
const item = fc
  .tuple(
    key,
    fc.record(
      {
        a: value,
        b: value,
        email: fc.constantFrom('e1', 'e2'),
        queue: fc.constantFrom('q1', 'q2'),
        queueSince: fc.constantFrom('t1', 't2'),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([keys, attributes]) => ({ ...keys, ...attributes }));

/** Expressions over two attributes, right and wrong ones. */
const CONDITIONS = [
  'attribute_exists(#a)',
  'attribute_not_exists(#a) OR #a = :v',
  'NOT #a = :v AND #b <> :w',
  '#a < :n or #a >= :t',
  '#a BETWEEN :n AND :m',
  '#a IN (:v, :w) AND attribute_exists(#b)',
  'begins_with(#a, :t) OR contains(#b, :v)',
  'size(#a) > :n AND attribute_type(#b, :s)',
  '#a.x = :v AND (#b = :w OR attribute_not_exists(#b.x))',
  'pk = :v',
  'status = :v',
  '#a',
  '',
];
const UPDATES = [
  'SET #a = :v, #b = :w',
  'SET #a = if_not_exists(#a, :v) REMOVE #b',
  'SET #a = #a + :n',
  'SET #a = #b',
  'SET #a.x = :v',
  'SET #a = list_append(#a, :l)',
  'REMOVE #b, email',
  'ADD #a :n',
  'ADD #a :n SET #b = :v',
  'SET email = :t, queue = :t, queueSince = :t',
  'SET #a = :v, #a = :w',
  'REMOVE #a SET #b = :v REMOVE email',
  '',
];
const NAMES = { '#a': 'a', '#b': 'b' };

/** The placeholders that the expressions use, and no others. */
function placeholders(expressions: readonly string[], values: Readonly<Record<string, unknown>>) {
  const text = expressions.join(' ');
  const used = <Part>(all: Readonly<Record<string, Part>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(text)));
  const [ExpressionAttributeNames, ExpressionAttributeValues] = [used(NAMES), used(values)];
  return {
    ...(Object.keys(ExpressionAttributeNames).length === 0 ? {} : { ExpressionAttributeNames }),
    ...(Object.keys(ExpressionAttributeValues).length === 0 ? {} : { ExpressionAttributeValues }),
  };
}

const values = fc.record({
  ':v': value,
  ':w': value,
  ':t': fc.constantFrom('a', 'q1'),
  ':n': fc.integer({ min: -1, max: 1 }),
  ':m': fc.integer({ min: 1, max: 3 }),
  ':s': fc.constantFrom('S', 'N', 'B', 'L', 'M', 'NULL', 'BOOL'),
  ':l': fc.array(scalar, { maxLength: 2 }),
  ':e': fc.constantFrom('e1', 'e2'),
  ':q': fc.constantFrom('q1', 'q2'),
});
const condition = fc.constantFrom(...CONDITIONS);

const command = fc.oneof(
  item.map((Item) => told('Put', { TableName, Item })),
  fc
    .tuple(item, condition, values)
    .map(([Item, ConditionExpression, given]) =>
      told('Put', { TableName, Item, ConditionExpression, ...placeholders([ConditionExpression], given) }),
    ),
  fc
    .tuple(key, fc.constantFrom(...UPDATES), condition, values, fc.boolean())
    .map(([Key, update, demand, given, isBare]) => {
      const conditions = isBare ? [] : [demand];
      const input = { TableName, Key, UpdateExpression: update, ...placeholders([update, ...conditions], given) };
      return told('Update', isBare ? { ...input, ReturnValues: 'ALL_NEW' } : { ...input, ConditionExpression: demand });
    }),
  key.map((Key) => told('Get', { TableName, Key, ConsistentRead: true })),
  key.map((Key) => told('Delete', { TableName, Key })),
  fc.array(key, { maxLength: 4 }).map((Keys) => told('BatchGet', { RequestItems: { [TableName]: { Keys } } })),
  fc.tuple(values, condition, fc.boolean()).map(([given, FilterExpression, isCounted]) => {
    const input = { TableName, FilterExpression, ...placeholders([FilterExpression], given) };
    return told('Scan', isCounted ? { ...input, Select: 'COUNT' } : { ...input, ProjectionExpression: 'pk, sk' });
  }),
  fc
    .tuple(
      fc.constantFrom(
        'pk = :t',
        'pk = :t AND sk BETWEEN :t AND :e',
        'pk = :t and begins_with(sk, :t)',
        'sk = :t',
        'pk > :t',
      ),
      values,
      fc.boolean(),
    )
    .map(([KeyConditionExpression, given, ScanIndexForward]) => {
      const input = { KeyConditionExpression, ...placeholders([KeyConditionExpression], { ...given, ':t': 'A' }) };
      return told('Query', { TableName, ScanIndexForward, ...input });
    }),
  fc
    .tuple(fc.constantFrom('email = :e', 'queue = :q', 'queue = :q AND queueSince > :t'), values, fc.boolean())
    .map(([text, given, ConsistentRead]) => {
      const IndexName = text.startsWith('email') ? 'byEmail' : 'byQueue';
      const input = { KeyConditionExpression: text, ...placeholders([text], given) };
      return told('Query', { TableName, IndexName, ...input, ...(ConsistentRead ? { ConsistentRead } : {}) });
    }),
);

describe('the table in this process', () => {
  let database: DynamoDb;
  let engine: DynamoDBDocumentClient;

  beforeAll(async () => {
    database = await startDynamoDb();
    engine = clientOf(database.endpoint, { maxAttempts: 1 });
    await createTable(engine, TableName);
  });

  afterAll(async () => {
    engine.destroy();
    await database.close();
  });

  it('answers as an engine does, whatever it is asked', { timeout: 300_000 }, async () => {
    const keys = ['A', 'B', 'ä'].flatMap((pk) => ['1', '2', '10'].map((sk) => ({ pk, sk })));
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (commands) => {
        const table = emptyClient();
        await Promise.all(keys.map((Key) => engine.send(new DeleteCommand({ TableName, Key }))));
        for (const each of commands) {
          expect(await endOf(table, each)).toEqual(await endOf(engine, each));
          answers += 1;
        }
      }),
      { numRuns: 150, seed: 11 },
    );
    expect(answers).toBeGreaterThan(1000);
  });

  const refusals: readonly (readonly [rule: string, kind: string, input: object])[] = [
    ['an empty key', 'Put', { Item: { pk: '', sk: '1' } }],
    ['a key that is no text', 'Put', { Item: { pk: 'A', sk: 1 } }],
    ['a key of 2,049 bytes', 'Put', { Item: { pk: `${'ä'.repeat(1024)}a`, sk: '1' } }],
    ['a sort key of 1,025 bytes', 'Put', { Item: { pk: 'A', sk: 'a'.repeat(1025) } }],
    ['an empty key of an index', 'Put', { Item: { pk: 'A', sk: '1', email: '' } }],
    ['a key of an index that is no text', 'Put', { Item: { pk: 'A', sk: '1', queue: 3 } }],
    ['an item over 400 KB', 'Put', { Item: { pk: 'A', sk: '1', a: 'a'.repeat(400 * 1024) } }],
    ['a key with more than its attributes', 'Get', { Key: { pk: 'A', sk: '1', a: 1 } }],
    ['a change of the key', 'Update', { UpdateExpression: 'SET pk = :v', ...one }],
    ['a step into what is not there', 'Update', { UpdateExpression: 'SET a.b.c = :v', ...one }],
    ['a reserved word', 'Update', { UpdateExpression: 'SET status = :v', ...one }],
    ['a value that is not used', 'Update', { UpdateExpression: 'REMOVE a', ...one }],
    ['a value that is not given', 'Update', { UpdateExpression: 'SET a = :w', ...one }],
    ['no values', 'Update', { UpdateExpression: 'REMOVE a', ExpressionAttributeValues: {} }],
    ['an order of truths', 'Scan', { FilterExpression: 'a < :v', ExpressionAttributeValues: { ':v': true } }],
    ['101 keys', 'BatchGet', batchOf(Array.from({ length: 101 }, (_, at) => ({ pk: 'A', sk: `${at}` })))],
    ['a key twice', 'BatchGet', batchOf([1, 2].map(() => ({ pk: 'A', sk: '1' })))],
    ['a consistent read of an index', 'Query', { IndexName: 'byEmail', ConsistentRead: true, ...byEmail }],
    ['a filter on a key', 'Query', { IndexName: 'byEmail', FilterExpression: 'email = :e', ...byEmail }],
    ['a query without its partition', 'Query', { KeyConditionExpression: 'sk = :v', ...one }],
    ['a start without the key of the index', 'Query', { IndexName: 'byEmail', ExclusiveStartKey: aKey, ...byEmail }],
  ];

  it.each(refusals)('refuses %s', async (_, kind, input) => {
    const needsKey = kind === 'Update';
    const name = kind === 'BatchGet' ? {} : { TableName };
    expect(await endOf(emptyClient(), told(kind, { ...name, ...(needsKey ? { Key: aKey } : {}), ...input }))).toBe(
      'ValidationException',
    );
  });

  it('takes an item of just 400 KB', async () => {
    const Item = { ...aKey, a: 'a'.repeat(400 * 1024 - 'pkAsk1a'.length) };
    expect(await endOf(emptyClient(), told('Put', { TableName, Item }))).toMatchObject({ isCut: false });
  });

  it('ends a page with a place to go on from, at its limit or after 1 MB', async () => {
    const client = emptyClient();
    for (const sk of ['1', '2', '3']) {
      await client.send(new PutCommand({ TableName, Item: { pk: 'A', sk, a: 'a'.repeat(390_000) } }));
    }
    const query = { TableName, KeyConditionExpression: 'pk = :v', ExpressionAttributeValues: { ':v': 'A' } };
    const whole = await client.send(new QueryCommand(query));
    expect([whole.Count, whole.LastEvaluatedKey]).toEqual([3, { pk: 'A', sk: '3' }]);
    const one = await client.send(new QueryCommand({ ...query, Limit: 1 }));
    expect([one.Count, one.LastEvaluatedKey]).toEqual([1, aKey]);
    const rest = await client.send(new QueryCommand({ ...query, ExclusiveStartKey: one.LastEvaluatedKey, Limit: 9 }));
    expect([rest.Items?.map(({ sk }) => sk), rest.LastEvaluatedKey]).toEqual([['2', '3'], undefined]);
  });
});
