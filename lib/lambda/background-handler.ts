import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { logger, tellError } from './observability.ts';

/**
 * A handler that no caller waits for: what it throws is told in the log, without its message, before Lambda retries it.
 */
export function backgroundHandler<Event, Result>(run: (event: Event, context: Context) => Promise<Result>) {
  return middy<Event, Result>()
    .use({
      before: ({ context }) => logger.appendKeys({ requestId: context.awsRequestId }),
      onError: ({ error }) => tellError('failed', error),
    })
    .handler(run);
}
