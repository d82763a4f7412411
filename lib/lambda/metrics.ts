import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ANY_FUNCTION, METRIC_NAMESPACE, METRICS, type MetricName } from './metric-names.ts';

const namespace = process.env.POWERTOOLS_METRICS_NAMESPACE ?? METRIC_NAMESPACE;

/** Metrics with the function as service, and shared metrics. */
const own = new Metrics({ namespace });
const shared = new Metrics({ namespace, serviceName: ANY_FUNCTION });

/** Names of {@link METRICS} with their values. */
export type MetricValues = Readonly<Partial<Record<MetricName, number>>>;

/**
 * Publishes values as metrics, in the embedded metric format. `facts` are written to the same log line: ids and codes,
 * countable by CloudWatch without being billed as metrics.
 */
export function publish(values: MetricValues, facts: Readonly<Record<string, string>> = {}): void {
  add(values);
  for (const [name, fact] of Object.entries(facts)) own.addMetadata(name, fact);
  publishAdded();
}

/** Adds values to the function's next publication. */
export function add(values: MetricValues): void {
  for (const [name, value] of Object.entries(values)) {
    const isShared = METRICS[ANY_FUNCTION].some((each) => each === name);
    (isShared ? shared : own).addMetric(name, unitOf(name), value);
  }
}

/** Publishes the values added since the last publication. */
export function publishAdded(): void {
  for (const metrics of [own, shared]) if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

function unitOf(name: string): (typeof MetricUnit)[keyof typeof MetricUnit] {
  if (name.endsWith('Milliseconds')) return MetricUnit.Milliseconds;
  if (name.endsWith('Seconds')) return MetricUnit.Seconds;
  return name.endsWith('Percent') ? MetricUnit.Percent : MetricUnit.Count;
}
