import { createRandom, type Random } from '../sandbox/org/random.ts';

/** Chance, the same for the same seed. Whoever needs chance of its own forks, so that it does not depend on others. */
export class Dice {
  readonly #seed: number;
  readonly #random: Random;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = createRandom(mixed(seed));
  }

  fork(name: string | number): Dice {
    return new Dice((mixed(this.#seed) ^ hashOf(String(name))) >>> 0);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.#random() < probability;
  }

  /** A whole number from 0 on, below the limit. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** A whole number, both ends possible. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}

/** FNV-1a over the characters of a text, from where an earlier hash left off. */
export function hashOf(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Neighbouring seeds shall not give neighbouring streams. */
function mixed(seed: number): number {
  const once = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
