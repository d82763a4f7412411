import { orInterrupted, runProgram } from '../../lib/operator/run-program.ts';
import { lineOf, reportIn } from './cycle-lines.ts';
import type { RuntimeLog } from './runtime/runtime-event.ts';
import { readOptions } from './sandbox-options.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(signal: AbortSignal): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  const story = tellCycles();
  const sandbox = await startSandbox(options, story.log, signal);
  try {
    introduce(sandbox, options.cycleSeconds);
    await orInterrupted(signal, story.firstCycle);
    await orInterrupted(signal, untilAnswered(sandbox.apiUrl));
    story.begin();
    say('ready');
    await orInterrupted(signal, new Promise<never>(() => undefined));
  } finally {
    await sandbox.close();
  }
  return 0;
}

/** A line a cycle; those from before `begin` are kept until then, after what introduces them. */
function tellCycles(): { readonly log: RuntimeLog; readonly firstCycle: Promise<void>; readonly begin: () => void } {
  const first = Promise.withResolvers<void>();
  const held: string[] = [];
  let tell: (line: string) => void = (line) => held.push(line);
  const log: RuntimeLog = (event) => {
    const line = lineOf(event);
    if (line !== undefined) tell(line);
    const pollEnded = event.type === 'invocation' && event.trigger === 'schedule';
    if (reportIn(event) !== undefined || pollEnded) first.resolve();
  };
  const begin = () => {
    for (const line of held) say(line);
    tell = say;
  };
  return { log, firstCycle: first.promise, begin };
}

function introduce(sandbox: Sandbox, cycleSeconds: number): void {
  say(`API        ${sandbox.apiUrl}`);
  say(`org        ${sandbox.orgUrl}${sandbox.org === undefined ? '' : ' (simulated; clients lockstep and admin)'}`);
  say(`DynamoDB   ${sandbox.dynamoDbUrl}`);
  say(`SQS        ${sandbox.sqsUrl}`);
  say(`a cycle, then ${cycleSeconds} seconds, then the next; Ctrl-C stops it`);
}

/** The API answers once its function has started. */
async function untilAnswered(apiUrl: string): Promise<void> {
  const answer = await fetch(`${apiUrl}/sync/status`);
  if (!answer.ok) throw new Error(`GET /sync/status answered ${answer.status}`);
}

await runProgram(main, { interruptedCode: 0 });
