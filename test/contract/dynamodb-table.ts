import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../lib/dynamodb/create-dynamo-client.ts';

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });
const keysOnly = { Projection: { ProjectionType: 'KEYS_ONLY' as const } };

export function clientOf(endpoint: string, options: { readonly maxAttempts?: number } = {}): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return documentClient(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 5, ...options }));
}

/** The request for a table with the keys and indexes that the stores rely on. */
export function tableInput(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'email', 'queue', 'queueSince'].map(text),
    KeySchema: [hash('pk'), range('sk')],
    GlobalSecondaryIndexes: [
      { IndexName: 'byEmail', KeySchema: [hash('email')], ...keysOnly },
      { IndexName: 'byQueue', KeySchema: [hash('queue'), range('queueSince')], ...keysOnly },
    ],
  };
}

export async function createTable(client: DynamoDBDocumentClient, tableName: string): Promise<void> {
  await client.send(new CreateTableCommand(tableInput(tableName)));
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.1 }, { TableName: tableName });
}
