import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Deployment } from './deployment.ts';
import type { CompletedInvocation, LambdaFunction } from './lambda-function.ts';
import { functionNameOf } from './queue-mapping.ts';

/** What happens to an event that a function was given asynchronously and failed. */
export interface AsyncConfig {
  readonly functionName: string;
  readonly retryAttempts: number;
  /** The queue that learns of a failure for good. */
  readonly failureQueueUrl: string | undefined;
}

interface AsyncProperties {
  readonly FunctionName?: string;
  readonly MaximumRetryAttempts?: number;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
}

/** Lambda tries twice more, after one minute and after two. */
const defaultRetryAttempts = 2;
const firstRetryMs = 60_000;
const throttledRetryMs = 1_000;

/** The template's settings for asynchronous invocations; a destination that is no queue is left out. */
export function asyncConfigs(deployment: Deployment): ReadonlyMap<string, AsyncConfig> {
  const configs = deployment.resources('AWS::Lambda::EventInvokeConfig').map((resource): [string, AsyncConfig] => {
    const properties = deployment.properties(resource) as AsyncProperties;
    const destination = properties.DestinationConfig?.OnFailure?.Destination;
    const functionName = functionNameOf(properties.FunctionName ?? '');
    return [
      functionName,
      {
        functionName,
        retryAttempts: properties.MaximumRetryAttempts ?? defaultRetryAttempts,
        failureQueueUrl: deployment.queues().find(({ arn }) => arn === destination)?.url,
      },
    ];
  });
  return new Map(configs);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function failureRecord(lambda: LambdaFunction, event: unknown, last: CompletedInvocation, attempts: number): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: last.requestId,
      functionArn: `${lambda.definition.arn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempts,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: JSON.parse(last.payload) as unknown,
  });
}

/**
 * Invokes as Lambda does for an asynchronous caller: retried after an error, and, when that is in vain, told to the
 * failure destination. Resolves when all of it is over; rejects with the signal's reason when that comes first.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function invokeAsynchronously(
  lambda: LambdaFunction,
  event: unknown,
  sqs: SQSClient,
  options: { readonly config: AsyncConfig | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const { config, signal } = options;
  const retries = config?.retryAttempts ?? defaultRetryAttempts;
  for (let attempt = 1; ; ) {
    const result = await lambda.invoke(event, 'schedule');
    if (result.outcome === 'success') return;
    if (result.outcome === 'throttled') {
      await sleep(throttledRetryMs, undefined, { signal });
    } else if (attempt <= retries) {
      await sleep(firstRetryMs * attempt, undefined, { signal });
      attempt++;
    } else {
      if (config?.failureQueueUrl === undefined) return;
      const MessageBody = failureRecord(lambda, event, result, attempt);
      await sqs.send(new SendMessageCommand({ QueueUrl: config.failureQueueUrl, MessageBody }));
      return;
    }
  }
}
