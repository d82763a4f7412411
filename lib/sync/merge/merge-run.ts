import { logged } from '../../person/edit-person.ts';
import { awaitsPush, type Person } from '../../person/person.ts';
import { type RowName, successorOf } from '../../person/row.ts';
import { type ChangeMessage, packIds } from '../change-message.ts';
import type { Context } from '../context/context.ts';
import { mayLast, TransientError } from '../errors.ts';
import { type Deadline, TIME_TO_STOP_MS } from '../ports/deadline.ts';
import { pushPersons } from '../push/push-persons.ts';
import type { PushReport } from '../push/push-tally.ts';
import { answerQuestions } from '../rows/answer-questions.ts';
import type { Question } from '../rows/decide.ts';
import { holdersOf } from '../rows/holders.ts';
import type { QuestionRun } from '../rows/question-run.ts';
import { finishErasure } from '../sync-person/erase-person.ts';
import type { Arrival, Delivery } from './arrivals.ts';
import { type FailedRow, packFailedRows } from './pack-failed-rows.ts';
import { type RetryMessage, retryRejected } from './retry-rejected.ts';

export interface MergeReport {
  /** Ids of the deliveries to be delivered again. */
  readonly retry: readonly string[];
  /** The ids among `retry` with a possibly lasting error: every delivery counts as a try. */
  readonly suspects: readonly string[];
  readonly rows: number;
  readonly changed: number;
  /** Fields changed on both sides, in rows and in pushes. */
  readonly conflicts: number;
  /** Salesforce API calls. */
  readonly calls: number;
  readonly push: PushReport;
  /** Rows that came back from our own push and were written all the same. */
  readonly echoWrites: number;
  /** The first error causing a redelivery. */
  readonly error: unknown;
  /** The rows and persons, by id, that came to an error: the first of them. */
  readonly failed: readonly string[];
}

/** So many ids of what failed are told. */
const TOLD_IDS = 20;

/** Rows of a message without values, or with outdated values. */
export interface RowsToRead {
  readonly delivery: Delivery;
  readonly message: Extract<ChangeMessage, { kind: 'rows' | 'refresh' }>;
  readonly ids: readonly string[];
}

/** The origin of a question: the rows to queue again if the question stays unanswered. */
type Origins = readonly Omit<FailedRow, 'isSuspect'>[];

/** One batch of messages, with the results so far. */
export class MergeRun {
  #rows = 0;
  #changed = 0;
  #conflicts = 0;
  #echoWrites = 0;
  #error: unknown = null;
  readonly #failedIds: string[] = [];
  readonly #retry = new Set<string>();
  readonly #suspects = new Set<string>();
  readonly #failed: FailedRow[] = [];
  readonly #toPush = new Map<string, Person>();
  readonly #toPushMass = new Map<string, Person>();
  readonly #context: Context;
  readonly #hasTime: () => boolean;

  constructor(context: Context, timeLeftMs: Deadline) {
    this.#context = context;
    this.#hasTime = () => timeLeftMs() > TIME_TO_STOP_MS;
  }

  fail(delivery: Delivery, error: unknown): void {
    this.#redeliver(delivery, mayLast(error));
    this.#error ??= error;
  }

  #redeliver({ id }: Delivery, isSuspect: boolean): void {
    this.#retry.add(id);
    if (isSuspect) this.#suspects.add(id);
  }

  /** Merges queued rows. Merges and conversions in Salesforce come first, before the remaining rows. */
  async merge(arrivals: readonly Arrival[]): Promise<void> {
    const hasSuccessor = ({ row }: Arrival) => successorOf(row) !== null;
    await this.#mergeAll(arrivals.filter(hasSuccessor));
    await this.#mergeAll(arrivals.filter((arrival) => !hasSuccessor(arrival)));
  }

  async #mergeAll(arrivals: readonly Arrival[]): Promise<void> {
    this.#rows += arrivals.length;
    const questions = arrivals.map(({ row, newer, partial }): Question => {
      return { kind: 'row', name: row, state: row, partial, mayComeAfter: newer, hasMessage: true };
    });
    await this.#answer(questions, (at) => {
      const arrival = arrivals[at];
      return arrival === undefined ? [] : [{ delivery: arrival.delivery, row: arrival.row, arrival }];
    });
  }

  /** Reads the persons with edits to push. */
  async readPending(delivery: Delivery, message: Extract<ChangeMessage, { kind: 'pending' }>): Promise<void> {
    try {
      const persons = await this.#context.ports.persons.getMany(message.personIds);
      const queue = message.mass === true ? this.#toPushMass : this.#toPush;
      for (const person of persons.values()) queue.set(person.personId, person);
    } catch (error) {
      this.fail(delivery, error);
    }
  }

  /** Retries the rejected edits of the named persons. */
  async retryRejections(delivery: Delivery, message: RetryMessage): Promise<void> {
    try {
      const { freed, unseen } = await retryRejected(this.#context, message);
      for (const person of freed) this.#noteForPush(person);
      const questions = unseen.map(({ personId }): Question => {
        return { kind: 'person', personId, attaches: false, readsOwn: true, hasMessage: false };
      });
      const open = await this.#answer(questions, () => []);
      if (open.some(({ ended }) => ended?.kind === 'late')) this.#redeliver(delivery, false);
    } catch (error) {
      this.fail(delivery, error);
    }
  }

  /** Finishes the joins or erasures of the named persons. */
  async finishHalfDone(delivery: Delivery, message: Extract<ChangeMessage, { kind: 'persons' }>): Promise<void> {
    if (message.erases !== true) return this.#join(delivery, message.personIds);
    try {
      for (const personId of message.personIds) await this.#erase(personId);
    } catch (error) {
      this.fail(delivery, error);
    }
  }

  async #join(delivery: Delivery, personIds: readonly string[]): Promise<void> {
    const questions = personIds.map((personId): Question => {
      return { kind: 'person', personId, attaches: false, readsOwn: false, hasMessage: true };
    });
    for (const run of await this.#answer(questions, () => [])) this.#redeliver(delivery, isSuspect(run));
  }

  async #erase(personId: string): Promise<void> {
    if (!this.#hasTime()) throw new TransientError('LATE', 'no time is left to erase a person');
    const { kind } = await finishErasure(this.#context.ports, personId);
    if (kind === 'busy' || kind === 'unavailable' || kind === 'limit') throw busy();
  }

  /** Reads the rows of all messages in as few calls as possible, each id once. */
  async readAgain(toRead: readonly RowsToRead[]): Promise<void> {
    const rows = new Map<string, { readonly question: Question; readonly origins: Origins[number][] }>();
    for (const { delivery, message, ids } of toRead) {
      const isRefresh = message.kind === 'refresh';
      const mayComeAfter = !(isRefresh && message.known === true);
      const recordIsGone = isRefresh && message.gone === true;
      for (const id of new Set(ids)) {
        // Questions with different options stay separate: only a question with `mayComeAfter` leaves a trace.
        const key = `${mayComeAfter} ${recordIsGone} ${id}`;
        const known = rows.get(key);
        if (known === undefined) {
          const question = readOf({ type: message.type, id }, { mayComeAfter, recordIsGone });
          rows.set(key, { question, origins: [{ delivery, row: { id } }] });
        } else known.origins.push({ delivery, row: { id } });
      }
    }
    const all = [...rows.values()];
    this.#rows += all.length;
    await this.#answer(
      all.map(({ question }) => question),
      (at) => all[at]?.origins ?? [],
    );
  }

  /** Queues failed rows separately, so that the rest of the message is not delivered again. */
  async queueFailedAgain(): Promise<void> {
    const byDelivery = Map.groupBy(this.#failed, ({ delivery }) => delivery);
    for (const [delivery, failed] of byDelivery) {
      const bodies = this.#retry.has(delivery.id) ? [] : packFailedRows(delivery, failed);
      if (bodies.length === 0) {
        const suspects = failed.filter(({ isSuspect }) => isSuspect);
        this.#redeliver(delivery, suspects.length > 0);
        if (delivery.lastTry) await this.#logUnmerged(suspects.flatMap(({ arrival }) => arrival ?? []));
        continue;
      }
      try {
        await this.#context.ports.queue.send(bodies);
      } catch (error) {
        this.fail(delivery, error);
      }
    }
  }

  /** Persons without time left are queued again, because the message naming them is done. */
  async push(): Promise<PushReport> {
    const { ports } = this.#context;
    const mass = [...this.#toPushMass.values()].filter(({ personId }) => !this.#toPush.has(personId));
    const report = await pushPersons(this.#context, { guarded: [...this.#toPush.values()], mass }, this.#hasTime);
    const envelope = { kind: 'pending', queuedAt: ports.clock.now() } as const;
    const { late } = report;
    const bodies = [...packIds(envelope, late.guarded), ...packIds({ ...envelope, mass: true }, late.mass)];
    if (bodies.length > 0) await ports.queue.send(bodies);
    return report;
  }

  report(push: PushReport, calls: number): MergeReport {
    return {
      retry: [...this.#retry],
      suspects: [...this.#suspects],
      rows: this.#rows,
      changed: this.#changed,
      conflicts: this.#conflicts + push.conflicts,
      calls,
      push,
      echoWrites: this.#echoWrites,
      error: this.#error,
      failed: this.#failedIds,
    };
  }

  /** Answers questions and returns the questions to be asked again; the origin rows of the latter are queued again. */
  async #answer(questions: readonly Question[], origins: (at: number) => Origins): Promise<readonly QuestionRun[]> {
    const runs = await answerQuestions(this.#context, questions, { hasTime: this.#hasTime });
    return runs.filter((run, at) => {
      this.#conflicts += run.conflicts.length;
      if (run.hasWritten) this.#changed += 1;
      if (run.hasWrittenEcho) this.#echoWrites += 1;
      if (run.foundPerson !== undefined) this.#noteForPush(run.foundPerson);
      if (!mustComeAgain(run)) return false;
      if (run.ended?.kind === 'failed') this.#noteFailure(run.question, run.ended.error);
      else if (run.ended?.kind !== 'late') this.#error ??= busy();
      this.#failed.push(...origins(at).map((origin) => ({ ...origin, isSuspect: isSuspect(run) })));
      return true;
    });
  }

  #noteFailure(question: Question, error: unknown): void {
    this.#error ??= error;
    const id = question.kind === 'row' ? question.name.id : question.personId;
    if (this.#failedIds.length < TOLD_IDS) this.#failedIds.push(id);
  }

  #noteForPush(person: Person): void {
    if (awaitsPush(person)) this.#toPush.set(person.personId, person);
  }

  /** Logs on the holders, where possible, that their rows could not be merged. */
  async #logUnmerged(arrivals: readonly Arrival[]): Promise<void> {
    const message = 'The record from Salesforce could not be stored and waits in the dead-letter queue';
    const detail = { code: 'NOT_MERGED', message, fields: [], values: {} };
    try {
      const { persons, clock } = this.#context.ports;
      const ids = arrivals.map(({ row }) => row.id);
      for (const holder of (await holdersOf(persons, ids)).values()) {
        const next = logged(holder, [{ type: 'rejected', direction: 'pull', detail }], clock.now());
        await persons.update(holder, next);
      }
    } catch (error) {
      this.#error ??= error;
    }
  }
}

function readOf(name: RowName, how: { readonly mayComeAfter: boolean; readonly recordIsGone: boolean }): Question {
  return { kind: 'row', name, state: null, partial: false, hasMessage: true, ...how };
}

function mustComeAgain({ ended }: QuestionRun): boolean {
  return ended?.kind === 'failed' || ended?.kind === 'busy' || ended?.kind === 'wait' || ended?.kind === 'late';
}

function isSuspect({ ended }: QuestionRun): boolean {
  return ended?.kind === 'failed' && mayLast(ended.error);
}

function busy(): Error {
  return new TransientError('BUSY', 'a person is busy; the row is read again later');
}
