import type { SalesforceType } from '../../person/person.ts';
import type { ObjectSchema } from '../../schema/object-schema.ts';
import type { FeedState } from '../feed-state.ts';

/** The schema of an object, with the `Last-Modified` of the describe it was made from. */
export interface StoredSchema {
  readonly schema: ObjectSchema;
  readonly lastModified: string | null;
}

/** What a cycle did, for people and metrics. Counts, no values. */
export interface CycleReport {
  readonly cycle: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: 'complete' | 'paused' | 'quota' | 'failed';
  /** Rows and persons handed to the queue. */
  readonly pulled: Readonly<Partial<Record<SalesforceType, number>>>;
  readonly pushed: number;
  /** Salesforce API calls of this cycle, and the org's use as last told. */
  readonly calls: number;
  readonly apiUsage: { readonly used: number; readonly max: number } | null;
}

export interface Cycle {
  /** Counts up: a later cycle's writes shut out an earlier one's. */
  readonly number: number;
  readonly owner: string;
  /** Whether the cycle before it ended in good order; otherwise it may have queued rows it did not remember. */
  readonly previousEnded: boolean;
}

/** Where the sync stands. Reads are strongly consistent; every write is one item. */
export interface SyncStateStore {
  /** Begins a cycle unless another owner's runs at `now`; its right expires by itself. */
  beginCycle(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined>;

  /** Ends it and keeps the report; where a later cycle has begun, nothing happens. */
  endCycle(cycle: Cycle, report: CycleReport): Promise<void>;

  lastReport(): Promise<CycleReport | null>;

  loadFeed(type: SalesforceType): Promise<FeedState | undefined>;

  /** Throws `TransientError` where a later cycle has written: this one has lost its right. */
  saveFeed(type: SalesforceType, state: FeedState, cycle: Cycle): Promise<void>;

  loadSchema(type: SalesforceType): Promise<StoredSchema | undefined>;

  saveSchema(schema: StoredSchema): Promise<void>;
}
