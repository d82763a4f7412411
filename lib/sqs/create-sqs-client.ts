import { SQSClient } from '@aws-sdk/client-sqs';

/** How often a call is tried, and how long each try is waited for. */
export const QUEUE_CALL = { maxAttempts: 4, requestTimeout: 3_000 } as const;

/**
 * The client of a function, created once at cold start. Region, credentials and endpoint (`AWS_ENDPOINT_URL_SQS`) come
 * from the environment.
 */
export function createSqsClient(): SQSClient {
  const { maxAttempts, requestTimeout } = QUEUE_CALL;
  return new SQSClient({
    maxAttempts,
    // A queue URL serves as the name only; the environment decides the endpoint.
    useQueueUrlAsEndpoint: false,
    requestHandler: { connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true },
  });
}
