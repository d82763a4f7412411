import type { CreateTableCommandInput, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { bytesOf, type Item, refused, type Value } from './values.ts';

/** The keys of a table, or of an index of it. */
export interface KeyNames {
  readonly hash: string;
  readonly range: string | null;
}

export interface IndexDefinition extends KeyNames {
  readonly name: string;
}

export interface TableDefinition extends KeyNames {
  readonly indexes: readonly IndexDefinition[];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys */
const MOST_HASH_BYTES = 2048;
const MOST_RANGE_BYTES = 1024;

/** What the request that makes a table says of its keys. All of them are text, and indexes hold keys alone. */
export function definitionOf({
  AttributeDefinitions = [],
  KeySchema = [],
  GlobalSecondaryIndexes = [],
}: Partial<CreateTableCommandInput>): TableDefinition {
  if (AttributeDefinitions.some(({ AttributeType }) => AttributeType !== 'S')) throw new Error('keys are text here');
  const indexes = GlobalSecondaryIndexes.map(({ IndexName = '', KeySchema: keys = [], Projection }) => {
    if (Projection?.ProjectionType !== 'KEYS_ONLY') throw new Error(`${IndexName} holds more than keys`);
    return { name: IndexName, ...keyNames(keys) };
  });
  return { ...keyNames(KeySchema), indexes };
}

function keyNames(schema: readonly KeySchemaElement[]): KeyNames {
  const named = (type: string) => schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  return { hash: named('HASH') ?? '', range: named('RANGE') ?? null };
}

export function namesOf({ hash, range }: KeyNames): readonly string[] {
  return range === null ? [hash] : [hash, range];
}

/** The given attributes of an item. */
export function picked(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

/** Text that no other key has. */
export function keyText(key: Item, names: KeyNames): string {
  return namesOf(names)
    .map((name) => textOf(key, name))
    .join('\u0000');
}

/** A part of a key, once it is known to be fit. */
export function textOf(item: Item, name: string): string {
  const value = item[name];
  return typeof value === 'string' ? value : '';
}

/** A key as a request gives it: these attributes and no others, each a text that can be a key. */
export function mustBeKey(key: Item, names: readonly KeyNames[]): void {
  const expected = new Set(names.flatMap(namesOf));
  if (Object.keys(key).length !== expected.size || Object.keys(key).some((name) => !expected.has(name)))
    throw refused('The provided key element does not match the schema');
  for (const each of names) mustHaveKey(key, each);
}

/** An item about to be stored: its own key is there, and what is there of an index's keys is fit. */
export function mustHaveKeys(item: Item, definition: TableDefinition): void {
  mustHaveKey(item, definition);
  for (const index of definition.indexes) {
    for (const name of namesOf(index)) {
      if (item[name] !== undefined) mustBeFit(name, item[name], name === index.hash, `IndexName: ${index.name}`);
    }
  }
}

function mustHaveKey(item: Item, names: KeyNames): void {
  for (const name of namesOf(names)) {
    const value = item[name];
    if (value === undefined) throw refused(`One of the required keys was not given a value: ${name}`);
    mustBeFit(name, value, name === names.hash, 'the key');
  }
}

function mustBeFit(name: string, value: Value, isHash: boolean, of: string): void {
  if (typeof value !== 'string') throw refused(`Type mismatch for key ${name}, expected: S (${of})`);
  if (value === '') throw refused(`A key attribute cannot contain an empty string value: ${name} (${of})`);
  const most = isHash ? MOST_HASH_BYTES : MOST_RANGE_BYTES;
  if (bytesOf(value) > most) throw refused(`Size of ${name} has exceeded the maximum size limit of ${most} bytes`);
}
