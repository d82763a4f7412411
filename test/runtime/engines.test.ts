import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DynamoDb, type DynamoDbEngine, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { dynoxideBinary } from '../sandbox/engines/dynoxide-binary.ts';
import type { Engine } from '../sandbox/engines/engine-process.ts';
import { startSecrets } from '../sandbox/engines/secrets.ts';
import { startSqs } from '../sandbox/engines/sqs.ts';
import { eventually } from './fixtures/start-fixture.ts';

const access = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const engines: DynamoDbEngine[] = dynoxideBinary() === undefined ? ['dynalite'] : ['dynoxide', 'dynalite'];

const folders: string[] = [];
function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'engines-')));
  return folders.at(-1) ?? '';
}
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

async function createThings(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: 'Things',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'colour', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byColour',
          KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  // dynalite answers before the table is active, as DynamoDB does.
  await eventually(async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Things' }));
    return Table?.TableStatus === 'ACTIVE' || undefined;
  });
}

const put = (client: DynamoDBClient, pk: string, colour?: string) =>
  client.send(
    new PutItemCommand({
      TableName: 'Things',
      Item: { pk: { S: pk }, ...(colour === undefined ? {} : { colour: { S: colour } }) },
    }),
  );

describe.each(engines)('DynamoDB as served by %s', (engine) => {
  let dynamodb: DynamoDb;
  let client: DynamoDBClient;

  beforeAll(async () => {
    dynamodb = await startDynamoDb({ engine });
    client = new DynamoDBClient({ ...access, endpoint: dynamodb.endpoint });
    await createThings(client);
  });
  afterAll(async () => {
    client?.destroy();
    await dynamodb?.close();
  });

  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate
  test('a condition that fails writes nothing, and dynoxide returns the item in the way', async () => {
    await put(client, 'taken', 'red');
    const again = new PutItemCommand({
      TableName: 'Things',
      Item: { pk: { S: 'taken' }, colour: { S: 'blue' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const error = await client.send(again).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    const { Item: inTheWay } = error as ConditionalCheckFailedException;
    expect(inTheWay).toEqual(engine === 'dynoxide' ? { pk: { S: 'taken' }, colour: { S: 'red' } } : undefined);
    const { Item } = await client.send(new GetItemCommand({ TableName: 'Things', Key: { pk: { S: 'taken' } } }));
    expect(Item?.colour).toEqual({ S: 'red' });
  });

  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
  test('a sparse keys-only index holds the items that have its key, and only their keys', async () => {
    await Promise.all([put(client, 'a', 'green'), put(client, 'b', 'green'), put(client, 'c')]);
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: 'Things',
        IndexName: 'byColour',
        KeyConditionExpression: 'colour = :c',
        ExpressionAttributeValues: { ':c': { S: 'green' } },
      }),
    );
    const expected = ['a', 'b'].map((pk) => ({ pk: { S: pk }, colour: { S: 'green' } }));
    expect(Items.sort((x, y) => ((x.pk?.S ?? '') < (y.pk?.S ?? '') ? -1 : 1))).toEqual(expected);
  });

  test('with a data folder the items are there after a restart', async () => {
    const dataDir = folder();
    const first = await startDynamoDb({ engine, dataDir });
    const writer = new DynamoDBClient({ ...access, endpoint: first.endpoint });
    await createThings(writer);
    await put(writer, 'kept');
    writer.destroy();
    await first.close();
    const second = await startDynamoDb({ engine, dataDir });
    const reader = new DynamoDBClient({ ...access, endpoint: second.endpoint });
    try {
      const { Item } = await reader.send(new GetItemCommand({ TableName: 'Things', Key: { pk: { S: 'kept' } } }));
      expect(Item).toEqual({ pk: { S: 'kept' } });
    } finally {
      reader.destroy();
      await second.close();
    }
  });
});

describe('SQS', () => {
  const running: Engine[] = [];
  const clients: SQSClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await Promise.all(running.splice(0).map((engine) => engine.close()));
  });

  async function start(dataDir?: string) {
    const engine = await startSqs(dataDir === undefined ? {} : { dataDir });
    const client = new SQSClient({ ...access, endpoint: engine.endpoint });
    running.push(engine);
    clients.push(client);
    return { engine, client, url: (name: string) => `${engine.endpoint}/000000000000/${name}` };
  }

  const receive = async (client: SQSClient, QueueUrl: string) => {
    const asked = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, MessageSystemAttributeNames: ['All'] });
    return (await client.send(asked)).Messages?.[0];
  };

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  test('a message received maxReceiveCount times goes to the dead-letter queue', async () => {
    const { client, url } = await start();
    await client.send(new CreateQueueCommand({ QueueName: 'dead' }));
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      maxReceiveCount: 2,
    });
    const Attributes = { VisibilityTimeout: '0', RedrivePolicy };
    await client.send(new CreateQueueCommand({ QueueName: 'live', Attributes }));
    await client.send(new SendMessageCommand({ QueueUrl: url('live'), MessageBody: 'poison' }));
    const counts = [await receive(client, url('live')), await receive(client, url('live'))].map(
      (message) => message?.Attributes?.ApproximateReceiveCount,
    );
    expect(counts).toEqual(['1', '2']);
    expect(await receive(client, url('live'))).toBeUndefined();
    expect((await receive(client, url('dead')))?.Body).toBe('poison');
  });

  test('listens on 127.0.0.1 alone', async () => {
    const { engine } = await start();
    expect(new URL(engine.endpoint).hostname).toBe('127.0.0.1');
    const port = new URL(engine.endpoint).port;
    await expect(fetch(`http://127.0.0.2:${port}/health`)).rejects.toThrow('fetch failed');
    expect((await fetch(`${engine.endpoint}/health`)).status).toBe(200);
  });

  test('with a data folder messages outlive the engine, and those in flight come again at once', async () => {
    const dataDir = folder();
    const before = await start(dataDir);
    await before.client.send(new CreateQueueCommand({ QueueName: 'kept', Attributes: { VisibilityTimeout: '600' } }));
    await before.client.send(new SendMessageCommand({ QueueUrl: before.url('kept'), MessageBody: 'in flight' }));
    expect((await receive(before.client, before.url('kept')))?.Body).toBe('in flight');
    await before.engine.close();
    const after = await start(dataDir);
    const again = await receive(after.client, after.url('kept'));
    expect([again?.Body, again?.Attributes?.ApproximateReceiveCount]).toEqual(['in flight', '2']);
  });
});

// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
describe('Secrets Manager', () => {
  let secrets: Engine;
  let client: SecretsManagerClient;
  beforeAll(async () => {
    secrets = await startSecrets({ secrets: { 'lock/step': '{"clientId":"lockstep"}' } });
    client = new SecretsManagerClient({ ...access, endpoint: secrets.endpoint });
  });
  afterAll(async () => {
    client?.destroy();
    await secrets?.close();
  });

  test('gives a secret by its name and by its ARN', async () => {
    const byName = await client.send(new GetSecretValueCommand({ SecretId: 'lock/step' }));
    expect(byName).toMatchObject({ Name: 'lock/step', SecretString: '{"clientId":"lockstep"}' });
    const byArn = await client.send(new GetSecretValueCommand({ SecretId: byName.ARN }));
    expect(byArn.SecretString).toBe(byName.SecretString);
  });

  test('does not find another one', async () => {
    const asked = client.send(new GetSecretValueCommand({ SecretId: 'other' }));
    await expect(asked).rejects.toThrow(ResourceNotFoundException);
  });

  test.each([['{'], ['null'], ['{"SecretId": 7}']])('refuses the body %s', async (body) => {
    const headers = { 'x-amz-target': 'secretsmanager.GetSecretValue' };
    expect((await fetch(secrets.endpoint, { method: 'POST', headers, body })).status).toBe(400);
  });
});

describe('an engine that cannot run', () => {
  test('says why it did not start', async () => {
    const first = await startSqs();
    try {
      const port = Number(new URL(first.endpoint).port);
      await expect(startSqs({ port })).rejects.toThrow(/fauxqs-host did not start: .*EADDRINUSE/s);
    } finally {
      await first.close();
    }
  });

  test('tells when it ends by itself', async () => {
    const crashes: Error[] = [];
    const closed = await startSqs({ onCrash: (error) => crashes.push(error) });
    await closed.close();
    expect(crashes).toEqual([]);
    const killed = await startSqs({ onCrash: (error) => crashes.push(error) });
    process.kill(killed.pid, 'SIGKILL');
    await eventually(() => crashes[0]);
    expect(crashes[0]?.message).toBe('fauxqs-host ended: it ended silently');
  });
});
