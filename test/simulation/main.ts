import { availableParallelism } from 'node:os';
import { readArguments, wholeNumber } from '../../lib/operator/command-line.ts';
import { runProgram } from '../../lib/operator/run-program.ts';
import { createScreen } from '../sandbox/terminal/screen.ts';
import { drawScenario } from './scenario.ts';
import { runOnWorkers } from './seed-workers.ts';
import { showSeeds } from './show-seeds.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { withShortIds } from './story.ts';
import { FAULT_NAMES } from './swarm.ts';
import type { Tally } from './tally.ts';

const COMMAND = {
  name: 'npm run simulate',
  about: 'Runs the product under a virtual clock, one story a seed, and checks every invariant.',
  options: {
    seeds: { value: 'N', about: 'how many seeds to run (2000, or no limit with --minutes)' },
    from: { value: 'S', about: 'the first seed (1); with --seeds 1 the whole story is printed' },
    minutes: { value: 'M', about: 'begin no new seeds after M minutes' },
    workers: { value: 'W', about: 'threads (all cores)' },
    unshrunk: { about: 'print the story of a failing seed as it is, not its smallest part' },
  },
} as const;

/** How many failing seeds are shown with their reasons. */
const SHOWN = 20;

const screen = createScreen(process.stdout, process.env);

async function main(): Promise<number> {
  const { options } = readArguments(COMMAND, process.argv.slice(2));
  const countOf = (name: 'from' | 'minutes' | 'seeds' | 'workers', fallback: number): number => {
    const typed = options[name];
    return typed === undefined ? fallback : wholeNumber(`--${name}`, typed, 1, Number.MAX_SAFE_INTEGER);
  };
  const from = countOf('from', 1);
  const minutes = countOf('minutes', Number.POSITIVE_INFINITY);
  const seeds = countOf('seeds', options.minutes === undefined ? 2000 : Number.MAX_SAFE_INTEGER - from);
  if (seeds === 1) return tellOne(from, options.unshrunk === true);
  return runMany({ from, seeds, minutes, workers: countOf('workers', availableParallelism()) });
}

/** One seed's story; of a failing one only what it takes to fail. */
async function tellOne(seed: number, unshrunk: boolean): Promise<number> {
  const scenario = drawScenario(seed);
  const outcome = await simulate(scenario, true);
  const failed = outcome.broken.length > 0;
  const told = failed && !unshrunk ? await shrink(scenario, outcome) : { scenario, outcome };
  console.log(`seed ${seed}: ${told.scenario.subjects.map((origin, at) => `p${at} (${origin})`).join(', ')}`);
  console.log(`faults: ${told.scenario.faults.join(', ') || 'none'}\n`);
  console.log(told.outcome.story.map(withShortIds).join('\n'));
  const again = `npm run simulate -- --seeds 1 --from ${seed}${unshrunk ? ' --unshrunk' : ''}`;
  console.log(
    failed
      ? `\n${told.outcome.broken.map(withShortIds).join('\n')}\n  ${again}`
      : `\nevery invariant holds, trace ${outcome.traceHash}`,
  );
  return failed ? 1 : 0;
}

interface Many {
  readonly from: number;
  readonly seeds: number;
  readonly minutes: number;
  readonly workers: number;
}

async function runMany({ minutes, ...wish }: Many): Promise<number> {
  const began = performance.now();
  const progress = showSeeds(screen, { seeds: wish.seeds, minutes });
  const tally = await runOnWorkers({ ...wish, withinMs: minutes * 60_000, progressed: (now) => progress.show(now) });
  progress.end();
  report(tally, (performance.now() - began) / 1000);
  return tally.failures.length > 0 ? 1 : 0;
}

function report({ seeds: done, steps, hits, failures, heavy, cpuMs }: Tally, seconds: number): void {
  console.log(`\n${'what happened'.padEnd(28)}times`);
  for (const name of FAULT_NAMES) console.log(`${name.padEnd(28)}${hits[name] ?? 0}`);
  const others = Object.keys(hits).filter((name) => !(FAULT_NAMES as string[]).includes(name));
  console.log('');
  for (const name of others.sort()) console.log(`${name.padEnd(28)}${hits[name]}`);
  const rate = `${Math.round(done / seconds)} seeds/s, ${Math.round(steps / seconds)} steps/s`;
  console.log(`\n${done} seeds, ${steps} steps, ${seconds.toFixed(0)} s: ${rate}, ${failures.length} failed`);
  console.log(`${costOf('ordinary', done - heavy, cpuMs.ordinary)}; ${costOf('heavy', heavy, cpuMs.heavy)}`);
  for (const { seed, broken } of failures.slice(0, SHOWN)) {
    console.log(`\nseed ${seed}: ${broken.join('\n  ')}\n  npm run simulate -- --seeds 1 --from ${seed}`);
  }
  if (failures.length > SHOWN)
    console.log(
      `\nand seeds ${failures
        .slice(SHOWN)
        .map(({ seed }) => seed)
        .join(', ')}`,
    );
}

/** What a kind of story costs, in the time of one processor: the same on a machine that does other things too. */
function costOf(kind: string, seeds: number, cpuMs: number): string {
  const each = cpuMs / Math.max(1, seeds);
  return `${seeds} ${kind} seeds of ${each.toFixed(1)} ms each on one core`;
}

await runProgram(main);
