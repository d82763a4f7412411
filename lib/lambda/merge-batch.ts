import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { SqsChangeQueue } from '../sqs/sqs-change-queue.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../sync/errors.ts';
import type { MergeReport } from '../sync/merge/merge-changes.ts';
import { MAX_DELIVERIES } from './environment.ts';
import type { logError } from './observability.ts';

/** The ports for merging a batch. */
export interface BatchPorts {
  readonly queue: Pick<SqsChangeQueue, 'send' | 'showAgain'>;
  readonly logError: typeof logError;
}

type Outcome = Pick<MergeReport, 'retry' | 'suspects' | 'error'>;

/** The maximum delay of an SQS message. */
export const PUT_OFF_SECONDS = 900;

/** Pause with the daily API limit reached, where early retries are useless. */
const QUOTA_SECONDS = 300;

/** Seconds before redelivery, by the number of deliveries. */
export const AGAIN_SECONDS = [2, 30, 300, 900, 900];

/**
 * From the delivery on, a message failing by no fault of its own is replaced by a copy with a fresh delivery count: the
 * two remaining deliveries cover a crash between sending the copy and answering.
 */
const COPIED_FROM = MAX_DELIVERIES - 2;

/** A message delivered as often may be crashing the function: merge the message alone. */
const ALONE_FROM = MAX_DELIVERIES - 1;

export function deliveriesOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}

/**
 * Merges a batch and returns the failed messages, redelivered within seconds. Only a message with a possibly lasting
 * error of its own uses up deliveries, and finally becomes a dead letter; outages and a lack of time cost no delivery.
 * After an error requiring an operator (a missing secret, a permission) redelivery takes a quarter of an hour.
 */
export async function mergeBatch(
  ports: BatchPorts,
  records: readonly SQSRecord[],
  merge: (records: readonly SQSRecord[]) => Promise<Outcome>,
): Promise<SQSBatchResponse> {
  const alone = records.find((record) => deliveriesOf(record) >= ALONE_FROM);
  const merged = alone === undefined ? records : [alone];
  const { retry, suspects, error } = await outcomeOf(ports, merged, merge);
  const failed = records.filter((record) => !merged.includes(record) || retry.includes(record.messageId));
  const isCopied = (record: SQSRecord) =>
    !suspects.includes(record.messageId) && (error instanceof ConfigError || deliveriesOf(record) >= COPIED_FROM);
  const copied = failed.filter(isCopied);
  const shown = failed.filter((record) => !isCopied(record));
  const bodies = copied.map(({ body }) => body);
  if (bodies.length > 0) await ports.queue.send(bodies, secondsUntil(COPIED_FROM, error));
  await showAgain(ports, shown, error);
  return { batchItemFailures: shown.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** The outcome of an error affecting all messages; a possible bug is thrown, so that the messages use up deliveries. */
async function outcomeOf(
  { logError }: BatchPorts,
  records: readonly SQSRecord[],
  merge: (records: readonly SQSRecord[]) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await merge(records);
  } catch (error) {
    const isOutage = error instanceof TransientError || error instanceof QuotaExceededError;
    if (!isOutage && !(error instanceof ConfigError)) throw error;
    logError('no message could be merged', error);
    return { retry: records.map(({ messageId }) => messageId), suspects: [], error };
  }
}

/**
 * By default a failed message stays hidden for six times the function's timeout. If the visibility cannot be changed,
 * the message comes after the default time.
 */
async function showAgain(
  { queue, logError }: BatchPorts,
  records: readonly SQSRecord[],
  error: unknown,
): Promise<void> {
  const bySeconds = Map.groupBy(records, (record) => secondsUntil(deliveriesOf(record), error));
  for (const [seconds, some] of bySeconds) {
    try {
      await queue.showAgain(
        some.map(({ receiptHandle }) => receiptHandle),
        seconds,
      );
    } catch (cause) {
      logError('messages come again late', cause, { messages: some.length });
    }
  }
}

function secondsUntil(delivery: number, error: unknown): number {
  if (error instanceof ConfigError) return PUT_OFF_SECONDS;
  if (error instanceof QuotaExceededError) return QUOTA_SECONDS;
  return AGAIN_SECONDS[Math.min(delivery, AGAIN_SECONDS.length) - 1] ?? QUOTA_SECONDS;
}
