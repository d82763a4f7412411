import type { SalesforceType } from '../../person/row.ts';
import { schemaProblems } from '../../schema/field-history.ts';
import { policyProblems } from '../../schema/policy-problems.ts';
import { msBetween } from '../instants.ts';
import type { ChangeQueue } from '../ports/change-queue.ts';
import type { Ports } from '../ports/ports.ts';
import type { CycleHealth } from '../state/cycle-health.ts';
import type { CycleError, CycleSummary } from '../state/cycle-report.ts';
import { FEED_BEGINNING, type FeedState, feedPosition } from '../state/feed-state.ts';
import { EMPTY_BOOK, type FieldJob, type JobBook } from '../state/field-job.ts';
import { type FirstSyncStatus, firstSyncStatus } from '../state/first-sync.ts';
import type { EndedReconciliation, Reconciliation } from '../state/reconciliation.ts';

/** The status of the sync, for users and external checks. */
export interface SyncStatus {
  readonly objects: Readonly<Partial<Record<SalesforceType, ObjectStatus>>>;
  /** The last ended cycle; null: none yet. `error`: why the cycle ended early, and since when. */
  readonly lastCycle: (Omit<CycleSummary, 'error'> & { readonly error: StatusError | null }) | null;
  /** The end of the last cycle either complete or with an advanced position; null: none yet. */
  readonly lastSuccessAt: string | null;
  readonly backlog: {
    /** Messages waiting for a merge, in both lanes. */
    readonly messages: number;
    /** The messages by lane; the backlog: first sync, mass changes, field jobs, lists. */
    readonly lanes: { readonly fresh: number; readonly backlog: number };
    /** Messages with all tries used up, to be redriven by an operator. */
    readonly deadLetters: number;
    /** Polls not started or failed. */
    readonly missedPolls: number;
    readonly personsToPush: number;
  };
  /**
   * Persons hidden here by a merge in Salesforce with a person deleted here: a user has to revive or to delete each. The
   * first ids are named.
   */
  readonly undecided: { readonly count: number; readonly personIds: readonly string[] };
  /** Age in seconds of the oldest waiting edit; null without waiting edits. */
  readonly oldestWaitingSeconds: number | null;
  /**
   * Lag of both directions in seconds. Pull: of the slowest object's position; null before every object has a position.
   * Push: age of the oldest waiting edit; 0 without waiting edits.
   */
  readonly lag: { readonly pullSeconds: number | null; readonly pushSeconds: number };
  /** The first sync, until every row is merged; null: over. */
  readonly firstSync: FirstSyncStatus | null;
  readonly apiUsage: CycleSummary['apiUsage'];
  /**
   * Problems impairing fields: missing permissions, hidden fields, changed types, settings naming unknown fields,
   * implausible answers from Salesforce.
   */
  readonly schemaProblems: readonly string[];
  /** Field jobs: for every object the running and the last ended job. */
  readonly jobs: readonly JobStatus[];
  /** The running and the last ended reconciliation. */
  readonly reconciliation: {
    readonly running: ReconciliationStatus | null;
    readonly last: (ReconciliationStatus & Pick<EndedReconciliation, 'endedAt' | 'held'>) | null;
  };
}

export interface ObjectStatus {
  /** Null until the first sync of the object has ended. */
  readonly checkpoint: string | null;
  /** How the present window is read: by a query job of the Bulk API (`bulk`), or page by page (`rest`). */
  readonly readBy: 'rest' | 'bulk';
  /** Rows of the query job already queued, and the approximate total; null without a job. */
  readonly bulkQuery: { readonly rows: number; readonly expectedRows: number | null } | null;
}

/** The error of the last cycle, and since when every cycle has failed. */
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
  /** Null while running. */
  readonly endedAt: string | null;
}

/** The queues counted only by the status. */
export interface SideQueues {
  readonly backlog: Pick<ChangeQueue, 'depth'>;
  readonly deadLetters: Pick<ChangeQueue, 'depth'>;
  readonly missedPolls: Pick<ChangeQueue, 'depth'>;
}

/** The number of undecided persons named by the status. */
const UNDECIDED_NAMED = 50;

/** Reads the status of the sync. Read-only; calls no Salesforce API. */
export async function readSyncStatus(
  ports: Pick<Ports, 'state' | 'persons' | 'queue' | 'clock' | 'policy'>,
  types: readonly SalesforceType[],
  sideQueues: SideQueues,
): Promise<SyncStatus> {
  const [feeds, schemas, books, reconciliations, { cycle, health }, waiting, undecided, ...depths] = await Promise.all([
    Promise.all(types.map((type) => ports.state.loadFeed(type))),
    Promise.all(types.map((type) => ports.state.loadSchema(type))),
    Promise.all(types.map((type) => ports.state.loadJobs(type))),
    ports.state.loadReconciliations(),
    ports.state.lastCycle(),
    ports.persons.backlog(),
    ports.persons.undecided(UNDECIDED_NAMED),
    ports.queue.depth(),
    sideQueues.backlog.depth(),
    sideQueues.deadLetters.depth(),
    sideQueues.missedPolls.depth(),
  ]);
  const { count, oldestAt } = waiting;
  const [fresh, backlog, deadLetters, missedPolls] = depths;
  const age = (at: string) => Math.max(0, Math.round(msBetween(at, ports.clock.now()) / 1000));
  const positions = feeds.flatMap((feed) => (feed === undefined ? [] : (feedPosition(feed) ?? [])));
  const [slowest] = positions.length < types.length ? [] : positions.sort();
  return {
    objects: Object.fromEntries(types.map((type, index) => [type, objectStatus(feeds[index])])),
    lastCycle: cycle === null ? null : { ...cycle, error: statusError(cycle, health) },
    lastSuccessAt: health.lastSuccessAt,
    backlog: { messages: fresh + backlog, lanes: { fresh, backlog }, deadLetters, missedPolls, personsToPush: count },
    undecided,
    lag: {
      pullSeconds: slowest === undefined ? null : age(slowest),
      pushSeconds: oldestAt === null ? 0 : age(oldestAt),
    },
    oldestWaitingSeconds: oldestAt === null ? null : Math.round(msBetween(oldestAt, ports.clock.now()) / 1000),
    firstSync: firstSyncStatus(feeds, fresh + backlog, ports.clock.now()),
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
      running: reconciliations.running && shown(reconciliations.running),
      last: reconciliations.last && shown(reconciliations.last),
    },
  };
}

function objectStatus(feed: FeedState | undefined): ObjectStatus {
  const checkpoint = feed === undefined || feed.checkpoint === FEED_BEGINNING ? null : feed.checkpoint;
  const bulk = feed?.bulk;
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
  const shown = (job: FieldJob, endedAt: string | null): JobStatus => {
    const { reason, fields, startedAt, announcedCalls, calls, rows, expectedRows, restarts } = job;
    return { object, reason, fields, startedAt, endedAt, announcedCalls, calls, rows, expectedRows, restarts };
  };
  return [...(running === null ? [] : [shown(running, null)]), ...(last === null ? [] : [shown(last, last.endedAt)])];
}

function shown<Shown extends Reconciliation>({ after: _after, acceptMissing: _accept, ...rest }: Shown) {
  return rest;
}
