import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { MUTANTS } from './mutants/mutants.ts';
import { nameOf, runMutants, surprises } from './run-mutants.ts';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3000' },
    workers: { type: 'string' },
    /** Only mutants whose name has this in it. */
    only: { type: 'string', default: '' },
  },
});

const began = performance.now();
const workers = Number(options.workers ?? availableParallelism());
const mutants = MUTANTS.filter(({ name }) => name.includes(options.only));
const tell = (broken: string) => broken.split('\n')[0]?.slice(0, 140);
const ends = await runMutants(
  Number(options.seeds),
  workers,
  ({ mutant, killed, unclean, trials }) => {
    const story = killed === undefined ? '' : nameOf(killed.trial);
    const end =
      killed === undefined ? `lives after ${trials}` : `killed by ${story} (${trials}.): ${tell(killed.broken)}`;
    const argued = mutant.equivalent === undefined ? '' : ` (equivalent: ${mutant.equivalent})`;
    console.log(`${mutant.name}\n    ${end}${argued}`);
    for (const each of unclean) {
      console.log(`    no kill, for the product breaks too: ${nameOf(each.trial)}: ${tell(each.broken)}`);
    }
  },
  mutants,
);
const odd = surprises(ends);
const dead = ends.filter(({ killed }) => killed !== undefined).length;
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`\n${ends.length} mutants, ${dead} killed, ${ends.length - dead} live, ${seconds} s`);
for (const { mutant } of odd) console.log(`not as expected: ${mutant.name}`);
process.exitCode = odd.length > 0 ? 1 : 0;
