import type { SalesforceType } from '../person/person.ts';
import { feedColumns, type ObjectSchema } from '../schema/object-schema.ts';
import { packIds } from './change-message.ts';
import { QuotaExceededError } from './errors.ts';
import { deletedSince, type FeedState, NEW_FEED, windowStart } from './feed-state.ts';
import type { Description, FeedOpening, FeedRequest } from './ports/change-feed.ts';
import { addMs } from './ports/clock.ts';
import type { Ports } from './ports/ports.ts';
import type { Cycle, CycleReport, StoredSchema } from './ports/sync-state-store.ts';
import { IN_FLIGHT_HORIZON_MS, readWindow, type WindowOutcome } from './read-window.ts';
import { saveSchema, storedSchemas } from './schemas.ts';

export interface PollSettings {
  readonly objects: readonly SalesforceType[];
  readonly lagSeconds: number;
  readonly lookbackSeconds: number;
  /** How long a cycle may take before another may begin: longer than the function's time-out. */
  readonly cycleLeaseMs: number;
}

export type PollPorts = Omit<Ports, 'records'>;

/** One cycle on its way. */
export interface CycleRun {
  readonly ports: PollPorts;
  readonly settings: PollSettings;
  readonly cycle: Cycle;
  readonly timeLeftMs: () => number;
  /** The schemas that the cycle works with, as it comes to know them. */
  readonly schemas: Map<SalesforceType, ObjectSchema>;
}

export type PollOutcome =
  | {
      readonly kind: 'cycle';
      readonly report: CycleReport;
      readonly error: unknown;
      /** One line for each thing that keeps the sync from working as it should. */
      readonly schemaProblems: readonly string[];
      /** How many permissions the sync user lacks. */
      readonly missingPermissions: number;
    }
  /** Another cycle is under way. */
  | { readonly kind: 'busy' };

/**
 * One cycle: reads what changed in Salesforce since the checkpoint, puts it on the queue, then the persons with edits
 * to push, and only then moves the checkpoint. It may die at any point: the next cycle reads again what was not yet
 * remembered as queued.
 */
export async function pollCycle(
  ports: PollPorts,
  settings: PollSettings,
  timeLeftMs: () => number,
): Promise<PollOutcome> {
  const startedAt = ports.clock.now();
  const cycle = await ports.state.beginCycle(ports.ids.next(), startedAt, addMs(startedAt, settings.cycleLeaseMs));
  if (cycle === undefined) return { kind: 'busy' };
  const run: CycleRun = { ports, settings, cycle, timeLeftMs, schemas: new Map() };
  const callsBefore = ports.feed.usage().calls;
  const pull = await pullChanges(run);
  const push = await fanOutPending(run);
  const usage = ports.feed.usage();
  const report: CycleReport = {
    cycle: cycle.number,
    startedAt,
    endedAt: ports.clock.now(),
    outcome: pull.error === null && push.error !== null ? 'failed' : pull.outcome,
    pulled: pull.pulled,
    handedOut: push.count,
    calls: usage.calls - callsBefore,
    apiUsage: usage.org,
  };
  await ports.state.endCycle(cycle, report);
  const schemas = [...run.schemas.values()];
  return {
    kind: 'cycle',
    report,
    error: pull.error ?? push.error,
    schemaProblems: schemas.flatMap(({ problems }) => problems),
    missingPermissions: schemas.reduce((sum, { missing }) => sum + missing.length, 0),
  };
}

interface PullResult {
  readonly outcome: CycleReport['outcome'];
  readonly pulled: CycleReport['pulled'];
  readonly error: unknown;
}

/** Reads all objects side by side, so that a backlog of one does not keep the others waiting. */
async function pullChanges(run: CycleRun): Promise<PullResult> {
  try {
    const schemas = await storedSchemas(run.ports, run.settings.objects);
    for (const { schema } of schemas) run.schemas.set(schema.type, schema);
    const states = await loadStates(run);
    const requests = schemas.map((stored) => requestOf(stored, states.get(stored.schema.type) ?? NEW_FEED, run));
    const { readAt, openings } = await run.ports.feed.open(requests);
    const before = addMs(`${readAt.slice(0, 19)}.000Z`, -run.settings.lagSeconds * 1000);
    const ends = await Promise.allSettled(
      requests.map(async (request) => {
        const opening = openings.get(request.type);
        if (opening === undefined) throw new Error(`the change feed left out ${request.type}`);
        return pullObject(run, { request, opening, before, state: states.get(request.type) ?? NEW_FEED });
      }),
    );
    return resultOf(requests, ends);
  } catch (error) {
    return { outcome: error instanceof QuotaExceededError ? 'quota' : 'failed', pulled: {}, error };
  }
}

interface OpenObject {
  readonly request: FeedRequest;
  readonly opening: FeedOpening;
  readonly before: string;
  readonly state: FeedState;
}

async function pullObject(run: CycleRun, object: OpenObject): Promise<WindowOutcome> {
  const { opening, before } = object;
  const { type } = object.request;
  let { request, state } = object;
  let page = opening.page;
  const described = opening.described ?? (page === 'invalidField' ? await describe(run, type) : null);
  if (described !== null) {
    const stored = await saveSchema(run.ports, type, described);
    run.schemas.set(type, stored.schema);
    // What the lookback reads again may hold fields that were not asked for the first time: queue it once more.
    state = {
      ...state,
      recent: { rows: new Map(), incompleteUntil: addMs(run.ports.clock.now(), IN_FLIGHT_HORIZON_MS) },
    };
    if (page === 'invalidField') {
      request = { ...requestOf(stored, state, run), from: request.from };
      page = await run.ports.feed.next(request, { systemModstamp: request.from, id: '' }, before);
    }
  }
  const { deleted } = opening;
  if (deleted) {
    await run.ports.queue.send([...packIds({ kind: 'refresh', type, queuedAt: run.ports.clock.now() }, deleted.ids)]);
    state = { ...state, deletedUntil: deleted.until };
  }
  if (page === 'invalidField') throw new Error(`${type}: a field that describe shows cannot be queried`);
  return readWindow(run, { request, page, before, state, latestDateCovered: opening.latestDateCovered });
}

function resultOf(requests: readonly FeedRequest[], ends: readonly PromiseSettledResult<WindowOutcome>[]): PullResult {
  const pulled: Partial<Record<SalesforceType, number>> = {};
  let outcome: CycleReport['outcome'] = 'complete';
  let error: unknown = null;
  ends.forEach((end, index) => {
    const type = requests[index]?.type;
    const failure = end.status === 'rejected' ? end.reason : end.value.error;
    if (type !== undefined && end.status === 'fulfilled') pulled[type] = end.value.queued;
    if (end.status === 'fulfilled' && end.value.error === null && !end.value.complete) outcome = 'paused';
    error ??= failure;
  });
  if (error !== null) outcome = error instanceof QuotaExceededError ? 'quota' : 'failed';
  return { outcome, pulled, error };
}

/** Persons with edits to push go to the same queue; those that are in step by then cost the merge one read. */
async function fanOutPending(run: CycleRun): Promise<{ readonly count: number; readonly error: unknown }> {
  let count = 0;
  try {
    for await (const personIds of run.ports.persons.awaitingPush()) {
      await run.ports.queue.send([...packIds({ kind: 'pending', queuedAt: run.ports.clock.now() }, personIds)]);
      count += personIds.length;
    }
    return { count, error: null };
  } catch (error) {
    return { count, error };
  }
}

async function describe(run: CycleRun, type: SalesforceType): Promise<Description> {
  const description = (await run.ports.feed.describe([type])).get(type);
  if (description === undefined) throw new Error(`${type} was not described`);
  return description;
}

async function loadStates(run: CycleRun): Promise<ReadonlyMap<SalesforceType, FeedState>> {
  const { cycle, ports, settings } = run;
  const states = await Promise.all(
    settings.objects.map(async (type): Promise<[SalesforceType, FeedState]> => {
      const state = (await ports.state.loadFeed(type)) ?? NEW_FEED;
      if (cycle.previousEnded) return [type, state];
      // A cycle that died may have queued rows and told nobody.
      const incompleteUntil = addMs(ports.clock.now(), IN_FLIGHT_HORIZON_MS);
      return [type, { ...state, recent: { ...state.recent, incompleteUntil } }];
    }),
  );
  return new Map(states);
}

function requestOf(stored: StoredSchema, state: FeedState, run: CycleRun): FeedRequest {
  return {
    type: stored.schema.type,
    from: state.unfinished?.after.systemModstamp ?? windowStart(state, run.settings.lookbackSeconds),
    columns: feedColumns(stored.schema),
    schemaLastModified: stored.lastModified,
    deletedSince: deletedSince(state),
  };
}
