import type { FunctionName } from './environment.ts';

/** The service of a metric that all functions publish as one. */
export const ANY_FUNCTION = 'any';

export type Service = FunctionName | typeof ANY_FUNCTION;

/** Of the calls to Salesforce: how long each took, so that the number of samples is the number of calls; and errors. */
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
    /** Rows of the change feed and of field jobs that were handed to the merge. */
    'RowsQueued',
    /** Lag of the slowest object's position; absent during a first sync. */
    'PullLagSeconds',
    /** Waiting time of the oldest edit to push. */
    'PushLagSeconds',
    /** Used share of the org's daily calls, including calls by other clients. */
    'ApiUsePercent',
    /** Permissions missing for the sync user. */
    'MissingPermissions',
    /** Persons that a reconciliation compared with their records, and records that it found missing or different. */
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
    /** Rows that came back from our own push and were written all the same. */
    'EchoWrites',
    ...SALESFORCE,
  ],
  'sync-person': ['SyncsCompleted', 'SyncsRefused', 'SyncsFailed', 'SyncMilliseconds', ...SALESFORCE],
  persons: [],
  operate: [],
  [ANY_FUNCTION]: [
    /** Errors that only a change of the configuration ends. */
    'ConfigErrors',
  ],
} as const satisfies Readonly<Record<Service, readonly string[]>>;

export type MetricName = (typeof METRICS)[Service][number];

export const METRIC_NAMESPACE = 'Lockstep';
