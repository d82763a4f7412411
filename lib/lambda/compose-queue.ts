import { createSqsClient } from '../sqs/create-sqs-client.ts';
import { SqsChangeQueue } from '../sqs/sqs-change-queue.ts';
import type { ChangeQueue } from '../sync/ports/change-queue.ts';

/** The changes queue. */
export function composeQueue({ CHANGES_QUEUE_URL }: { readonly CHANGES_QUEUE_URL: string }): ChangeQueue {
  return new SqsChangeQueue(createSqsClient(), { queueUrl: CHANGES_QUEUE_URL });
}
