import { createSqsClient } from '../sqs/create-sqs-client.ts';
import { SqsChangeQueue } from '../sqs/sqs-change-queue.ts';

/** The changes queue. */
export function composeQueue({ CHANGES_QUEUE_URL }: { readonly CHANGES_QUEUE_URL: string }): SqsChangeQueue {
  return new SqsChangeQueue(createSqsClient(), { queueUrl: CHANGES_QUEUE_URL });
}
