import { createSqsClient } from '../sqs/create-sqs-client.ts';
import { SqsChangeQueue } from '../sqs/sqs-change-queue.ts';
import type { SideQueues } from '../sync/operate/sync-status.ts';
import type { Environment } from './environment.ts';

/** The queues of the two lanes. */
export interface Lanes {
  readonly fresh: SqsChangeQueue;
  readonly backlog: SqsChangeQueue;
}

type LaneUrls = Pick<Environment, 'CHANGES_QUEUE_URL' | 'BACKLOG_QUEUE_URL'>;

export function composeLanes({ CHANGES_QUEUE_URL, BACKLOG_QUEUE_URL }: LaneUrls): Lanes {
  const client = createSqsClient();
  return {
    fresh: new SqsChangeQueue(client, { queueUrl: CHANGES_QUEUE_URL }),
    backlog: new SqsChangeQueue(client, { queueUrl: BACKLOG_QUEUE_URL }),
  };
}

/** The lane of received messages, by the ARN of their queue: unfinished work returns to the same lane. */
export function laneOf(lanes: Lanes, { BACKLOG_QUEUE_URL }: LaneUrls, queueArn: string | undefined): SqsChangeQueue {
  const isBacklog = queueArn !== undefined && lastPart(queueArn, ':') === lastPart(BACKLOG_QUEUE_URL, '/');
  return isBacklog ? lanes.backlog : lanes.fresh;
}

/** A queue's ARN and URL both end with the queue's name. */
function lastPart(text: string, separator: string): string {
  return text.slice(text.lastIndexOf(separator) + 1);
}

/** The queues counted only by the status. */
export function composeSideQueues(environment: Environment): SideQueues {
  const client = createSqsClient();
  return {
    backlog: new SqsChangeQueue(client, { queueUrl: environment.BACKLOG_QUEUE_URL }),
    deadLetters: new SqsChangeQueue(client, { queueUrl: environment.DEAD_LETTER_QUEUE_URL }),
    missedPolls: new SqsChangeQueue(client, { queueUrl: environment.MISSED_POLLS_QUEUE_URL }),
  };
}
