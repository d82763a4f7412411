import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** How often a call is tried, and how long each try is waited for. */
export const TABLE_CALL = { maxAttempts: 5, requestTimeout: 2_500 } as const;

/**
 * The client of a function, created once at cold start. Region, credentials and endpoint (`AWS_ENDPOINT_URL_DYNAMODB`)
 * come from the environment. A single-item call takes milliseconds: after seconds the call is considered lost and
 * repeated.
 */
export function createDynamoClient(): DynamoDBDocumentClient {
  const { maxAttempts, requestTimeout } = TABLE_CALL;
  const client = new DynamoDBClient({
    maxAttempts,
    // Without throwOnRequestTimeout a timeout is a mere warning:
    // https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/CLIENTS.md#request-handler-requesthandler
    requestHandler: { connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true },
  });
  return documentClient(client);
}

/** The client configured for the stores: every JavaScript number is accepted, within JavaScript's precision. */
export function documentClient(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
    unmarshallOptions: { wrapNumbers: Number },
  });
}
