import { Logger } from '@aws-lambda-powertools/logger';
import { ConfigError, ReconciliationHeldError } from '../sync/errors.ts';
import { publish } from './metrics.ts';

/** Structured JSON lines; level and service name come from the environment. */
export const logger = new Logger();

/** Logs an error. An error requiring an operator also counts as a metric, for the alarm. */
export function logError(message: string, error: unknown, facts: Readonly<Record<string, number | object>> = {}): void {
  logger.error(message, { ...facts, error: describeError(error) });
  // A held reconciliation has a separate metric.
  const isMistake = error instanceof ConfigError && !(error instanceof ReconciliationHeldError);
  if (isMistake) publish({ ConfigErrors: 1 });
}

/**
 * The loggable part of an error: name, code and location. Not the message, which may quote a record, and not the cause.
 * Only configuration errors are logged with their message, which contains no values.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const message = error instanceof ConfigError ? { message: error.message } : {};
  return { name: error.name, ...code, ...message, stack: frames.slice(0, 8).map((line) => line.trim()) };
}
