import { SQSClient } from '@aws-sdk/client-sqs';

/**
 * The client of a function, created once at cold start. Region, credentials and endpoint (`AWS_ENDPOINT_URL_SQS`) come
 * from the environment.
 */
export function createSqsClient(): SQSClient {
  return new SQSClient({
    maxAttempts: 5,
    // A queue URL serves as the name only; the environment decides the endpoint.
    useQueueUrlAsEndpoint: false,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
}
