import type { SalesforceType } from '../../person/row.ts';
import type { Deadline } from '../ports/deadline.ts';
import type { BacklogLane, Ports } from '../ports/ports.ts';
import type { Cycle, StoredSchema } from '../ports/sync-state-store.ts';
import type { FeedState } from '../state/feed-state.ts';

export interface PollSettings {
  readonly objects: readonly SalesforceType[];
  readonly lagSeconds: number;
  readonly lookbackSeconds: number;
  /** Duration of a cycle's right: longer than the function's timeout. */
  readonly cycleLeaseMs: number;
  /** Absent: the defaults. */
  readonly fieldJobs?: FieldJobSettings;
  /** Interval of scheduled reconciliations in days; 0: never. Absent: the default. */
  readonly reconcileDays?: number;
  /** Steps of a reconciliation per cycle. Absent: the default. */
  readonly reconcileStepsPerCycle?: number;
  /** Maximum persons pushed per cycle under the guard, row by row; the remaining persons are pushed without a guard. */
  readonly massPushAbove?: number;
  /** Maximum rows of a window read page by page. Absent: the default. */
  readonly bulkAbove?: number;
  /** Maximum persons per cycle in the fresh lane. Left out: the default. */
  readonly freshPersons?: number;
  /** Maximum queued rows recorded per object. Absent: the default. */
  readonly recentRows?: number;
}

export interface FieldJobSettings {
  /** Pages of a job per object and cycle. */
  readonly backfillPagesPerCycle: number;
  /** Interval of formula reads from every row; 0: never. */
  readonly formulaRefreshHours: number;
}

export const DEFAULT_FIELD_JOBS: FieldJobSettings = { backfillPagesPerCycle: 5, formulaRefreshHours: 24 };

export const DEFAULT_RECONCILE_DAYS = 7;

export const DEFAULT_RECONCILE_STEPS = 5;

export const DEFAULT_MASS_PUSH_ABOVE = 10_000;

export const DEFAULT_FRESH_PERSONS = 500;

export type PollPorts = Omit<Ports, 'records'> & BacklogLane & { readonly records: Pick<Ports['records'], 'read'> };

/** A cycle in progress. */
export interface CycleRun {
  readonly ports: PollPorts;
  readonly settings: Required<PollSettings>;
  readonly cycle: Cycle;
  readonly timeLeftMs: Deadline;
  /** The schemas known to the cycle so far. */
  readonly schemas: Map<SalesforceType, StoredSchema>;
  /** The feed states, updated by the cycle. */
  readonly feeds: Map<SalesforceType, FeedState>;
}
