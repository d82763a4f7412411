import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SalesforceType } from '../person/row.ts';
import { SCHEMA_FORMAT } from '../schema/object-schema.ts';
import { TransientError } from '../sync/errors.ts';
import type { FeedState } from '../sync/poll/feed-state.ts';
import { EMPTY_BOOK, type JobBook } from '../sync/poll/field-job.ts';
import { EMPTY_RECONCILIATIONS, type ReconciliationAsk, type ReconciliationBook } from '../sync/poll/reconciliation.ts';
import type {
  Cycle,
  CycleReport,
  CycleSummary,
  MergeCounts,
  StoredSchema,
  SyncStateStore,
} from '../sync/ports/sync-state-store.ts';
import {
  type FeedItem,
  type JobsItem,
  type RecentItem,
  type SchemaItem,
  toFeedItem,
  toFeedState,
  toJobBook,
  toJobsItem,
  toRecentItem,
  toSchemaItem,
  toStoredSchema,
} from './feed-item.ts';
import { ItemTable } from './item-table.ts';
import { type Key, syncKey } from './keys.ts';

interface CycleItem extends Key {
  readonly number: number;
  readonly owner: string;
  /** Until when the cycle has its right; absent once it has ended. */
  readonly runsUntil?: string | undefined;
  readonly report?: CycleReport | undefined;
  /** It ended, but not in good order. */
  readonly isDisordered?: true | undefined;
}

/** What merges came to since the last cycle began; absent counts are zero. */
type CountsItem = Key & Partial<MergeCounts>;

/** The reconciliations, with the number of the cycle that wrote them. */
type ReconciliationItem = Key & ReconciliationBook & { readonly cycle: number };

const CYCLE = syncKey('CYCLE');
const COUNTS = syncKey('COUNTS');
const RECONCILE = syncKey('RECONCILE');
const ASKS = (['asked', 'deletionsUntold'] as const).map(askKey);
const COUNTS_OF_NONE: Partial<MergeCounts> = {};

/** Where the sync stands, in DynamoDB, as items beside the persons. */
export class DynamoSyncStateStore implements SyncStateStore {
  readonly #table: ItemTable;

  constructor(client: DynamoDBDocumentClient, options: { readonly tableName: string }) {
    this.#table = new ItemTable(client, options.tableName);
  }

  async beginCycle(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined> {
    const last = await this.#table.get<CycleItem>(CYCLE);
    const runs = last?.runsUntil !== undefined && last.runsUntil > now;
    if (runs && last.owner !== owner) return undefined;
    const number = (last?.number ?? 0) + 1;
    const item: CycleItem = { ...CYCLE, number, owner, runsUntil: expiresAt, report: last?.report };
    const write = await this.#table.putIf({ Item: item, ...unchanged(last) });
    if (write !== 'written' && !(await this.#isOurs(number, owner))) return undefined;
    await this.#table.put({ ...COUNTS });
    return { number, owner, previousEnded: endedInGoodOrder(last) };
  }

  async endCycle({ number, owner }: Cycle, report: CycleReport, inGoodOrder: boolean): Promise<void> {
    const isDisordered = inGoodOrder ? undefined : true;
    const item: CycleItem = { ...CYCLE, number, owner, report, isDisordered };
    // Where a later cycle has begun, this one has lost its right, and that one tells what happened.
    await this.#table.putIf({
      Item: item,
      ConditionExpression: '#number = :number AND attribute_exists(#runsUntil)',
      ExpressionAttributeNames: { '#number': 'number', '#runsUntil': 'runsUntil' },
      ExpressionAttributeValues: { ':number': number },
    });
  }

  async lastReport(): Promise<CycleSummary | null> {
    const report = (await this.#table.get<CycleItem>(CYCLE))?.report;
    if (report === undefined) return null;
    const { pushed = 0, rejected = 0, calls = 0 } = (await this.#table.get<CountsItem>(COUNTS)) ?? COUNTS_OF_NONE;
    return { ...report, pushed, rejected, calls: report.calls + calls };
  }

  async countMerges({ pushed, rejected, calls }: MergeCounts): Promise<void> {
    await this.#table.updateIf({
      Key: COUNTS,
      UpdateExpression: 'ADD pushed :pushed, rejected :rejected, calls :calls',
      ExpressionAttributeValues: { ':pushed': pushed, ':rejected': rejected, ':calls': calls },
    });
  }

  async loadFeed(type: SalesforceType): Promise<FeedState | undefined> {
    // The rows are saved before the position, so they must be read after it: they may only be ahead of it.
    const feed = await this.#table.get<FeedItem>(syncKey(`FEED#${type}`));
    if (feed === undefined) return undefined;
    return toFeedState(feed, await this.#table.get<RecentItem>(syncKey(`RECENT#${type}`)));
  }

  async saveFeed(type: SalesforceType, state: FeedState, cycle: Cycle): Promise<void> {
    await this.#putFenced(toRecentItem(type, state.recent, cycle.number), cycle);
    await this.#putFenced(toFeedItem(type, state, cycle.number), cycle);
  }

  async loadSchema(type: SalesforceType): Promise<StoredSchema | undefined> {
    const item = await this.#table.get<SchemaItem>(syncKey(`SCHEMA#${type}`));
    return item === undefined ? undefined : toStoredSchema(item);
  }

  async saveSchema(schema: StoredSchema): Promise<'saved' | 'overtaken'> {
    const replaced = schema.revision - 1;
    const write = await this.#table.putIf({
      Item: toSchemaItem(schema),
      ...(replaced === 0 ? REPLACES_NONE : replacesRevision(replaced)),
    });
    return write === 'written' ? 'saved' : 'overtaken';
  }

  async loadJobs(type: SalesforceType): Promise<JobBook> {
    const item = await this.#table.get<JobsItem>(syncKey(`JOB#${type}`));
    return item === undefined ? EMPTY_BOOK : toJobBook(item);
  }

  async saveJobs(type: SalesforceType, book: JobBook, cycle: Cycle): Promise<void> {
    await this.#putFenced(toJobsItem(type, book, cycle.number), cycle);
  }

  async loadReconciliations(): Promise<ReconciliationBook> {
    const item = await this.#table.get<ReconciliationItem>(RECONCILE);
    if (item === undefined) return EMPTY_RECONCILIATIONS;
    const { running, last, since, heard } = item;
    // There was one asking for all reasons once: its id, or null.
    return { running, last, since, heard: Array.isArray(heard) ? heard : [] };
  }

  async saveReconciliations(book: ReconciliationBook, cycle: Cycle): Promise<void> {
    const item: ReconciliationItem = { ...RECONCILE, ...book, cycle: cycle.number };
    await this.#putFenced(item, cycle);
  }

  async askReconciliation(ask: ReconciliationAsk): Promise<void> {
    await this.#table.put({ ...askKey(ask.reason), ...ask });
  }

  async reconciliationAsks(): Promise<readonly ReconciliationAsk[]> {
    const items = await this.#table.getMany<Key & ReconciliationAsk>(ASKS);
    return items.map(({ id, reason, acceptMissing }) => ({ id, reason, acceptMissing }));
  }

  async #isOurs(number: number, owner: string): Promise<boolean> {
    const current = await this.#table.get<CycleItem>(CYCLE);
    return current?.number === number && current.owner === owner;
  }

  async #putFenced(item: Key & { readonly cycle: number }, cycle: Cycle): Promise<void> {
    const write = await this.#table.putIf({
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk) OR #cycle <= :cycle',
      ExpressionAttributeNames: { '#cycle': 'cycle' },
      ExpressionAttributeValues: { ':cycle': cycle.number },
    });
    if (write !== 'written') {
      throw new TransientError('cycleOvertaken', `a later cycle has written since cycle ${cycle.number} began`);
    }
  }
}

function askKey(reason: ReconciliationAsk['reason']): Key {
  return syncKey(`RECONCILE#${reason}`);
}

/**
 * The first revision replaces nothing, or what is of no use: an item of another format, or of a version that did not
 * count.
 */
const REPLACES_NONE = {
  ConditionExpression: 'attribute_not_exists(#revision) OR #format <> :format',
  ExpressionAttributeNames: { '#revision': 'revision', '#format': 'format' },
  ExpressionAttributeValues: { ':format': SCHEMA_FORMAT },
};

function replacesRevision(revision: number) {
  return {
    ConditionExpression: '#revision = :revision',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: { ':revision': revision },
  };
}

/** The condition that the cycle's item still is what was read. */
function unchanged(last: CycleItem | undefined) {
  if (last === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression:
      last.runsUntil === undefined
        ? '#number = :number AND attribute_not_exists(#runsUntil)'
        : '#number = :number AND #runsUntil = :runsUntil',
    ExpressionAttributeNames: { '#number': 'number', '#runsUntil': 'runsUntil' },
    ExpressionAttributeValues: { ':number': last.number, ':runsUntil': last.runsUntil },
  };
}

function endedInGoodOrder(last: CycleItem | undefined): boolean {
  return last === undefined || (last.runsUntil === undefined && last.isDisordered === undefined);
}
