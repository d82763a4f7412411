import { Worker } from 'node:worker_threads';
import type { SeedRange } from './run-seeds.ts';
import { addTally, newTally, type Tally } from './tally.ts';

const RANGE = 50;

/** A story leaves much garbage and little that lasts: with the usual 16 MB a tenth of the time goes to collecting it. */
const resourceLimits = { maxYoungGenerationSizeMb: 96 };

export interface Wish {
  readonly from: number;
  readonly seeds: number;
  readonly workers: number;
  /** No new range is begun after this long. */
  readonly withinMs: number;
  readonly progressed: (tally: Tally) => void;
}

/** Runs seeds on several threads; each takes the next range when it is through with its last. */
export async function runOnWorkers(wish: Wish): Promise<Tally> {
  const tally = newTally();
  const until = performance.now() + wish.withinMs;
  let next = wish.from;
  const take = (): SeedRange | undefined => {
    const count = Math.min(RANGE, wish.from + wish.seeds - next);
    if (count <= 0 || performance.now() >= until) return undefined;
    const range = { from: next, count };
    next += count;
    return range;
  };
  await Promise.all(Array.from({ length: wish.workers }, () => runOne(take, tally, wish.progressed)));
  tally.failures.sort((one, other) => one.seed - other.seed);
  return tally;
}

async function runOne(
  take: () => SeedRange | undefined,
  tally: Tally,
  progressed: (tally: Tally) => void,
): Promise<void> {
  const worker = new Worker(new URL('./seed-worker.ts', import.meta.url), { resourceLimits });
  try {
    for (let range = take(); range !== undefined; range = take()) {
      const { promise, resolve, reject } = Promise.withResolvers<Tally>();
      worker.once('message', resolve);
      worker.on('error', reject);
      worker.postMessage(range);
      addTally(tally, await promise);
      worker.off('error', reject);
      progressed(tally);
    }
  } finally {
    await worker.terminate();
  }
}
