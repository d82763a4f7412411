import { createSqsClient } from '../../sqs/create-sqs-client.ts';
import { AwsDeployedStack, stackClients } from '../aws-deployed-stack.ts';
import { type Command, readArguments, UsageError } from '../command-line.ts';
import { runProgram } from '../run-program.ts';
import { type DeadLetter, findQueuePair, listDeadLetters, type QueuePair, redrive } from './dead-letters.ts';

const options = {
  stack: { value: 'NAME', about: 'a deployed stack (LockstepSync); without it the queues behind AWS_ENDPOINT_URL_SQS' },
  list: { about: 'only show the dead letters; they are hidden from a redrive for a minute' },
} as const;

const command: Command<typeof options> = {
  name: 'npm run redrive',
  about: 'Sends the dead letters back to the changes queue. First fix the cause: the runbook entry "DeadLetters".',
  options,
  notes: ['For the sandbox set AWS_ENDPOINT_URL_SQS to the address printed by npm start.'],
};

/** Ids shown per letter. */
const SHOWN = 5;

async function main(): Promise<number> {
  const { options: typed } = readArguments(command, process.argv.slice(2));
  const { stack } = typed;
  if (stack === undefined) useEndpoint();
  const client = createSqsClient();
  const pair = stack === undefined ? await findQueuePair(client) : await pairOfStack(stack);
  if (pair === undefined) throw new UsageError('no queue with a dead-letter queue is behind AWS_ENDPOINT_URL_SQS');
  if (typed.list === true) {
    const letters = await listDeadLetters(client, pair);
    for (const letter of letters) process.stdout.write(`${lineOf(letter)}\n`);
    process.stdout.write(`${letters.length} dead letters\n`);
    return 0;
  }
  process.stdout.write(`${await redrive(client, pair)} dead letters sent back\n`);
  return 0;
}

/** A local endpoint needs a region and credentials, with any values. */
function useEndpoint(): void {
  if (process.env.AWS_ENDPOINT_URL_SQS === undefined) {
    throw new UsageError('name a stack with --stack, or set AWS_ENDPOINT_URL_SQS');
  }
  process.env.AWS_REGION ??= 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
}

async function pairOfStack(name: string): Promise<QueuePair> {
  const outputs = await new AwsDeployedStack(name, stackClients()).outputs();
  const { ChangesQueueUrl: queueUrl, DeadLetterQueueUrl: deadLetterUrl } = outputs;
  if (queueUrl === undefined || deadLetterUrl === undefined) {
    throw new UsageError(`stack ${name} has no outputs ChangesQueueUrl and DeadLetterQueueUrl: is it LockstepSync?`);
  }
  return { queueUrl, deadLetterUrl };
}

function lineOf({ messageId, kind, queuedAt, ids }: DeadLetter): string {
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : '';
  return `${messageId}  ${kind}  queued ${queuedAt ?? 'at an unknown time'}  ${ids.slice(0, SHOWN).join(', ')}${more}`;
}

await runProgram(main);
