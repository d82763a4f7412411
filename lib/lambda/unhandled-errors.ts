import { logError } from './observability.ts';

let isSet = false;

/**
 * Ends the process after an error outside every handler, and logs the error like every other. Lambda's own runtime
 * would write the error's message and attributes into the log; both may quote a record.
 *
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export function tellUnhandled(): void {
  // Outside Lambda's runtime the caller handles errors.
  if (isSet || process.env.AWS_LAMBDA_RUNTIME_API === undefined) return;
  isSet = true;
  const end = (error: unknown): never => {
    logError('unhandled', error);
    process.exit(1);
  };
  process.prependListener('uncaughtException', end);
  process.prependListener('unhandledRejection', end);
}
