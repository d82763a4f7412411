import { availableParallelism } from 'node:os';
import { readArguments, wholeNumber } from '../../lib/operator/command-line.ts';
import { runProgram } from '../../lib/operator/run-program.ts';
import { findKillers, ownMutants } from './mutant-killers.ts';
import type { Mutant } from './mutants/mutant.ts';
import { MUTANTS } from './mutants/mutants.ts';
import { nameOf, runMutants, surprises } from './run-mutants.ts';

const COMMAND = {
  name: 'npm run simulate:mutants',
  about: 'Puts known bugs into the code one by one, and checks that the simulation finds each.',
  options: {
    seeds: { value: 'N', about: 'how many seeds a mutant is tried with (3000)' },
    workers: { value: 'W', about: 'threads (all cores)' },
    only: { value: 'TEXT', about: 'only mutants with this text in their names' },
    killers: { about: 'instead, tell which invariants see each bug, and which bugs each invariant alone sees' },
  },
} as const;

async function main(): Promise<number> {
  const { seeds = '3000', workers, only = '', killers } = readArguments(COMMAND, process.argv.slice(2)).options;
  const limit = wholeNumber('--seeds', seeds, 1, Number.MAX_SAFE_INTEGER);
  const threads = workers === undefined ? availableParallelism() : wholeNumber('--workers', workers, 1, 1024);
  const began = performance.now();
  const mutants = MUTANTS.filter(({ name }) => name.includes(only));
  if (killers !== undefined) return tellKillers(mutants, { seeds: limit, workers: threads });
  const ends = await runMutants(limit, threads, told, mutants);
  const odd = surprises(ends);
  const dead = ends.filter(({ killed }) => killed !== undefined).length;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`\n${ends.length} mutants, ${dead} killed, ${ends.length - dead} live, ${seconds} s`);
  for (const { mutant } of odd) console.log(`not as expected: ${mutant.name}`);
  return odd.length > 0 ? 1 : 0;
}

/** Every invariant has at least one bug that no other sees, or the answer is 1. */
async function tellKillers(
  mutants: readonly Mutant[],
  wish: { readonly seeds: number; readonly workers: number },
): Promise<number> {
  const all = await findKillers(mutants, wish, ({ mutant, invariants, kills }) => {
    console.log(`${mutant.name}\n    ${kills} kills: ${[...invariants].sort().join('; ') || 'nobody'}`);
  });
  const own = ownMutants(all);
  console.log('');
  for (const [invariant, names] of own) console.log(`${invariant}: ${names.join('; ') || 'NO BUG OF ITS OWN'}`);
  return [...own.values()].every((names) => names.length > 0) ? 0 : 1;
}

const told: Parameters<typeof runMutants>[2] = ({ mutant, killed, unclean, trials }) => {
  const story = killed === undefined ? '' : nameOf(killed.trial);
  const end =
    killed === undefined ? `lives after ${trials}` : `killed by ${story} (${trials}.): ${firstLine(killed.broken)}`;
  const gap = mutant.gap === undefined ? '' : ` (known gap: ${mutant.gap})`;
  const argued = mutant.equivalent === undefined ? '' : ` (equivalent: ${mutant.equivalent})`;
  console.log(`${mutant.name}\n    ${end}${argued}${gap}`);
  for (const each of unclean) {
    console.log(`    no kill, for the product breaks too: ${nameOf(each.trial)}: ${firstLine(each.broken)}`);
  }
};

const firstLine = (broken: string) => broken.split('\n')[0]?.slice(0, 140);

await runProgram(main);
