import type { FunctionName } from './environment.ts';

/**
 * Every metric, by the function that publishes it; the function is the dimension `service`. CloudWatch bills a metric
 * for each name and dimension: a code or an object never is a dimension.
 *
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
export const METRICS = {
  poll: [
    /** Cycles that completed or moved their position. */
    'CyclesCompleted',
    'CyclesFailed',
    'RowsQueued',
    'PersonsHandedOut',
    /** Rows that a reconciliation found to differ. */
    'RowsDrifted',
    /** How far the position of the slowest object lies behind; absent during a first sync. */
    'PullLagSeconds',
    'SalesforceCalls',
    /** Share of the org's daily calls that is used, by everybody. */
    'ApiUsePercent',
    /** Permissions that the sync user lacks. */
    'MissingPermissions',
    /** A reconciliation found more records missing than is plausible. */
    'ReconciliationsHeld',
    'ConfigErrors',
  ],
  merge: [
    'RowsMerged',
    'PersonsPushed',
    'PersonsRejected',
    'PushesPostponed',
    'Conflicts',
    'SalesforceCalls',
    'ConfigErrors',
  ],
  'sync-person': ['SyncsCompleted', 'SyncsRefused', 'SyncsFailed', 'SyncMilliseconds', 'ConfigErrors'],
  persons: ['ConfigErrors'],
  operate: ['ConfigErrors'],
} as const satisfies Readonly<Record<FunctionName, readonly string[]>>;

export type MetricName = (typeof METRICS)[FunctionName][number];

export const METRIC_NAMESPACE = 'Lockstep';
