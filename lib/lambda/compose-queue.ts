import { createSqsClient } from '../sqs/create-sqs-client.ts';
import { SqsChangeQueue } from '../sqs/sqs-change-queue.ts';
import type { SideQueues } from '../sync/operate/sync-status.ts';
import type { Environment } from './environment.ts';

/** The changes queue. */
export function composeQueue({ CHANGES_QUEUE_URL }: Pick<Environment, 'CHANGES_QUEUE_URL'>): SqsChangeQueue {
  return new SqsChangeQueue(createSqsClient(), { queueUrl: CHANGES_QUEUE_URL });
}

/** The queues counted only by the status. */
export function composeSideQueues(environment: Environment): SideQueues {
  const client = createSqsClient();
  return {
    deadLetters: new SqsChangeQueue(client, { queueUrl: environment.DEAD_LETTER_QUEUE_URL }),
    missedPolls: new SqsChangeQueue(client, { queueUrl: environment.MISSED_POLLS_QUEUE_URL }),
  };
}
