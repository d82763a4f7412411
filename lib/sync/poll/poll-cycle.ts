import { schemaProblems } from '../../schema/field-history.ts';
import { policyProblems } from '../../schema/policy-problems.ts';
import { ReconciliationHeldError } from '../errors.ts';
import { addMs, msBetween } from '../instants.ts';
import type { Deadline } from '../ports/deadline.ts';
import type { CycleReport } from '../state/cycle-report.ts';
import { feedPosition, RECENT_ROWS_LIMIT } from '../state/feed-state.ts';
import { toldError } from '../told-error.ts';
import { DEFAULT_BULK_ABOVE } from './choose-api.ts';
import {
  type CycleRun,
  DEFAULT_FIELD_JOBS,
  DEFAULT_FRESH_PERSONS,
  DEFAULT_MASS_PUSH_ABOVE,
  DEFAULT_RECONCILE_DAYS,
  DEFAULT_RECONCILE_STEPS,
  type PollPorts,
  type PollSettings,
} from './cycle-run.ts';
import { type HandOut, handOutPending, readHandedOut } from './hand-out.ts';
import { handOutRetries } from './hand-out-retries.ts';
import { outcomeOf, type PullResult, pullChanges } from './pull-changes.ts';
import { purgeFields } from './purge-fields.ts';
import { reconcile } from './reconcile.ts';
import { workFieldJob } from './work-field-job.ts';

export type PollOutcome =
  | {
      readonly kind: 'cycle';
      readonly report: CycleReport;
      readonly error: unknown;
      /** Lag of the slowest object's position; null where no object has a position yet. */
      readonly lagSeconds: number | null;
      /** Waiting time of the oldest edit to push; 0 without waiting edits, null if unreadable. */
      readonly pushLagSeconds: number | null;
      /** Persons compared by a reconciliation, and rows enqueued. */
      readonly compared: number;
      readonly drifted: number;
      /** The last ended reconciliation found implausibly many records missing. */
      readonly reconciliationHeld: boolean;
      /** One line per problem impairing the sync. */
      readonly schemaProblems: readonly string[];
      /** Number of permissions missing for the sync user. */
      readonly missingPermissions: number;
    }
  /** A different cycle is running. */
  | { readonly kind: 'busy' };

/**
 * One cycle: reads the changes in Salesforce since the checkpoint and enqueues the rows, then enqueues the persons with
 * edits to push, and only then advances the checkpoint. Safe to interrupt at any point: the next cycle repeats
 * everything not recorded as queued.
 */
export async function pollCycle(ports: PollPorts, settings: PollSettings, timeLeftMs: Deadline): Promise<PollOutcome> {
  const startedAt = ports.clock.now();
  const cycle = await ports.state.beginCycle(ports.ids.next(), startedAt, addMs(startedAt, settings.cycleLeaseMs));
  if (cycle === undefined) return { kind: 'busy' };
  const run: CycleRun = {
    ports,
    settings: {
      fieldJobs: DEFAULT_FIELD_JOBS,
      reconcileDays: DEFAULT_RECONCILE_DAYS,
      reconcileStepsPerCycle: DEFAULT_RECONCILE_STEPS,
      massPushAbove: DEFAULT_MASS_PUSH_ABOVE,
      bulkAbove: DEFAULT_BULK_ABOVE,
      freshPersons: DEFAULT_FRESH_PERSONS,
      recentRows: RECENT_ROWS_LIMIT,
      ...settings,
    },
    cycle,
    timeLeftMs,
    schemas: new Map(),
    feeds: new Map(),
  };
  const callsBefore = ports.feed.usage().calls;
  const [underWay] = await Promise.allSettled([readHandedOut(run)]);
  const pull = await pullChanges(run);
  const push = await handOutPending(run, underWay);
  const jobs = await workJobs(run, pull);
  const error = push.error ?? jobs.error;
  const failure = pull.error ?? error;
  const usage = ports.feed.usage();
  const report: CycleReport = {
    cycle: cycle.number,
    startedAt,
    endedAt: ports.clock.now(),
    outcome: pull.error === null ? outcomeOf(pull.outcome, error) : pull.outcome,
    error: failure === null ? null : toldError(failure),
    pulled: pull.pulled,
    handedOut: push.count,
    backfilled: jobs.queued,
    calls: usage.calls - callsBefore,
    apiUsage: usage.org,
  };
  await ports.state.endCycle({ ...cycle, handedOut: push.handedOut }, report, pull.isRemembered);
  const stored = [...run.schemas.values()];
  return {
    kind: 'cycle',
    report,
    error: failure,
    lagSeconds: lagOf(run),
    pushLagSeconds: pushLagOf(run, push),
    compared: jobs.compared,
    drifted: jobs.drifted,
    reconciliationHeld: jobs.held,
    schemaProblems: [
      ...stored.flatMap((each) => schemaProblems(each, ports.policy.fields.exclude)),
      ...(stored.length < settings.objects.length ? [] : policyProblems(stored, ports.policy)),
    ],
    missingPermissions: stored.reduce((sum, { schema }) => sum + schema.missing.length, 0),
  };
}

/** Our clock and Salesforce's may differ: a position apparently in the future counts as lag 0. */
function lagOf({ feeds, ports }: CycleRun): number | null {
  const positions = [...feeds.values()].flatMap((state) => feedPosition(state) ?? []);
  const [slowest] = positions.sort();
  return slowest === undefined ? null : secondsSince(slowest, ports.clock.now());
}

function pushLagOf({ ports }: CycleRun, { oldestAt }: HandOut): number | null {
  if (oldestAt === undefined) return null;
  return oldestAt === null ? 0 : secondsSince(oldestAt, ports.clock.now());
}

function secondsSince(instant: string, now: string): number {
  return Math.max(0, Math.round(msBetween(instant, now) / 1000));
}

interface JobsResult {
  readonly queued: number;
  readonly compared: number;
  readonly drifted: number;
  readonly held: boolean;
  readonly error: unknown;
}

/** Field jobs, retries, purges and reconciliations come last: changes have priority for the org's remaining calls. */
async function workJobs(run: CycleRun, pull: PullResult): Promise<JobsResult> {
  const nothing = { queued: 0, compared: 0, drifted: 0, held: false };
  if (pull.outcome !== 'complete') return { ...nothing, error: null };
  const ends = await Promise.allSettled(pull.turns.map((turn) => workFieldJob(run, turn)));
  const failed = ends.find((end) => end.status === 'rejected');
  const queued = ends.reduce((sum, end) => sum + (end.status === 'fulfilled' ? end.value : 0), 0);
  if (failed !== undefined) return { ...nothing, queued, error: failed.reason };
  try {
    const feeds = new Map(pull.turns.map(({ schema, feed }) => [schema.type, feed]));
    await handOutRetries(run);
    await purgeFields(run);
    const reconciled = await reconcile(run, feeds);
    return { queued, ...reconciled, error: null };
  } catch (error) {
    return { ...nothing, queued, held: error instanceof ReconciliationHeldError, error };
  }
}
