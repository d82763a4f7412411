import { INVARIANTS, invariantOf } from './invariants.ts';
import { MutantThread } from './mutant-thread.ts';
import { trialsOf } from './mutant-trial.ts';
import type { Mutant } from './mutants/mutant.ts';
import { onThreads } from './run-mutants.ts';

/** Which invariants tell on a mutant, over so many stories that show it. */
export interface Killers {
  readonly mutant: Mutant;
  readonly invariants: ReadonlySet<string>;
  readonly kills: number;
}

/** So many stories that break are enough to know which invariants see the bug. */
const ENOUGH = 12;

/** Plays stories with each mutant, on several threads, and notes every invariant that breaks with the bug alone. */
export async function findKillers(
  mutants: readonly Mutant[],
  { seeds, workers }: { readonly seeds: number; readonly workers: number },
  found: (killers: Killers) => void,
): Promise<readonly Killers[]> {
  const all: Killers[] = [];
  await onThreads(mutants, workers, async (mutant, product) => {
    const killers = await killersOf(mutant, seeds, product);
    all.push(killers);
    found(killers);
  });
  return all;
}

async function killersOf(mutant: Mutant, seeds: number, product: MutantThread): Promise<Killers> {
  const thread = new MutantThread(mutant);
  const invariants = new Set<string>();
  let kills = 0;
  let trials = 0;
  try {
    for (const trial of trialsOf(mutant, seeds)) {
      trials += 1;
      if (kills >= ENOUGH || (trials > seeds && kills > 0)) break;
      const broken = await thread.tryOut(trial);
      if (broken === undefined || (await product.tryOut(trial)) !== undefined) continue;
      kills += 1;
      for (const line of broken.split('\n')) invariants.add(invariantOf(line) ?? 'the program');
    }
    return { mutant, invariants, kills };
  } finally {
    await thread.end();
  }
}

/** For each invariant the mutants that it alone tells on. */
export function ownMutants(killers: readonly Killers[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    INVARIANTS.map(([invariant]) => {
      const own = killers.filter(({ invariants }) => invariants.size === 1 && invariants.has(invariant));
      return [invariant, own.map(({ mutant }) => mutant.name)];
    }),
  );
}
