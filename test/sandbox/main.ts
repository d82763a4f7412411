import { setTimeout as sleep } from 'node:timers/promises';
import { orInterrupted, runProgram } from '../../lib/operator/run-program.ts';
import { readOptions } from './sandbox-options.ts';
import type { Sandbox } from './start-sandbox.ts';
import { createScreen, type Screen } from './terminal/screen.ts';
import { showSteps } from './terminal/start-steps.ts';
import type { CycleTeller } from './terminal/tell-cycles.ts';

const LOOK_AGAIN_MS = 1_000;

async function main(signal: AbortSignal): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  const screen = createScreen(process.stdout, process.env);
  const progress = showSteps(screen);
  screen.line('Lockstep on this machine. Ctrl-C ends it.');
  // Loaded only now: loading the parts takes seconds on a slow machine.
  const { startSandbox, tellCycles, followFirstSync } = await progress.step(
    'program',
    'loads the program',
    loadParts,
    () => 'loaded',
  );
  const teller = tellCycles(screen, options.cycleSeconds);
  const sandbox = await startSandbox(options, teller.log, { signal, progress });
  try {
    const first = followFirstSync(sandbox, teller, options.seedRecords);
    const firstPoll = () => orInterrupted(signal, first.ended());
    await progress.step('first cycle', first.line, firstPoll, () => 'read what is in Salesforce');
    const answers = () => orInterrupted(signal, untilAnswered(sandbox.apiUrl, screen, signal));
    await progress.step('API', 'waits for its first answer', answers, () => 'answers');
    introduce(screen, sandbox, options.cycleSeconds);
    teller.begin(sandbox);
    screen.line('ready');
    await orInterrupted(signal, new Promise<never>(() => undefined));
  } finally {
    await end(screen, teller, sandbox);
  }
  return 0;
}

async function loadParts() {
  const [{ startSandbox }, { tellCycles }, { followFirstSync }] = await Promise.all([
    import('./start-sandbox.ts'),
    import('./terminal/tell-cycles.ts'),
    import('./terminal/first-sync.ts'),
  ]);
  return { startSandbox, tellCycles, followFirstSync };
}

function introduce(screen: Screen, sandbox: Sandbox, cycleSeconds: number): void {
  screen.line(`console    ${sandbox.apiUrl}/`);
  screen.line(`API        ${sandbox.apiUrl}`);
  screen.line(
    `org        ${sandbox.orgUrl}${sandbox.org === undefined ? '' : ' (simulated; clients lockstep and admin)'}`,
  );
  screen.line(`DynamoDB   ${sandbox.dynamoDbUrl}`);
  screen.line(`SQS        ${sandbox.sqsUrl}`);
  screen.line(`a cycle, then ${cycleSeconds} seconds, then the next; Ctrl-C ends it`);
}

/** The API answers once its function has started. Another answer is not the end: a slow machine is waited for. */
async function untilAnswered(apiUrl: string, screen: Screen, signal: AbortSignal): Promise<void> {
  for (let said = ''; !signal.aborted; await sleep(LOOK_AGAIN_MS)) {
    const answer = await fetch(`${apiUrl}/sync/status`);
    if (answer.ok) return;
    const now = `GET /sync/status answers ${answer.status}: ${(await answer.text()).slice(0, 200)}`;
    if (now !== said) screen.line(`${now}; waiting for another answer`);
    said = now;
  }
}

async function end(screen: Screen, teller: CycleTeller, sandbox: Sandbox): Promise<void> {
  teller.close();
  if (screen.isLive) screen.line('ending: functions, engines, org');
  await sandbox.close();
}

await runProgram(main, { interruptedCode: 0 });
