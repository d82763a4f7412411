import type { SalesforceType } from '../../person/row.ts';
import type { RememberedSchema } from '../../schema/field-history.ts';
import type { CycleHealth } from '../state/cycle-health.ts';
import type { CycleReport, CycleSummary, MergeCounts } from '../state/cycle-report.ts';
import type { FeedState } from '../state/feed-state.ts';
import type { JobBook } from '../state/field-job.ts';
import type { HandedOut } from '../state/handed-out.ts';
import type { ReconciliationAsk, ReconciliationBook } from '../state/reconciliation.ts';

/** The schema of an object and the field history, with the `Last-Modified` of the describe used. */
export interface StoredSchema extends RememberedSchema {
  readonly lastModified: string | null;
  /** Incremented by every save. */
  readonly revision: number;
}

/** Ended cycles, newest first; `cursor` leads to earlier cycles; null at the end. */
export interface CyclesPage {
  readonly items: readonly CycleSummary[];
  readonly cursor: string | null;
}

/** The last ended cycle (null: none yet), and the health after that cycle. */
export interface LastCycle {
  readonly cycle: CycleSummary | null;
  readonly health: CycleHealth;
}

export interface Cycle {
  /** Incremented per cycle; a later cycle's writes exclude writes of an earlier cycle. */
  readonly number: number;
  readonly owner: string;
  /** Whether the previous cycle ended in good order; otherwise rows may be queued without a record. */
  readonly previousEnded: boolean;
  /** The health before the cycle. */
  readonly health: CycleHealth;
  /** The persons handed out, as left by the last ended cycle. */
  readonly handedOut: HandedOut;
}

/** The progress of the sync. Reads are strongly consistent; every write is one item. */
export interface SyncStateStore {
  /** The org of the store: the first org ever claimed. Concurrent callers all get the same answer. */
  claimOrganization(organization: string): Promise<string>;

  /** The org of the store; undefined before the first claim. */
  organization(): Promise<string | undefined>;

  /**
   * Begins a cycle, unless a cycle of a different owner is running at `now`; the right expires by itself. A previous
   * cycle without an end is reported as failed.
   */
  beginCycle(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined>;

  /**
   * Ends the cycle and stores the report, the persons handed out, and whether the cycle ended in good order: everything
   * queued is recorded. A later cycle already begun is left unchanged.
   */
  endCycle(cycle: Cycle, report: CycleReport, inGoodOrder: boolean): Promise<void>;

  lastCycle(): Promise<LastCycle>;

  /**
   * The cycles of at least the last seven days, from the newest if `cursor` is null. A page may hold fewer than `limit`
   * cycles. Throws `InvalidCursorError` for an unknown cursor.
   */
  cycles(limit: number, cursor: string | null): Promise<CyclesPage>;

  /**
   * Adds the results of a batch of merges to the cycle of the messages; undefined: to the cycle begun last. For display
   * only: a lost answer may count twice.
   */
  countMerges(cycle: number | undefined, counts: MergeCounts): Promise<void>;

  loadFeed(type: SalesforceType): Promise<FeedState | undefined>;

  /** Throws `TransientError` where a later cycle has written: the caller's cycle has lost the right to write. */
  saveFeed(type: SalesforceType, state: FeedState, cycle: Cycle): Promise<void>;

  loadSchema(type: SalesforceType): Promise<StoredSchema | undefined>;

  /** Saves the schema if the stored revision is one lower (0: nothing stored); an overtaken save changes nothing. */
  saveSchema(schema: StoredSchema): Promise<'saved' | 'overtaken'>;

  /** Empty for an object without jobs. */
  loadJobs(type: SalesforceType): Promise<JobBook>;

  /** Throws `TransientError` where a later cycle has written: the caller's cycle has lost the right to write. */
  saveJobs(type: SalesforceType, book: JobBook, cycle: Cycle): Promise<void>;

  /** Empty before the first reconciliation. */
  loadReconciliations(): Promise<ReconciliationBook>;

  /** Throws `TransientError` where a later cycle has written: the caller's cycle has lost the right to write. */
  saveReconciliations(book: ReconciliationBook, cycle: Cycle): Promise<void>;

  /** Possible at any time, without a cycle. Replaces only an earlier request with the same reason. */
  askReconciliation(ask: ReconciliationAsk): Promise<void>;

  /** The last request for every reason, handled or not, in any order. */
  reconciliationAsks(): Promise<readonly ReconciliationAsk[]>;
}
