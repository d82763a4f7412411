import { assertNever } from '../../person/assert-never.ts';
import type { Fields } from '../../person/field-value.ts';
import { awaitsPush, isLeased, type Person, pendingEdits } from '../../person/person.ts';
import type { SalesforceType } from '../../person/row.ts';
import { judgePush, notEditable } from '../../schema/judge-push.ts';
import { pushable, type RemoteRecord } from '../../schema/record.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../errors.ts';
import { chunked, inParallel } from '../in-parallel.ts';
import { addMs } from '../ports/clock.ts';
import type { PushAnswer } from '../ports/salesforce-records.ts';
import { type RefreshPorts, STORE_PARALLELISM } from '../rows/read-leased.ts';
import { refreshPersons } from '../rows/refresh-persons.ts';
import type { Schemas } from '../schemas.ts';
import { withCutTexts } from './cut-texts.ts';
import { type PushEnd, storeSettled } from './store-settled.ts';

/** What a round of pushes came to. Counts, and the error that ended it early: what was not pushed stays pending. */
export interface PushReport {
  readonly pushed: number;
  readonly rejected: number;
  readonly postponed: number;
  /** Fields that Salesforce and we had both changed. */
  readonly conflicts: number;
  readonly error: unknown;
}

/** A person under our lease, and what is sent for it. */
interface Push {
  readonly person: Person;
  readonly record: RemoteRecord;
  readonly sent: Fields;
}

/**
 * Pushes the pending edits of persons to their rows, each under its lease, and makes what Salesforce then holds the new
 * base. A person that is in step, parked, or being pushed by somebody else is passed over. Whatever fails stays pending
 * and is handed out by a later poll.
 */
export async function pushPersons(
  ports: RefreshPorts,
  schemas: Schemas,
  persons: readonly Person[],
): Promise<PushReport> {
  const run = new PushRun(ports, schemas);
  try {
    await run.pushAll(await run.readAfterLostPush(persons.filter(awaitsPush)));
    // Those whose rows others took the place of go on to those rows at once.
    await run.pushAll(run.takeRepointed());
  } catch (error) {
    run.fail(error);
  }
  return run.report();
}

class PushRun {
  #pushed = 0;
  #rejected = 0;
  #postponed = 0;
  #conflicts = 0;
  #error: unknown = null;
  readonly #repointed = new Map<string, Person>();
  readonly #ports: RefreshPorts;
  readonly #schemas: Schemas;
  readonly #owner: string;

  constructor(ports: RefreshPorts, schemas: Schemas) {
    this.#ports = ports;
    this.#schemas = schemas;
    this.#owner = ports.ids.next();
  }

  fail(error: unknown): void {
    this.#error ??= error;
  }

  report(): PushReport {
    return {
      pushed: this.#pushed,
      rejected: this.#rejected,
      postponed: this.#postponed,
      conflicts: this.#conflicts,
      error: this.#error,
    };
  }

  /**
   * Persons whose last push was never answered: its lease has run out, so it has committed or never will. Their rows
   * are read before anything is sent. Those still under a lease are left to its holder.
   */
  async readAfterLostPush(persons: readonly Person[]): Promise<readonly Person[]> {
    const now = this.#ports.clock.now();
    const free = persons.filter((person) => person.lease === null);
    const lost = persons.filter((person) => person.lease !== null && !isLeased(person, now));
    if (lost.length === 0) return free;
    // Two of them may have become one person, which may be among the others too.
    const all = [...free, ...[...(await this.#refresh(lost)).values()].filter(awaitsPush)];
    return [...new Map(all.map((person) => [person.personId, person])).values()];
  }

  async pushAll(persons: readonly Person[]): Promise<void> {
    for (const type of ['Lead', 'Contact'] as const) {
      const ofType = persons.filter((person) => person.salesforce?.type === type);
      for (const chunk of chunked(ofType, this.#ports.records.maxPushBatch)) await this.push(type, chunk);
    }
  }

  /** Persons whose rows had gone and who stand for others now, with edits that wait. */
  takeRepointed(): readonly Person[] {
    const repointed = [...this.#repointed.values()];
    this.#repointed.clear();
    this.#postponed -= repointed.length;
    return repointed;
  }

  /** One API call: up to a batch of persons of one type. */
  async push(type: SalesforceType, persons: readonly Person[]): Promise<void> {
    const prepared = await this.#each(persons, (person) => this.#prepare(type, person));
    const pushes = prepared.flatMap((push) => push ?? []);
    if (pushes.length === 0) return;
    const { columns } = this.#schemas[type];
    const records = pushes.map(({ person, record }) => ({ id: person.salesforce?.id ?? '', record }));
    const answers = await this.#answers(pushes, () => this.#ports.records.push(type, records, columns));
    await this.#each([...pushes.entries()], async ([index, push]) => {
      const answer = answers[index];
      if (answer === undefined) throw new Error(`no answer for record ${index} of a push`);
      await this.#settle(type, push, answer);
    });
  }

  /**
   * The person under our lease with what is to be sent; undefined where there is nothing to send or it is not our turn.
   */
  async #prepare(type: SalesforceType, found: Person): Promise<Push | undefined> {
    const person = await withCutTexts(this.#ports, this.#schemas[type], found, 'update');
    if (person === undefined) this.#postponed += 1;
    return person !== undefined && awaitsPush(person) ? this.#lease(type, person) : undefined;
  }

  async #lease(type: SalesforceType, person: Person): Promise<Push | undefined> {
    const { schema } = this.#schemas[type];
    const { record, sent, refused } = pushable(schema, pendingEdits(person), 'update');
    const nothing = Object.keys(sent).length === 0;
    const rejection = nothing ? notEditable(type, refused) : judgePush(schema, sent, 'update');
    const now = this.#ports.clock.now();
    const attempt = rejection === undefined ? sent : {};
    const lease = { owner: this.#owner, expiresAt: addMs(now, this.#ports.leaseMs), attempt };
    const outcome = await this.#ports.persons.takeLease(person, lease, now);
    if (outcome !== 'taken') {
      this.#postponed += 1;
      return undefined;
    }
    const push = { person: { ...person, lease }, record, sent };
    if (rejection === undefined) return push;
    // What Salesforce would surely refuse is refused in its words, without asking.
    await this.#store(type, push, { kind: 'rejected', before: null, rejection });
    return undefined;
  }

  /** What fails for one is told in the end, and keeps nothing from the others. */
  async #each<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
    const done = await inParallel(items, STORE_PARALLELISM, async (item) => {
      try {
        return [await work(item)];
      } catch (error) {
        this.fail(error);
        this.#postponed += 1;
        return [];
      }
    });
    return done.flat();
  }

  async #refresh(persons: readonly Person[]): Promise<ReadonlyMap<string, Person>> {
    const refreshed = await refreshPersons(this.#ports, this.#schemas, persons);
    if (refreshed.error !== null) this.fail(refreshed.error);
    return refreshed.persons;
  }

  async #answers(pushes: readonly Push[], call: () => Promise<readonly PushAnswer[]>): Promise<readonly PushAnswer[]> {
    try {
      return await call();
    } catch (error) {
      // Where the push may still commit, the leases stand until it no longer can.
      if (wasNotSent(error)) await this.#release(pushes);
      this.#postponed += pushes.length;
      throw error;
    }
  }

  async #release(pushes: readonly Push[]): Promise<void> {
    await inParallel(pushes, STORE_PARALLELISM, ({ person }) =>
      this.#ports.persons.releaseLease(person.personId, this.#owner),
    );
  }

  async #settle(type: SalesforceType, push: Push, answer: PushAnswer): Promise<void> {
    const { outcome, before, after } = answer;
    switch (outcome.kind) {
      case 'written':
        if (after === null) return this.#withoutRow(push);
        return this.#store(type, push, { kind: 'written', before, after, created: false });
      case 'rejected':
        return this.#store(type, push, { kind: 'rejected', before, rejection: outcome.rejection });
      case 'gone':
        return this.#withoutRow(push);
      case 'transient':
      case 'modified':
        this.#postponed += 1;
        return this.#release([push]);
      default:
        return assertNever(outcome);
    }
  }

  async #store(type: SalesforceType, push: Push, end: PushEnd): Promise<void> {
    const settled = await storeSettled(this.#ports, this.#schemas[type], push, end);
    this.#conflicts += settled?.conflicts.length ?? 0;
    if (settled === undefined) this.#postponed += 1;
    else if (end.kind === 'rejected') this.#rejected += 1;
    else this.#pushed += 1;
  }

  /** The row was deleted, merged away or converted under our hands: what it is now is read under a lease of its own. */
  async #withoutRow(push: Push): Promise<void> {
    this.#postponed += 1;
    await this.#release([push]);
    const stored = await this.#ports.persons.get(push.person.personId);
    if (stored === undefined || stored.lease !== null) return;
    const refreshed = (await this.#refresh([stored])).get(stored.personId);
    if (refreshed !== undefined && awaitsPush(refreshed)) this.#repointed.set(refreshed.personId, refreshed);
  }
}

/** Whether an error of a write says for certain that nothing was written. */
export function wasNotSent(error: unknown): boolean {
  if (error instanceof QuotaExceededError || error instanceof ConfigError) return true;
  return error instanceof TransientError && !error.mayHaveCommitted;
}
