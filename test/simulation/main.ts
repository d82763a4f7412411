import { availableParallelism } from 'node:os';
import { HelpRequest, readArguments, UsageError, wholeNumber } from '../../lib/operator/command-line.ts';
import { drawScenario } from './scenario.ts';
import { runOnWorkers } from './seed-workers.ts';
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

function readOptions() {
  try {
    return readArguments(COMMAND, process.argv.slice(2)).options;
  } catch (error) {
    return stop(error);
  }
}

/** Prints the help or the mistake in one line, and ends. */
function stop(error: unknown): never {
  if (error instanceof HelpRequest) {
    console.log(error.message);
    process.exit(0);
  }
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exit(2);
}

function countOf(name: string, text: string): number {
  try {
    return wholeNumber(`--${name}`, text, 1, Number.MAX_SAFE_INTEGER);
  } catch (error) {
    return stop(error);
  }
}

const options = readOptions();
const from = countOf('from', options.from ?? '1');
const minutes = options.minutes === undefined ? undefined : countOf('minutes', options.minutes);
const defaultSeeds = minutes === undefined ? 2000 : Number.MAX_SAFE_INTEGER - from;
const seeds = options.seeds === undefined ? defaultSeeds : countOf('seeds', options.seeds);
if (seeds === 1) await tellOne(from);
else await runMany();

/** One seed's story; of a failing one only what it takes to fail. */
async function tellOne(seed: number): Promise<void> {
  const scenario = drawScenario(seed);
  const outcome = await simulate(scenario, true);
  const failed = outcome.broken.length > 0;
  const told = failed && !options.unshrunk ? await shrink(scenario, outcome) : { scenario, outcome };
  console.log(`seed ${seed}: ${told.scenario.subjects.map((origin, at) => `p${at} (${origin})`).join(', ')}`);
  console.log(`faults: ${told.scenario.faults.join(', ') || 'none'}\n`);
  console.log(told.outcome.story.map(withShortIds).join('\n'));
  const again = `npm run simulate -- --seeds 1 --from ${seed}${options.unshrunk ? ' --unshrunk' : ''}`;
  console.log(
    failed
      ? `\n${told.outcome.broken.map(withShortIds).join('\n')}\n  ${again}`
      : `\nevery invariant holds, trace ${outcome.traceHash}`,
  );
  process.exitCode = failed ? 1 : 0;
}

async function runMany(): Promise<void> {
  const began = performance.now();
  let shownAt = began;
  let failed = 0;
  const tally = await runOnWorkers({
    from,
    seeds,
    workers: options.workers === undefined ? availableParallelism() : countOf('workers', options.workers),
    withinMs: minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60_000,
    progressed: ({ seeds: done, failures }) => {
      if (performance.now() - shownAt < 10_000) return;
      shownAt = performance.now();
      const more = failures.slice(failed).map(({ seed, broken }) => `\n  seed ${seed}: ${broken[0]}`);
      failed = failures.length;
      console.log(`${done} seeds, ${failed} failed${more.join('')}`);
    },
  });
  report(tally, (performance.now() - began) / 1000);
  process.exitCode = tally.failures.length > 0 ? 1 : 0;
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
