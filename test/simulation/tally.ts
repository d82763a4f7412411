import type { Outcome } from './play-story.ts';

/** What a number of seeds came to together. */
export interface Tally {
  seeds: number;
  steps: number;
  hits: Record<string, number>;
  failures: { readonly seed: number; readonly broken: readonly string[] }[];
  /** Of the seeds those whose stories cost more by their nature, and the time of a processor that both kinds took. */
  heavy: number;
  cpuMs: { ordinary: number; heavy: number };
}

export function newTally(): Tally {
  return { seeds: 0, steps: 0, hits: {}, failures: [], heavy: 0, cpuMs: { ordinary: 0, heavy: 0 } };
}

/** What a story cost. */
export interface Cost {
  readonly isHeavy: boolean;
  readonly cpuMs: number;
}

export function addOutcome(tally: Tally, { seed, steps, hits, broken }: Outcome, { isHeavy, cpuMs }: Cost): void {
  addTally(tally, {
    seeds: 1,
    steps,
    hits,
    failures: broken.length > 0 ? [{ seed, broken }] : [],
    heavy: isHeavy ? 1 : 0,
    cpuMs: { ordinary: isHeavy ? 0 : cpuMs, heavy: isHeavy ? cpuMs : 0 },
  });
}

export function addTally(
  tally: Tally,
  { seeds, steps, hits, failures, heavy, cpuMs }: Omit<Tally, 'hits'> & { readonly hits: Outcome['hits'] },
): void {
  tally.seeds += seeds;
  tally.steps += steps;
  for (const [name, count] of Object.entries(hits)) tally.hits[name] = (tally.hits[name] ?? 0) + (count ?? 0);
  tally.failures.push(...failures);
  tally.heavy += heavy;
  tally.cpuMs.ordinary += cpuMs.ordinary;
  tally.cpuMs.heavy += cpuMs.heavy;
}
