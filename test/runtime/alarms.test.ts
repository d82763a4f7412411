import { expect, test } from 'vitest';
import type { AlarmDefinition } from '../sandbox/runtime/alarms/alarm-definition.ts';
import { evaluateAlarm } from '../sandbox/runtime/alarms/evaluate-alarm.ts';
import { MetricHistory } from '../sandbox/runtime/alarms/metric-history.ts';
import { metricPoints } from '../sandbox/runtime/alarms/metric-points.ts';

const metric = { namespace: 'Lockstep', name: 'CyclesCompleted', dimensions: { service: 'poll' } };
const minute = 60_000;

const alarm = (over: Partial<AlarmDefinition>): AlarmDefinition => ({
  logicalId: 'A',
  description: '',
  watched: { kind: 'metric', metric, statistic: 'Sum' },
  periodMs: 5 * minute,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 1,
  comparison: 'LessThanThreshold',
  missing: 'breaching',
  ...over,
});

test('an alarm fires when so many of its periods breach, and missing values count as it says', () => {
  const data = new MetricHistory();
  data.add(metric, 1, 2 * minute);
  expect(evaluateAlarm(alarm({}), data, 15 * minute)).toBe('OK');
  expect(evaluateAlarm(alarm({}), data, 18 * minute)).toBe('ALARM');
  expect(evaluateAlarm(alarm({ missing: 'notBreaching' }), data, 18 * minute)).toBe('OK');
  expect(evaluateAlarm(alarm({ missing: 'missing' }), data, 18 * minute)).toBe('INSUFFICIENT_DATA');
  expect(evaluateAlarm(alarm({ datapointsToAlarm: 2 }), data, 15 * minute)).toBe('ALARM');
});

test.each([
  ['Sum', 7],
  ['Maximum', 4],
  ['Minimum', 3],
  ['Average', 3.5],
  ['SampleCount', 2],
] as const)('%s of the points of a period', (statistic, value) => {
  const data = new MetricHistory();
  for (const [each, at] of [
    [3, 0],
    [4, 1],
    [9, 5],
  ] as const)
    data.add(metric, each, at);
  expect(data.statistic(metric, statistic, 0, 5)).toBe(value);
  expect(data.statistic({ ...metric, name: 'Other' }, statistic, 0, 5)).toBeUndefined();
});

test('a sum takes a missing metric for zero', () => {
  const data = new MetricHistory();
  data.add(metric, 2, 0);
  const other = { ...metric, dimensions: { service: 'merge' } };
  const of = [metric, other].map((each) => ({ metric: each, statistic: 'Sum' }) as const);
  const sum = alarm({ watched: { kind: 'sum', of }, comparison: 'GreaterThanOrEqualToThreshold', threshold: 2 });
  expect(evaluateAlarm({ ...sum, evaluationPeriods: 1, datapointsToAlarm: 1 }, data, 1)).toBe('ALARM');
  expect(evaluateAlarm({ ...sum, evaluationPeriods: 1, datapointsToAlarm: 1, threshold: 3 }, data, 1)).toBe('OK');
});

test('embedded metrics and invocations are points; other lines are none', () => {
  const embedded = {
    _aws: {
      Timestamp: 0,
      CloudWatchMetrics: [
        {
          Namespace: 'Lockstep',
          Dimensions: [['service']],
          Metrics: [
            { Name: 'CyclesCompleted', Unit: 'Count' },
            { Name: 'PullLagSeconds', Unit: 'Seconds' },
          ],
        },
      ],
    },
    service: 'poll',
    CyclesCompleted: [1, 1],
    PullLagSeconds: 2,
  };
  const line = (text: string) => metricPoints({ type: 'line', function: 'poll', stream: 'stdout', line: text });
  expect(line(JSON.stringify(embedded)).map(({ metric: { name }, value, unit }) => [name, value, unit])).toEqual([
    ['CyclesCompleted', 1, 'Count'],
    ['CyclesCompleted', 1, 'Count'],
    ['PullLagSeconds', 2, 'Seconds'],
  ]);
  expect(line('{"level":"INFO"}')).toEqual([]);
  const ended = {
    type: 'invocation',
    function: 'f',
    trigger: 'api',
    requestId: '1',
    durationMs: 1,
    payload: '',
  } as const;
  const values = (outcome: 'success' | 'timeout' | 'throttled') =>
    Object.fromEntries(metricPoints({ ...ended, outcome }).map(({ metric: { name }, value }) => [name, value]));
  expect(values('success')).toEqual({ Invocations: 1, Errors: 0 });
  expect(values('timeout')).toEqual({ Invocations: 1, Errors: 1 });
  expect(values('throttled')).toEqual({ Throttles: 1 });
});
