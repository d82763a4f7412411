import type { Person } from '../../person/person.ts';

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
  readonly rejected: number;
  readonly postponed: number;
  /** Fields changed on both sides. */
  readonly conflicts: number;
  /** Ids of the persons without time left: the caller queues the persons again. */
  readonly late: Readonly<Record<Mode, readonly string[]>>;
  readonly error: unknown;
}

/** The result of a round so far. */
export class PushTally {
  pushed = 0;
  rejected = 0;
  postponed = 0;
  conflicts = 0;
  #error: unknown = null;
  readonly #late: Record<Mode, string[]> = { guarded: [], mass: [] };

  fail(error: unknown): void {
    this.#error ??= error;
  }

  /** Records persons without time left. */
  addLate(mode: Mode, persons: readonly Person[]): void {
    this.#late[mode].push(...persons.map(({ personId }) => personId));
  }

  report(): PushReport {
    const { pushed, rejected, postponed, conflicts } = this;
    return { pushed, rejected, postponed, conflicts, late: this.#late, error: this.#error };
  }
}
