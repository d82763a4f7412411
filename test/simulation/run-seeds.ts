import { drawScenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { isHeavy } from './swarm.ts';
import { addOutcome, newTally, type Tally } from './tally.ts';

/** A row of seeds, one after the other. */
export interface SeedRange {
  readonly from: number;
  readonly count: number;
  readonly stopAtFailure?: boolean;
}

/** Every so many seeds one is run twice: the second run must leave the same trace. */
const TWICE_EVERY = 100;

export async function runSeeds({ from, count, stopAtFailure = false }: SeedRange): Promise<Tally> {
  const tally = newTally();
  for (let seed = from; seed < from + count; seed += 1) {
    const scenario = drawScenario(seed);
    const before = process.threadCpuUsage();
    const outcome = await simulate(scenario);
    const { user, system } = process.threadCpuUsage(before);
    addOutcome(tally, outcome, { isHeavy: isHeavy(scenario.faults), cpuMs: (user + system) / 1000 });
    if (seed % TWICE_EVERY === 0) {
      const again = await simulate(scenario);
      const same = again.traceHash === outcome.traceHash && again.steps === outcome.steps;
      if (!same) tally.failures.push({ seed, broken: ['the same seed, the same trace: two runs went apart'] });
    }
    if (stopAtFailure && tally.failures.length > 0) break;
  }
  return tally;
}
