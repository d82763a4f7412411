import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { SqsChangeQueue } from '../sqs/sqs-change-queue.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../sync/errors.ts';
import type { MergeReport } from '../sync/merge/merge-changes.ts';
import { MAX_DELIVERIES } from './environment.ts';
import type { tellError } from './observability.ts';

/** What a batch is merged with. */
export interface BatchPorts {
  readonly queue: Pick<SqsChangeQueue, 'send' | 'showAgain'>;
  readonly tell: typeof tellError;
}

type Outcome = Pick<MergeReport, 'retry' | 'suspects' | 'error'>;

/** The longest that SQS delays a message. */
const PUT_OFF_SECONDS = 900;

/** While the org's daily calls are used up, trying again soon only costs. */
const QUOTA_SECONDS = 300;

/** When a message comes again, by how often it was delivered. */
const AGAIN_SECONDS = [2, 30, 300, 900, 900];

/**
 * From this delivery on, a message that failed by no fault of its own is replaced by a copy, whose deliveries count from
 * one: two of its own are left, in case that the function is ended between sending the copy and answering.
 */
const COPIED_FROM = MAX_DELIVERIES - 2;

/** A message delivered as often as this may be what ends the function: each such message is merged by itself. */
const ALONE_FROM = MAX_DELIVERIES - 1;

export function deliveriesOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}

/**
 * Merges a batch and answers which messages failed, which come again within seconds. Only a message whose own error may
 * last uses up its deliveries, after which it is a dead letter. For outages, and where no time was left, a message has as
 * many as it needs. What only an operator can fix (a missing secret, a permission) comes again in a quarter of an hour.
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

/** An error of all messages; what may be a fault of the program is thrown, for the messages use up their tries. */
async function outcomeOf(
  { tell }: BatchPorts,
  records: readonly SQSRecord[],
  merge: (records: readonly SQSRecord[]) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await merge(records);
  } catch (error) {
    const isOutage = error instanceof TransientError || error instanceof QuotaExceededError;
    if (!isOutage && !(error instanceof ConfigError)) throw error;
    tell('no message could be merged', error);
    return { retry: records.map(({ messageId }) => messageId), suspects: [], error };
  }
}

/**
 * Messages that failed would be hidden for six times the function's time-out. Where they cannot be shown earlier, they
 * come then.
 */
async function showAgain({ queue, tell }: BatchPorts, records: readonly SQSRecord[], error: unknown): Promise<void> {
  const bySeconds = Map.groupBy(records, (record) => secondsUntil(deliveriesOf(record), error));
  for (const [seconds, some] of bySeconds) {
    try {
      await queue.showAgain(
        some.map(({ receiptHandle }) => receiptHandle),
        seconds,
      );
    } catch (cause) {
      tell('messages come again late', cause, { messages: some.length });
    }
  }
}

function secondsUntil(delivery: number, error: unknown): number {
  if (error instanceof ConfigError) return PUT_OFF_SECONDS;
  if (error instanceof QuotaExceededError) return QUOTA_SECONDS;
  return AGAIN_SECONDS[Math.min(delivery, AGAIN_SECONDS.length) - 1] ?? QUOTA_SECONDS;
}
