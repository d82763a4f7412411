import { readArguments } from '../../../lib/operator/command-line.ts';
import { runProgram } from '../../../lib/operator/run-program.ts';
import { runDemo } from './run-demo.ts';
import { steps } from './steps.ts';

/** The exit code of a program that Ctrl-C ended, as shells report it. */
const INTERRUPTED = 130;

const COMMAND = {
  name: 'npm run demo',
  about: 'A guided tour: acts out each behaviour once on a sandbox of its own, and checks it.',
  options: {},
} as const;

async function main(signal: AbortSignal): Promise<number> {
  readArguments(COMMAND, process.argv.slice(2));
  return runDemo(steps, signal);
}

await runProgram(main, { interruptedCode: INTERRUPTED });
