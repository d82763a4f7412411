import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { logger, tellError } from './observability.ts';

/** What the runtime of Lambda logs of a failed invocation: the name of the error and nothing that it says. */
class InvocationFailed extends Error {
  override readonly name = 'InvocationFailed';

  constructor(error: unknown) {
    super(
      `${error instanceof Error ? error.name : typeof error}: the line before has its code and where it was thrown`,
    );
    // The runtime prints the stack, whose first line is the message of the error that it belongs to.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/**
 * A handler that no caller waits for: what it throws is told in the log, without its message, before Lambda retries it.
 * Lambda's runtime logs what is thrown as it is, so that another error, which quotes nothing, is thrown instead.
 */
export function backgroundHandler<Event, Result>(run: (event: Event, context: Context) => Promise<Result>) {
  return middy<Event, Result>()
    .use({
      before: ({ context }) => logger.appendKeys({ requestId: context.awsRequestId }),
      onError: (request) => {
        tellError('failed', request.error);
        // Not thrown here: middy would attach the first error to a second one, and the runtime logs what is attached.
        request.error = new InvocationFailed(request.error);
      },
    })
    .handler(run);
}
