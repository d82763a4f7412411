import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_DELIVERIES } from '../lib/lambda/environment.ts';

export interface ChangesQueueProps {
  /** The timeout of the consuming function. */
  readonly consumerTimeout: Duration;
}

const retentionPeriod = Duration.days(14);
const batchingWindow = Duration.seconds(2);

/** The queue of changes for the merge, and the dead-letter queue. Retained when the stack is deleted. */
export class ChangesQueue extends Construct {
  readonly queueUrl: string;
  readonly queue: IQueue;
  readonly deadLetters: IQueue;
  readonly #queue: Queue;

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
      reason: 'It is the dead-letter queue: what is in it waits for a person who redrives it.',
    });
    this.#queue = new Queue(this, 'Queue', {
      removalPolicy: RemovalPolicy.RETAIN,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod,
      // Six times the function's timeout plus the batching window, so that a throttled batch is not delivered twice.
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * consumerTimeout.toSeconds()).plus(batchingWindow),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_DELIVERIES },
    });
    this.queueUrl = this.#queue.queueUrl;
    this.queue = this.#queue;
    this.deadLetters = deadLetters;
  }

  /**
   * Delivers batches to the function, which returns the failed messages. Concurrency is limited, because every
   * invocation holds Salesforce connections, and Salesforce allows 25 long requests per org.
   */
  deliverTo(consumer: LambdaFunction, maxConcurrency: number): void {
    consumer.addEventSource(
      new SqsEventSource(this.#queue, {
        batchSize: 10,
        maxBatchingWindow: batchingWindow,
        reportBatchItemFailures: true,
        maxConcurrency,
      }),
    );
    Validations.of(consumer).acknowledge({
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      reason: 'For SQS the failed messages go to the dead-letter queue of the queue; a destination is for streams.',
    });
  }

  grantSend(sender: IGrantable): void {
    this.#queue.grant(sender, 'sqs:SendMessage');
  }
}
