import { runProgram } from '../run-program.ts';
import { runDemo } from './run-demo.ts';
import { steps } from './steps.ts';

/** As a shell tells it of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

await runProgram((signal) => runDemo(steps, signal), { interruptedCode: INTERRUPTED });
