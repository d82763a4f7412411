import { Worker } from 'node:worker_threads';
import { MUTANTS, type Mutant } from './mutants.ts';

/** What became of a mutant: the seed and the invariant that told on it, or nothing. */
export interface MutantEnd {
  readonly mutant: Mutant;
  readonly killed: { readonly seed: number; readonly broken: string } | undefined;
}

/** No story takes so long; one that does goes on for ever, and tells on the bug by that. */
const LONGEST_STORY_MS = 30_000;

type Message = { readonly kind: 'seed' } | { readonly kind: 'end'; readonly killed: MutantEnd['killed'] };

/** Runs every mutant against up to so many seeds, some at once. */
export async function runMutants(
  seeds: number,
  workers: number,
  ended: (end: MutantEnd) => void = () => undefined,
): Promise<readonly MutantEnd[]> {
  const ends: MutantEnd[] = [];
  const waiting = [...MUTANTS];
  const runNext = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      // What nothing can tell apart needs no long search.
      const end = await runMutant(
        mutant,
        mutant.equivalent === undefined && mutant.atLarge === undefined ? seeds : Math.ceil(seeds / 10),
      );
      ends.push(end);
      ended(end);
    }
  };
  await Promise.all(Array.from({ length: workers }, runNext));
  return ends;
}

async function runMutant(mutant: Mutant, seeds: number): Promise<MutantEnd> {
  const worker = new Worker(new URL('./mutant-worker.ts', import.meta.url), { workerData: { mutant, seeds } });
  const { promise, resolve, reject } = Promise.withResolvers<MutantEnd['killed']>();
  const endless = () => resolve({ seed: 0, broken: 'a story does not end' });
  let timer = setTimeout(endless, LONGEST_STORY_MS);
  worker.on('message', (message: Message) => {
    clearTimeout(timer);
    if (message.kind === 'end') resolve(message.killed);
    else timer = setTimeout(endless, LONGEST_STORY_MS);
  });
  worker.once('error', reject);
  try {
    return { mutant, killed: await promise };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (text.includes('has no single place')) throw error;
    return { mutant, killed: { seed: 0, broken: `it breaks: ${text.slice(0, 200)}` } };
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** Mutants that lived without a word on why, and those that were argued equivalent and died. */
export function surprises(ends: readonly MutantEnd[]): readonly MutantEnd[] {
  const isFree = ({ atLarge }: Mutant): boolean => atLarge !== undefined;
  return ends.filter(
    ({ mutant, killed }) => !isFree(mutant) && (killed === undefined) !== (mutant.equivalent !== undefined),
  );
}
