import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants/mutants.ts';
import { REGRESSIONS } from './regressions.ts';
import { runMutants, surprises } from './run-mutants.ts';
import { runSeeds } from './run-seeds.ts';
import { drawScenario } from './scenario.ts';
import { runOnWorkers } from './seed-workers.ts';
import { simulate } from './simulate.ts';
import { FAULT_NAMES } from './swarm.ts';

const SEEDS = 2000;
/** A share: `npm run simulate:mutants` searches further. */
const MUTANT_SEEDS = 200;
const LONG_MS = 15 * 60_000;

const workers = Math.min(availableParallelism(), 4);

describe('the simulation', () => {
  it('finds every invariant kept, with every fault struck', { timeout: LONG_MS }, async () => {
    const progressed = () => undefined;
    const wish = { from: 1, seeds: SEEDS, workers, withinMs: LONG_MS, progressed };
    const { seeds, failures, hits } = await runOnWorkers(wish);
    expect(failures).toEqual([]);
    expect(seeds).toBe(SEEDS);
    const never = FAULT_NAMES.filter((name) => (hits[name] ?? 0) === 0);
    expect(never).toEqual([]);
  });

  it('tells the same seed the same way', async () => {
    const scenario = drawScenario(4);
    const [one, other] = [await simulate(scenario), await simulate(scenario)];
    expect(other).toEqual(one);
    expect(one.steps).toBeGreaterThan(100);
  });

  it.each(REGRESSIONS)('keeps seed %i mended: %s', async (seed) => {
    const { failures } = await runSeeds({ from: seed, count: 1 });
    expect(failures).toEqual([]);
  });

  it('kills every mutant that is not argued equivalent', { timeout: LONG_MS }, async () => {
    const known = MUTANTS.filter(({ gap }) => gap === undefined);
    const ends = await runMutants(MUTANT_SEEDS, workers, undefined, known);
    expect(surprises(ends).map(({ mutant }) => mutant.name)).toEqual([]);
    // A story that breaks something in the product itself is no kill, and not to be passed over.
    expect(ends.flatMap(({ unclean }) => unclean)).toEqual([]);
    expect(ends.filter(({ killed }) => killed !== undefined).length).toBeGreaterThanOrEqual(50);
  });
});
