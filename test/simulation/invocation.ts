import { TransientError } from '../../lib/sync/errors.ts';
import type { Clock } from '../../lib/sync/ports/clock.ts';
import type { IdSource } from '../../lib/sync/ports/id-source.ts';
import type { Io } from '../fakes/io.ts';
import type { Dice } from './dice.ts';
import type { FaultName } from './swarm.ts';
import type { World } from './world.ts';

/** What becomes of one operation: which fault strikes it, if any. */
type Fate = { readonly kind: 'done' } | { readonly kind: 'crash' | 'fail'; readonly when: 'before' | 'after' };

const DONE: Fate = { kind: 'done' };
const THROTTLED: Fate = { kind: 'fail', when: 'before' };

/** Faults of one operation on a store or a queue, by the port's name: which fault, and what it does. */
const FATES: Readonly<Record<string, readonly (readonly [FaultName, Fate])[]>> = {
  personStore: [
    ['storeThrottled', THROTTLED],
    ['storeAnswerLost', { kind: 'fail', when: 'after' }],
  ],
  syncState: [
    ['storeThrottled', THROTTLED],
    ['storeAnswerLost', { kind: 'fail', when: 'after' }],
  ],
  lists: [
    ['storeThrottled', THROTTLED],
    ['storeAnswerLost', { kind: 'fail', when: 'after' }],
  ],
  changeQueue: [
    ['sendFailed', { kind: 'fail', when: 'before' }],
    ['sendAnswerLost', { kind: 'fail', when: 'after' }],
  ],
};

const STORE_LATENCY_MS = [2, 20] as const;
const SLOW_STORE_MS = [500, 8000] as const;

/** Why an invocation ended without an answer. */
export type Death = 'crashed' | 'timed out';

/** One run of a function: every operation of its ports is a point where time passes and faults strike. */
export class Invocation {
  readonly name: string;
  readonly startedAt: number;
  readonly skewMs: number;
  readonly dice: Dice;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** When a fault last struck it; what it did before may have been for nothing. */
  lastFaultAt = Number.NEGATIVE_INFINITY;
  /** When Salesforce last worked on a call of it that writes nothing. */
  lastReadAt = Number.NEGATIVE_INFINITY;
  death: Death | null = null;
  /** It ended with an error: whoever asked for it asks again. */
  failed = false;
  readonly #world: World;
  readonly #died: (death: Death) => void;

  constructor(world: World, name: string, skewMs: number, died: (death: Death) => void) {
    this.#world = world;
    this.#died = died;
    this.name = name;
    this.skewMs = skewMs;
    this.startedAt = world.timeline.now;
    this.dice = world.dice.fork(name);
    let ids = 0;
    this.ids = {
      next: () => {
        ids += 1;
        return `${name}-${ids}`;
      },
    };
    this.clock = {
      now: () => new Date(world.timeline.now + skewMs).toISOString(),
      wait: (milliseconds) => this.pause(milliseconds),
    };
  }

  die(death: Death): void {
    if (this.death !== null) return;
    this.death = death;
    this.faulted();
    this.#world.tell(`${this.name} ${death}`);
    this.#died(death);
  }

  faulted(): void {
    this.lastFaultAt = this.#world.timeline.now;
  }

  /** Passes time, unless the invocation is dead by then: then nothing ever comes of it. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#world.timeline.after(milliseconds, () => {
        if (this.death === null) resolve();
      });
    });
  }

  /** Dies or hangs here, where a fault says so. */
  mayDie(): Promise<void> | undefined {
    const { swarm } = this.#world;
    if (swarm.strikes('crash', this.dice)) this.die('crashed');
    // Longer than any function may run.
    else if (swarm.strikes('functionTimeout', this.dice)) {
      this.faulted();
      return this.pause(16 * 60_000);
    }
    return undefined;
  }

  /** One operation of a store or queue, atomic there. */
  readonly io: Io = async (name, effect) => {
    const world = this.#world;
    const hanging = this.mayDie();
    if (hanging !== undefined) await hanging;
    const slow = world.swarm.strikes('storeSlow', this.dice);
    const [least, most] = slow ? SLOW_STORE_MS : STORE_LATENCY_MS;
    const latency = this.dice.between(least, most);
    const fate = this.#fateOf(name);
    return new Promise((resolve, reject) => {
      if (this.death !== null) {
        // What was on its way when the function died may still arrive.
        if (this.dice.chance(0.5)) world.timeline.after(latency, () => void this.#attempt(name, effect));
        return;
      }
      world.timeline.after(latency, () => {
        if (fate.kind === 'fail') this.faulted();
        if (fate.kind === 'fail' && fate.when === 'before') return this.#resume(() => reject(failed(name, fate.when)));
        const result = this.#attempt(name, effect);
        world.timeline.after(latency, () =>
          this.#resume(() => {
            if (fate.kind === 'fail') reject(failed(name, fate.when));
            else if (result.kind === 'failed') reject(result.error);
            else resolve(result.value);
          }),
        );
      });
    });
  };

  #resume(goOn: () => void): void {
    if (this.death === null) goOn();
  }

  #attempt<T>(name: string, effect: () => T): { kind: 'done'; value: T } | { kind: 'failed'; error: unknown } {
    const world = this.#world;
    world.step(`${this.name} ${name}`);
    const before = world.acting;
    world.acting = this;
    try {
      const value = effect();
      if (isConflict(value)) world.swarm.count('versionConflict');
      return { kind: 'done', value };
    } catch (error) {
      return { kind: 'failed', error };
    } finally {
      world.acting = before;
    }
  }

  #fateOf(name: string): Fate {
    const port = name.slice(0, name.indexOf('.'));
    if (port === 'personStore' && this.#world.storeDownUntil > this.#world.timeline.now) return THROTTLED;
    const isRead = /get|ids|links|Claims|[aA]waiting|load|depth|query|scan/.test(name);
    const struck = (FATES[port] ?? []).find(
      ([fault, fate]) =>
        !(isRead && fate.kind === 'fail' && fate.when === 'after') && this.#world.swarm.strikes(fault, this.dice),
    );
    return struck?.[1] ?? DONE;
  }
}

function isConflict(value: unknown): boolean {
  return value === 'versionConflict' || (value as { kind?: unknown } | undefined)?.kind === 'versionConflict';
}

function failed(name: string, when: 'before' | 'after'): TransientError {
  const code = when === 'before' ? 'ProvisionedThroughputExceededException' : 'TimeoutError';
  return new TransientError(code, `${name} failed ${when} it was done`);
}
