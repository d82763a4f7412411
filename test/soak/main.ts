import { readArguments, UsageError } from '../../lib/operator/command-line.ts';
import { runProgram } from '../../lib/operator/run-program.ts';
import { runSoak, type SoakOutcome } from './run-soak.ts';

const COMMAND = {
  name: 'npm run soak',
  about: 'Runs the sandbox while people edit both sides and processes are killed, then checks every invariant.',
  options: {
    minutes: { value: 'M', about: 'how long people act and things fail (5); the checks take a minute or two more' },
    seed: { value: 'S', about: 'seed of the actors and faults (by chance); who is faster stays open' },
    records: { value: 'N', about: 'Leads and Contacts to begin with (60)' },
    log: { about: 'print the output of the sandbox, too' },
  },
} as const;

/** How many findings of one oracle are shown. */
const SHOWN = 20;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function readNumber(name: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} takes a number above 0, not "${text}"`);
}

async function main(signal: AbortSignal): Promise<number> {
  const { minutes, seed: given, records, log } = readArguments(COMMAND, process.argv.slice(2)).options;
  const seed = readNumber('seed', given, 1 + Math.floor(Math.random() * 1_000_000));
  const actSeconds = Math.round(readNumber('minutes', minutes, 5) * 60);
  say(`seed ${seed}`);
  const outcome = await runSoak({
    seed,
    actSeconds,
    seedRecords: readNumber('records', records, 60),
    pace: { cycle: 2, lag: 2, lookback: 60 },
    tell: say,
    signal,
  });
  if (log) say(outcome.lines);
  return report(outcome, seed);
}

function report({ counts, verdicts }: SoakOutcome, seed: number): number {
  say(`\n${'what happened'.padEnd(44)}times`);
  for (const [what, times] of [...counts].toSorted(([one], [other]) => one.localeCompare(other)))
    say(`${what.padEnd(44)}${times}`);
  say('');
  for (const { oracle, broken, notes } of verdicts) {
    say(`${broken.length === 0 ? 'holds ' : 'BROKEN'}  ${oracle}`);
    for (const note of notes) say(`          ${note}`);
    for (const each of broken.slice(0, SHOWN)) say(`        - ${each}`);
    if (broken.length > SHOWN) say(`        - and ${broken.length - SHOWN} more`);
  }
  const failed = verdicts.filter(({ broken }) => broken.length > 0);
  say(`\nseed ${seed}: ${failed.length === 0 ? 'every invariant holds' : `${failed.length} invariants are broken`}`);
  return failed.length === 0 ? 0 : 1;
}

await runProgram(main, { interruptedCode: 130 });
