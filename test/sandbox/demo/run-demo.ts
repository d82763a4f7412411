import { orInterrupted } from '../../../lib/operator/run-program.ts';
import type { RuntimeLog } from '../runtime/runtime-event.ts';
import type { SandboxOptions } from '../sandbox-options.ts';
import { startSandbox } from '../start-sandbox.ts';
import { troubleIn } from '../terminal/log-lines.ts';
import { factLines, holds } from './fact.ts';
import { openStage, type Stage } from './stage.ts';
import type { Step } from './step.ts';

/** Free ports, nothing kept, and a schedule that fires once: every further cycle is a step's own. */
const OPTIONS: SandboxOptions = {
  port: 0,
  orgPort: 0,
  cycleSeconds: 86_400,
  seedRecords: 40,
  dataDir: undefined,
  lagSeconds: undefined,
  lookbackSeconds: undefined,
  salesforce: undefined,
  dynamoDbEndpoint: undefined,
  sqsEndpoint: undefined,
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Plays the steps one after the other on a sandbox of their own; 0 if all of them hold, otherwise 1. */
export async function runDemo(steps: readonly Step[], signal: AbortSignal): Promise<number> {
  say('starting the sandbox ...');
  const sandbox = await startSandbox(OPTIONS, troubleOnly, { signal });
  try {
    const stage = await openStage(sandbox, signal, (line) => say(`   ${line}`));
    const failed: string[] = [];
    for (const [index, step] of steps.entries()) {
      say(`\n${index + 1}. ${step.title}`);
      if (!(await orInterrupted(signal, playStep(step, stage)))) failed.push(`${index + 1}. ${step.title}`);
    }
    return sumUp(steps.length, failed);
  } finally {
    await sandbox.close();
  }
}

async function playStep(step: Step, stage: Stage): Promise<boolean> {
  try {
    const facts = await step.play(stage);
    for (const line of factLines(facts)) stage.tell(line);
    const isTrue = facts.every(holds);
    stage.tell(isTrue ? 'ok' : 'NOT OK');
    return isTrue;
  } catch (error) {
    stage.tell(`NOT OK: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function sumUp(total: number, failed: readonly string[]): number {
  if (failed.length === 0) {
    say(`\nall ${total} steps did what they say`);
    return 0;
  }
  say(`\n${failed.length} of ${total} steps failed:`);
  for (const title of failed) say(`   ${title}`);
  return 1;
}

/** The cycles are told by the steps; what goes wrong in a function is told as it happens. */
const troubleOnly: RuntimeLog = (event) => {
  const line = troubleIn(event, (name) => name);
  if (line !== undefined) say(`   (${line})`);
};
