import {
  ConfigError,
  InvalidCursorError,
  ItemTooLargeError,
  QuotaExceededError,
  TransientError,
} from '../sync/errors.ts';
import { Problem } from './api/problem.ts';

/** The problem shown to a caller for an error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidCursorError)
    return new Problem('invalid-parameter', 'cursor: was not returned by the API');
  if (error instanceof QuotaExceededError) return new Problem('salesforce-limit', 'no calls are left', RETRY_LATER);
  if (error instanceof ConfigError)
    return new Problem('salesforce-unavailable', 'somebody has to mend how Salesforce is reached', RETRY_LATER);
  if (error instanceof TransientError && error.code === NO_CREDENTIALS)
    return new Problem('salesforce-unavailable', 'the credentials cannot be read now', { retryAfterSeconds: 30 });
  if (error instanceof TransientError) return new Problem('store-unavailable', 'try again', { retryAfterSeconds: 1 });
  if (error instanceof ItemTooLargeError)
    return new Problem('body-too-large', 'the person with the new values is too large to store');
  if (isBodyError(error)) return new Problem('invalid-body', 'the body is not valid JSON');
  return new Problem('internal-error', 'the error is in the log; nothing is known to be lost');
}

/** The code for a secret unreadable at present. */
export const NO_CREDENTIALS = 'SECRETS';

const RETRY_LATER = { retryAfterSeconds: 300 } as const;

/** Recognizes an error of the body parser. */
function isBodyError(error: unknown): boolean {
  return (
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500
  );
}
