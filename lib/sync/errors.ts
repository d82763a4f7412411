/**
 * Something that may go well on another try: throttling, a lock, an outage, a lost connection. `mayHaveCommitted` says
 * that a write was sent and its answer never came: it may stand in Salesforce already, or later.
 */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly code: string;
  readonly mayHaveCommitted: boolean;

  constructor(code: string, message: string, options: { mayHaveCommitted?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.mayHaveCommitted = options.mayHaveCommitted ?? false;
  }
}

/** The org's daily calls are used up, or what is left of them is kept for sync person: this run stops. */
export class QuotaExceededError extends Error {
  override readonly name = 'QuotaExceededError';
}

/** A human has to mend it: wrong credentials, a missing permission, a schema that does not fit. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A reconciliation ended early: more records are missing than is plausible. A human decides. */
export class ReconciliationHeldError extends ConfigError {}

/** What was to be stored is larger than the store allows (an item of DynamoDB: 400 KB): it never will be stored so. */
export class ItemTooLargeError extends Error {
  override readonly name = 'ItemTooLargeError';
}

/** A cursor that no page has given out: the caller's mistake. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/**
 * Whether work that fails by this error may fail every time: an outage ends, and what a human has to fix is told.
 */
export function mayLast(error: unknown): boolean {
  const isOutage = error instanceof TransientError || error instanceof QuotaExceededError;
  return !isOutage && !(error instanceof ConfigError);
}

/** Whether an error of a write says for certain that nothing was written. */
export function wasNotSent(error: unknown): boolean {
  if (error instanceof QuotaExceededError || error instanceof ConfigError) return true;
  return error instanceof TransientError && !error.mayHaveCommitted;
}
