import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_DELIVERIES } from '../lib/lambda/environment.ts';

export interface ChangesQueueProps {
  /** The timeout of the consuming function. */
  readonly consumerTimeout: Duration;
}

const retentionPeriod = Duration.days(14);
const batchingWindow = Duration.seconds(2);

/** Concurrent merges of the fresh lane: a cycle queues at most 2,000 rows and 500 persons there, a few batches. */
const FRESH_CONCURRENCY = 2;

/**
 * The calls of Lambda to deliver batches, and of the merge for messages to be delivered again. The library's event source
 * grants a further call without a caller.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const CONSUMING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'];

/** The queues of the two lanes, fresh and backlog, and their one dead-letter queue. Retained when the stack is deleted. */
export class ChangesQueue extends Construct {
  readonly fresh: IQueue;
  readonly backlog: IQueue;
  readonly deadLetters: IQueue;
  readonly #lanes: readonly [fresh: Queue, backlog: Queue];

  constructor(scope: Construct, id: string, { consumerTimeout }: ChangesQueueProps) {
    super(scope, id);
    const deadLetters = new Queue(this, 'DeadLetters', {
      removalPolicy: RemovalPolicy.RETAIN,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod,
    });
    Validations.of(deadLetters).acknowledge({
      id: 'Serverless::Serverless-SQSRedrivePolicy',
      reason: 'The queue is the dead-letter queue itself: messages wait to be redriven by an operator.',
    });
    const lane = (name: string) =>
      new Queue(this, name, {
        removalPolicy: RemovalPolicy.RETAIN,
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        retentionPeriod,
        // Six times the function's timeout plus the batching window, so that a throttled batch is not delivered twice.
        // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        visibilityTimeout: Duration.seconds(6 * consumerTimeout.toSeconds()).plus(batchingWindow),
        deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_DELIVERIES },
      });
    this.#lanes = [lane('Queue'), lane('Backlog')];
    [this.fresh, this.backlog] = this.#lanes;
    this.deadLetters = deadLetters;
  }

  /**
   * Delivers batches to the function, which returns the failed messages. Concurrency is limited, because every
   * invocation holds Salesforce connections, and Salesforce allows 25 long requests per org. Each lane has its own share,
   * so that a full backlog never uses up the merges for fresh changes.
   */
  deliverTo(consumer: LambdaFunction, maxConcurrency: number): void {
    const [fresh, backlog] = this.#lanes;
    const parts = [
      { name: 'Fresh', lane: fresh, part: FRESH_CONCURRENCY },
      { name: 'Backlog', lane: backlog, part: maxConcurrency - FRESH_CONCURRENCY },
    ];
    for (const { name, lane, part } of parts) {
      consumer.addEventSourceMapping(name, {
        eventSourceArn: lane.queueArn,
        batchSize: 10,
        maxBatchingWindow: batchingWindow,
        reportBatchItemFailures: true,
        maxConcurrency: part,
      });
      lane.grant(consumer, ...CONSUMING);
    }
    Validations.of(consumer).acknowledge({
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      reason: 'For SQS the failed messages go to the dead-letter queue of the queue; a destination is for streams.',
    });
  }
}
