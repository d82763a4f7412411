import { addMs } from '../../lib/sync/instants.ts';
import type { Clock } from '../../lib/sync/ports/clock.ts';

/** A clock that stands until it is moved, or somebody waits: then it jumps to the end of the wait. */
export class FixedClock implements Clock {
  #instant: string;

  constructor(instant = '2026-11-21T10:00:00.000Z') {
    this.#instant = instant;
  }

  now(): string {
    return this.#instant;
  }

  async wait(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }

  advance(milliseconds: number): void {
    this.#instant = addMs(this.#instant, milliseconds);
  }

  set(instant: string): void {
    this.#instant = instant;
  }
}
