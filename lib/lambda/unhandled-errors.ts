import { logError } from './observability.ts';

let isSet = false;

/**
 * Ends the process where an error escapes every handler, and tells the error as any other. Lambda's own runtime would
 * write the message of the error, and whatever else the error carries, into the log; both may quote a record.
 *
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export function tellUnhandled(): void {
  // Where no runtime of Lambda runs the function, errors are left to whoever does.
  if (isSet || process.env.AWS_LAMBDA_RUNTIME_API === undefined) return;
  isSet = true;
  const end = (error: unknown): never => {
    logError('unhandled', error);
    process.exit(1);
  };
  process.prependListener('uncaughtException', end);
  process.prependListener('unhandledRejection', end);
}
