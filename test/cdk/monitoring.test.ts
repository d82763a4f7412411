import { existsSync, readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../lib/lambda/metric-names.ts';
import { resourcesOf, synthesised } from './synthesised.ts';

const { stateless } = synthesised({ alarmEmail: 'oncall@example.com', stage: 'test' });
const alarms = Object.values(resourcesOf(stateless, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
const named = alarms.map((alarm) => /"(\w+)"\.$/.exec(String(alarm.AlarmDescription))?.[1] ?? '');

interface MetricStat {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  };
}

/** Every metric of our own that an alarm watches, by function. */
function watched(): readonly (readonly [service: string, metric: string])[] {
  const own = alarms.flatMap(({ Namespace, MetricName, Dimensions, Metrics = [] }) => [
    ...(Namespace === undefined ? [] : [{ Namespace, MetricName, Dimensions } as unknown as MetricStat['Metric']]),
    ...(Metrics as readonly { readonly MetricStat?: MetricStat }[]).flatMap((each) => each.MetricStat?.Metric ?? []),
  ]);
  return own
    .filter(({ Namespace }) => !Namespace.startsWith('AWS/'))
    .map(({ Namespace, MetricName, Dimensions }) => {
      expect(Namespace).toBe('Lockstep/test');
      return [Dimensions[0]?.Value ?? '', MetricName];
    });
}

describe('the alarms', () => {
  it('watch only metrics that the function of the dimension publishes', () => {
    const pairs = watched();
    expect(pairs.length).toBeGreaterThan(7);
    const published: Readonly<Record<string, readonly string[]>> = METRICS;
    for (const [service, metric] of pairs) expect(published[service]).toContain(metric);
  });

  it('all tell one topic, which tells the address that is set', () => {
    const [topic] = Object.keys(resourcesOf(stateless, 'AWS::SNS::Topic'));
    for (const { AlarmActions, OKActions } of alarms) {
      expect(AlarmActions).toEqual([{ Ref: topic }]);
      expect(OKActions).toEqual([{ Ref: topic }]);
    }
    stateless.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'oncall@example.com' });
  });

  it('each lead to an entry of the runbook', () => {
    const runbook = new URL('../../cdk/README.md', import.meta.url);
    expect(existsSync(runbook)).toBe(true);
    const text = readFileSync(runbook, 'utf8');
    for (const name of named) expect(text).toContain(`### ${name}\n`);
  });

  it('about the schedule are not made where it is off', () => {
    const off = synthesised({ scheduleEnabled: false }).stateless;
    const descriptions = JSON.stringify(resourcesOf(off, 'AWS::CloudWatch::Alarm'));
    for (const name of ['NoCycle', 'PullLag', 'MissedPolls']) {
      expect(named).toContain(name);
      expect(descriptions).not.toContain(`\\"${name}\\".`);
    }
  });

  it('take a missing cycle for a breach, and no other missing value', () => {
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(breaching.map(({ AlarmDescription }) => AlarmDescription)).toEqual([expect.stringContaining('"NoCycle"')]);
  });
});

it('at most 25 metrics are published, counted by name and dimension', () => {
  expect(Object.values(METRICS).flat().length).toBeLessThanOrEqual(25);
});

it('each metric is on the dashboard', () => {
  const [dashboard] = Object.values(resourcesOf(stateless, 'AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(dashboard?.Properties.DashboardBody).replaceAll('\\', '');
  for (const [service, names] of Object.entries(METRICS)) {
    for (const name of names) expect(body).toContain(`"Lockstep/test","${name}","service","${service}"`);
  }
});

it('there is one dashboard', () => {
  stateless.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  stateless.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'Lockstep-test' });
});

it('a stage is in every name that an account may hold once', () => {
  stateless.hasResourceProperties('AWS::ApiGatewayV2::Api', { Name: 'lockstep-test' });
  stateless.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ POWERTOOLS_METRICS_NAMESPACE: 'Lockstep/test' }) },
  });
});
