import { lineOf, reportIn } from './cycle-lines.ts';
import { readOptions, UsageError } from './sandbox-options.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  const firstCycle = Promise.withResolvers<void>();
  const held: string[] = [];
  let ready = false;
  const starting = startSandbox(options, (event) => {
    const line = lineOf(event);
    if (line !== undefined) {
      if (ready) say(line);
      else held.push(line);
    }
    const pollEnded = event.type === 'invocation' && event.trigger === 'schedule';
    if (reportIn(event) !== undefined || pollEnded) firstCycle.resolve();
  });
  stopOnSignal(starting);
  const sandbox = await starting;
  introduce(sandbox, options.cycleSeconds);
  await firstCycle.promise;
  await untilAnswered(sandbox.apiUrl);
  for (const line of held) say(line);
  ready = true;
  say('ready');
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

function stopOnSignal(starting: Promise<Sandbox>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      starting
        .then((sandbox) => sandbox.close())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  }
}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  process.stderr.write(isUsage ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(isUsage ? 2 : 1);
});
