import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findQueuePair, listDeadLetters, type QueuePair, redrive } from '../../lib/operator/redrive/dead-letters.ts';
import { createSqsClient } from '../../lib/sqs/create-sqs-client.ts';
import type { Engine } from '../sandbox/engines/engine-process.ts';
import { startSqs } from '../sandbox/engines/sqs.ts';

const environment = { ...process.env };
let engine: Engine;
let client: SQSClient;
let pair: QueuePair;

beforeAll(async () => {
  engine = await startSqs();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: engine.endpoint,
  });
  client = createSqsClient();
  const { QueueUrl: dead } = await client.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const names = ['QueueArn'] as const;
  const arn = await client.send(new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: [...names] }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn.Attributes?.QueueArn, maxReceiveCount: 5 });
  await client.send(new CreateQueueCommand({ QueueName: 'changes', Attributes: { RedrivePolicy } }));
  const found = await findQueuePair(client);
  if (found === undefined) throw new Error('the pair was not found');
  pair = found;
});

afterAll(async () => {
  process.env = environment;
  client.destroy();
  await engine.close();
});

async function waiting(url: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

test('dead letters are shown by what they name, without a value, and all go back to their queue', async () => {
  const rows = [['00Q1', '2026-11-21T10:00:00.000Z', 'canary@example.com']];
  const columns = ['Id', 'SystemModstamp', 'Email'];
  const queuedAt = '2026-11-21T10:00:00.000Z';
  const bodies = [
    { kind: 'rows', type: 'Lead', queuedAt, columns, newer: [], rows },
    ...Array.from({ length: 11 }, (_, n) => ({ kind: 'pending', queuedAt, personIds: [`p${n}`] })),
    'none of ours',
  ];
  for (const body of bodies) {
    const command = new SendMessageCommand({ QueueUrl: pair.deadLetterUrl, MessageBody: JSON.stringify(body) });
    await client.send(command);
  }
  expect(await waiting(pair.deadLetterUrl)).toBe(13);
  expect(await redrive(client, pair)).toBe(13);
  expect([await waiting(pair.deadLetterUrl), await waiting(pair.queueUrl)]).toEqual([0, 13]);

  // The same letters, as a list shows them.
  const letters = await listDeadLetters(client, { ...pair, deadLetterUrl: pair.queueUrl });
  expect(letters).toHaveLength(13);
  expect(letters.filter(({ kind }) => kind === 'rows Lead')).toMatchObject([{ ids: ['00Q1'], queuedAt }]);
  expect(letters.filter(({ kind }) => kind === 'unknown')).toHaveLength(1);
  expect(JSON.stringify(letters)).not.toContain('canary');
});
