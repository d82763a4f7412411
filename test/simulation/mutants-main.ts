import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runMutants, surprises } from './run-mutants.ts';

const { values: options } = parseArgs({
  options: { seeds: { type: 'string', default: '3000' }, workers: { type: 'string' } },
});

const began = performance.now();
const workers = Number(options.workers ?? availableParallelism());
const ends = await runMutants(Number(options.seeds), workers, ({ mutant, killed }) => {
  const end =
    killed === undefined ? 'lives' : `killed by seed ${killed.seed}: ${killed.broken.split('\n')[0]?.slice(0, 110)}`;
  const argued = mutant.equivalent === undefined ? '' : ` (equivalent: ${mutant.equivalent})`;
  console.log(`${mutant.name}\n    ${end}${argued}`);
});
const odd = surprises(ends);
const dead = ends.filter(({ killed }) => killed !== undefined).length;
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`\n${ends.length} mutants, ${dead} killed, ${ends.length - dead} live, ${seconds} s`);
for (const { mutant } of odd) console.log(`not as expected: ${mutant.name}`);
process.exitCode = odd.length > 0 ? 1 : 0;
