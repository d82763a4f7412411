import type { SalesforceType } from '../../person/row.ts';
import type { RememberedSchema } from '../../schema/field-history.ts';
import type { CycleHealth } from '../state/cycle-health.ts';
import type { CycleReport, CycleSummary, MergeCounts } from '../state/cycle-report.ts';
import type { FeedState } from '../state/feed-state.ts';
import type { JobBook } from '../state/field-job.ts';
import type { ReconciliationAsk, ReconciliationBook } from '../state/reconciliation.ts';

/** The schema of an object and its history, with the `Last-Modified` of the describe it was made from. */
export interface StoredSchema extends RememberedSchema {
  readonly lastModified: string | null;
  /** Counts up with each save. */
  readonly revision: number;
}

/** Cycles that ended, newest first; the cursor leads to earlier cycles, null: there are none. */
export interface CyclesPage {
  readonly items: readonly CycleSummary[];
  readonly cursor: string | null;
}

/** The last cycle that ended (null: none yet), and how the cycles up to it ended. */
export interface LastCycle {
  readonly cycle: CycleSummary | null;
  readonly health: CycleHealth;
}

export interface Cycle {
  /** Counts up: a later cycle's writes shut out an earlier one's. */
  readonly number: number;
  readonly owner: string;
  /** Whether the cycle before it ended in good order; otherwise rows may have been queued that nobody remembers. */
  readonly previousEnded: boolean;
  /** How the cycles before it ended. */
  readonly health: CycleHealth;
}

/** Where the sync stands. Reads are strongly consistent; every write is one item. */
export interface SyncStateStore {
  /**
   * The org that the store belongs to: the one named first, whoever names another later. However many name one at once,
   * all get the same answer.
   */
  claimOrganization(organization: string): Promise<string>;

  /** The org that the store belongs to; undefined where none was named yet. */
  organization(): Promise<string | undefined>;

  /**
   * Begins a cycle unless another owner's runs at `now`; its right expires by itself. A cycle before it that never ended
   * is reported as failed.
   */
  beginCycle(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined>;

  /**
   * Ends it and keeps the report, and whether it was in good order: all that was queued is remembered. Where a later
   * cycle has begun, the later one stays as it is.
   */
  endCycle(cycle: Cycle, report: CycleReport, inGoodOrder: boolean): Promise<void>;

  lastCycle(): Promise<LastCycle>;

  /**
   * The cycles of the last seven days at least. From the newest on where the cursor is null. A page may hold fewer
   * than `limit`. Throws `InvalidCursorError` for a
   * cursor that no page has given out.
   */
  cycles(limit: number, cursor: string | null): Promise<CyclesPage>;

  /**
   * Adds what a batch of merges came to, to the cycle that queued the batch; undefined: to the last cycle that began.
   * Counted for people: a lost answer may count twice.
   */
  countMerges(cycle: number | undefined, counts: MergeCounts): Promise<void>;

  loadFeed(type: SalesforceType): Promise<FeedState | undefined>;

  /** Throws `TransientError` where a later cycle has written: this one has lost its right. */
  saveFeed(type: SalesforceType, state: FeedState, cycle: Cycle): Promise<void>;

  loadSchema(type: SalesforceType): Promise<StoredSchema | undefined>;

  /**
   * Saves it where what is stored has the revision before it (0: where nothing is); an overtaken save changes nothing.
   */
  saveSchema(schema: StoredSchema): Promise<'saved' | 'overtaken'>;

  /** An object that never had a job has an empty book. */
  loadJobs(type: SalesforceType): Promise<JobBook>;

  /** Throws `TransientError` where a later cycle has written: this one has lost its right. */
  saveJobs(type: SalesforceType, book: JobBook, cycle: Cycle): Promise<void>;

  /** Before the first the book is empty. */
  loadReconciliations(): Promise<ReconciliationBook>;

  /** Throws `TransientError` where a later cycle has written: this one has lost its right. */
  saveReconciliations(book: ReconciliationBook, cycle: Cycle): Promise<void>;

  /** Anybody may ask, at any time. An asking takes the place of an earlier one for the same reason, and of no other. */
  askReconciliation(ask: ReconciliationAsk): Promise<void>;

  /** For each reason the last asking, heard or not, in any order. */
  reconciliationAsks(): Promise<readonly ReconciliationAsk[]>;
}
