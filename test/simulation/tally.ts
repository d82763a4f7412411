import type { Outcome } from './play-story.ts';

/** What a number of seeds came to together. */
export interface Tally {
  seeds: number;
  steps: number;
  hits: Record<string, number>;
  failures: { readonly seed: number; readonly broken: readonly string[] }[];
}

export function newTally(): Tally {
  return { seeds: 0, steps: 0, hits: {}, failures: [] };
}

export function addOutcome(tally: Tally, { seed, steps, hits, broken }: Outcome): void {
  addTally(tally, { seeds: 1, steps, hits, failures: broken.length > 0 ? [{ seed, broken }] : [] });
}

export function addTally(
  tally: Tally,
  { seeds, steps, hits, failures }: Omit<Tally, 'hits'> & { readonly hits: Outcome['hits'] },
): void {
  tally.seeds += seeds;
  tally.steps += steps;
  for (const [name, count] of Object.entries(hits)) tally.hits[name] = (tally.hits[name] ?? 0) + (count ?? 0);
  tally.failures.push(...failures);
}
