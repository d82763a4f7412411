import type { FunctionName } from './environment.ts';

/** The service of a metric shared by all functions. */
export const ANY_FUNCTION = 'any';

export type Service = FunctionName | typeof ANY_FUNCTION;

/** Duration per Salesforce call (the number of samples is the number of calls), and errors of the calls. */
const SALESFORCE = ['SalesforceMilliseconds', 'SalesforceErrors'] as const;

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
    /** Rows of the change feed and of field jobs enqueued for the merge. */
    'RowsQueued',
    /** Lag of the slowest object's position; absent during a first sync. */
    'PullLagSeconds',
    /** Waiting time of the oldest edit to push. */
    'PushLagSeconds',
    /** Used share of the org's daily calls, including calls by other clients. */
    'ApiUsePercent',
    /** Permissions missing for the sync user. */
    'MissingPermissions',
    /** Persons compared by a reconciliation, and records found missing or different. */
    'PersonsCompared',
    'RowsDrifted',
    /** A reconciliation found implausibly many records missing. */
    'ReconciliationsHeld',
    ...SALESFORCE,
  ],
  merge: [
    'PersonsPushed',
    'PersonsRejected',
    'Conflicts',
    /** Echoes of own pushes written despite equal values. */
    'EchoWrites',
    ...SALESFORCE,
  ],
  'sync-person': ['SyncsCompleted', 'SyncsRefused', 'SyncsFailed', 'SyncMilliseconds', ...SALESFORCE],
  persons: [],
  operate: [],
  [ANY_FUNCTION]: [
    /** Errors ended only by a change of the configuration. */
    'ConfigErrors',
  ],
} as const satisfies Readonly<Record<Service, readonly string[]>>;

export type MetricName = (typeof METRICS)[Service][number];

export const METRIC_NAMESPACE = 'Lockstep';
