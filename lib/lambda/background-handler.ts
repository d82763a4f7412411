import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { publishAdded } from './metrics.ts';
import { logError, logger } from './observability.ts';
import { tellUnhandled } from './unhandled-errors.ts';

/** The error logged by Lambda's runtime for a failed invocation: the original error's name without the message. */
class InvocationFailed extends Error {
  override readonly name = 'InvocationFailed';

  constructor(error: unknown) {
    super(
      `${error instanceof Error ? error.name : typeof error}: the line before has its code and where it was thrown`,
    );
    // The runtime prints the stack, whose first line would contain the original message.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/**
 * A handler without a waiting caller: errors are logged without their messages before Lambda retries. The runtime logs
 * thrown errors in full, so a replacement without quotes is thrown.
 */
export function backgroundHandler<Event, Result>(run: (event: Event, context: Context) => Promise<Result>) {
  tellUnhandled();
  return middy<Event, Result>()
    .use({
      before: ({ context }) => {
        logger.resetKeys();
        logger.appendKeys({ requestId: context.awsRequestId });
      },
      after: publishAdded,
      onError: (request) => {
        publishAdded();
        logError('failed', request.error);
        // Set instead of thrown: middy would attach the first error to the second, and the runtime logs attached
        // errors.
        request.error = new InvocationFailed(request.error);
      },
    })
    .handler(run);
}
