import type { ChangeQueue } from '../../lib/sync/ports/change-queue.ts';
import { type Io, immediately } from './io.ts';

const BATCH_SIZE = 10;

/** Keeps what was sent, in order, until a test takes it. Each batch is one operation, so a send can half succeed. */
export class InMemoryChangeQueue implements ChangeQueue {
  readonly #waiting: string[] = [];
  readonly #io: Io;

  constructor(options: { readonly io?: Io } = {}) {
    this.#io = options.io ?? immediately;
  }

  /** What is to come later is there at once: a test takes what it wants, when it wants. */
  async send(bodies: readonly string[]): Promise<void> {
    for (let from = 0; from < bodies.length; from += BATCH_SIZE) {
      const batch = bodies.slice(from, from + BATCH_SIZE);
      await this.#io('changeQueue.send', () => this.#waiting.push(...batch));
    }
  }

  depth(): Promise<number> {
    return this.#io('changeQueue.depth', () => this.#waiting.length);
  }

  /** The bodies that wait, oldest first. */
  get waiting(): readonly string[] {
    return this.#waiting;
  }

  /** Takes bodies out, oldest first. */
  take(count = Number.POSITIVE_INFINITY): string[] {
    return this.#waiting.splice(0, count);
  }
}
