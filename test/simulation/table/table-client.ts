import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TransientError } from '../../../lib/sync/errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Swarm } from '../swarm.ts';
import type { InProcessTable } from './in-process-table.ts';
import { serviceError } from './values.ts';

/** As the SDK's clients count them, and as `createDynamoClient` sets them. */
const MOST_ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 400;

/** How likely a try after one that failed fails too. */
const FAILS_AGAIN = 0.4;

interface Command {
  readonly input: Readonly<Record<string, unknown>>;
}

/** The operations of the port that a request of a store passes for. */
const OPERATIONS: Readonly<Record<string, string>> = {
  GetCommand: 'get',
  BatchGetCommand: 'getBatch',
  QueryCommand: 'query',
  ScanCommand: 'scan',
};

/** The client of a table without faults, and without time passing. */
export function directClient(table: InProcessTable): DynamoDBDocumentClient {
  return clientOf(async (command, input) => table.perform(command, input));
}

/**
 * The client through which an invocation reaches the table: each request is a point where time passes and faults
 * strike, and what failed is tried again as the SDK does, so that a write whose answer was lost meets itself.
 */
export function tableClient(
  table: InProcessTable,
  port: 'personStore' | 'syncState' | 'lists',
  invocation: Invocation,
  swarm: Swarm,
): DynamoDBDocumentClient {
  return clientOf(async (command, input) => {
    const name = `${port}.${OPERATIONS[command] ?? command.replace('Command', '')}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await invocation.io(name, () => table.perform(command, input));
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          swarm.count(attempt > 1 ? 'unclearWrite' : 'conditionRefused');
          throw attempted(error, attempt);
        }
        if (!(error instanceof TransientError)) throw error;
        const givesUp = attempt === MOST_ATTEMPTS || invocation.dice.chance(FAILS_AGAIN);
        if (givesUp) throw serviceError(error.code, error.message, attempt);
        swarm.count('requestTriedAgain');
        await invocation.pause(invocation.dice.between(0, LONGEST_PAUSE_MS));
      }
    }
  });
}

function attempted(error: ConditionalCheckFailedException, attempts: number): Error {
  return Object.assign(error, { $metadata: { ...error.$metadata, attempts } });
}

function clientOf(perform: (command: string, input: Command['input']) => Promise<unknown>): DynamoDBDocumentClient {
  const send = (command: Command) => perform(command.constructor.name, command.input);
  // The stores send commands, and need nothing else of a client.
  return { send } as unknown as DynamoDBDocumentClient;
}
