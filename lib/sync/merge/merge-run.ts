import { logged } from '../../person/edit-person.ts';
import { awaitsPush, type Person } from '../../person/person.ts';
import { type RowName, successorOf } from '../../person/row.ts';
import type { ChangeMessage } from '../change-message.ts';
import type { Context } from '../context/context.ts';
import type { Schemas } from '../context/schemas.ts';
import { TransientError } from '../errors.ts';
import { pushPersons } from '../push/push-persons.ts';
import type { PushReport } from '../push/push-run.ts';
import { answerQuestions } from '../rows/answer-questions.ts';
import type { Asking } from '../rows/asking.ts';
import type { Question } from '../rows/decide.ts';
import { holdersOf } from '../rows/holders.ts';
import { finishErasure } from '../sync-person/erase-person.ts';
import { type Arrival, arrivalsOf, type Delivery } from './arrivals.ts';
import { type FailedRow, isArrival, packFailedRows } from './pack-failed-rows.ts';
import { type RetryMessage, retryRejected } from './retry-rejected.ts';

export interface MergeReport {
  /** Deliveries that must come again, by id. */
  readonly retry: readonly string[];
  readonly rows: number;
  readonly changed: number;
  /** Fields that both sides had changed, in rows and in pushes. */
  readonly conflicts: number;
  /** Salesforce API calls. */
  readonly calls: number;
  readonly push: PushReport;
  /** Why rows or messages must come again; the first of the causes. */
  readonly error: unknown;
}

/** One batch of messages on its way into the store, with what has come of it so far. */
export class MergeRun {
  #rows = 0;
  #changed = 0;
  #conflicts = 0;
  #error: unknown = null;
  readonly #retry = new Set<string>();
  readonly #failed: FailedRow[] = [];
  readonly #toPush = new Map<string, Person>();
  readonly #toPushMass = new Map<string, Person>();
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  fail(delivery: Delivery, error: unknown): void {
    this.#retry.add(delivery.id);
    this.#error ??= error;
  }

  /** Rows as they were queued. What has become one person in Salesforce is one here before the rest arrives. */
  async merge(arrivals: readonly Arrival[]): Promise<void> {
    const isFollowed = ({ row }: Arrival) => successorOf(row) !== null;
    await this.#mergeAll(arrivals.filter(isFollowed));
    await this.#mergeAll(arrivals.filter((arrival) => !isFollowed(arrival)));
  }

  async #mergeAll(arrivals: readonly Arrival[]): Promise<void> {
    this.#rows += arrivals.length;
    const questions = arrivals.map(({ row, newer, partial }): Question => {
      return { kind: 'row', name: row, state: row, partial, mayComeAfter: newer, told: true };
    });
    await this.#answer(questions, (at) => arrivals[at]);
  }

  /** Persons or rows of a message that carries no values, or none that count any more. */
  async readAgain(delivery: Delivery, message: Exclude<ChangeMessage, { kind: 'list' }>): Promise<void> {
    try {
      if (message.kind === 'pending') {
        const persons = await this.#context.ports.persons.getMany(message.personIds);
        const queue = message.mass === true ? this.#toPushMass : this.#toPush;
        for (const person of persons.values()) queue.set(person.personId, person);
      } else if (message.kind === 'persons') await this.#goOn(message);
      else if (message.kind === 'retry') await this.#tryAgain(message);
      else await this.#readRows(delivery, message);
    } catch (error) {
      this.fail(delivery, error);
    }
  }

  async #tryAgain(message: RetryMessage): Promise<void> {
    const { woken, unseen } = await retryRejected(this.#context, message);
    for (const person of woken) this.#note(person);
    const questions = unseen.map(({ personId }): Question => {
      return { kind: 'person', personId, attaches: false, readsOwn: true, told: false };
    });
    await this.#answer(questions, () => undefined);
  }

  #goOn({ personIds, erases }: Extract<ChangeMessage, { kind: 'persons' }>): Promise<void> {
    return erases === true ? this.#erase(personIds) : this.#join(personIds);
  }

  async #join(personIds: readonly string[]): Promise<void> {
    const questions = personIds.map((personId): Question => {
      return { kind: 'person', personId, attaches: false, readsOwn: false, told: true };
    });
    const open = await this.#answer(questions, () => undefined);
    if (open.length > 0) throw busy();
  }

  async #erase(personIds: readonly string[]): Promise<void> {
    for (const personId of personIds) {
      const { kind } = await finishErasure(this.#context.ports, personId);
      if (kind === 'busy' || kind === 'unavailable' || kind === 'limit') throw busy();
    }
  }

  async #readRows(delivery: Delivery, message: Extract<ChangeMessage, { kind: 'rows' | 'refresh' }>): Promise<void> {
    const { type } = message;
    const ids = message.kind === 'refresh' ? message.ids : idsOf(delivery, message, this.#context.schemas);
    const isRefresh = message.kind === 'refresh';
    const mayComeAfter = !(isRefresh && message.known === true);
    const recordIsGone = isRefresh && message.gone === true;
    this.#rows += ids.length;
    const questions = ids.map((id) => readOf({ type, id }, { mayComeAfter, recordIsGone }));
    await this.#answer(questions, (at) => ({ delivery, row: { id: ids[at] ?? '' } }));
  }

  /** Rows that failed leave their message, so that the rest of it is not delivered again. */
  async queueFailedAgain(): Promise<void> {
    const byDelivery = Map.groupBy(this.#failed, ({ delivery }) => delivery);
    for (const [delivery, failed] of byDelivery) {
      const bodies = this.#retry.has(delivery.id) ? [] : [...packFailedRows(delivery, failed)];
      if (bodies.length === 0) {
        this.#retry.add(delivery.id);
        if (delivery.lastTry) await this.#tellUnmerged(failed.filter(isArrival));
        continue;
      }
      try {
        await this.#context.ports.queue.send(bodies);
      } catch (error) {
        this.fail(delivery, error);
      }
    }
  }

  async push(): Promise<PushReport> {
    const mass = [...this.#toPushMass.values()].filter(({ personId }) => !this.#toPush.has(personId));
    return pushPersons(this.#context, { guarded: [...this.#toPush.values()], mass });
  }

  report(push: PushReport, calls: number): MergeReport {
    const conflicts = this.#conflicts + push.conflicts;
    return {
      retry: [...this.#retry],
      rows: this.#rows,
      changed: this.#changed,
      conflicts,
      calls,
      push,
      error: this.#error,
    };
  }

  /** Answers the questions whose rows, if they name any, must come again. */
  async #answer(
    questions: readonly Question[],
    failedRow: (at: number) => FailedRow | undefined,
  ): Promise<readonly Question[]> {
    const askings = await answerQuestions(this.#context, questions);
    return askings.flatMap((asking, at) => {
      this.#conflicts += asking.conflicts.length;
      if (asking.hasWritten) this.#changed += 1;
      if (asking.reached !== undefined) this.#note(asking.reached);
      if (!mustComeAgain(asking)) return [];
      this.#error ??= asking.ended?.kind === 'failed' ? asking.ended.error : busy();
      const failed = failedRow(at);
      if (failed !== undefined) this.#failed.push(failed);
      return [asking.question];
    });
  }

  #note(person: Person): void {
    if (awaitsPush(person)) this.#toPush.set(person.personId, person);
  }

  /** The persons say that their rows could not be taken over, if they can be told at all. */
  async #tellUnmerged(arrivals: readonly Arrival[]): Promise<void> {
    const message = 'What Salesforce holds could not be stored; it waits in the dead-letter queue';
    const detail = { code: 'NOT_MERGED', message, fields: [], values: {} };
    try {
      const { persons, clock } = this.#context.ports;
      const ids = arrivals.map(({ row }) => row.id);
      for (const holder of (await holdersOf(persons, ids)).values()) {
        const told = logged(holder, [{ type: 'rejected', direction: 'pull', detail }], clock.now());
        await persons.update(holder, told);
      }
    } catch (error) {
      this.#error ??= error;
    }
  }
}

function readOf(name: RowName, how: { readonly mayComeAfter: boolean; readonly recordIsGone: boolean }): Question {
  return { kind: 'row', name, state: null, partial: false, told: true, ...how };
}

function idsOf(delivery: Delivery, message: Extract<ChangeMessage, { kind: 'rows' }>, schemas: Schemas): string[] {
  return [...new Set(arrivalsOf(delivery, message, schemas).map(({ row }) => row.id))];
}

function mustComeAgain({ ended }: Asking): boolean {
  return ended?.kind === 'failed' || ended?.kind === 'busy' || ended?.kind === 'wait';
}

function busy(): Error {
  return new TransientError('BUSY', 'a person is busy; its row is read again later');
}
