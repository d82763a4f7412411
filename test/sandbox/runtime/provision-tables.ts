import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  ResourceInUseException,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Deployment } from './deployment.ts';

/** The two resource types that CDK's TableV2 and Table become; the parts read here are spelled alike in both. */
const tableTypes = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'];

interface TableProperties {
  readonly AttributeDefinitions?: CreateTableCommandInput['AttributeDefinitions'];
  readonly KeySchema?: CreateTableCommandInput['KeySchema'];
  readonly GlobalSecondaryIndexes?: readonly GlobalSecondaryIndex[];
  readonly LocalSecondaryIndexes?: CreateTableCommandInput['LocalSecondaryIndexes'];
  readonly StreamSpecification?: {
    readonly StreamViewType?: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
  };
  readonly TimeToLiveSpecification?: { readonly AttributeName?: string; readonly Enabled?: boolean };
}

type GlobalIndex = Pick<GlobalSecondaryIndex, 'IndexName' | 'KeySchema' | 'Projection'>;

/** Capacity, contributor insights and the like have no meaning here. */
const globalIndex = ({ IndexName, KeySchema, Projection }: GlobalSecondaryIndex): GlobalIndex => ({
  IndexName,
  KeySchema,
  Projection,
});

function creation(name: string, properties: TableProperties): CreateTableCommandInput {
  const indexes = (properties.GlobalSecondaryIndexes ?? []).map(globalIndex);
  const locals = properties.LocalSecondaryIndexes ?? [];
  const view = properties.StreamSpecification?.StreamViewType;
  return {
    TableName: name,
    AttributeDefinitions: properties.AttributeDefinitions,
    KeySchema: properties.KeySchema,
    BillingMode: 'PAY_PER_REQUEST',
    ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
    ...(locals.length === 0 ? {} : { LocalSecondaryIndexes: locals }),
    ...(view === undefined ? {} : { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
  };
}

async function waitUntilActive(client: DynamoDBClient, name: string) {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    if (Table?.TableStatus === 'ACTIVE' && indexes.every((index) => (index.IndexStatus ?? 'ACTIVE') === 'ACTIVE')) {
      return Table;
    }
    await sleep(20);
  }
}

async function addIndex(client: DynamoDBClient, name: string, properties: TableProperties, index: GlobalIndex) {
  const { AttributeDefinitions } = properties;
  const GlobalSecondaryIndexUpdates = [{ Create: index }];
  try {
    await client.send(new UpdateTableCommand({ TableName: name, AttributeDefinitions, GlobalSecondaryIndexUpdates }));
  } catch (error) {
    // dynalite cannot add an index to a table.
    throw new Error(`The table ${name} that was kept lacks the index ${index.IndexName}: start with an empty folder`, {
      cause: error,
    });
  }
  await waitUntilActive(client, name);
}

/**
 * A table kept from an earlier run may lack an index that the template has gained since: one can be added at a time.
 */
async function addMissingIndexes(client: DynamoDBClient, name: string, properties: TableProperties): Promise<void> {
  const table = await waitUntilActive(client, name);
  const present = new Set((table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName));
  for (const index of (properties.GlobalSecondaryIndexes ?? []).map(globalIndex)) {
    if (!present.has(index.IndexName)) await addIndex(client, name, properties, index);
  }
}

/** Some embedded engines do not know the call; none of them sweeps expired items, so nothing is lost without it. */
async function enableTimeToLive(client: DynamoDBClient, name: string, properties: TableProperties): Promise<void> {
  const { AttributeName, Enabled } = properties.TimeToLiveSpecification ?? {};
  if (AttributeName === undefined || Enabled !== true) return;
  const TimeToLiveSpecification = { AttributeName, Enabled };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  } catch (error) {
    // UnknownOperationException: the engine lacks the call. ValidationException: it is enabled from an earlier run.
    const known = ['UnknownOperationException', 'ValidationException'];
    if (!(error instanceof Error && known.includes(error.name))) throw error;
  }
}

async function provisionTable(client: DynamoDBClient, name: string, properties: TableProperties): Promise<void> {
  try {
    await client.send(new CreateTableCommand(creation(name, properties)));
    await waitUntilActive(client, name);
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await addMissingIndexes(client, name, properties);
  }
  await enableTimeToLive(client, name, properties);
}

/** Creates the template's tables where they are not there yet; existing items stay. */
export async function provisionTables(deployment: Deployment, client: DynamoDBClient): Promise<void> {
  const tables = tableTypes.flatMap((type) => deployment.resources(type));
  await Promise.all(tables.map((table) => provisionTable(client, table.name, deployment.properties(table))));
}
