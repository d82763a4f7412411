import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { ConfigError } from '../sync/errors.ts';
import type { MergeReport } from '../sync/merge/merge-changes.ts';
import type { ChangeQueue } from '../sync/ports/change-queue.ts';
import { tellError } from './observability.ts';

/** The longest that SQS delays a message. */
const PUT_OFF_SECONDS = 900;

/**
 * Answers which messages failed. What only an operator can fix (a missing secret, a permission) costs no message its
 * tries, after which it would be a dead letter: a copy of the message comes later, and the message itself is done.
 */
export async function retryOrPutOff(
  queue: Pick<ChangeQueue, 'send'>,
  records: readonly SQSRecord[],
  merge: () => Promise<Pick<MergeReport, 'retry' | 'error'>>,
): Promise<SQSBatchResponse> {
  const { retry, error } = await merge().catch((cause: unknown) => {
    if (!(cause instanceof ConfigError)) throw cause;
    tellError('no message could be merged', cause);
    return { retry: records.map(({ messageId }) => messageId), error: cause };
  });
  if (!(error instanceof ConfigError)) {
    return { batchItemFailures: retry.map((itemIdentifier) => ({ itemIdentifier })) };
  }
  const waiting = records.filter(({ messageId }) => retry.includes(messageId));
  if (waiting.length > 0) {
    await queue.send(
      waiting.map(({ body }) => body),
      PUT_OFF_SECONDS,
    );
  }
  return { batchItemFailures: [] };
}
