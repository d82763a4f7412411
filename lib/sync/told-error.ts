import { ConfigError, QuotaExceededError, TransientError } from './errors.ts';

/**
 * An error in words, for a status. The message of a configuration error contains no values and is shown
 * unchanged; any other message may quote a record and is replaced.
 */
export function toldError(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof ConfigError) return { code: 'CONFIGURATION', message: error.message };
  if (error instanceof QuotaExceededError) {
    return { code: 'SALESFORCE_LIMIT', message: 'The daily Salesforce calls for background work are used up' };
  }
  if (error instanceof TransientError) {
    return { code: error.code, message: 'Salesforce or the store could not answer; the next cycle tries again' };
  }
  return { code: 'INTERNAL', message: 'Unexpected error; the log of the function has it' };
}
