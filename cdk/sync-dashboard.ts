import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { lambdaMetric, queueMetric, syncMetric, type Watched } from './watched.ts';

export interface SyncDashboardProps extends Watched {
  readonly name: string;
  readonly alarms: readonly IAlarm[];
}

const period = Duration.minutes(5);
const WIDTH = 24;

/** From top to bottom: sync state, lag, failures, costs. */
export class SyncDashboard extends Construct {
  constructor(scope: Construct, id: string, props: SyncDashboardProps) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.name,
      defaultInterval: Duration.hours(12),
      widgets: [
        [heading('Is it in step?')],
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: WIDTH, height: 3 })],
        ...inStep(props),
        [heading('How far behind is it?')],
        ...behind(props),
        [heading('What fails?')],
        ...failing(props),
        [heading('What does it cost?')],
        ...costing(props),
      ],
    });
  }
}

function heading(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: WIDTH, height: 1 });
}

function graph(title: string, ...left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: WIDTH / 2, height: 6 });
}

function inStep(props: Watched): IWidget[][] {
  const sum = { statistic: 'Sum', period } as const;
  const poll = (name: Parameters<typeof syncMetric<'poll'>>[2]) => syncMetric(props, 'poll', name, sum);
  const merge = (name: Parameters<typeof syncMetric<'merge'>>[2]) => syncMetric(props, 'merge', name, sum);
  return [
    [
      graph('Cycles', poll('CyclesCompleted'), poll('CyclesFailed')),
      graph('Pulled and pushed', poll('RowsQueued'), merge('RowsMerged'), merge('PersonsPushed')),
    ],
    [
      graph('Conflicts and drift', merge('Conflicts'), poll('RowsDrifted')),
      graph('Synced by hand', ...syncsByHand(props)),
    ],
  ];
}

function syncsByHand(props: Watched): IMetric[] {
  const names = ['SyncsCompleted', 'SyncsRefused', 'SyncsFailed'] as const;
  return names.map((name) => syncMetric(props, 'sync-person', name, { statistic: 'Sum', period }));
}

function behind(props: Watched): IWidget[][] {
  const lag = syncMetric(props, 'poll', 'PullLagSeconds', { statistic: 'Maximum', period });
  const lanes = [
    { name: 'fresh', queue: props.fresh },
    { name: 'backlog', queue: props.backlog },
  ] as const;
  const ofLanes = (metric: string, label: string) =>
    lanes.map(({ name, queue }) => queueMetric(queue, metric, period).with({ label: `${label}, ${name}` }));
  const waiting = ofLanes('ApproximateNumberOfMessagesVisible', 'Messages');
  const age = ofLanes('ApproximateAgeOfOldestMessage', 'Oldest message');
  const handedOut = syncMetric(props, 'poll', 'PersonsHandedOut', { statistic: 'Sum', period });
  return [
    [new SingleValueWidget({ title: 'Now', metrics: [lag, ...age, ...waiting], width: WIDTH, height: 3 })],
    [graph('Lag (seconds)', lag, ...age), graph('Waiting', ...waiting, handedOut)],
  ];
}

function failing(props: Watched): IWidget[][] {
  const { functions, deadLetters, missedPolls } = props;
  const merge = (name: 'PersonsRejected' | 'PushesPostponed') =>
    syncMetric(props, 'merge', name, { statistic: 'Sum', period });
  const dead = queueMetric(deadLetters, 'ApproximateNumberOfMessagesVisible', period).with({ label: 'Dead letters' });
  const missed = queueMetric(missedPolls, 'ApproximateNumberOfMessagesVisible', period).with({ label: 'Missed polls' });
  const errors = Object.entries(functions).map(([name, each]) =>
    lambdaMetric(each, 'Errors', period).with({ label: `${name} errors` }),
  );
  return [
    [graph('Refused and postponed', merge('PersonsRejected'), merge('PushesPostponed')), graph('Dead', dead, missed)],
    [graph('Function errors', ...errors), graph('Missing permissions', missingPermissions(props))],
  ];
}

function missingPermissions(props: Watched): IMetric {
  return syncMetric(props, 'poll', 'MissingPermissions', { statistic: 'Maximum', period });
}

function costing(props: Watched): IWidget[][] {
  const calls = (['poll', 'merge'] as const).map((name) =>
    syncMetric(props, name, 'SalesforceCalls', { statistic: 'Sum', period }).with({ label: `${name} calls` }),
  );
  const share = syncMetric(props, 'poll', 'ApiUsePercent', { statistic: 'Maximum', period });
  const invocations = Object.entries(props.functions).map(([name, each]) =>
    lambdaMetric(each, 'Invocations', period).with({ label: name }),
  );
  return [
    [graph('Salesforce calls', ...calls), graph("Share of the org's daily calls (percent)", share)],
    [graph('Function invocations', ...invocations), graph('Time of a sync by hand (ms)', duration(props))],
  ];
}

function duration(props: Watched): IMetric {
  return syncMetric(props, 'sync-person', 'SyncMilliseconds', { statistic: 'p90', period });
}
