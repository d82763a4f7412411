/**
 * An error likely to disappear on a retry: throttling, a lock, an outage, a lost connection. `mayHaveCommitted`: a
 * write was sent without an answer, and may be in Salesforce now or later.
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

/** The org's daily calls are used up, or the remaining calls are reserved for sync person: the run stops. */
export class QuotaExceededError extends Error {
  override readonly name = 'QuotaExceededError';
}

/** Requires an operator: wrong credentials, a missing permission, an incompatible schema. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A reconciliation ended early: implausibly many records are missing. An operator decides. */
export class ReconciliationHeldError extends ConfigError {}

/** An item larger than the store allows (DynamoDB: 400 KB); retrying cannot help. */
export class ItemTooLargeError extends Error {
  override readonly name = 'ItemTooLargeError';
}

/** An unknown cursor: the caller's mistake. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/**
 * Whether work failing with the error may fail on every retry. Outages end, and configuration errors are reported to an
 * operator, so neither counts.
 */
export function mayLast(error: unknown): boolean {
  const isOutage = error instanceof TransientError || error instanceof QuotaExceededError;
  return !isOutage && !(error instanceof ConfigError);
}

/** Whether the error of a write proves that nothing was written. */
export function wasNotSent(error: unknown): boolean {
  if (error instanceof QuotaExceededError || error instanceof ConfigError) return true;
  return error instanceof TransientError && !error.mayHaveCommitted;
}
