import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { hashOf } from '../dice.ts';
import { keyText, mustBeKey, mustHaveKeys, namesOf, type TableDefinition } from './definition.ts';
import { holds, projected } from './evaluate.ts';
import { Placeholders, parseCondition, parseProjection } from './expression.ts';
import { readPage } from './read-page.ts';
import { TableIndex } from './table-index.ts';
import { parseUpdate, updated } from './update-item.ts';
import { accepted, acceptedMap, type Item, itemBytes, refused, type Value } from './values.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items */
const MOST_ITEM_BYTES = 400 * 1024;
const MOST_BATCH_KEYS = 100;
const MOST_BATCH_BYTES = 16 * 1024 * 1024;
const MOST_PAGE_BYTES = 1024 * 1024;

export interface TableOptions {
  /** When an index learns of a write; by default at once. It may be called late, in any order. */
  readonly indexLater?: (refresh: () => void) => void;
  /** The bytes after which a page of a query or a scan ends; null for the service's own 1 MB. */
  readonly pageBytes?: number | null;
  /** How many of so many keys of a batch are read; all by default. */
  readonly readOf?: (keys: number) => number;
  /** Hears of every item that is written. */
  readonly written?: (after: Item | undefined, before: Item | undefined) => void;
}

type Input = Readonly<Record<string, unknown>>;

/** What a request may say; anything else is an error here, as this table would pass over it. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  GetCommand: ['Key', 'ConsistentRead', 'ProjectionExpression'],
  BatchGetCommand: ['RequestItems'],
  PutCommand: ['Item', 'ConditionExpression'],
  UpdateCommand: ['Key', 'UpdateExpression', 'ConditionExpression', 'ReturnValues'],
  DeleteCommand: ['Key', 'ConditionExpression'],
  QueryCommand: [
    'KeyConditionExpression',
    'IndexName',
    'ScanIndexForward',
    'FilterExpression',
    'ProjectionExpression',
    'ConsistentRead',
    'Limit',
    'ExclusiveStartKey',
    'Select',
  ],
  ScanCommand: ['FilterExpression', 'ProjectionExpression', 'ConsistentRead', 'Limit', 'ExclusiveStartKey', 'Select'],
};
const EVERYWHERE = ['TableName', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];

/**
 * One table of DynamoDB in this process, as strict as the service: what the service refuses is refused, and what this
 * table does not know is an error. It knows nothing of what its items mean. Every request is atomic.
 */
export class InProcessTable {
  readonly definition: TableDefinition;
  readonly #options: TableOptions;
  readonly #items = new Map<string, Item>();
  readonly #indexes: ReadonlyMap<string, TableIndex>;
  #writes = 0;

  constructor(definition: TableDefinition, options: TableOptions = {}) {
    this.definition = definition;
    this.#options = options;
    this.#indexes = new Map(definition.indexes.map((index) => [index.name, new TableIndex(index, definition)]));
  }

  /** One item as stored now, for tests to look at. */
  peek(key: Item): Item | undefined {
    return this.#items.get(keyText(key, this.definition));
  }

  /** Every item as stored now, for tests to look at. */
  all(): Iterable<Item> {
    return this.#items.values();
  }

  /** Does what the command of that name asks for, at once. */
  perform(command: string, input: Input): Input {
    const known = MEMBERS[command];
    if (known === undefined) throw new Error(`this table knows no ${command}`);
    for (const [name, value] of Object.entries(input)) {
      if (value !== undefined && !known.includes(name) && !EVERYWHERE.includes(name))
        throw new Error(`this table knows no ${name} of a ${command}`);
    }
    if (command === 'BatchGetCommand') return this.#batchGet(input);
    const placeholders = placeholdersOf(input);
    return this.#one(command, input, placeholders);
  }

  #one(command: string, input: Input, placeholders: Placeholders): Input {
    switch (command) {
      case 'GetCommand':
        return this.#get(input, placeholders);
      case 'PutCommand':
        return this.#put(input, placeholders);
      case 'UpdateCommand':
        return this.#update(input, placeholders);
      case 'DeleteCommand':
        return this.#delete(input, placeholders);
      default:
        return this.#read(command, input, placeholders);
    }
  }

  #get(input: Input, placeholders: Placeholders): Input {
    const item = this.#items.get(this.#keyOf(input.Key));
    const { ProjectionExpression: projection } = input;
    const paths = typeof projection === 'string' ? parseProjection(projection, placeholders) : undefined;
    placeholders.mustBeUsed();
    if (item === undefined) return {};
    return { Item: paths === undefined ? item : projected(item, paths) };
  }

  #batchGet(input: Input): Input {
    const requests = Object.entries(input.RequestItems as Readonly<Record<string, Input>>);
    const [[tableName, request] = ['', {}]] = requests;
    if (requests.length !== 1) throw refused('this is one table');
    const keys = request.Keys as readonly object[];
    if (keys.length === 0 || keys.length > MOST_BATCH_KEYS) throw refused(`Too many items requested: ${keys.length}`);
    const texts = keys.map((key) => this.#keyOf(key));
    if (new Set(texts).size < texts.length) throw refused('Provided list of item keys contains duplicates');
    const { items, read } = this.#readBatch(texts.slice(0, this.#options.readOf?.(keys.length)));
    const left = keys.slice(read);
    const UnprocessedKeys = left.length === 0 ? {} : { [tableName]: { ...request, Keys: left } };
    return { Responses: { [tableName]: items }, UnprocessedKeys };
  }

  /** The items of the first keys, as many as an answer holds, in no particular order. */
  #readBatch(texts: readonly string[]): { readonly items: readonly Item[]; readonly read: number } {
    const items: Item[] = [];
    let bytes = 0;
    let read = 0;
    for (const text of texts) {
      const item = this.#items.get(text);
      bytes += item === undefined ? 0 : itemBytes(item);
      if (bytes > MOST_BATCH_BYTES) break;
      read += 1;
      if (item !== undefined) items.push(item);
    }
    return { items: items.sort((one, other) => this.#placeOf(one) - this.#placeOf(other)), read };
  }

  #put(input: Input, placeholders: Placeholders): Input {
    const item = acceptedMap(input.Item as object);
    const before = this.#items.get(keyText(item, this.definition));
    mustHaveKeys(item, this.definition);
    this.#demand(input, placeholders, before);
    if (itemBytes(item) > MOST_ITEM_BYTES) throw refused('Item size has exceeded the maximum allowed size');
    this.#store(item, before);
    return {};
  }

  #update(input: Input, placeholders: Placeholders): Input {
    const key = acceptedMap(input.Key as object);
    const before = this.#items.get(this.#keyOf(key));
    const { UpdateExpression: expression } = input;
    const update = typeof expression === 'string' ? parseUpdate(expression, placeholders) : [];
    for (const { path } of update) {
      if (namesOf(this.definition).includes(String(path[0])))
        throw refused(`Cannot update attribute ${path[0]}. This attribute is part of the key`);
    }
    this.#demand(input, placeholders, before);
    const item = acceptedMap(updated(update, before ?? key));
    mustHaveKeys(item, this.definition);
    if (itemBytes(item) > MOST_ITEM_BYTES) throw refused('Item size to update has exceeded the maximum allowed size');
    this.#store(item, before);
    if (input.ReturnValues === undefined || input.ReturnValues === 'NONE') return {};
    if (input.ReturnValues !== 'ALL_NEW' && input.ReturnValues !== 'ALL_OLD')
      throw new Error(`this table returns no ${JSON.stringify(input.ReturnValues)}`);
    return { Attributes: input.ReturnValues === 'ALL_NEW' ? item : before };
  }

  #delete(input: Input, placeholders: Placeholders): Input {
    const text = this.#keyOf(input.Key);
    const before = this.#items.get(text);
    this.#demand(input, placeholders, before);
    if (before === undefined) return {};
    this.#items.delete(text);
    this.#refreshIndexes(before, undefined);
    this.#options.written?.(undefined, before);
    return {};
  }

  #read(command: string, input: Input, placeholders: Placeholders): Input {
    const { IndexName: name } = input;
    const index = typeof name === 'string' ? this.#indexes.get(name) : undefined;
    if (name !== undefined && index === undefined)
      throw refused(`The table does not have the specified index: ${JSON.stringify(name)}`);
    if (index !== undefined && input.ConsistentRead === true)
      throw refused('Consistent reads are not supported on global secondary indexes');
    const keys = index === undefined ? this.definition : index.definition;
    const pageBytes = Math.min(this.#options.pageBytes ?? MOST_PAGE_BYTES, MOST_PAGE_BYTES);
    const source = { items: index?.entries() ?? this.#items.values(), keys, table: this.definition };
    return readPage(source, { isScan: command === 'ScanCommand', input, placeholders, pageBytes });
  }

  /** Throws where the request's condition does not hold of what stands. */
  #demand({ ConditionExpression: text }: Input, placeholders: Placeholders, current: Item | undefined): void {
    const condition = typeof text === 'string' ? parseCondition(text, placeholders) : undefined;
    placeholders.mustBeUsed();
    if (condition === undefined || holds(condition, current)) return;
    const $metadata = { httpStatusCode: 400, attempts: 1 };
    throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata });
  }

  #store(item: Item, before: Item | undefined): void {
    this.#items.set(keyText(item, this.definition), item);
    this.#refreshIndexes(item, item);
    this.#options.written?.(item, before);
  }

  /** Each index learns of the write on a way of its own, and passes over what it has newer news of. */
  #refreshIndexes(key: Item, item: Item | undefined): void {
    this.#writes += 1;
    const number = this.#writes;
    const later = this.#options.indexLater ?? ((refresh) => refresh());
    for (const index of this.#indexes.values()) {
      if (index.isConcerned(key, item)) later(() => index.refresh(key, item, number));
    }
  }

  #keyOf(given: unknown): string {
    const key = acceptedMap(given as object);
    mustBeKey(key, [this.definition]);
    return keyText(key, this.definition);
  }

  #placeOf(item: Item): number {
    return hashOf(keyText(item, this.definition));
  }
}

function placeholdersOf({ ExpressionAttributeNames: names, ExpressionAttributeValues: given }: Input): Placeholders {
  const values: Record<string, Value> = {};
  for (const [name, value] of Object.entries(given ?? {})) if (value !== undefined) values[name] = accepted(value);
  if (given !== undefined && Object.keys(values).length === 0)
    throw refused('ExpressionAttributeValues must not be empty');
  if (names !== undefined && Object.keys(names as object).length === 0)
    throw refused('ExpressionAttributeNames must not be empty');
  return new Placeholders(names as Readonly<Record<string, string>> | undefined, values);
}
