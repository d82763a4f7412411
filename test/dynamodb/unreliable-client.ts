import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** One call on its way: its command, and what really sends it. */
export interface Call {
  readonly command: string;
  readonly input: unknown;
  readonly send: () => Promise<unknown>;
}

/** What becomes of a call: the answer, or an error in its place. */
export type Fault = (call: Call) => Promise<unknown>;

/** Puts faults between the client and the service, inside its retries. Each tries its luck once, in the given order. */
export function injectFaults(client: DynamoDBDocumentClient, faults: Fault[]): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const call: Call = {
        command: String(context.commandName).replace('Command', ''),
        input: args.input,
        send: () => next(args),
      };
      const fault = faults.shift();
      return (await (fault ?? pass)(call)) as Awaited<ReturnType<typeof next>>;
    },
    { step: 'finalizeRequest', priority: 'low', name: 'faults', override: true },
  );
}

/** The call goes through. */
export const pass: Fault = (call) => call.send();

/** The call goes through, and its answer is lost. */
export const loseAnswer: Fault = async (call) => {
  await call.send();
  throw connectionReset();
};

/** The call does not arrive. */
export const loseCall: Fault = async () => {
  throw connectionReset();
};

/** The service answers with this error. */
export function answerError(name: string, httpStatusCode: number, message = name): Fault {
  return async () => {
    throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode }, $fault: 'client' });
  };
}

function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
