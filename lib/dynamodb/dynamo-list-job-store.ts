import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ListJobStore } from '../sync/ports/list-job-store.ts';
import type { ListJob, ListPart, PartProgress } from '../sync/state/list-job.ts';
import { ItemTable } from './item-table.ts';
import { type Key, listKey, PROGRESS } from './keys.ts';

type Stored<Value> = Key & Value & { readonly expiresAt: number };

/** Retention of a job after the last write; parts from creation on. */
const RETENTION_SECONDS = 30 * 24 * 3600;

/** List jobs in DynamoDB: every job, part and progress is a separate item. */
export class DynamoListJobStore implements ListJobStore {
  readonly #table: ItemTable;
  readonly #now: () => string;

  constructor(client: DynamoDBDocumentClient, options: { readonly tableName: string; readonly now: () => string }) {
    this.#table = new ItemTable(client, options.tableName);
    this.#now = options.now;
  }

  loadJob(jobId: string): Promise<ListJob | undefined> {
    return this.#load<ListJob>(listKey(jobId, 'JOB'));
  }

  saveJob(job: ListJob): Promise<'saved' | 'overtaken'> {
    return this.#save(listKey(job.jobId, 'JOB'), job);
  }

  async addPart(part: ListPart): Promise<'added' | 'exists'> {
    const Item = { ...part, ...this.#kept(), ...listKey(part.jobId, 'PART', part.part) };
    const write = await this.#table.putIf({ Item, ConditionExpression: 'attribute_not_exists(pk)' });
    return write === 'written' ? 'added' : 'exists';
  }

  loadPart(jobId: string, part: number): Promise<ListPart | undefined> {
    return this.#load<ListPart>(listKey(jobId, 'PART', part));
  }

  loadProgress(jobId: string, part: number): Promise<PartProgress | undefined> {
    return this.#load<PartProgress>(listKey(jobId, PROGRESS, part));
  }

  saveProgress(progress: PartProgress): Promise<'saved' | 'overtaken'> {
    return this.#save(listKey(progress.jobId, PROGRESS, progress.part), progress);
  }

  async progress(jobId: string): Promise<readonly PartProgress[]> {
    const { pk } = listKey(jobId, 'JOB');
    const pages = this.#table.pages<Stored<PartProgress>>({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': pk, ':sk': `${PROGRESS}#` },
      ConsistentRead: true,
    });
    const found: PartProgress[] = [];
    for await (const { items } of pages) found.push(...items.map(withoutKey));
    return found;
  }

  async #load<Value>(key: Key): Promise<Value | undefined> {
    const item = await this.#table.get<Stored<Value>>(key);
    return item === undefined ? undefined : withoutKey<Value>(item);
  }

  async #save(key: Key, value: ListJob | PartProgress): Promise<'saved' | 'overtaken'> {
    const replaced = value.revision - 1;
    const condition =
      replaced === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#revision = :revision',
            ExpressionAttributeNames: { '#revision': 'revision' },
            ExpressionAttributeValues: { ':revision': replaced },
          };
    const write = await this.#table.putIf({ Item: { ...value, ...this.#kept(), ...key }, ...condition });
    if (write === 'unclear' && (await this.#isStored(key, value))) return 'saved';
    return write === 'written' ? 'saved' : 'overtaken';
  }

  /** Whether an earlier try of the write succeeded with a lost answer: then the same revision is stored. */
  async #isStored(key: Key, value: ListJob | PartProgress): Promise<boolean> {
    return isDeepStrictEqual(await this.#load(key), value);
  }

  #kept(): { readonly expiresAt: number } {
    return { expiresAt: Math.floor(Date.parse(this.#now()) / 1000) + RETENTION_SECONDS };
  }
}

function withoutKey<Value>({ pk: _pk, sk: _sk, expiresAt: _expiresAt, ...value }: Stored<Value>): Value {
  return value as unknown as Value;
}
