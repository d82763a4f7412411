import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { SqsChangeQueue } from '../../lib/sqs/sqs-change-queue.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import type { Engine } from '../sandbox/engines/engine-process.ts';
import { startSqs } from '../sandbox/engines/sqs.ts';
import { changeQueueContract } from './change-queue-contract.ts';

changeQueueContract('in memory', async () => {
  const queue = new InMemoryChangeQueue();
  return { queue, received: async () => queue.take() };
});

describe('on fauxqs', () => {
  let service: Engine;
  let client: SQSClient;
  let queues = 0;

  beforeAll(async () => {
    service = await startSqs();
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new SQSClient({
      endpoint: service.endpoint,
      region: 'us-east-1',
      credentials,
      useQueueUrlAsEndpoint: false,
    });
  });

  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  changeQueueContract('SQS', async () => {
    queues += 1;
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: `changes-${queues}` }));
    if (QueueUrl === undefined) throw new Error('no queue was made');
    return { queue: new SqsChangeQueue(client, { queueUrl: QueueUrl }), received: () => receiveAll(client, QueueUrl) };
  });
});

async function receiveAll(client: SQSClient, queueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await client.send(command);
    if (Messages.length === 0) return bodies;
    for (const { Body, ReceiptHandle } of Messages) {
      bodies.push(Body ?? '');
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}
