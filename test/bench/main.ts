import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, platform, totalmem } from 'node:os';
import { type Command, readArguments, UsageError } from '../../lib/operator/command-line.ts';
import { orInterrupted, runProgram } from '../../lib/operator/run-program.ts';
import { createScreen, progressBar, type Screen } from '../sandbox/terminal/screen.ts';
import type { Bench, Workload, WorkloadFile } from './bench.ts';
import { measureCosts } from './model/measured-costs.ts';
import { modelLines, rowLines } from './model/model-lines.ts';
import { barLines, exitCodeOf, jsonOf, linesOf, type Reported } from './report.ts';
import { runTask } from './run-task.ts';
import { setLatency, startSurroundings } from './surroundings.ts';

const options = {
  quick: { about: 'small sizes: ends within two minutes on a quiet machine' },
  full: { about: 'the largest sizes as well: hours' },
  only: { value: 'IDS', about: 'these workloads, separated by commas: W3,W6' },
  model: { about: 'the capacity model instead: what gives way first at which size, from costs measured now' },
  json: { value: 'FILE', about: 'write the results to this file too' },
} as const;

const command: Command<typeof options> = {
  name: 'npm run bench',
  about: 'Measures the product beside the least that could do the same work, in the same run.',
  options,
  notes: ['Exit code 1 where a bar does not hold. Bars are counts and ratios; seconds are only shown.'],
};

const FOLDER = new URL('./workloads/', import.meta.url);

interface Found {
  readonly file: string;
  readonly workload: Workload;
}

async function main(signal: AbortSignal): Promise<number> {
  const { options: typed } = readArguments(command, process.argv.slice(2));
  const screen = createScreen(process.stdout, process.env);
  if (typed.model === true) return orInterrupted(signal, runModel(screen));
  const chosen = await chosenWorkloads(typed.only);
  const surroundings = await startSurroundings();
  const reported: Reported[] = [];
  try {
    for (const [at, { file, workload }] of chosen.entries()) {
      const tell = (text: string) => screen.live(`${progressBar(at, chosen.length)}  ${workload.id} ${text}`);
      tell(workload.name);
      const bench: Bench = {
        isQuick: typed.quick === true,
        isFull: typed.full === true,
        peers: {},
        begin: () => surroundings.begin(),
        run: (task, place, size) => {
          tell(`${workload.name}: ${task}`);
          return runTask(file, task, place, size);
        },
        latency: (place, milliseconds) => setLatency(place.orgUrl, milliseconds),
        tell,
      };
      const done = { id: workload.id, name: workload.name, result: await orInterrupted(signal, workload.run(bench)) };
      reported.push(done);
      for (const line of linesOf(done)) screen.line(line);
    }
  } finally {
    screen.live('');
    await surroundings.close();
  }
  if (typed.json !== undefined) writeFileSync(typed.json, `${JSON.stringify(report(reported), null, 2)}\n`);
  const failed = reported.flatMap(({ result }) => result.bars.filter(({ holds }) => !holds));
  screen.line(failed.length === 0 ? 'every bar holds' : `${failed.length} bars do not hold`);
  return exitCodeOf(reported);
}

const MODEL_TASKS = new URL('./model/measured-costs.ts', import.meta.url).href;
const MODEL_SIZE = 500;

/** What rows cost is measured at one size, and told for another, which is measured too: then the model is believed. */
async function runModel(screen: Screen): Promise<number> {
  const surroundings = await startSurroundings();
  try {
    const { costs, bars } = await measureCosts(
      { begin: () => surroundings.begin(), run: (task, place, size) => runTask(MODEL_TASKS, task, place, size) },
      MODEL_SIZE,
    );
    for (const line of [...barLines(bars), '', ...rowLines(costs), '', ...modelLines(costs)]) screen.line(line);
    return bars.every(({ holds }) => holds) ? 0 : 1;
  } finally {
    await surroundings.close();
  }
}

async function chosenWorkloads(only: string | undefined): Promise<Found[]> {
  const files = readdirSync(FOLDER).sort();
  const all = await Promise.all(
    files.map(async (name): Promise<Found> => {
      const file = new URL(name, FOLDER).href;
      const { workload } = (await import(file)) as WorkloadFile;
      return { file, workload };
    }),
  );
  if (only === undefined) return all;
  const wanted = only.split(',').map((id) => id.trim().toUpperCase());
  const unknown = wanted.find((id) => !all.some(({ workload }) => workload.id === id));
  if (unknown !== undefined) {
    throw new UsageError(`--only takes ${all.map(({ workload }) => workload.id).join(', ')}, not "${unknown}"`);
  }
  return all.filter(({ workload }) => wanted.includes(workload.id));
}

function report(reported: readonly Reported[]) {
  const [cpu] = cpus();
  const machine = {
    cores: cpus().length,
    model: cpu?.model ?? 'unknown',
    memoryMb: Math.round(totalmem() / 2 ** 20),
    platform: platform(),
    node: process.versions.node,
  };
  return { machine, workloads: reported.map(jsonOf) };
}

await runProgram(main, { interruptedCode: 130 });
