import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { DynamoListJobStore } from '../../lib/dynamodb/dynamo-list-job-store.ts';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { type DynamoDb, type DynamoDbEngine, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { dynoxideBinary } from '../sandbox/engines/dynoxide-binary.ts';
import { clientOf, createTable } from './dynamodb-table.ts';
import { listJobStoreContract } from './list-job-store-contract.ts';
import { personListsContract } from './person-lists-contract.ts';
import { personStoreContract } from './person-store-contract.ts';
import { statusListsContract } from './status-lists-contract.ts';
import { stubContract } from './stub-contract.ts';
import { syncStateStoreContract } from './sync-state-store-contract.ts';

const engines: DynamoDbEngine[] = dynoxideBinary() === undefined ? ['dynalite'] : ['dynoxide', 'dynalite'];

describe.each(engines)('on %s', (engine) => {
  let database: DynamoDb;
  let client: DynamoDBDocumentClient;
  let tables = 0;

  beforeAll(async () => {
    database = await startDynamoDb({ engine });
    client = clientOf(database.endpoint);
  });

  afterAll(async () => {
    client.destroy();
    await database.close();
  });

  const emptyTable = async () => {
    tables += 1;
    await createTable(client, `persons-${tables}`);
    return { tableName: `persons-${tables}` };
  };

  const emptyStore = async () => {
    return new DynamoPersonStore(client, { ...(await emptyTable()), activityRetentionDays: 365 });
  };

  personStoreContract('DynamoDB', emptyStore);

  stubContract('DynamoDB', emptyStore);
  personListsContract('DynamoDB', emptyStore);
  statusListsContract('DynamoDB', emptyStore);
  listJobStoreContract('DynamoDB', async () => {
    return new DynamoListJobStore(client, { ...(await emptyTable()), now: () => new Date().toISOString() });
  });
  syncStateStoreContract('DynamoDB', async () => new DynamoSyncStateStore(client, await emptyTable()));
});
