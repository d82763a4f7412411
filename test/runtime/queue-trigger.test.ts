import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failedMessages } from '../sandbox/runtime/batch-response.ts';
import { eventually, type Fixture, startFixture } from './fixtures/start-fixture.ts';

let fixture: Fixture;
let client: SQSClient;

beforeAll(async () => {
  fixture = await startFixture();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  // The visibility time-out is short for the sake of the tests; a cold start should not use it up.
  await Promise.all([1, 2].map(() => fixture.runtime.invoke('Batch', { Records: [] })));
  client = new SQSClient({ endpoint: fixture.sqs.endpoint, region: 'us-east-1', credentials });
});
afterAll(async () => {
  client?.destroy();
  await fixture?.close();
});

interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Record<string, string>;
}

const urlOf = (queue: string) => fixture.runtime.queueUrl(queue);
const batches = () => fixture.written('Batch', 'batch') as QueueRecord[][];
const deliveries = (body: string) =>
  batches()
    .flat()
    .filter((record) => record.body === body);

async function send(queue: string, ...bodies: string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await client.send(new SendMessageBatchCommand({ QueueUrl: urlOf(queue), Entries }));
}

async function emptied(queue: string): Promise<true> {
  return eventually(async () => {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const asked = new GetQueueAttributesCommand({ QueueUrl: urlOf(queue), AttributeNames: [...AttributeNames] });
    const { Attributes } = await client.send(asked);
    return AttributeNames.every((name) => Attributes?.[name] === '0') || undefined;
  });
}

async function takeFrom(queue: string): Promise<Message> {
  return eventually(async () => {
    const asked = new ReceiveMessageCommand({ QueueUrl: urlOf(queue), WaitTimeSeconds: 1 });
    const { Messages } = await client.send(asked);
    return Messages?.[0];
  });
}

// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
describe('a queue that feeds a function', () => {
  test('the event holds the messages with their attributes', async () => {
    const sent = await client.send(
      new SendMessageCommand({
        QueueUrl: urlOf('Work'),
        MessageBody: 'described',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'row' } },
      }),
    );
    const record = await eventually(() => deliveries('described')[0]);
    expect(record).toMatchObject({
      messageId: sent.MessageId,
      body: 'described',
      messageAttributes: { kind: { stringValue: 'row', dataType: 'String' } },
      md5OfBody: sent.MD5OfMessageBody,
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:FixtureSync-Work',
      awsRegion: 'us-east-1',
    });
    expect(record.attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(record.attributes.SentTimestamp).toMatch(/^\d{13}$/);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
  test('a batch is never larger than the batch size, and every message comes', async () => {
    const bodies = Array.from({ length: 9 }, (_, index) => `sized ${index}`);
    await send('Gathered', ...bodies);
    await eventually(() => bodies.every((body) => deliveries(body).length > 0) || undefined);
    expect(batches().every((batch) => batch.length <= 5)).toBe(true);
  });

  test('the batching window gathers what comes a little later into one batch', async () => {
    await send('Gathered', 'window first');
    await send('Gathered', 'window second');
    await eventually(() => deliveries('window second')[0]);
    const together = batches().filter((batch) => batch.some(({ body }) => body.startsWith('window ')));
    expect(together.length).toBeLessThanOrEqual(2);
    expect(deliveries('window first')).toHaveLength(1);
  });

  test('handled messages are deleted', async () => {
    await send('Work', 'handled');
    await eventually(() => deliveries('handled')[0]);
    await emptied('Work');
    expect(deliveries('handled')).toHaveLength(1);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
  test('only the reported messages come again, and go to the dead-letter queue after maxReceiveCount', async () => {
    await send('Work', 'fail always', 'fine beside it');
    const dead = await takeFrom('Dead');
    expect(dead.Body).toBe('fail always');
    await emptied('Work');
    expect(deliveries('fail always').map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(['1', '2']);
    expect(deliveries('fine beside it')).toHaveLength(1);
  });

  test('a function that throws, or names an unknown message, gives the whole batch back', async () => {
    await send('Work', 'throw');
    await eventually(() => deliveries('throw')[0]);
    await send('Work', 'unknown id');
    const dead = [await takeFrom('Dead'), await takeFrom('Dead')].map(({ Body = '' }) => Body);
    expect(dead.sort()).toEqual(['throw', 'unknown id']);
    expect([deliveries('throw').length, deliveries('unknown id').length]).toEqual([2, 2]);
  });

  test('without ReportBatchItemFailures every successful return deletes the batch, whatever it says', async () => {
    await send('Plain', 'reported but ignored');
    await eventually(() => fixture.written('Whole', 'whole')[0]);
    await emptied('Plain');
    expect(fixture.written('Whole', 'whole')).toEqual([['reported but ignored']]);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
  test('no more batches run at once than the maximum concurrency', () => {
    const batch = fixture.runtime.functions.find(({ logicalId }) => logicalId === 'Batch');
    // Two mappings of two each feed it.
    expect(batch?.counters.coldStarts).toBeLessThanOrEqual(4);
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
describe('a partial batch response', () => {
  const ids = new Set(['a', 'b']);
  const item = (itemIdentifier: unknown) => ({ itemIdentifier });

  test.each([
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a null list', '{"batchItemFailures": null}'],
    ['an empty list', '{"batchItemFailures": []}'],
  ])('%s means success', (_, payload) => {
    expect(failedMessages(payload, ids)).toEqual(new Set());
  });

  test('the named messages failed', () => {
    expect(failedMessages(JSON.stringify({ batchItemFailures: [item('b')] }), ids)).toEqual(new Set(['b']));
  });

  test.each([
    ['no JSON', '{'],
    ['text', '"done"'],
    ['no list', '{"batchItemFailures": "a"}'],
    ['an empty id', JSON.stringify({ batchItemFailures: [item('')] })],
    ['a null id', JSON.stringify({ batchItemFailures: [item(null)] })],
    ['a wrong key', '{"batchItemFailures": [{"messageId": "a"}]}'],
    ['null for an item', '{"batchItemFailures": [null]}'],
    ['an unknown id', JSON.stringify({ batchItemFailures: [item('a'), item('c')] })],
  ])('%s means that the whole batch failed', (_, payload) => {
    expect(failedMessages(payload, ids)).toBe('all');
  });
});
