import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDynamoClient } from '../../lib/dynamodb/create-dynamo-client.ts';
import { createSqsClient } from '../../lib/sqs/create-sqs-client.ts';
import { SqsChangeQueue } from '../../lib/sqs/sqs-change-queue.ts';
import { startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import type { Engine } from '../sandbox/engines/engine-process.ts';
import { startSqs } from '../sandbox/engines/sqs.ts';

describe('clients', () => {
  let engines: Engine[];
  const environment = { ...process.env };

  beforeAll(async () => {
    const [dynamodb, sqs] = await Promise.all([startDynamoDb(), startSqs()]);
    engines = [dynamodb, sqs];
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    });
  });

  afterAll(async () => {
    process.env = environment;
    await Promise.all(engines.map((engine) => engine.close()));
  });

  test('find DynamoDB where the environment says', async () => {
    const client = createDynamoClient();
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    client.destroy();
  });

  test('find SQS where the environment says, whatever host the URL of a queue names', async () => {
    const client = createSqsClient();
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'changes' }));
    const queue = new SqsChangeQueue(client, { queueUrl: `http://nowhere.invalid${new URL(QueueUrl).pathname}` });
    await queue.send(['{}']);
    expect(await queue.depth()).toBe(1);
    client.destroy();
  });
});
