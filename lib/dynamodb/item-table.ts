import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DeleteCommandInput,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { TransientError } from '../sync/errors.ts';
import { translateError } from './error-map.ts';
import type { Key } from './keys.ts';

/** The result of a conditional write. */
export type ConditionalWrite =
  | 'written'
  /** The condition failed; nothing was written. */
  | 'refused'
  /** The condition failed on a repetition after a lost answer: the first try may have been the cause. */
  | 'unclear';

export type Write<Input> = Omit<Input, 'TableName'>;

/** A page of a query or scan, and the start of the next page. */
export interface QueryPage<Item> {
  readonly items: readonly Item[];
  readonly count: number;
  readonly next: QueryCommandInput['ExclusiveStartKey'];
}

/** Waits before the remaining keys of a batch are requested, given the number of consecutive tries without results. */
export type Pause = (fruitless: number) => Promise<void>;

const BATCH_GET_KEYS = 100;
const BATCHES_IN_FLIGHT = 4;
const FRUITLESS_TRIES = 8;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** The operations of the stores on the table, with translated errors. Reads of items are consistent. */
export class ItemTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;
  readonly #pause: Pause;

  constructor(client: DynamoDBDocumentClient, tableName: string, pause: Pause = pauseWithJitter) {
    this.#client = client;
    this.#tableName = tableName;
    this.#pause = pause;
  }

  async get<Item extends Key>(key: Key): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.#tableName, Key: key, ConsistentRead: true });
    const { Item } = await translated(this.#client.send(command));
    return Item as Item | undefined;
  }

  /** Any number of different keys; missing items are absent from the result, in any order. */
  async getMany<Item extends Key>(keys: readonly Key[]): Promise<Item[]> {
    const batches: Key[][] = [];
    for (let from = 0; from < keys.length; from += BATCH_GET_KEYS)
      batches.push(keys.slice(from, from + BATCH_GET_KEYS));
    const found: Item[] = [];
    const worker = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        found.push(...(await this.#getBatch<Item>(batch)));
      }
    };
    await Promise.all(Array.from({ length: Math.min(BATCHES_IN_FLIGHT, batches.length) }, worker));
    return found;
  }

  async put(item: Key): Promise<void> {
    await translated(this.#client.send(new PutCommand({ TableName: this.#tableName, Item: item })));
  }

  putIf(write: Write<PutCommandInput>): Promise<ConditionalWrite> {
    return conditional(this.#client.send(new PutCommand({ TableName: this.#tableName, ...write })));
  }

  async delete(key: Key): Promise<void> {
    await translated(this.#client.send(new DeleteCommand({ TableName: this.#tableName, Key: key })));
  }

  /** A repetition after a lost answer is refused, although the item is deleted. */
  deleteIf(write: Write<DeleteCommandInput>): Promise<ConditionalWrite> {
    return conditional(this.#client.send(new DeleteCommand({ TableName: this.#tableName, ...write })));
  }

  updateIf(write: Write<UpdateCommandInput>): Promise<ConditionalWrite> {
    return conditional(this.#client.send(new UpdateCommand({ TableName: this.#tableName, ...write })));
  }

  async query<Item>(query: Write<QueryCommandInput>): Promise<QueryPage<Item>> {
    const answer = await translated(this.#client.send(new QueryCommand({ TableName: this.#tableName, ...query })));
    return { items: (answer.Items ?? []) as Item[], count: answer.Count ?? 0, next: answer.LastEvaluatedKey };
  }

  /** A page of the whole table, in the table's internal order. Eventually consistent. */
  async scan<Item>(scan: Write<ScanCommandInput>): Promise<QueryPage<Item>> {
    const answer = await translated(this.#client.send(new ScanCommand({ TableName: this.#tableName, ...scan })));
    return { items: (answer.Items ?? []) as Item[], count: answer.Count ?? 0, next: answer.LastEvaluatedKey };
  }

  /** The pages of a query, each read on demand. */
  async *pages<Item>(query: Write<QueryCommandInput>): AsyncIterable<QueryPage<Item>> {
    let start: QueryPage<Item>['next'];
    do {
      const page: QueryPage<Item> = await this.query<Item>({ ...query, ExclusiveStartKey: start });
      yield page;
      start = page.next;
    } while (start !== undefined);
  }

  /**
   * A batch may be answered in part: above 16 MB, or when throttled.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
   */
  async #getBatch<Item extends Key>(keys: readonly Key[]): Promise<Item[]> {
    const found: Item[] = [];
    let wanted: readonly Key[] = keys;
    let fruitless = 0;
    for (;;) {
      const request = { [this.#tableName]: { Keys: [...wanted], ConsistentRead: true } };
      const answer = await translated(this.#client.send(new BatchGetCommand({ RequestItems: request })));
      const items = (answer.Responses?.[this.#tableName] ?? []) as Item[];
      found.push(...items);
      wanted = (answer.UnprocessedKeys?.[this.#tableName]?.Keys ?? []) as Key[];
      if (wanted.length === 0) return found;
      fruitless = items.length > 0 ? 0 : fruitless + 1;
      if (fruitless === FRUITLESS_TRIES) {
        throw new TransientError('UnprocessedKeys', 'DynamoDB left keys of a batch unread');
      }
      await this.#pause(fruitless);
    }
  }
}

/** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
const pauseWithJitter: Pause = async (fruitless) => {
  await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** fruitless));
};

async function translated<Answer>(sent: Promise<Answer>): Promise<Answer> {
  try {
    return await sent;
  } catch (error) {
    throw translateError(error);
  }
}

async function conditional(sent: Promise<unknown>): Promise<ConditionalWrite> {
  try {
    await sent;
    return 'written';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw translateError(error);
    return (error.$metadata.attempts ?? 1) > 1 ? 'unclear' : 'refused';
  }
}
