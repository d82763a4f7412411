import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConfigError } from '../sync/errors.ts';
import { ItemTable } from './item-table.ts';
import { type Key, syncKey } from './keys.ts';

/** Goes up with every change after which this code would misread the items of before. */
export const TABLE_LAYOUT = 2;

interface LayoutItem extends Key {
  readonly layout: number;
}

const LAYOUT = syncKey('LAYOUT');

/**
 * The client, whose first request looks at the layout that the table remembers; a new table takes this code's. Each
 * request to a table of another layout fails with a `ConfigError`. What failed for the moment is looked at again.
 */
export function withTableLayout(client: DynamoDBDocumentClient, tableName: string): DynamoDBDocumentClient {
  let admission: Promise<void> | undefined;
  const admit = () => {
    admission ??= admitTable(client, tableName).catch((error: unknown) => {
      admission = undefined;
      throw error;
    });
    return admission;
  };
  const send = async (command: Parameters<DynamoDBDocumentClient['send']>[0]) => {
    await admit();
    return client.send(command);
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

async function admitTable(client: DynamoDBDocumentClient, tableName: string): Promise<void> {
  const table = new ItemTable(client, tableName);
  const layout = (await layoutOf(table)) ?? (await newLayout(table));
  if (layout === TABLE_LAYOUT) return;
  throw new ConfigError(
    `The table ${tableName} has layout ${layout}, and this version works with layout ${TABLE_LAYOUT}: deploy with a new table, which the first sync fills`,
  );
}

/** The first layout was not remembered: a table that belongs to an org, and remembers none, has it. */
async function layoutOf(table: ItemTable): Promise<number | undefined> {
  const items = await table.getMany<Partial<LayoutItem> & Key>([LAYOUT, syncKey('ORGANIZATION')]);
  const [remembered] = items.flatMap(({ layout }) => layout ?? []);
  return remembered ?? (items.length > 0 ? 1 : undefined);
}

/** Of several functions that start at once on a new table, the first one names the layout. */
async function newLayout(table: ItemTable): Promise<number | undefined> {
  const item: LayoutItem = { ...LAYOUT, layout: TABLE_LAYOUT };
  await table.putIf({ Item: item, ConditionExpression: 'attribute_not_exists(pk)' });
  return layoutOf(table);
}
