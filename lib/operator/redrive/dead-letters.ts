import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { parseChangeMessage } from '../../sync/change-message.ts';

/** A queue and the queue's dead-letter queue. */
export interface QueuePair {
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
}

/** A summary of a dead letter, without values of records. */
export interface DeadLetter {
  readonly messageId: string;
  readonly kind: string;
  readonly queuedAt: string | null;
  /** Ids of the rows or persons in the message. */
  readonly ids: readonly string[];
}

/** Seconds a received letter stays hidden: longer than sending the letter takes. */
const HIDDEN_SECONDS = 60;

const LETTERS_PER_CALL = 10;

/** The single pair of queue and dead-letter queue at an endpoint. */
export async function findQueuePair(client: SQSClient): Promise<QueuePair | undefined> {
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
  const queues = await Promise.all(
    QueueUrls.map(async (url) => {
      const names = ['QueueArn', 'RedrivePolicy'] as const;
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] });
      const { Attributes = {} } = await client.send(command);
      return { url, arn: Attributes.QueueArn, policy: Attributes.RedrivePolicy };
    }),
  );
  for (const { url, policy } of queues) {
    if (policy === undefined) continue;
    const { deadLetterTargetArn } = JSON.parse(policy) as { readonly deadLetterTargetArn?: string };
    const target = queues.find(({ arn }) => arn !== undefined && arn === deadLetterTargetArn);
    if (target !== undefined) return { queueUrl: url, deadLetterUrl: target.url };
  }
  return undefined;
}

/** The messages of the dead-letter queue. A listed message is hidden from a redrive for a minute. */
export async function listDeadLetters(client: SQSClient, { deadLetterUrl }: QueuePair): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const message of received(client, deadLetterUrl)) letters.push(letterOf(message));
  return letters;
}

/**
 * Sends every dead letter back to the queue; returns the number. Letters are sent before the deletion, so that an
 * interrupted redrive loses none; a message delivered twice changes nothing.
 */
export async function redrive(client: SQSClient, { queueUrl, deadLetterUrl }: QueuePair): Promise<number> {
  let count = 0;
  for await (const { Body, ReceiptHandle } of received(client, deadLetterUrl)) {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: Body ?? '' }));
    await client.send(new DeleteMessageCommand({ QueueUrl: deadLetterUrl, ReceiptHandle }));
    count += 1;
  }
  return count;
}

/** Every message of a queue, until an empty answer; each once, because received messages stay hidden. */
async function* received(client: SQSClient, url: string): AsyncGenerator<Message> {
  for (;;) {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: LETTERS_PER_CALL,
      VisibilityTimeout: HIDDEN_SECONDS,
      // Long polling queries every server of the queue; a short poll may return nothing although messages exist.
      WaitTimeSeconds: 1,
    });
    const { Messages = [] } = await client.send(command);
    if (Messages.length === 0) return;
    yield* Messages;
  }
}

function letterOf({ MessageId = '', Body = '' }: Message): DeadLetter {
  const message = parseChangeMessage(Body);
  if (message === undefined) return { messageId: MessageId, kind: 'unknown', queuedAt: null, ids: [] };
  const { kind, queuedAt } = message;
  if (message.kind === 'pending' || message.kind === 'persons')
    return { messageId: MessageId, kind, queuedAt, ids: message.personIds };
  if (message.kind === 'list') {
    const part = message.part === null ? '' : ` part ${message.part}`;
    return { messageId: MessageId, kind, queuedAt, ids: [`${message.jobId}${part}`] };
  }
  if (message.kind === 'retry') {
    return { messageId: MessageId, kind, queuedAt, ids: message.personIds ?? [message.code ?? 'all'] };
  }
  const ids = message.kind === 'rows' ? message.rows.map(([id]) => String(id)) : message.ids;
  return { messageId: MessageId, kind: `${kind} ${message.type}`, queuedAt, ids };
}
