import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SalesforceType } from '../person/row.ts';
import { SCHEMA_FORMAT } from '../schema/object-schema.ts';
import { TransientError } from '../sync/errors.ts';
import type { Cycle, CyclesPage, LastCycle, StoredSchema, SyncStateStore } from '../sync/ports/sync-state-store.ts';
import type { CycleReport, MergeCounts } from '../sync/state/cycle-report.ts';
import type { FeedState } from '../sync/state/feed-state.ts';
import { EMPTY_BOOK, type JobBook } from '../sync/state/field-job.ts';
import {
  EMPTY_RECONCILIATIONS,
  type ReconciliationAsk,
  type ReconciliationBook,
} from '../sync/state/reconciliation.ts';
import { CycleItems } from './cycle-items.ts';
import {
  type FeedItem,
  furtherKeys,
  type JobsItem,
  type RecentItem,
  recentKey,
  type SchemaItem,
  toFeedItem,
  toFeedState,
  toJobBook,
  toJobsItem,
  toRecentItems,
  toSchemaItem,
  toStoredSchema,
} from './feed-item.ts';
import { ItemTable } from './item-table.ts';
import { type Key, syncKey } from './keys.ts';

/** The org of the table. */
type OrganizationItem = Key & { readonly organization: string };

/** The reconciliations, with the number of the writing cycle. */
type ReconciliationItem = Key & ReconciliationBook & { readonly cycle: number };

const ORGANIZATION = syncKey('ORGANIZATION');
const RECONCILE = syncKey('RECONCILE');
const ASKS = (['asked', 'deletionsUntold'] as const).map(askKey);

/** The state of the sync in DynamoDB, as items beside the persons. */
export class DynamoSyncStateStore implements SyncStateStore {
  readonly #table: ItemTable;
  readonly #cycles: CycleItems;

  constructor(client: DynamoDBDocumentClient, options: { readonly tableName: string }) {
    this.#table = new ItemTable(client, options.tableName);
    this.#cycles = new CycleItems(this.#table);
  }

  beginCycle(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined> {
    return this.#cycles.begin(owner, now, expiresAt);
  }

  endCycle(cycle: Cycle, report: CycleReport, inGoodOrder: boolean): Promise<void> {
    return this.#cycles.end(cycle, report, inGoodOrder);
  }

  lastCycle(): Promise<LastCycle> {
    return this.#cycles.last();
  }

  cycles(limit: number, cursor: string | null): Promise<CyclesPage> {
    return this.#cycles.page(limit, cursor);
  }

  countMerges(cycle: number | undefined, counts: MergeCounts): Promise<void> {
    return this.#cycles.count(cycle, counts);
  }

  async organization(): Promise<string | undefined> {
    return (await this.#table.get<OrganizationItem>(ORGANIZATION))?.organization;
  }

  async claimOrganization(organization: string): Promise<string> {
    const known = await this.organization();
    if (known !== undefined) return known;
    const item: OrganizationItem = { ...ORGANIZATION, organization };
    await this.#table.putIf({ Item: item, ConditionExpression: 'attribute_not_exists(pk)' });
    // A concurrent claim may have won.
    return (await this.organization()) ?? organization;
  }

  async loadFeed(type: SalesforceType): Promise<FeedState | undefined> {
    // Rows are saved before the position and must be read after the position: the rows may only be ahead.
    const feed = await this.#table.get<FeedItem>(syncKey(`FEED#${type}`));
    if (feed === undefined) return undefined;
    const first = await this.#table.get<RecentItem>(recentKey(type, 0));
    const further = furtherKeys(type, first);
    const others = further.length === 0 ? [] : await this.#table.getMany<RecentItem>(further);
    return toFeedState(feed, first === undefined ? [] : [first, ...others]);
  }

  async saveFeed(type: SalesforceType, state: FeedState, cycle: Cycle): Promise<void> {
    // The first part is written last, because the first part contains the number of parts.
    for (const part of toRecentItems(type, state.recent, cycle.number).reverse()) await this.#putFenced(part, cycle);
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
    // Older versions stored a single id for all reasons, or null.
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
 * The first revision replaces nothing, or an unusable item: a different format, or written before revisions existed.
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
