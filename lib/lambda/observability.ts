import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Structured JSON lines; their level and service name come from the environment. */
export const logger = new Logger();

const metrics = new Metrics({ namespace: 'Lockstep' });

/** Publishes counts as metrics, in the embedded metric format. */
export function publishCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count);
  metrics.publishStoredMetrics();
}

/**
 * What of an error may stand in a log: its name, its code and where it was thrown. Not its message, which may quote a
 * record, and not its cause.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name: error.name, ...code, stack: frames.slice(0, 8).map((line) => line.trim()) };
}
