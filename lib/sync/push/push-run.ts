import { assertNever } from '../../person/assert-never.ts';
import { awaitsPush, isLeased, type Person } from '../../person/person.ts';
import { type Reason, triedOnceMore } from '../../person/retry.ts';
import { SALESFORCE_TYPES, type SalesforceType } from '../../person/row.ts';
import type { RemoteRecord } from '../../schema/record.ts';
import type { Context } from '../context/context.ts';
import { CurrentContext } from '../context/current-context.ts';
import { type DescribePorts, INVALID_FIELD } from '../context/schemas.ts';
import { wasNotSent } from '../errors.ts';
import { chunked, inParallel, STORE_PARALLELISM, sideBySide } from '../in-parallel.ts';
import type { Ports } from '../ports/ports.ts';
import type { PushAnswer, TransientRefusal } from '../ports/salesforce-records.ts';
import { refreshedPerson } from '../rows/merge-values.ts';
import { refreshPersons } from '../rows/own-rows.ts';
import { updateOrPark } from '../rows/update-or-park.ts';
import { endLostLeases } from './lost-push.ts';
import { lastingRefusal, MODIFIED, reasonOf } from './postponed.ts';
import { type Push, preparePush, sendPushes } from './prepare-push.ts';
import { giveBackLease } from './push-lease.ts';
import { type Mode, type PushReport, PushTally } from './push-tally.ts';
import { isGoneRow, readUnreadRows, unchangedSinceBase } from './read-unread-rows.ts';
import type { Settled } from './settle-push.ts';
import { type PushResult, storeSettled } from './store-settled.ts';

export type PushPorts = Pick<Ports, 'persons' | 'records' | 'queue' | 'clock' | 'ids' | 'leaseMs'> & DescribePorts;

/** Maximum pushes of one person in a run: the row changes, or values are refused in turn. */
const ROUNDS = 4;

/** Rows read in one call before an unguarded push: changes in between are overwritten and logged. */
const READ_BEFORE_MASS = 1200;

/**
 * Concurrent calls of one run. Six concurrent merges (the default) with three calls stay below the 25 long requests
 * allowed by Salesforce for an org.
 */
const CALLS_AT_ONCE = 3;

/** One run of pushes with the results so far. */
export class PushRun {
  readonly #tally = new PushTally();
  readonly #context: CurrentContext<PushPorts>;
  readonly #hasTime: () => boolean;
  readonly #owner: string;

  constructor(context: Context<PushPorts>, hasTime: () => boolean) {
    this.#context = new CurrentContext(context);
    this.#hasTime = hasTime;
    this.#owner = context.ports.ids.next();
  }

  fail(error: unknown): void {
    this.#tally.fail(error);
  }

  report(): PushReport {
    return this.#tally.report();
  }

  async pushGuarded(persons: readonly Person[]): Promise<void> {
    if (!this.#hasTime()) return this.#tally.addLate('guarded', persons);
    let open = await this.#withoutLostPushes(persons);
    for (let round = 0; round < ROUNDS && open.length > 0; round += 1) open = await this.#round(open);
    this.#tally.postponed += open.length;
  }

  /** Returns the persons with a row changed since base: to be merged first and pushed under the guard. */
  async pushMass(persons: readonly Person[]): Promise<readonly Person[]> {
    const others: Person[] = [];
    if (persons.length === 0) return others;
    if (!this.#hasTime()) {
      this.#tally.addLate('mass', persons);
      return others;
    }
    const open = await this.#withoutLostPushes(persons);
    for (const type of SALESFORCE_TYPES) {
      const ofType = open.filter(({ salesforce }) => salesforce?.type === type);
      for (const chunk of chunked(ofType, READ_BEFORE_MASS)) {
        if (!this.#hasTime()) {
          this.#tally.addLate('mass', chunk);
          continue;
        }
        const unchanged = await unchangedSinceBase(this.#context, type, chunk);
        others.push(...chunk.filter((person) => !unchanged.includes(person)));
        const waiting = [...unchanged];
        while (waiting.length > 0) {
          if (!this.#hasTime()) {
            this.#tally.addLate('mass', waiting.splice(0));
            break;
          }
          const some = waiting.splice(0, this.#context.ports.records.maxMassBatch);
          others.push(...(await this.#push(type, some, 'mass')));
        }
      }
    }
    return others;
  }

  /**
   * Removes the persons with a lost push: the lease has expired, or the row shows that the attempt has committed or can
   * no longer commit. Their rows are read before anything is sent. Persons under a lease are left to the holder.
   */
  async #withoutLostPushes(persons: readonly Person[]): Promise<readonly Person[]> {
    const now = this.#context.ports.clock.now();
    const free = persons.filter(({ lease }) => lease === null);
    const expired = persons.filter((person) => person.lease !== null && !isLeased(person, now));
    const lost = [...expired, ...(await endLostLeases(this.#context.ports, persons))];
    if (lost.length === 0) return free;
    // Two of the persons may have been joined, possibly into a person already listed.
    const all = [...free, ...[...(await this.#refresh(lost)).values()].filter(awaitsPush)];
    return [...new Map(all.map((person) => [person.personId, person])).values()];
  }

  /** Pushes each person once; returns the persons with edits left, without a lease. */
  async #round(persons: readonly Person[]): Promise<readonly Person[]> {
    const next: Person[] = [];
    for (const type of SALESFORCE_TYPES) {
      const waiting = persons.filter(({ salesforce }) => salesforce?.type === type);
      const pushSome = async (): Promise<void> => {
        if (!this.#hasTime()) return this.#tally.addLate('guarded', waiting.splice(0));
        const some = waiting.splice(0, this.#context.ports.records.maxPushBatch);
        next.push(...(await this.#push(type, some, 'guarded')));
      };
      await sideBySide(CALLS_AT_ONCE, waiting, pushSome);
    }
    return next;
  }

  /** One API call: up to a batch of persons of one type. */
  async #push(type: SalesforceType, persons: readonly Person[], mode: Mode): Promise<readonly Person[]> {
    const prepared = await this.#tally.each(persons, (person) => this.#prepare(type, person, mode));
    const again = prepared.flatMap((step) => (step === undefined || 'record' in step ? [] : step));
    const pushes = prepared.flatMap((step) => (step !== undefined && 'record' in step ? step : []));
    if (pushes.length === 0) return again;
    const given = await this.#answers(pushes, () => sendPushes(this.#context, type, pushes, mode));
    const answers = await this.#readUnreadRows(type, pushes, given);
    const settle = async (_: Person, at: number) => {
      const [push, answer] = [pushes[at], answers[at]];
      if (push === undefined || answer === undefined) throw new Error(`no answer for record ${at} of a push`);
      return this.#settle(push, answer, mode);
    };
    const pushed = pushes.map(({ person }) => person);
    const left = await this.#tally.each(pushed, settle);
    return [...again, ...left.flatMap((person) => person ?? [])];
  }

  /** The record to send, or the person, if different edits are to be sent instead. */
  async #prepare(type: SalesforceType, found: Person, mode: Mode): Promise<Push | Person | undefined> {
    const worker = { owner: this.#owner, isGuarded: mode === 'guarded' };
    const prepared = await preparePush(this.#context, type, found, worker);
    if (prepared.kind === 'push') return prepared.push;
    if (prepared.kind === 'refused') return this.#note(prepared.settled, 'rejected');
    if (prepared.kind === 'notOurs') this.#tally.postponed += 1;
    return undefined;
  }

  async #refresh(persons: readonly Person[]): Promise<ReadonlyMap<string, Person>> {
    const refreshed = await refreshPersons(this.#context, persons);
    if (refreshed.error !== null) this.fail(refreshed.error);
    return refreshed.persons;
  }

  async #answers(pushes: readonly Push[], call: () => Promise<readonly PushAnswer[]>): Promise<readonly PushAnswer[]> {
    try {
      return await call();
    } catch (error) {
      // While the push may still commit, the leases stay in force.
      if (wasNotSent(error))
        await inParallel(pushes, STORE_PARALLELISM, (push) => this.#release(push, reasonOf(error)));
      this.#tally.postpone(pushes.map(({ person }) => person));
      throw error;
    }
  }

  /** The answers, with rows unread in the push call read by a separate call. */
  async #readUnreadRows(
    type: SalesforceType,
    pushes: readonly Push[],
    answers: readonly PushAnswer[],
  ): Promise<readonly PushAnswer[]> {
    const unread = answers.find((answer) => answer.unread !== undefined)?.unread;
    if (unread === undefined) return answers;
    if (unread.code === INVALID_FIELD) await this.#context.renew();
    const ids = pushes.map(({ person }) => person.salesforce?.id ?? '');
    const reading = readUnreadRows(this.#context, type, ids, answers);
    return reading.catch((error: unknown) => {
      this.fail(error);
      return answers;
    });
  }

  /** Releases the lease and records the cause of the wait. */
  #release({ person }: Push, why: Reason): Promise<void> {
    const tried = triedOnceMore(person, why, this.#context.ports.clock.now());
    return this.#context.ports.persons.releaseLease(person.personId, this.#owner, tried);
  }

  /** Returns the person if edits are left for the run, without a lease. */
  async #settle(push: Push, answer: PushAnswer, mode: Mode): Promise<Person | undefined> {
    const { outcome, before, after } = answer;
    switch (outcome.kind) {
      case 'written':
        if (answer.unread !== undefined) return this.#lost(answer.unread);
        if (after === null) return this.#withoutRow(push, true);
        await this.#store(push, { kind: 'written', before, after, created: false, mass: mode === 'mass' });
        return undefined;
      case 'rejected':
        return this.#store(push, { kind: 'rejected', before, rejection: outcome.rejection });
      case 'modified':
        return answer.unread === undefined ? this.#merge(push, after) : this.#postpone(push, reasonOf(answer.unread));
      case 'gone':
        return this.#withoutRow(push, outcome.mayStand);
      case 'transient':
        return this.#refusedForNow(push, answer, outcome);
      case 'failed':
        this.fail(outcome.error);
        return wasNotSent(outcome.error) ? this.#postpone(push, reasonOf(outcome.error)) : this.#lost(outcome.error);
      default:
        return assertNever(outcome);
    }
  }

  async #store(push: Push, end: PushResult): Promise<Person | undefined> {
    return this.#note(await storeSettled(this.#context, push, end), end.kind);
  }

  /** Counts the result; returns the person if edits are left. */
  #note(settled: Settled | undefined, kind: PushResult['kind']): Person | undefined {
    if (settled === undefined) this.#tally.postponed += 1;
    else if (kind === 'rejected') this.#tally.reject(settled.person);
    else this.#tally.pushed += 1;
    this.#tally.conflicts += settled?.conflicts.length ?? 0;
    return settled !== undefined && awaitsPush(settled.person) ? settled.person : undefined;
  }

  /** Nothing was written; the same push may succeed later. A refusal lasting for three cycles parks the person. */
  #refusedForNow(push: Push, { before }: PushAnswer, refusal: TransientRefusal): Promise<Person | undefined> {
    if (refusal.code === INVALID_FIELD && !this.#context.isRenewed) return this.#withNewSchemas(push);
    const lasting = lastingRefusal(push.person, refusal, this.#context.ports.clock.now());
    return lasting === undefined
      ? this.#postpone(push, { code: refusal.code })
      : this.#store(push, { kind: 'rejected', before, rejection: lasting });
  }

  async #postpone(push: Push, why: Reason): Promise<undefined> {
    this.#tally.postponed += 1;
    await this.#release(push, why);
  }

  /** The write has or may have committed: the lease records the attempt until the row is read. */
  #lost(error: unknown): undefined {
    this.#tally.postponed += 1;
    this.fail(error);
  }

  async #withNewSchemas(push: Push): Promise<Person | undefined> {
    await this.#context.renew();
    await this.#context.ports.persons.releaseLease(push.person.personId, this.#owner);
    return { ...push.person, lease: null };
  }

  /** Nothing was written, because the row has changed since base: merge the change first. */
  async #merge(push: Push, after: RemoteRecord | null): Promise<Person | undefined> {
    if (after === null || isGoneRow(after)) return this.#withoutRow(push);
    const now = this.#context.ports.clock.now();
    const { person, conflicts } = refreshedPerson(this.#context.schemas, push.person, after, now);
    if (person === push.person) return this.#postpone(push, MODIFIED);
    const stored = await updateOrPark(this.#context.ports.persons, push.person, { ...person, lease: null }, now);
    if (stored.kind === 'versionConflict') return this.#postpone(push, MODIFIED);
    this.#tally.conflicts += conflicts.length;
    return awaitsPush(stored.person) ? stored.person : undefined;
  }

  /**
   * The row was deleted, merged away or converted meanwhile: read the row under a separate lease, recording what was
   * pushed.
   */
  async #withoutRow(push: Push, isTaken = false): Promise<Person | undefined> {
    const { persons, clock } = this.#context.ports;
    await giveBackLease(this.#context.ports, push.person, isTaken);
    const stored = await persons.get(push.person.personId);
    const free = stored === undefined || isLeased(stored, clock.now()) ? [] : [stored];
    const refreshed = (await this.#refresh(free)).get(push.person.personId);
    if (refreshed !== undefined && awaitsPush(refreshed)) return refreshed;
    this.#tally.postponed += 1;
    return undefined;
  }
}
