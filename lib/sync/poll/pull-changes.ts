import type { SalesforceType } from '../../person/row.ts';
import { feedColumns } from '../../schema/object-schema.ts';
import { packIds } from '../change-message.ts';
import { describeAgain, saveSchema, storedSchemas } from '../context/schemas.ts';
import { QuotaExceededError } from '../errors.ts';
import { addMs } from '../instants.ts';
import type { Deletions, FeedOpening, FeedRequest } from '../ports/change-feed.ts';
import type { StoredSchema } from '../ports/sync-state-store.ts';
import type { CycleReport } from '../state/cycle-report.ts';
import {
  type BulkWindow,
  deletedSince,
  deletionsForgotten,
  type FeedState,
  NEW_FEED,
  windowStart,
} from '../state/feed-state.ts';
import { firstSyncAt } from '../state/first-sync.ts';
import { forgotten, incomplete, LASTING_HORIZON_MS } from '../state/in-flight.ts';
import { askReconciliation } from './ask-reconciliation.ts';
import type { CycleRun } from './cycle-run.ts';
import { countWindow, openBulkWindow, readBulkWindow } from './read-bulk-window.ts';
import { nextOrThrow, readWindow, type WindowOutcome, type WindowStart } from './read-window.ts';
import { sendNewest } from './send-newest.ts';
import { isOwed, type JobTurn, planJobs } from './work-field-job.ts';

/** Maximum ids in the fresh lane: one page of the feed. */
const FRESH_ROWS = 2000;

/** The outcome given an error, or null. */
export function outcomeOf(outcome: CycleReport['outcome'], error: unknown): CycleReport['outcome'] {
  if (error === null) return outcome;
  return error instanceof QuotaExceededError ? 'quota' : 'failed';
}

export interface PullResult {
  readonly outcome: CycleReport['outcome'];
  readonly pulled: CycleReport['pulled'];
  /** The objects with completely read windows. */
  readonly turns: readonly JobTurn[];
  readonly error: unknown;
  /** Whether all rows queued by the present and earlier cycles are recorded. */
  readonly isRemembered: boolean;
}

/** Reads all objects concurrently, so that a backlog of one object does not delay the others. */
export async function pullChanges(run: CycleRun): Promise<PullResult> {
  try {
    const schemas = await storedSchemas(run.ports, run.settings.objects);
    for (const stored of schemas) run.schemas.set(stored.schema.type, stored);
    const states = await loadStates(run);
    const requests = schemas.map((stored) => requestOf(stored, states.get(stored.schema.type) ?? NEW_FEED, run));
    const { readAt, openings } = await run.ports.feed.open(requests);
    const before = windowEnd(readAt, run.settings.lagSeconds);
    const ends = await Promise.allSettled(
      schemas.map(async (stored, index) => {
        const request = requests[index] as FeedRequest;
        const opening = openings.get(request.type);
        if (opening === undefined) throw new Error(`the change feed left out ${request.type}`);
        const state = states.get(request.type) ?? NEW_FEED;
        return pullObject(run, { request, stored, opening, before, state });
      }),
    );
    return resultOf(requests, ends);
  } catch (error) {
    const isRemembered = run.cycle.previousEnded;
    return { outcome: outcomeOf('complete', error), pulled: {}, turns: [], error, isRemembered };
  }
}

/**
 * The end of a window: behind Salesforce's clock by the lag. `readAt` precedes the read, and the answer came at least a
 * second later.
 */
function windowEnd(readAt: string, lagSeconds: number): string {
  return addMs(`${readAt.slice(0, 19)}.000Z`, -Math.max(lagSeconds - 1, 0) * 1000);
}

interface OpenObject {
  readonly request: FeedRequest;
  readonly stored: StoredSchema;
  readonly opening: FeedOpening;
  readonly before: string;
  readonly state: FeedState;
}

interface PulledObject extends WindowOutcome {
  readonly turn: JobTurn;
}

async function pullObject(run: CycleRun, object: OpenObject): Promise<PulledObject> {
  const { opening, before } = object;
  const { type } = object.request;
  let { request, stored, state, page } = { ...object, page: opening.page };
  const now = run.ports.clock.now();
  const changed = opening.described !== null || page === 'invalidField';
  if (opening.described !== null) stored = await saveSchema(run.ports, type, opening.described);
  else if (page === 'invalidField') stored = await describeAgain(run.ports, type);
  run.schemas.set(type, stored);
  // Rows read again by the lookback may contain fields not requested, or not accepted, the first time: queue the rows
  // again.
  if (changed || isOwed(stored)) state = { ...state, recent: forgotten(state.recent, now) };
  if (page === 'invalidField') {
    request = { ...requestOf(stored, state, run), from: request.from };
    page = await nextOrThrow(run, request, { systemModstamp: request.from, id: '' }, before);
  }
  const { deleted } = opening;
  if (deleted) state = await takeDeletions(run, type, state, deleted);
  const book = await planJobs(run, stored);
  // A running job queues row states unknown to the feed.
  if (book.running !== null) state = { ...state, recent: incomplete(state.recent, now) };
  const { latestDateCovered } = opening;
  const opened = { request, page, before, state, latestDateCovered };
  const newest = await sendNewest(run, opened);
  const { start, bulk } = await openWindow(run, { ...opened, state: newest.state }, stored);
  const window = bulk === undefined ? await readWindow(run, start) : await readBulkWindow(run, bulk, start);
  run.feeds.set(type, window.reached);
  const queued = newest.queued + window.queued;
  return { ...window, queued, turn: { schema: stored.schema, book, feed: window.reached } };
}

/** A window continued, or begun: by a query job where worthwhile. */
async function openWindow(
  run: CycleRun,
  opened: WindowStart,
  stored: StoredSchema,
): Promise<{ readonly start: WindowStart; readonly bulk: BulkWindow | undefined }> {
  const { state } = opened;
  if (state.bulk !== undefined || state.unfinished !== null) return { start: opened, bulk: state.bulk };
  const rows = await countWindow(run, opened);
  const { firstSync } = state;
  const counted = firstSync === undefined ? state : { ...state, firstSync: { ...firstSync, expectedRows: rows } };
  const start = { ...opened, state: counted };
  return { start, bulk: await openBulkWindow(run, start, stored, rows) };
}

/** The state after queueing the deletions. Deletions no longer reported by Salesforce are left to a reconciliation. */
async function takeDeletions(
  run: CycleRun,
  type: SalesforceType,
  state: FeedState,
  deleted: Deletions,
): Promise<FeedState> {
  const { ports } = run;
  const lane = deleted.ids.length > FRESH_ROWS ? ports.backlog : ports.queue;
  await lane.send([
    ...packIds(
      { kind: 'refresh', type, queuedAt: ports.clock.now(), cycle: run.cycle.number, known: true, gone: true },
      deleted.ids,
    ),
  ]);
  // Before the first request, the first sync has just read every row.
  const isFirst = state.deletedUntil === undefined;
  if (!isFirst && (!deleted.complete || deletionsForgotten(state, ports.clock.now()))) {
    await askReconciliation(ports, { reason: 'deletionsUntold', acceptMissing: false });
  }
  return { ...state, deletedUntil: deleted.until };
}

function resultOf(requests: readonly FeedRequest[], ends: readonly PromiseSettledResult<PulledObject>[]): PullResult {
  const pulled: Partial<Record<SalesforceType, number>> = {};
  const turns: JobTurn[] = [];
  let outcome: CycleReport['outcome'] = 'complete';
  let error: unknown = null;
  ends.forEach((end, index) => {
    const type = requests[index]?.type;
    const failure = end.status === 'rejected' ? end.reason : end.value.error;
    if (type !== undefined && end.status === 'fulfilled') pulled[type] = end.value.queued;
    if (end.status === 'fulfilled' && end.value.complete) turns.push(end.value.turn);
    if (end.status === 'fulfilled' && end.value.error === null && !end.value.complete) outcome = 'paused';
    error ??= failure;
  });
  const isRemembered = ends.every(({ status }) => status === 'fulfilled');
  return { outcome: outcomeOf(outcome, error), pulled, turns, error, isRemembered };
}

/** The states at the start of the cycle: the first sync of a new object begins, and ends once its rows are merged. */
async function withFirstSync({ ports }: CycleRun, states: readonly FeedState[]): Promise<readonly FeedState[]> {
  const isRead = states.some(({ firstSync }) => firstSync !== undefined && firstSync.readAt !== null);
  const depths = isRead ? await Promise.all([ports.queue.depth(), ports.backlog.depth()]) : [];
  const isMerged = isRead && depths.every((depth) => depth === 0);
  return states.map((state) => {
    const { firstSync: _, ...others } = state;
    const firstSync = firstSyncAt(state, ports.clock.now(), isMerged);
    return firstSync === undefined ? others : { ...others, firstSync };
  });
}

async function loadStates(run: CycleRun): Promise<ReadonlyMap<SalesforceType, FeedState>> {
  const { cycle, ports, settings } = run;
  const stored = await Promise.all(settings.objects.map((type) => ports.state.loadFeed(type)));
  const states = await withFirstSync(
    run,
    stored.map((state) => state ?? NEW_FEED),
  );
  return new Map(
    settings.objects.map((type, at): [SalesforceType, FeedState] => {
      const state = states[at] ?? NEW_FEED;
      run.feeds.set(type, state);
      if (cycle.previousEnded) return [type, state];
      // The previous cycle may have queued rows without a record.
      return [type, { ...state, recent: incomplete(state.recent, ports.clock.now(), LASTING_HORIZON_MS) }];
    }),
  );
}

function requestOf(stored: StoredSchema, state: FeedState, run: CycleRun): FeedRequest {
  return {
    type: stored.schema.type,
    // The window of a running query job is not requested a second time.
    from:
      state.bulk?.before ?? state.unfinished?.after.systemModstamp ?? windowStart(state, run.settings.lookbackSeconds),
    columns: feedColumns(stored.schema),
    schemaLastModified: stored.lastModified,
    deletedSince: deletedSince(state, run.ports.clock.now()),
  };
}
