import type { Person } from '../../person/person.ts';

/** Each row only as it was at base; or without that condition, for the rest of more than a cycle pushes under it. */
export type Mode = 'guarded' | 'mass';

/** What a round of pushes came to. Counts, and the error that ended it early: what was not pushed stays pending. */
export interface PushReport {
  readonly pushed: number;
  readonly rejected: number;
  readonly postponed: number;
  /** Fields that both sides had changed. */
  readonly conflicts: number;
  /** Persons, by id, for whom no time was left: whoever asked for the push sees to it that they have their turn. */
  readonly late: Readonly<Record<Mode, readonly string[]>>;
  readonly error: unknown;
}

/** What a round of pushes has come to so far. */
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

  /** No time is left for these. */
  leave(mode: Mode, persons: readonly Person[]): void {
    this.#late[mode].push(...persons.map(({ personId }) => personId));
  }

  report(): PushReport {
    const { pushed, rejected, postponed, conflicts } = this;
    return { pushed, rejected, postponed, conflicts, late: this.#late, error: this.#error };
  }
}
