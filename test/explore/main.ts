import { parseArgs } from 'node:util';
import { catchBug } from './catch-bug.ts';
import { search } from './search.ts';
import { SEEDED_BUGS } from './seeded-bugs.ts';
import { WORLDS } from './worlds.ts';

const HELP = `npm run explore [-- --all] [--bugs] [--only NAME] [--limit STATES]
Searches the decision table of a row's holder in its small worlds.
  --all     every state of every world: about 8 million states, 6 GB, 5 minutes
  --bugs    puts the seeded bugs in one by one, and says which world shows each
  --only    worlds, or seeded bugs, with this in their names
  --limit   states of each world (100000)`;

const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    bugs: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    limit: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
});

const limit = options.all ? Number.POSITIVE_INFINITY : Number(options.limit);
if (options.help) console.log(HELP);
else if (options.bugs) await catchBugs();
else searchWorlds();

function searchWorlds(): void {
  let states = 0;
  for (const plan of WORLDS.filter(({ name }) => name.includes(options.only))) {
    const since = performance.now();
    const found = search(plan, limit);
    states += found.states;
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    const far = found.isComplete ? 'to the end' : 'so far';
    const end = found.broken === null ? 'holds' : `BROKEN: ${found.broken.what}`;
    console.log(`${found.name.padEnd(26)} ${found.states} states ${far}, ${found.ends} ends, ${seconds} s: ${end}`);
    for (const line of found.broken?.trace ?? []) console.log(`    ${line}`);
    if (found.broken !== null) process.exitCode = 1;
  }
  console.log(`${states} states`);
}

async function catchBugs(): Promise<void> {
  for (const bug of SEEDED_BUGS.filter(({ name }) => name.includes(options.only))) {
    const caught = await catchBug(bug, limit);
    const told = caught === null ? 'not caught' : `${caught.world}, ${caught.steps} steps: ${caught.what}`;
    console.log(`${bug.name}\n    ${told}`);
    if ((caught === null) !== (bug.world === null)) process.exitCode = 1;
  }
}
