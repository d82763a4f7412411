import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../lib/lambda/metric-names.ts';
import { costLines, type Deployed, monthlyCosts, sumOf } from '../bench/model/monthly-costs.ts';
import { functionNamed, resourcesOf, synthesised } from '../cdk/synthesised.ts';

const { stateless } = synthesised();

function gigabytes(name: Parameters<typeof functionNamed>[1]): number {
  return Number(functionNamed(stateless, name).Properties.MemorySize) / 1024;
}

/** CloudWatch bills an alarm for each metric that its sum adds up. */
function alarmMetrics(): number {
  const alarms = Object.values(resourcesOf(stateless, 'AWS::CloudWatch::Alarm'));
  return alarms.reduce((sum, { Properties: { Metrics: queries } }) => {
    const watched = (queries as readonly { readonly MetricStat?: unknown }[] | undefined) ?? [{ MetricStat: {} }];
    return sum + watched.filter(({ MetricStat }) => MetricStat !== undefined).length;
  }, 0);
}

const readText = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const deployed: Deployed = {
  metrics: Object.values(METRICS).flat().length,
  alarmMetrics: alarmMetrics(),
  dashboards: Object.keys(resourcesOf(stateless, 'AWS::CloudWatch::Dashboard')).length,
  consumedQueues: Object.keys(resourcesOf(stateless, 'AWS::Lambda::EventSourceMapping')).length,
  pollGb: gigabytes('poll'),
  mergeGb: gigabytes('merge'),
  apiGb: gigabytes('persons'),
};

describe('the costs of an install', () => {
  test('stand in the README, each part by itself, from one list of prices', () => {
    const lines = costLines(deployed);
    expect(readText('cdk/README.md'), `the table is now:\n${lines.join('\n')}\n`).toContain(lines.join('\n'));
    expect(readText('README.md')).toContain(`about ${Math.round(sumOf(monthlyCosts(deployed, 0)))} US dollars a month`);
  });

  test('are below a dollar for functions, queues, table, schedule and logs where nothing happens', () => {
    const parts = Object.entries(monthlyCosts(deployed, 0));
    const watching = /^secret$|metrics|dashboard/;
    const rest = parts.filter(([name]) => !watching.test(name));
    expect(rest).toHaveLength(6);
    expect(sumOf(Object.fromEntries(rest))).toBeLessThan(1);
  });

  test('rise with the persons, and not faster', () => {
    const total = (persons: number) => sumOf(monthlyCosts(deployed, persons));
    const [idle, many, more] = [total(0), total(100_000), total(1_000_000)];
    expect(many).toBeGreaterThan(idle);
    expect((more - idle) / (many - idle)).toBeCloseTo(10);
  });
});
