import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SendMessageBatchResult,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { TransientError } from '../sync/errors.ts';
import { chunked } from '../sync/in-parallel.ts';
import type { ChangeQueue } from '../sync/ports/change-queue.ts';
import { translateError } from './error-map.ts';

/**
 * SQS accepts ten messages per batch, and 256 KB bound the memory in flight; a larger batch would cost the same,
 * because every 64 KB are billed as a request.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const BATCH_MESSAGES = 10;
const BATCH_BYTES = 256 * 1024;
const BATCHES_IN_FLIGHT = 4;
const TRIES = 5;
const FIRST_PAUSE_MS = 50;

export interface SqsChangeQueueOptions {
  readonly queueUrl: string;
  /** Pause before refused messages are sent again. */
  readonly pauseMs?: (attempt: number) => number;
}

/** The queue between poll and merge, in SQS. */
export class SqsChangeQueue implements ChangeQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #pauseMs: (attempt: number) => number;

  constructor(client: SQSClient, options: SqsChangeQueueOptions) {
    this.#client = client;
    this.#queueUrl = options.queueUrl;
    this.#pauseMs = options.pauseMs ?? ((attempt) => Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
  }

  /** Makes received messages visible again after `seconds`, unless deleted earlier. */
  async showAgain(receiptHandles: readonly string[], seconds: number): Promise<void> {
    for (const handles of chunked(receiptHandles, BATCH_MESSAGES)) {
      const Entries = handles.map((ReceiptHandle, at) => ({
        Id: String(at),
        ReceiptHandle,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#queueUrl, Entries });
      const { Failed: [failed] = [] } = await translated(this.#client.send(command));
      if (failed !== undefined) throw new TransientError(failed.Code ?? 'BatchFailed', 'a message stays hidden');
    }
  }

  async send(bodies: readonly string[], delaySeconds = 0): Promise<void> {
    const batches = batched(bodies.map(allowedText));
    const worker = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
        await this.#sendBatch(batch, delaySeconds);
    };
    const sent = await Promise.allSettled(Array.from({ length: BATCHES_IN_FLIGHT }, worker));
    const failed = sent.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async depth(): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: this.#queueUrl, AttributeNames: [...names] });
    const { Attributes } = await translated(this.#client.send(command));
    return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
  }

  /** A successful call can fail for some messages: only the failed messages are sent again. */
  async #sendBatch(bodies: readonly string[], delaySeconds: number): Promise<void> {
    const delay = delaySeconds > 0 ? { DelaySeconds: delaySeconds } : {};
    let left = bodies.map(
      (body, at): SendMessageBatchRequestEntry => ({ Id: String(at), MessageBody: body, ...delay }),
    );
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#sendEntries(left);
      const failed = new Map((answer.Failed ?? []).map((failure) => [failure.Id, failure]));
      const wrong = [...failed.values()].find((failure) => failure.SenderFault);
      if (wrong !== undefined) throw new Error(`SQS refuses a message: ${wrong.Code}: ${wrong.Message}`);
      left = left.filter((entry) => failed.has(entry.Id));
      if (left.length === 0) return;
      if (attempt === TRIES) {
        throw new TransientError(
          [...failed.values()][0]?.Code ?? 'BatchFailed',
          `${left.length} messages were not queued`,
        );
      }
      await sleep(this.#pauseMs(attempt));
    }
  }

  #sendEntries(entries: SendMessageBatchRequestEntry[]): Promise<SendMessageBatchResult> {
    return translated(this.#client.send(new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries: entries })));
  }
}

/** Batches within both limits. */
export function batched(bodies: readonly string[]): string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH_MESSAGES || bytes + size > BATCH_BYTES) {
      batches.push([body]);
      bytes = size;
    } else {
      last.push(body);
      bytes += size;
    }
  }
  return batches;
}

/**
 * SQS refuses or replaces U+FFFE and U+FFFF, allowed in Salesforce texts. In JSON both can be escaped, like the control
 * characters already are. Surrogates are escaped too: SQS accepts pairs, but local stand-ins do not.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function allowedText(body: string): string {
  return body.replace(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

async function translated<Answer>(sent: Promise<Answer>): Promise<Answer> {
  try {
    return await sent;
  } catch (error) {
    throw translateError(error);
  }
}
