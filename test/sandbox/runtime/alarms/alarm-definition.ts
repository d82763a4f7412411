import type { Deployment } from '../deployment.ts';
import type { MetricId, Statistic } from './metric-history.ts';

/** What an alarm looks at: one metric, or the sum of several in which a missing value counts as zero. */
export type Watched =
  | { readonly kind: 'metric'; readonly metric: MetricId; readonly statistic: Statistic }
  | { readonly kind: 'sum'; readonly of: readonly { readonly metric: MetricId; readonly statistic: Statistic }[] };

export interface AlarmDefinition {
  readonly logicalId: string;
  readonly description: string;
  readonly watched: Watched;
  readonly periodMs: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: keyof typeof COMPARISONS;
  readonly missing: 'breaching' | 'notBreaching' | 'missing';
}

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

interface RawMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface RawQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: RawMetric; readonly Stat: Statistic; readonly Period: number };
}

interface RawAlarm extends RawMetric {
  readonly AlarmDescription?: string;
  readonly Statistic?: Statistic;
  readonly Period?: number;
  readonly Metrics?: readonly RawQuery[];
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: AlarmDefinition['comparison'];
  readonly TreatMissingData?: AlarmDefinition['missing'];
}

/**
 * The alarms of an assembly. Of metric math the sum of metrics with `FILL(m, 0)` is known; any other expression is an
 * error that names the alarm.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
 */
export function alarmDefinitions(deployment: Deployment): readonly AlarmDefinition[] {
  return deployment.resources('AWS::CloudWatch::Alarm').map((resource) => {
    const raw = deployment.properties(resource) as unknown as RawAlarm;
    const { watched, periodSeconds } = watchedBy(resource.logicalId, raw);
    return {
      logicalId: resource.logicalId,
      description: raw.AlarmDescription ?? '',
      watched,
      periodMs: periodSeconds * 1000,
      evaluationPeriods: raw.EvaluationPeriods,
      datapointsToAlarm: raw.DatapointsToAlarm ?? raw.EvaluationPeriods,
      threshold: raw.Threshold,
      comparison: raw.ComparisonOperator,
      missing: raw.TreatMissingData ?? 'missing',
    };
  });
}

function watchedBy(name: string, raw: RawAlarm): { readonly watched: Watched; readonly periodSeconds: number } {
  const { Metrics: queries, Statistic: statistic = 'Average', Period = 60 } = raw;
  if (queries === undefined) {
    return { watched: { kind: 'metric', metric: metricOf(raw), statistic }, periodSeconds: Period };
  }
  const parts = queries.flatMap(({ Id, MetricStat }) => (MetricStat === undefined ? [] : [{ id: Id, ...MetricStat }]));
  const expression = queries.find(({ Expression }) => Expression !== undefined)?.Expression;
  const [first] = parts;
  if (expression === undefined && first !== undefined) {
    const watched = { kind: 'metric', metric: metricOf(first.Metric), statistic: first.Stat } as const;
    return { watched, periodSeconds: first.Period };
  }
  const expected = `SUM([${parts.map(({ id }) => `FILL(${id}, 0)`).join(', ')}])`;
  if (expression !== expected) throw new Error(`${name}: ${expression} is not known here, only ${expected}`);
  const of = parts.map(({ Metric, Stat }) => ({ metric: metricOf(Metric), statistic: Stat }));
  return { watched: { kind: 'sum', of }, periodSeconds: first?.Period ?? Period };
}

function metricOf({ Namespace, MetricName, Dimensions = [] }: RawMetric): MetricId {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return { namespace: Namespace, name: MetricName, dimensions };
}
