import type { SQSRecord } from 'aws-lambda';
import { MAX_DELIVERIES } from '../../lib/lambda/environment.ts';
import { deliveriesOf, mergeBatch } from '../../lib/lambda/merge-batch.ts';
import { parseSettings } from '../../lib/lambda/settings.ts';
import type { Fields } from '../../lib/person/field-value.ts';
import type { DeletedHere } from '../../lib/person/person.ts';
import type { SalesforceType } from '../../lib/person/row.ts';
import { openBulk, readBulk } from '../../lib/salesforce/bulk-query.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import type { AssignTo } from '../../lib/sync/assign-to.ts';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { loadSchemas } from '../../lib/sync/context/schemas.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import { type ListedPersons, pauseList, startList } from '../../lib/sync/lists/list-jobs.ts';
import { type MergeReport, mergeChanges } from '../../lib/sync/merge/merge-changes.ts';
import { type AcceptOutcome, acceptField } from '../../lib/sync/operate/accept-field.ts';
import { createOrEditByEmail, type EditOutcome, editFields } from '../../lib/sync/persons/edit-persons.ts';
import { askReconciliation } from '../../lib/sync/poll/ask-reconciliation.ts';
import { type PollOutcome, pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import { type Deadline, TIME_TO_STOP_MS } from '../../lib/sync/ports/deadline.ts';
import type { BacklogLane, Ports } from '../../lib/sync/ports/ports.ts';
import { type DeleteOutcome, deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import type { SyncOutcome } from '../../lib/sync/sync-person/person-sync.ts';
import { type PreviewOutcome, previewSync } from '../../lib/sync/sync-person/preview-sync.ts';
import { syncPerson } from '../../lib/sync/sync-person/sync-person.ts';
import type { Dice } from './dice.ts';
import { Invocation } from './invocation.ts';
import { realClient } from './real-client.ts';
import { SimulatedClient } from './simulated-client.ts';
import { type BatchEnd, type QueuedMessage, recordOf, SimulatedQueue } from './simulated-queue.ts';
import { messageTold } from './story.ts';
import type { World } from './world.ts';

/** The functions as they are deployed: their time-outs, and whether a caller waits for Salesforce. */
const DEPLOYED = {
  poll: { timeoutMs: 14 * 60_000, somebodyWaits: false },
  merge: { timeoutMs: 2 * 60_000, somebodyWaits: false },
  'sync-person': { timeoutMs: 29_000, somebodyWaits: true },
  persons: { timeoutMs: 10_000, somebodyWaits: false },
} as const;

type FunctionName = keyof typeof DEPLOYED;

/** What an invocation came to. */
export type End<Result> =
  | { readonly kind: 'answered'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'lost' };

const SETTINGS = parseSettings({});
const CYCLE_LEASE_MS = 15 * 60_000;

/** A lease outlives the longest work of Salesforce by a minute; clocks that are further off are nobody's to bear. */
const LONGEST_JUMP_MS = 50_000;

/** How far the clocks of two workers are apart, at most. */
const WORKER_SKEW_MS = 1500;

/** The ports of what nobody waits for. */
const later = (ports: Ports & BacklogLane): Ports => ({ ...ports, queue: ports.backlog });

/** The product's functions on simulated ports. Each method is what the handler of that name does with its event. */
export class Functions {
  readonly queue: SimulatedQueue;
  readonly backlog: SimulatedQueue;
  readonly #world: World;
  readonly #jumpDice: Dice;
  readonly #lateDice: Dice;
  readonly #invoked: Record<FunctionName, number> = { poll: 0, merge: 0, 'sync-person': 0, persons: 0 };
  constructor(world: World) {
    this.#world = world;
    this.#jumpDice = world.dice.fork('clock jumps');
    this.#lateDice = world.dice.fork('late merges');
    this.queue = new SimulatedQueue(world, { lane: 'm', concurrency: world.dice.between(1, 4) }, (batch) =>
      this.#merge(batch, this.queue),
    );
    const behind = world.dice.fork('backlog');
    this.backlog = new SimulatedQueue(world, { lane: 'b', concurrency: behind.between(1, 4) }, (batch) =>
      this.#merge(batch, this.backlog),
    );
  }

  /** Messages of both lanes. */
  get waiting(): number {
    return this.queue.waiting + this.backlog.waiting;
  }

  /** Makes what waits for its time visible now, in both lanes. */
  redrive(): void {
    this.queue.redrive();
    this.backlog.redrive();
  }

  async poll(): Promise<End<PollOutcome>> {
    const settings = {
      objects: ['Lead', 'Contact'] as const,
      lagSeconds: SETTINGS.lagSeconds,
      lookbackSeconds: SETTINGS.lookbackSeconds,
      cycleLeaseMs: CYCLE_LEASE_MS,
      massPushAbove: this.#world.massPushAbove,
      bulkAbove: this.#world.bulkAbove,
      freshPersons: this.#world.freshPersons,
      recentRows: this.#world.recentRows,
    };
    const end = await this.#invoke('poll', (ports, timeLeftMs) => pollCycle(ports, settings, timeLeftMs));
    const drifted = end.kind === 'answered' && end.result.kind === 'cycle' ? end.result.drifted : 0;
    for (let row = 0; row < drifted; row += 1) this.#world.swarm.count('reconciliation: read again');
    return end;
  }

  askReconciliation(acceptMissing: boolean): Promise<End<void>> {
    return this.#invoke('persons', (ports) => askReconciliation(ports, { reason: 'asked', acceptMissing }));
  }

  acceptField(type: SalesforceType, field: string): Promise<End<AcceptOutcome>> {
    return this.#invoke('persons', (ports) => acceptField(ports, type, field));
  }

  edit(personId: string, fields: Fields): Promise<End<EditOutcome>> {
    return this.#invoke('persons', (ports) => editFields(ports, personId, fields));
  }

  create(fields: Fields): Promise<End<EditOutcome>> {
    return this.#invoke('persons', (ports) => createOrEditByEmail(ports, fields));
  }

  sync(personId: string, assignTo: AssignTo): Promise<End<SyncOutcome>> {
    return this.#invoke('sync-person', (ports) => syncPerson(ports, personId, assignTo));
  }

  startList(listed: ListedPersons): Promise<End<string>> {
    return this.#invoke('persons', (ports) => startList(later(ports), listed, { kind: 'unchanged' }));
  }

  pauseList(jobId: string, paused: boolean): Promise<End<unknown>> {
    return this.#invoke('persons', (ports) => pauseList(later(ports), jobId, paused));
  }

  delete(personId: string, salesforce: DeletedHere['salesforce']): Promise<End<DeleteOutcome>> {
    return this.#invoke('sync-person', (ports) => deletePersonHere(ports, personId, salesforce));
  }

  preview(personId: string): Promise<End<PreviewOutcome>> {
    return this.#invoke('sync-person', (ports) => previewSync(ports, personId));
  }

  createAndSync(fields: Fields, assignTo: AssignTo): Promise<End<SyncOutcome | EditOutcome>> {
    return this.#invoke('sync-person', async (ports) => {
      await loadSchemas(ports);
      const edited = await createOrEditByEmail(ports, fields);
      if (edited.kind !== 'created' && edited.kind !== 'updated') return edited;
      return syncPerson(ports, edited.person.personId, assignTo);
    });
  }

  async #merge(batch: readonly QueuedMessage[], lane: SimulatedQueue): Promise<BatchEnd> {
    const world = this.#world;
    const name = `merge-${this.#invoked.merge + 1}`;
    const end = await this.#invoke('merge', async (ports, timeLeftMs, invocation) => {
      for (const { body } of world.story === null ? [] : batch) {
        const message = parseChangeMessage(body);
        if (message !== undefined) world.narrate(() => messageTold(name, 'gets', message));
      }
      const queue = lane.through(invocation);
      return mergeBatch({ queue, logError: () => undefined }, batch.map(recordOf), (records) =>
        this.#mergeRecords({ ...ports, queue }, records, timeLeftMs),
      );
    });
    return end.kind === 'answered'
      ? new Set(end.result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
      : 'lost';
  }

  async #mergeRecords(ports: Ports, records: readonly SQSRecord[], timeLeftMs: Deadline): Promise<MergeReport> {
    const { swarm } = this.#world;
    const deliveries = records.map((record) => ({
      id: record.messageId,
      message: parseChangeMessage(record.body),
      lastTry: deliveriesOf(record) >= MAX_DELIVERIES,
    }));
    const report = await mergeChanges(ports, deliveries, timeLeftMs);
    for (let row = report.changed; row < report.rows; row += 1) swarm.count('table: nothing');
    this.#mustBeExpected('merge', report.error);
    this.#mustBeExpected('merge', report.push.error);
    if (timeLeftMs() <= TIME_TO_STOP_MS) swarm.count('deadline: stopped in time');
    return report;
  }

  #invoke<Result>(
    name: FunctionName,
    run: (ports: Ports & BacklogLane, timeLeftMs: Deadline, invocation: Invocation) => Promise<Result>,
  ): Promise<End<Result>> {
    const world = this.#world;
    const { somebodyWaits } = DEPLOYED[name];
    const timeoutMs = this.#timeoutOf(name);
    this.#invoked[name] += 1;
    return new Promise((resolve) => {
      const own = world.dice.between(-WORKER_SKEW_MS, WORKER_SKEW_MS);
      const jumps = world.swarm.strikes('clockJumps', this.#jumpDice);
      const skew = jumps ? this.#jumpDice.between(-LONGEST_JUMP_MS, LONGEST_JUMP_MS) : own;
      const invocation = new Invocation(world, `${name}-${this.#invoked[name]}`, skew, () => resolve({ kind: 'lost' }));
      world.timeline.after(timeoutMs, () => {
        if (!over) invocation.die('timed out');
      });
      let over = false;
      const endsAt = world.timeline.now + timeoutMs;
      run(this.#portsOf(invocation, somebodyWaits), () => endsAt - world.timeline.now, invocation).then(
        (result) => {
          over = true;
          invocation.failed = isUnavailable(result);
          resolve({ kind: 'answered', result });
        },
        (error: unknown) => {
          over = true;
          invocation.failed = true;
          this.#mustBeExpected(invocation.name, error);
          resolve({ kind: 'failed', error });
        },
      );
    });
  }

  #timeoutOf(name: FunctionName): number {
    const isLate = name === 'merge' && this.#world.swarm.strikes('mergeLate', this.#lateDice);
    return isLate ? TIME_TO_STOP_MS + this.#lateDice.between(0, 1500) : DEPLOYED[name].timeoutMs;
  }

  #portsOf(invocation: Invocation, somebodyWaits: boolean): Ports & BacklogLane {
    const world = this.#world;
    const client = world.isClientReal
      ? realClient(world, invocation, somebodyWaits)
      : new SimulatedClient(world, invocation, somebodyWaits);
    return {
      clock: invocation.clock,
      ids: invocation.ids,
      ...world.stores.through(invocation),
      feed: {
        ...createSalesforceChangeFeed(client),
        // Loading the module in the middle of a story would take the machine's time, and not the story's.
        openBulk: (request) => openBulk(client, request),
        readBulk: (query, reader) => readBulk(client, query, reader),
      },
      records: createSalesforceRecords(client),
      queue: this.queue.through(invocation),
      backlog: this.backlog.through(invocation),
      policy: world.policy,
      leaseMs: SETTINGS.pushLeaseSeconds * 1000,
    };
  }

  /** Failures of the outside are expected; a broken program is not. */
  #mustBeExpected(where: string, error: unknown): void {
    if (error === null || error instanceof TransientError || error instanceof QuotaExceededError) return;
    if (error instanceof Error && error.message.startsWith('a person is busy')) return;
    const text =
      error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : JSON.stringify(error);
    const kind = error instanceof ConfigError ? 'only expected errors (a human is called)' : 'only expected errors';
    this.#world.breaks(kind, `${where} failed: ${text}`);
  }
}

/** The answer says no more than that the caller shall ask again. */
function isUnavailable(result: unknown): boolean {
  const { kind } = (result ?? {}) as { readonly kind?: unknown };
  return kind === 'unavailable' || kind === 'limit';
}
