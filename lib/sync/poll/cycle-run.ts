import type { SalesforceType } from '../../person/row.ts';
import type { Deadline } from '../ports/deadline.ts';
import type { Ports } from '../ports/ports.ts';
import type { Cycle, StoredSchema } from '../ports/sync-state-store.ts';
import type { FeedState } from '../state/feed-state.ts';

export interface PollSettings {
  readonly objects: readonly SalesforceType[];
  readonly lagSeconds: number;
  readonly lookbackSeconds: number;
  /** How long a cycle may take before another may begin: longer than the function's time-out. */
  readonly cycleLeaseMs: number;
  /** Left out: the defaults. */
  readonly fieldJobs?: FieldJobSettings;
  /** How often, in days, all persons are compared with their rows by itself; 0: never. Left out: the default. */
  readonly reconcileDays?: number;
  /** How many steps of a reconciliation a cycle takes. Left out: the default. */
  readonly reconcileStepsPerCycle?: number;
  /** How many persons a cycle has pushed under the guard, one row at a time; the rest goes without. */
  readonly massPushAbove?: number;
  /** How many rows of a window are read page by page, at most. Left out: the default. */
  readonly bulkAbove?: number;
}

export interface FieldJobSettings {
  /** How many pages of a job a cycle reads of each object. */
  readonly backfillPagesPerCycle: number;
  /** How often formulas are read from every row; 0: never. */
  readonly formulaRefreshHours: number;
}

export const DEFAULT_FIELD_JOBS: FieldJobSettings = { backfillPagesPerCycle: 5, formulaRefreshHours: 24 };

export const DEFAULT_RECONCILE_DAYS = 7;

export const DEFAULT_RECONCILE_STEPS = 5;

export const DEFAULT_MASS_PUSH_ABOVE = 10_000;

export type PollPorts = Omit<Ports, 'records'> & { readonly records: Pick<Ports['records'], 'read'> };

/** One cycle on its way. */
export interface CycleRun {
  readonly ports: PollPorts;
  readonly settings: Required<PollSettings>;
  readonly cycle: Cycle;
  readonly timeLeftMs: Deadline;
  /** The schemas that the cycle works with, as it comes to know them. */
  readonly schemas: Map<SalesforceType, StoredSchema>;
  /** Where the feeds stand, as the cycle moves them on. */
  readonly feeds: Map<SalesforceType, FeedState>;
}
