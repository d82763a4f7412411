import type { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { FunctionName } from '../lib/lambda/environment.ts';
import type { METRICS, Service } from '../lib/lambda/metric-names.ts';

/** The resources watched by alarms and dashboard. */
export interface Watched {
  /** The namespace of the functions' metrics. */
  readonly namespace: string;
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>>;
  readonly fresh: IQueue;
  readonly backlog: IQueue;
  readonly deadLetters: IQueue;
  readonly missedPolls: IQueue;
}

/** A metric published by a function. */
export function syncMetric<Name extends Service>(
  { namespace }: Watched,
  service: Name,
  metricName: (typeof METRICS)[Name][number],
  options: MetricOptions,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap: { service }, label: metricName, ...options });
}

export function queueMetric(queue: IQueue, metricName: string, period: Duration): Metric {
  return queue.metric(metricName, { statistic: 'Maximum', period, label: metricName });
}

export function lambdaMetric(each: LambdaFunction, metricName: string, period: Duration): Metric {
  return each.metric(metricName, { statistic: 'Sum', period, label: metricName });
}
