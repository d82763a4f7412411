import { type AlarmDefinition, COMPARISONS, type Watched } from './alarm-definition.ts';
import type { MetricHistory } from './metric-history.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/**
 * The state of an alarm over its last periods before `now`. As in CloudWatch a missing value is treated as the alarm
 * says, and so many of the periods must breach as it says.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function evaluateAlarm(alarm: AlarmDefinition, data: MetricHistory, now: number): AlarmState {
  const { periodMs, evaluationPeriods, datapointsToAlarm, missing } = alarm;
  const values = Array.from({ length: evaluationPeriods }, (_, back) => {
    const to = now - back * periodMs;
    return watchedValue(alarm.watched, data, to - periodMs, to);
  });
  if (missing === 'missing' && values.every((value) => value === undefined)) return 'INSUFFICIENT_DATA';
  const breaches = values.filter((value) => {
    return value === undefined ? missing === 'breaching' : COMPARISONS[alarm.comparison](value, alarm.threshold);
  });
  return breaches.length >= datapointsToAlarm ? 'ALARM' : 'OK';
}

function watchedValue(watched: Watched, data: MetricHistory, from: number, to: number): number | undefined {
  if (watched.kind === 'metric') return data.statistic(watched.metric, watched.statistic, from, to);
  return watched.of.reduce((sum, { metric, statistic }) => sum + (data.statistic(metric, statistic, from, to) ?? 0), 0);
}
