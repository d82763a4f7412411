import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, type MetricName } from './metric-names.ts';

const metrics = new Metrics({ namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? METRIC_NAMESPACE });

/** Publishes values as metrics, in the embedded metric format. */
export function publish(values: Readonly<Partial<Record<MetricName, number>>>): void {
  for (const [name, value] of Object.entries(values)) metrics.addMetric(name, unitOf(name), value);
  metrics.publishStoredMetrics();
}

function unitOf(name: string): (typeof MetricUnit)[keyof typeof MetricUnit] {
  if (name.endsWith('Seconds')) return MetricUnit.Seconds;
  if (name.endsWith('Milliseconds')) return MetricUnit.Milliseconds;
  if (name.endsWith('Seconds')) return MetricUnit.Seconds;
  return name.endsWith('Percent') ? MetricUnit.Percent : MetricUnit.Count;
}
