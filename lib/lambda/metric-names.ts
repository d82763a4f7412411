import type { FunctionName } from './environment.ts';

/**
 * Every metric, by publishing function; the function is the dimension `service`. CloudWatch bills every combination of
 * name and dimension: a code or an object must not become a dimension.
 *
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
export const METRICS = {
  poll: [
    /** Cycles either complete or with an advanced position. */
    'CyclesCompleted',
    'CyclesFailed',
    'RowsQueued',
    'PersonsHandedOut',
    /** Rows found to differ by a reconciliation. */
    'RowsDrifted',
    /** Lag of the slowest object's position; absent during a first sync. */
    'PullLagSeconds',
    'SalesforceCalls',
    /** Used share of the org's daily calls, including calls by other clients. */
    'ApiUsePercent',
    /** Permissions missing for the sync user. */
    'MissingPermissions',
    /** A reconciliation found implausibly many records missing. */
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
