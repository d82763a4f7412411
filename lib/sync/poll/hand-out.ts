import { packIds } from '../change-message.ts';
import { type HandedOut, handedOutAt, handOutAfter, NOBODY_HANDED_OUT, stillHandedOut } from '../state/handed-out.ts';
import { guardedOf } from './choose-api.ts';
import type { CycleRun } from './cycle-run.ts';

/** The result of handing out persons to the merge. */
export interface HandOut {
  /** Persons handed out. */
  readonly count: number;
  /** The persons handed out and possibly waiting in a lane. */
  readonly handedOut: HandedOut;
  /** Start (ISO) of the longest wait for a push; null: no person waits; undefined: unknown. */
  readonly oldestAt: string | null | undefined;
  readonly error: unknown;
}

/** The persons still waiting in a lane, read before the cycle queues anything: messages found are of earlier cycles. */
export async function readHandedOut({ ports, cycle }: CycleRun): Promise<HandedOut> {
  const { fresh, backlog } = cycle.handedOut;
  // Without persons handed out, the depth of the queues is not needed.
  if (fresh === null && backlog === null) return NOBODY_HANDED_OUT;
  const [freshDepth, backlogDepth] = await Promise.all([ports.queue.depth(), ports.backlog.depth()]);
  return stillHandedOut(cycle.handedOut, { fresh: freshDepth, backlog: backlogDepth }, ports.clock.now());
}

/**
 * Hands out the persons with edits to push: the persons with the shortest waits in the fresh lane, persons beyond the
 * limit in the backlog. A person with a waiting message is not handed out again. A person in step by then costs the merge
 * one read.
 */
export async function handOutPending(run: CycleRun, underWay: PromiseSettledResult<HandedOut>): Promise<HandOut> {
  if (underWay.status === 'rejected') {
    return { count: 0, handedOut: run.cycle.handedOut, oldestAt: undefined, error: underWay.reason };
  }
  const work = new HandOutWork(run, underWay.value);
  try {
    const hasAll = await work.sendNewest();
    if (!hasAll) await work.sendOthers();
    return { count: work.count, handedOut: work.handedOut(), oldestAt: work.oldestAt, error: null };
  } catch (error) {
    // An unknown part is queued: the next cycle hands out all of the persons again.
    return { count: work.count, handedOut: underWay.value, oldestAt: work.oldestAt, error };
  }
}

class HandOutWork {
  count = 0;
  oldestAt: string | null | undefined;
  readonly #run: CycleRun;
  readonly #underWay: HandedOut;
  readonly #after: string | null;
  readonly #lookedAt: string;
  readonly #newest = new Set<string>();
  #until = '';

  constructor(run: CycleRun, underWay: HandedOut) {
    this.#run = run;
    this.#underWay = underWay;
    this.#after = handOutAfter(underWay);
    this.#lookedAt = run.ports.clock.now();
  }

  /** Whether no further persons wait. */
  async sendNewest(): Promise<boolean> {
    const { ports, settings } = this.#run;
    const newest = await ports.persons.newestAwaitingPush(this.#after, settings.freshPersons);
    const hasAll = newest.length < settings.freshPersons;
    const oldest = newest.at(-1)?.since;
    // Persons handed out earlier are not among the newest, and wait longer.
    const isOldest = hasAll && this.#after === null;
    this.oldestAt = isOldest ? (oldest ?? null) : await ports.persons.oldestAwaitingPush();
    for (const { personId } of newest) this.#newest.add(personId);
    await this.#send('queue', [...this.#newest]);
    this.#until = oldest ?? '';
    return hasAll;
  }

  async sendOthers(): Promise<void> {
    for await (const personIds of this.#run.ports.persons.awaitingPush({ after: this.#after, until: this.#until })) {
      await this.#send(
        'backlog',
        personIds.filter((personId) => !this.#newest.has(personId)),
      );
    }
  }

  handedOut(): HandedOut {
    const lanes = { fresh: this.#newest.size > 0, backlog: this.count > this.#newest.size };
    return handedOutAt(this.#underWay, lanes, this.#lookedAt);
  }

  async #send(lane: 'queue' | 'backlog', personIds: readonly string[]): Promise<void> {
    const { ports, settings, cycle } = this.#run;
    const envelope = { kind: 'pending', queuedAt: ports.clock.now(), cycle: cycle.number } as const;
    const guarded = personIds.slice(0, guardedOf(personIds.length, this.count, settings.massPushAbove));
    const rest = personIds.slice(guarded.length);
    await ports[lane].send([...packIds(envelope, guarded), ...packIds({ ...envelope, mass: true }, rest)]);
    this.count += personIds.length;
  }
}
