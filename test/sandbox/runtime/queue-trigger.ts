import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type FailedMessages, failedMessages } from './batch-response.ts';
import type { LambdaFunction } from './lambda-function.ts';
import type { QueueMapping } from './queue-mapping.ts';
import type { RuntimeLog } from './runtime-event.ts';

/** Something that invokes functions on its own until it is closed. */
export interface RunningTrigger {
  /** Resolves when nothing that it started is left. */
  close(): Promise<void>;
}

/** SQS gives at most ten messages a call. */
const receiveLimit = 10;
/** A long poll that is cut off would take its messages out of sight, so polls are short and always awaited. */
const longPollSeconds = 1;
const retryAfterMs = 500;
/** Under Lambda's 6 MB for one event, with room for what surrounds the bodies. */
const batchBytes = 5 * 1024 * 1024;

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
function record(message: Message, queueArn: string): Record<string, unknown> {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      stringValue: value.StringValue,
      binaryValue: value.BinaryValue === undefined ? undefined : Buffer.from(value.BinaryValue).toString('base64'),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body ?? '',
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes) as Record<string, unknown>,
    md5OfMessageAttributes: message.MD5OfMessageAttributes,
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  };
}

/** Cuts a batch where its bodies would outgrow one event. */
function withinEventSize(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = Buffer.byteLength(message.Body ?? '');
    if (bytes + size > batchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(message);
    bytes += size;
  }
  return batches;
}

class QueueTrigger implements RunningTrigger {
  readonly #mapping: QueueMapping;
  readonly #lambda: LambdaFunction;
  readonly #client: SQSClient;
  readonly #log: RuntimeLog;
  readonly #pollers: Promise<void>[];
  #closed = false;

  constructor(mapping: QueueMapping, lambda: LambdaFunction, client: SQSClient, log: RuntimeLog) {
    this.#mapping = mapping;
    this.#lambda = lambda;
    this.#client = client;
    this.#log = log;
    this.#pollers = Array.from({ length: mapping.maximumConcurrency }, () => this.#poll());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#pollers);
  }

  async #poll(): Promise<void> {
    while (!this.#closed) {
      try {
        const messages = await this.#collect();
        if (this.#closed) return;
        for (const batch of withinEventSize(messages)) await this.#handle(batch);
      } catch (thrown) {
        if (this.#closed) return;
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        this.#log({ type: 'trigger-error', function: this.#lambda.definition.name, trigger: 'queue', error });
        await sleep(retryAfterMs);
      }
    }
  }

  /**
   * Waits for a first message, then until the batch is full or its window is over.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
   */
  async #collect(): Promise<Message[]> {
    const { batchSize, batchingWindowSeconds } = this.#mapping;
    const messages = await this.#receive(batchSize, longPollSeconds);
    const windowEnd = Date.now() + batchingWindowSeconds * 1000;
    while (messages.length > 0 && messages.length < batchSize && Date.now() < windowEnd) {
      const remainingMs = windowEnd - Date.now();
      const waitSeconds = remainingMs >= 1000 ? longPollSeconds : 0;
      if (waitSeconds === 0) await sleep(remainingMs);
      messages.push(...(await this.#receive(batchSize - messages.length, waitSeconds)));
    }
    return messages;
  }

  async #receive(wanted: number, waitSeconds: number): Promise<Message[]> {
    const { Messages } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#mapping.queueUrl,
        MaxNumberOfMessages: Math.min(wanted, receiveLimit),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages ?? [];
  }

  async #handle(messages: readonly Message[]): Promise<void> {
    const failed = await this.#invoke(messages);
    if (failed === 'all') return;
    await this.#delete(messages.filter(({ MessageId = '' }) => !failed.has(MessageId)));
  }

  /**
   * A failed batch is left to its visibility time-out. A throttled one is tried again until that is over.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-backoff-strategy
   */
  async #invoke(messages: readonly Message[]): Promise<FailedMessages> {
    const event = { Records: messages.map((message) => record(message, this.#mapping.queueArn)) };
    const hiddenUntil = Date.now() + this.#mapping.visibilityTimeoutSeconds * 1000;
    let result = await this.#lambda.invoke(event, 'queue');
    while (result.outcome === 'throttled' && !this.#closed && Date.now() + retryAfterMs < hiddenUntil) {
      await sleep(retryAfterMs);
      result = await this.#lambda.invoke(event, 'queue');
    }
    if (result.outcome !== 'success') return 'all';
    if (!this.#mapping.reportsItemFailures) return new Set();
    return failedMessages(result.payload, new Set(messages.map(({ MessageId = '' }) => MessageId)));
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    for (let start = 0; start < messages.length; start += receiveLimit) {
      const Entries = messages
        .slice(start, start + receiveLimit)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      const { Failed = [] } = await this.#client.send(
        new DeleteMessageBatchCommand({ QueueUrl: this.#mapping.queueUrl, Entries }),
      );
      if (Failed[0] !== undefined) throw new Error(`SQS kept a handled message: ${Failed[0].Message}`);
    }
  }
}

/** Starts to poll a queue for a function. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function startQueueTrigger(
  mapping: QueueMapping,
  lambda: LambdaFunction,
  client: SQSClient,
  log: RuntimeLog,
): RunningTrigger {
  return new QueueTrigger(mapping, lambda, client, log);
}
