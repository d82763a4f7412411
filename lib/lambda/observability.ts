import { Logger } from '@aws-lambda-powertools/logger';
import { ConfigError, ReconciliationHeldError } from '../sync/errors.ts';
import { publish } from './metrics.ts';

/** Structured JSON lines; their level and service name come from the environment. */
export const logger = new Logger();

/**
 * Tells an error in the log. One that a human has to mend counts as a metric too, for an alarm to stand on.
 */
export function tellError(
  message: string,
  error: unknown,
  facts: Readonly<Record<string, number | object>> = {},
): void {
  logger.error(message, { ...facts, error: describeError(error) });
  // A held reconciliation has a metric of its own.
  const isMistake = error instanceof ConfigError && !(error instanceof ReconciliationHeldError);
  if (isMistake) publish({ ConfigErrors: 1 });
}

/**
 * What of an error may stand in a log: its name, its code and where it was thrown. Not its message, which may quote a
 * record, and not its cause. Only what has to be mended in the configuration is told in words: those hold no values.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const message = error instanceof ConfigError ? { message: error.message } : {};
  return { name: error.name, ...code, ...message, stack: frames.slice(0, 8).map((line) => line.trim()) };
}
