import type { IdSource } from '../../lib/sync/ports/id-source.ts';

/** `id-1`, `id-2`, ...: the same in every run. Two sources are told apart by their prefixes. */
export class CountingIdSource implements IdSource {
  #last = 0;
  readonly #prefix: string;

  constructor(prefix = 'id') {
    this.#prefix = prefix;
  }

  next(): string {
    this.#last += 1;
    return `${this.#prefix}-${this.#last}`;
  }
}
