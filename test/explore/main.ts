import { readArguments, wholeNumber } from '../../lib/operator/command-line.ts';
import { runProgram } from '../../lib/operator/run-program.ts';
import { createScreen, type Screen } from '../sandbox/terminal/screen.ts';
import { catchBug } from './catch-bug.ts';
import { search } from './search.ts';
import { SEEDED_BUGS } from './seeded-bugs.ts';
import { WORLDS } from './worlds.ts';

const COMMAND = {
  name: 'npm run explore',
  about: "Searches the decision table of a row's holder in its small worlds.",
  options: {
    all: { about: 'every state of every world: about 8 million states, 6 GB, 5 minutes' },
    bugs: { about: 'puts the seeded bugs in one by one, and says which world shows each' },
    only: { value: 'NAME', about: 'worlds, or seeded bugs, with this in their names' },
    limit: { value: 'STATES', about: 'states of each world (100000)' },
  },
} as const;

interface Wish {
  readonly only: string;
  readonly limit: number;
  readonly screen: Screen;
}

async function main(): Promise<number> {
  const { all, bugs, only = '', limit = '100000' } = readArguments(COMMAND, process.argv.slice(2)).options;
  const states = wholeNumber('--limit', limit, 1, Number.MAX_SAFE_INTEGER);
  const screen = createScreen(process.stdout, process.env);
  const wish = { only, limit: all ? Number.POSITIVE_INFINITY : states, screen };
  const isAsExpected = bugs ? await catchBugs(wish) : searchWorlds(wish);
  return isAsExpected ? 0 : 1;
}

function searchWorlds({ only, limit, screen }: Wish): boolean {
  let states = 0;
  let holds = true;
  for (const plan of WORLDS.filter(({ name }) => name.includes(only))) {
    const since = performance.now();
    const found = search(plan, limit);
    states += found.states;
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    const far = found.isComplete ? 'to the end' : 'so far';
    const end = found.broken === null ? 'holds' : `BROKEN: ${found.broken.what}`;
    screen.line(`${found.name.padEnd(26)} ${found.states} states ${far}, ${found.ends} ends, ${seconds} s: ${end}`);
    for (const line of found.broken?.trace ?? []) screen.line(`    ${line}`);
    if (found.broken !== null) holds = false;
  }
  screen.line(`${states} states`);
  return holds;
}

async function catchBugs({ only, limit, screen }: Wish): Promise<boolean> {
  let isAsExpected = true;
  for (const bug of SEEDED_BUGS.filter(({ name }) => name.includes(only))) {
    const caught = await catchBug(bug, limit);
    const told = caught === null ? 'not caught' : `${caught.world}, ${caught.steps} steps: ${caught.what}`;
    screen.line(`${bug.name}\n    ${told}`);
    if ((caught === null) !== (bug.world === null)) isAsExpected = false;
  }
  return isAsExpected;
}

await runProgram(main);
