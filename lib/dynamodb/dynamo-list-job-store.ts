import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { InvalidCursorError } from '../sync/errors.ts';
import type { ListJobStore } from '../sync/ports/list-job-store.ts';
import type { Page } from '../sync/ports/person-store.ts';
import type { ListJob, ListPart, PartProgress } from '../sync/state/list-job.ts';
import { ItemTable } from './item-table.ts';
import { type Key, LISTS, listedKey, listKey, PROGRESS } from './keys.ts';

type Stored<Value> = Key & Value & { readonly expiresAt: number };

/** Retention of a job after the last write; parts from creation on. */
const RETENTION_SECONDS = 30 * 24 * 3600;

/** The sort key of the last id of a page. */
const CURSOR = /^\d{4}-[\dT:.Z-]{1,26}#[A-Za-z0-9-]{1,64}$/;

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

  async saveJob(job: ListJob): Promise<'saved' | 'overtaken'> {
    // Written before the job: a stored job is always listed, even if the process dies between both writes.
    if (job.revision === 1) await this.#list(job);
    return this.#save(listKey(job.jobId, 'JOB'), job);
  }

  async newestJobs(limit: number, cursor: string | null): Promise<Page<string>> {
    if (cursor !== null && !CURSOR.test(cursor)) {
      throw new InvalidCursorError(`unknown cursor: ${cursor.slice(0, 100)}`);
    }
    const { items, next } = await this.#table.query<Key & { readonly jobId: string }>({
      KeyConditionExpression: 'pk = :pk AND sk < :below',
      ExpressionAttributeValues: { ':pk': LISTS, ':below': cursor ?? '~' },
      ScanIndexForward: false,
      Limit: limit,
      ConsistentRead: true,
    });
    return { items: items.map(({ jobId }) => jobId), cursor: next === undefined ? null : (items.at(-1)?.sk ?? null) };
  }

  async addPart(part: ListPart): Promise<'added' | 'exists'> {
    const Item = { ...part, ...this.#expiry(), ...listKey(part.jobId, 'PART', part.part) };
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

  async #list({ createdAt, jobId }: ListJob): Promise<void> {
    await this.#table.putIf({ Item: { jobId, ...this.#expiry(), ...listedKey(createdAt, jobId) } });
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
    const write = await this.#table.putIf({ Item: { ...value, ...this.#expiry(), ...key }, ...condition });
    if (write === 'unclear' && (await this.#isStored(key, value))) return 'saved';
    return write === 'written' ? 'saved' : 'overtaken';
  }

  /** Whether an earlier try of the write succeeded with a lost answer: then the same revision is stored. */
  async #isStored(key: Key, value: ListJob | PartProgress): Promise<boolean> {
    return isDeepStrictEqual(await this.#load(key), value);
  }

  #expiry(): { readonly expiresAt: number } {
    return { expiresAt: Math.floor(Date.parse(this.#now()) / 1000) + RETENTION_SECONDS };
  }
}

function withoutKey<Value>({ pk: _pk, sk: _sk, expiresAt: _expiresAt, ...value }: Stored<Value>): Value {
  return value as unknown as Value;
}
