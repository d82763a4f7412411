import type { SalesforceType } from '../../person/row.ts';
import { schemaProblems } from '../../schema/field-history.ts';
import { policyProblems } from '../../schema/policy-problems.ts';
import { msBetween } from '../instants.ts';
import type { ChangeQueue } from '../ports/change-queue.ts';
import type { Ports } from '../ports/ports.ts';
import type { CycleHealth } from '../state/cycle-health.ts';
import type { CycleError, CycleSummary } from '../state/cycle-report.ts';
import type { FeedState } from '../state/feed-state.ts';
import { EMPTY_BOOK, type FieldJob, type JobBook } from '../state/field-job.ts';
import type { EndedReconciliation, Reconciliation } from '../state/reconciliation.ts';

/** Where the sync stands, for people and for checks from outside. */
export interface SyncStatus {
  readonly objects: Readonly<Partial<Record<SalesforceType, ObjectStatus>>>;
  /** The last cycle that ended; null: none yet. `error` says what ended it early, and how long that has been so. */
  readonly lastCycle: (Omit<CycleSummary, 'error'> & { readonly error: StatusError | null }) | null;
  /** The end of the last cycle that completed or moved its position; null: none yet. */
  readonly lastSuccessAt: string | null;
  readonly backlog: {
    readonly messages: number;
    /** Messages that failed every try: somebody has to send them back. */
    readonly deadLetters: number;
    /** Polls that could not be started or failed. */
    readonly missedPolls: number;
    readonly personsToPush: number;
  };
  /** Seconds since the oldest waiting edit was made; null where none waits. */
  readonly oldestWaitingSeconds: number | null;
  /**
   * Of both directions, in seconds: how far the position of the slowest object lies behind, null before each has one; and how
   * long the oldest edit has waited, 0 where none waits.
   */
  readonly lag: { readonly pullSeconds: number | null; readonly pushSeconds: number };
  readonly apiUsage: CycleSummary['apiUsage'];
  /**
   * What keeps fields from syncing: missing permissions, fields that went out of sight, types that changed, settings that
   * name a field that is not there; and an answer of Salesforce that cannot be right.
   */
  readonly schemaProblems: readonly string[];
  /** Reading fields of every row: the job that runs and the last that ended, of each object. */
  readonly jobs: readonly JobStatus[];
  /** Comparing every person with its record: the reconciliation that runs, and the last that ended. */
  readonly reconciliation: {
    readonly running: ReconciliationStatus | null;
    readonly last: (ReconciliationStatus & Pick<EndedReconciliation, 'endedAt' | 'held'>) | null;
  };
}

export interface ObjectStatus {
  /** Null before the first cycle. */
  readonly checkpoint: string | null;
  /** `bulk`: a query job of the Bulk API reads the present window; `rest`: it is read page by page. */
  readonly readBy: 'rest' | 'bulk';
  /** Rows of that job that are queued, and about how many it has in all. Null where no job is under way. */
  readonly bulkQuery: { readonly rows: number; readonly expectedRows: number | null } | null;
}

/** An error of the last cycle, and since when each cycle has failed. */
export interface StatusError extends CycleError {
  readonly since: string;
  readonly failuresInARow: number;
}

export type ReconciliationStatus = Omit<Reconciliation, 'after' | 'acceptMissing'>;

export interface JobStatus
  extends Pick<
    FieldJob,
    'reason' | 'fields' | 'startedAt' | 'announcedCalls' | 'calls' | 'rows' | 'expectedRows' | 'restarts'
  > {
  readonly object: SalesforceType;
  /** Null while it runs. */
  readonly endedAt: string | null;
}

/** The queues that nothing but a human reads. */
export interface SideQueues {
  readonly deadLetters: Pick<ChangeQueue, 'depth'>;
  readonly missedPolls: Pick<ChangeQueue, 'depth'>;
}

/** Reads where the sync stands. Changes nothing and asks Salesforce nothing. */
export async function readSyncStatus(
  ports: Pick<Ports, 'state' | 'persons' | 'queue' | 'clock' | 'policy'>,
  types: readonly SalesforceType[],
  sideQueues: SideQueues,
): Promise<SyncStatus> {
  const [feeds, schemas, books, reconciliations, { cycle, health }, backlog, ...depths] = await Promise.all([
    Promise.all(types.map((type) => ports.state.loadFeed(type))),
    Promise.all(types.map((type) => ports.state.loadSchema(type))),
    Promise.all(types.map((type) => ports.state.loadJobs(type))),
    ports.state.loadReconciliations(),
    ports.state.lastCycle(),
    ports.persons.backlog(),
    ports.queue.depth(),
    sideQueues.deadLetters.depth(),
    sideQueues.missedPolls.depth(),
  ]);
  const { count, oldestAt } = backlog;
  const [messages, deadLetters, missedPolls] = depths;
  const age = (at: string) => Math.max(0, Math.round(msBetween(at, ports.clock.now()) / 1000));
  const checkpoints = feeds.flatMap((feed) => feed?.checkpoint ?? []);
  const [slowest] = checkpoints.length < types.length ? [] : checkpoints.sort();
  return {
    objects: Object.fromEntries(types.map((type, index) => [type, objectStatus(feeds[index])])),
    lastCycle: cycle === null ? null : { ...cycle, error: statusError(cycle, health) },
    lastSuccessAt: health.lastSuccessAt,
    backlog: { messages, deadLetters, missedPolls, personsToPush: count },
    lag: {
      pullSeconds: slowest === undefined ? null : age(slowest),
      pushSeconds: oldestAt === null ? 0 : age(oldestAt),
    },
    oldestWaitingSeconds: oldestAt === null ? null : Math.round(msBetween(oldestAt, ports.clock.now()) / 1000),
    apiUsage: cycle?.apiUsage ?? null,
    schemaProblems: [
      ...schemas.flatMap((stored) => (stored === undefined ? [] : schemaProblems(stored, ports.policy.fields.exclude))),
      ...(schemas.includes(undefined)
        ? []
        : policyProblems(
            schemas.flatMap((stored) => stored ?? []),
            ports.policy,
          )),
      ...types.flatMap((type, index) => oddAnswer(type, feeds[index])),
    ],
    jobs: types.flatMap((type, index) => jobsOf(type, books[index] ?? EMPTY_BOOK)),
    reconciliation: {
      running: reconciliations.running && told(reconciliations.running),
      last: reconciliations.last && told(reconciliations.last),
    },
  };
}

function objectStatus(feed: FeedState | undefined): ObjectStatus {
  const { checkpoint = null, bulk } = feed ?? {};
  if (bulk === undefined) return { checkpoint, readBy: 'rest', bulkQuery: null };
  return { checkpoint, readBy: 'bulk', bulkQuery: { rows: bulk.query.rows, expectedRows: bulk.expectedRows } };
}

function statusError({ error, startedAt }: CycleSummary, { failing }: CycleHealth): StatusError | null {
  if (error === null) return null;
  return { ...error, since: failing?.since ?? startedAt, failuresInARow: failing?.inARow ?? 0 };
}

function oddAnswer(type: SalesforceType, feed: FeedState | undefined): string[] {
  if (feed?.oddCovered === undefined) return [];
  return [
    `${type}: Salesforce says that it covers the changes up to ${feed.oddCovered}, which cannot be right: the answer is not used`,
  ];
}

function jobsOf(object: SalesforceType, { running, last }: JobBook): JobStatus[] {
  const told = (job: FieldJob, endedAt: string | null): JobStatus => {
    const { reason, fields, startedAt, announcedCalls, calls, rows, expectedRows, restarts } = job;
    return { object, reason, fields, startedAt, endedAt, announcedCalls, calls, rows, expectedRows, restarts };
  };
  return [...(running === null ? [] : [told(running, null)]), ...(last === null ? [] : [told(last, last.endedAt)])];
}

function told<Told extends Reconciliation>({ after: _after, acceptMissing: _accept, ...rest }: Told) {
  return rest;
}
