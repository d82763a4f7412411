import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { syncKey } from '../../lib/dynamodb/keys.ts';
import { TABLE_LAYOUT, withTableLayout } from '../../lib/dynamodb/table-layout.ts';
import { ConfigError, TransientError } from '../../lib/sync/errors.ts';
import { tableInput } from '../contract/dynamodb-table.ts';
import { definitionOf } from '../simulation/table/definition.ts';
import { InProcessTable } from '../simulation/table/in-process-table.ts';
import { directClient } from '../simulation/table/table-client.ts';

const tableName = 'persons';
const ORG = '00D000000000001EAA';

function scene() {
  const client = directClient(new InProcessTable(definitionOf(tableInput(tableName))));
  const open = () => new DynamoSyncStateStore(withTableLayout(client, tableName), { tableName });
  return { client, open };
}

test('a new table takes the layout of the code, however many functions start at once', async () => {
  const { client, open } = scene();
  await Promise.all([open(), open(), open()].map((store) => store.claimOrganization(ORG)));
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: syncKey('LAYOUT') }));
  expect(Item).toMatchObject({ layout: TABLE_LAYOUT });
  expect(await open().organization()).toBe(ORG);
});

test('a table of before the layout was remembered is refused in one line, and nothing is written to it', async () => {
  const { client, open } = scene();
  await new DynamoSyncStateStore(client, { tableName }).claimOrganization(ORG);
  const refusal = await open()
    .claimOrganization(ORG)
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ConfigError);
  expect(String((refusal as Error).message)).toBe(
    `The table persons has layout 1, and this version works with layout ${TABLE_LAYOUT}: deploy with a new table, which the first sync fills`,
  );
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: syncKey('LAYOUT') }));
  expect(Item).toBeUndefined();
});

test('a look at the layout that failed for the moment is taken again with the next request', async () => {
  const { client } = scene();
  let failures = 1;
  const failing = {
    send: async (command: Parameters<typeof client.send>[0]) => {
      failures -= 1;
      if (failures >= 0) throw new TransientError('THROTTLED', 'too much at once');
      return client.send(command);
    },
  } as unknown as typeof client;
  const store = new DynamoSyncStateStore(withTableLayout(failing, tableName), { tableName });
  await expect(store.organization()).rejects.toThrow(TransientError);
  expect(await store.organization()).toBeUndefined();
});
