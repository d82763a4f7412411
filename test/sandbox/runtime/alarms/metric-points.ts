import type { RuntimeEvent } from '../runtime-event.ts';
import type { MetricId } from './metric-history.ts';

/** A value that an event publishes. */
export interface MetricPoint {
  readonly metric: MetricId;
  readonly value: number;
  readonly unit: string | undefined;
}

/** What Lambda publishes of an invocation by itself, and what a line in the embedded metric format holds. */
export function metricPoints(event: RuntimeEvent): readonly MetricPoint[] {
  if (event.type === 'line') return embeddedPoints(event.line);
  if (event.type !== 'invocation') return [];
  const dimensions = { FunctionName: event.function };
  const point = (name: string, value: number): MetricPoint => {
    return { metric: { namespace: 'AWS/Lambda', name, dimensions }, value, unit: 'Count' };
  };
  if (event.outcome === 'throttled') return [point('Throttles', 1)];
  return [point('Invocations', 1), point('Errors', event.outcome === 'success' ? 0 : 1)];
}

interface EmbeddedMetrics {
  readonly _aws?: {
    readonly CloudWatchMetrics?: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embeddedPoints(line: string): readonly MetricPoint[] {
  if (!line.startsWith('{"_aws"')) return [];
  const values = JSON.parse(line) as EmbeddedMetrics;
  const sets = values._aws?.CloudWatchMetrics ?? [];
  return sets.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(values[name])]));
      return Metrics.flatMap(({ Name: name, Unit: unit }) =>
        numbersOf(values[name]).map((value) => ({ metric: { namespace, name, dimensions }, value, unit })),
      );
    }),
  );
}

/** A metric that was added more than once is a list. */
function numbersOf(value: unknown): readonly number[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is number => typeof each === 'number');
}
