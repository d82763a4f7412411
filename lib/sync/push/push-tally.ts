import type { Person } from '../../person/person.ts';
import { isRepeated } from '../../person/reject-person.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';

/**
 * `guarded`: only if the row is unchanged since base. `mass`: without the condition, for the pushes beyond the guarded
 * pushes of a cycle.
 */
export type Mode = 'guarded' | 'mass';

/**
 * The result of a round of pushes: counts, and the error ending the round early. Everything not pushed stays pending.
 */
export interface PushReport {
  readonly pushed: number;
  /** Rejections logged by the round: the same rejection after a retry was counted the first time. */
  readonly rejected: number;
  /** The rejected persons with the refusal's code. */
  readonly rejections: readonly { readonly personId: string; readonly code: string }[];
  readonly postponed: number;
  /** Fields changed on both sides. */
  readonly conflicts: number;
  /** Ids of the persons without time left: the caller queues the persons again. */
  readonly late: Readonly<Record<Mode, readonly string[]>>;
  readonly error: unknown;
  /** Ids of the first persons with a failed push. */
  readonly failed: readonly string[];
}

/** Maximum reported ids of failed persons. */
const TOLD_IDS = 20;

/** The result of a round so far. */
export class PushTally {
  pushed = 0;
  postponed = 0;
  conflicts = 0;
  #error: unknown = null;
  readonly #failed: string[] = [];
  readonly #rejections: { readonly personId: string; readonly code: string }[] = [];
  readonly #late: Record<Mode, string[]> = { guarded: [], mass: [] };

  fail(error: unknown): void {
    this.#error ??= error;
  }

  /** Counts persons not pushed because of an error. */
  postpone(persons: readonly Person[]): void {
    this.postponed += persons.length;
    this.#failed.push(...persons.slice(0, TOLD_IDS - this.#failed.length).map(({ personId }) => personId));
  }

  /** Works on persons concurrently. A failure of one person is reported at the end and does not stop the others. */
  async each<End>(all: readonly Person[], work: (person: Person, at: number) => Promise<End>): Promise<End[]> {
    const done = await inParallel([...all.entries()], STORE_PARALLELISM, async ([at, person]) => {
      try {
        return [await work(person, at)];
      } catch (error) {
        this.fail(error);
        this.postpone([person]);
        return [];
      }
    });
    return done.flat();
  }

  reject(person: Person): void {
    const { personId, rejection } = person;
    if (isRepeated(person)) return;
    this.#rejections.push({ personId, code: rejection?.code ?? 'UNKNOWN' });
  }

  /** Records persons without time left. */
  addLate(mode: Mode, persons: readonly Person[]): void {
    this.#late[mode].push(...persons.map(({ personId }) => personId));
  }

  report(): PushReport {
    const { pushed, postponed, conflicts } = this;
    const rejections = this.#rejections;
    const outcome = { pushed, rejected: rejections.length, rejections, postponed, conflicts };
    return { ...outcome, late: this.#late, error: this.#error, failed: this.#failed };
  }
}
