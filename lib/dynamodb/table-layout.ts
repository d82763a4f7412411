import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConfigError } from '../sync/errors.ts';
import { ItemTable } from './item-table.ts';
import { type Key, syncKey } from './keys.ts';

/** Incremented by every change making the code misread older items. */
export const TABLE_LAYOUT = 2;

interface LayoutItem extends Key {
  readonly layout: number;
}

const LAYOUT = syncKey('LAYOUT');

/**
 * The client, checking the table's layout with the first request; a new table gets the code's layout. With a different
 * layout every request fails with a `ConfigError`. A temporary failure of the check is repeated.
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

/** The first layout was not stored: a table with an org but without a layout has layout 1. */
async function layoutOf(table: ItemTable): Promise<number | undefined> {
  const items = await table.getMany<Partial<LayoutItem> & Key>([LAYOUT, syncKey('ORGANIZATION')]);
  const [remembered] = items.flatMap(({ layout }) => layout ?? []);
  return remembered ?? (items.length > 0 ? 1 : undefined);
}

/** Of several functions starting concurrently on a new table the first decides the layout. */
async function newLayout(table: ItemTable): Promise<number | undefined> {
  const item: LayoutItem = { ...LAYOUT, layout: TABLE_LAYOUT };
  await table.putIf({ Item: item, ConditionExpression: 'attribute_not_exists(pk)' });
  return layoutOf(table);
}
