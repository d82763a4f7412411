import { MutantThread } from './mutant-thread.ts';
import { type Trial, trialsOf } from './mutant-trial.ts';
import type { Mutant } from './mutants/mutant.ts';
import { MUTANTS } from './mutants/mutants.ts';

/** A story that broke something. */
export interface Break {
  readonly trial: Trial;
  readonly broken: string;
}

/** What became of a mutant: the story and the invariant that told on it, or nothing. */
export interface MutantEnd {
  readonly mutant: Mutant;
  readonly killed: Break | undefined;
  /** Stories that broke with the bug and without it: they prove nothing of the bug, and tell of another. */
  readonly unclean: readonly Break[];
  readonly trials: number;
}

/** Nothing can tell these apart from the product, and that needs no long search. */
const SHARE_OF_EQUIVALENTS = 10;

/** Runs every mutant, or those given, against up to so many seeds, some at once. */
export async function runMutants(
  seeds: number,
  workers: number,
  ended: (end: MutantEnd) => void = () => undefined,
  mutants: readonly Mutant[] = MUTANTS,
): Promise<readonly MutantEnd[]> {
  const ends: MutantEnd[] = [];
  // The long searches first, so that none is left alone in the end.
  const waiting = mutants.toSorted((one, other) => Number(isArgued(other)) - Number(isArgued(one)));
  await onThreads(waiting, workers, async (mutant, product) => {
    const share = isArgued(mutant) ? SHARE_OF_EQUIVALENTS : 1;
    const end = await runMutant(mutant, Math.ceil(seeds / share), product);
    ends.push(end);
    ended(end);
  });
  return ends;
}

/** Takes up one mutant after another, on so many threads, each beside a thread with the product as it is. */
export async function onThreads(
  mutants: readonly Mutant[],
  workers: number,
  tryOut: (mutant: Mutant, product: MutantThread) => Promise<void>,
): Promise<void> {
  const waiting = [...mutants];
  const work = async (): Promise<void> => {
    const product = new MutantThread(null);
    try {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) await tryOut(mutant, product);
    } finally {
      await product.end();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** Only a story that the product itself plays to a good end kills a mutant. */
async function runMutant(mutant: Mutant, seeds: number, product: MutantThread): Promise<MutantEnd> {
  const thread = new MutantThread(mutant);
  const unclean: Break[] = [];
  let trials = 0;
  try {
    for (const trial of trialsOf(mutant, seeds)) {
      trials += 1;
      const broken = await thread.tryOut(trial);
      if (broken === undefined) continue;
      const without = await product.tryOut(trial);
      if (without === undefined) return { mutant, killed: { trial, broken }, unclean, trials };
      unclean.push({ trial, broken: without });
    }
    return { mutant, killed: undefined, unclean, trials };
  } finally {
    await thread.end();
  }
}

function isArgued({ equivalent }: Mutant): boolean {
  return equivalent !== undefined;
}

/** Mutants that lived without a word on why, and those that were argued equivalent and died. Known gaps are neither. */
export function surprises(ends: readonly MutantEnd[]): readonly MutantEnd[] {
  const judged = ends.filter(({ mutant }) => mutant.gap === undefined);
  return judged.filter(({ mutant, killed }) => (killed === undefined) !== isArgued(mutant));
}

/** The story as one names it. */
export function nameOf({ stage, seed }: Trial): string {
  return stage === null ? `seed ${seed}` : `${stage} ${seed}`;
}
