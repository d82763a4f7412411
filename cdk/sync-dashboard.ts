import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ANY_FUNCTION } from '../lib/lambda/metric-names.ts';
import { lambdaMetric, queueMetric, syncMetric, type Watched } from './watched.ts';

export interface SyncDashboardProps extends Watched {
  readonly name: string;
  readonly alarms: readonly IAlarm[];
}

const period = Duration.minutes(5);
const WIDTH = 24;

/** The functions with Salesforce calls. */
const CALLERS = ['poll', 'merge', 'sync-person'] as const;

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

/** Counts log lines by the contained code: a metric per code would be billed separately. */
function byCode(title: string, functions: readonly LambdaFunction[], filter: string): IWidget {
  return new LogQueryWidget({
    title,
    logGroupNames: functions.map(({ logGroup }) => logGroup.logGroupName),
    view: LogQueryVisualizationType.TABLE,
    queryLines: [`filter ${filter}`, 'stats count(*) as times, max(@timestamp) as latest by code', 'sort times desc'],
    width: WIDTH / 2,
    height: 6,
  });
}

function inStep(props: Watched): IWidget[][] {
  const sum = { statistic: 'Sum', period } as const;
  const poll = (name: Parameters<typeof syncMetric<'poll'>>[2]) => syncMetric(props, 'poll', name, sum);
  const merge = (name: Parameters<typeof syncMetric<'merge'>>[2]) => syncMetric(props, 'merge', name, sum);
  return [
    [
      graph('Cycles', poll('CyclesCompleted'), poll('CyclesFailed')),
      graph('Pulled and pushed', poll('RowsQueued'), merge('PersonsPushed'), merge('Conflicts')),
    ],
    [
      graph('Synced by hand', ...syncsByHand(props)),
      graph('Compared, differing, echoes', poll('PersonsCompared'), poll('RowsDrifted'), merge('EchoWrites')),
    ],
  ];
}

function syncsByHand(props: Watched): IMetric[] {
  const names = ['SyncsCompleted', 'SyncsRefused', 'SyncsFailed'] as const;
  return names.map((name) => syncMetric(props, 'sync-person', name, { statistic: 'Sum', period }));
}

function behind(props: Watched): IWidget[][] {
  const lag = (name: 'PullLagSeconds' | 'PushLagSeconds') =>
    syncMetric(props, 'poll', name, { statistic: 'Maximum', period });
  const both = [lag('PullLagSeconds'), lag('PushLagSeconds')];
  const lanes = [
    { name: 'fresh', queue: props.fresh },
    { name: 'backlog', queue: props.backlog },
  ] as const;
  const ofLanes = (metric: string, label: string) =>
    lanes.map(({ name, queue }) => queueMetric(queue, metric, period).with({ label: `${label}, ${name}` }));
  const waiting = ofLanes('ApproximateNumberOfMessagesVisible', 'Messages');
  const age = ofLanes('ApproximateAgeOfOldestMessage', 'Oldest message');
  const taken = syncMetric(props, 'sync-person', 'SyncMilliseconds', { statistic: 'p90', period });
  return [
    [new SingleValueWidget({ title: 'Now', metrics: [...both, ...age, ...waiting], width: WIDTH, height: 3 })],
    [
      graph('Lag of both directions, oldest messages (seconds)', ...both, ...age),
      graph('Messages waiting', ...waiting),
    ],
    [
      graph('Time of a sync by hand, 90 % (ms)', taken),
      graph('Time of a call to Salesforce, 90 % (ms)', ...calls('p90', props)),
    ],
  ];
}

/** Per function with Salesforce calls. The number of samples is the number of calls. */
function calls(statistic: 'p90' | 'SampleCount', props: Watched): IMetric[] {
  return CALLERS.map((name) =>
    syncMetric(props, name, 'SalesforceMilliseconds', { statistic, period }).with({ label: name }),
  );
}

function failing(props: Watched): IWidget[][] {
  const { functions, deadLetters, missedPolls } = props;
  const { poll, merge, 'sync-person': syncPerson } = functions;
  const dead = queueMetric(deadLetters, 'ApproximateNumberOfMessagesVisible', period).with({ label: 'Dead letters' });
  const missed = queueMetric(missedPolls, 'ApproximateNumberOfMessagesVisible', period).with({ label: 'Missed polls' });
  const errors = Object.entries(functions).map(([name, each]) =>
    lambdaMetric(each, 'Errors', period).with({ label: `${name} errors` }),
  );
  const salesforceErrors = CALLERS.map((name) =>
    syncMetric(props, name, 'SalesforceErrors', { statistic: 'Sum', period }).with({ label: name }),
  );
  const refused = syncMetric(props, 'merge', 'PersonsRejected', { statistic: 'Sum', period });
  return [
    [
      byCode('Failed cycles by code', [poll], 'CyclesFailed > 0'),
      byCode('Rejections by code', [merge, syncPerson], 'message = "rejected" or outcome = "rejected"'),
    ],
    [graph('Persons refused', refused), graph('Ended by a human alone', ...forHumans(props))],
    [graph('Errors of Salesforce', ...salesforceErrors), graph('Function errors', ...errors)],
    [graph('Dead letters, missed polls', dead, missed)],
  ];
}

function forHumans(props: Watched): IMetric[] {
  const most = { statistic: 'Maximum', period } as const;
  return [
    syncMetric(props, 'poll', 'MissingPermissions', most),
    syncMetric(props, 'poll', 'ReconciliationsHeld', most),
    syncMetric(props, ANY_FUNCTION, 'ConfigErrors', { statistic: 'Sum', period }),
  ];
}

function costing(props: Watched): IWidget[][] {
  const share = syncMetric(props, 'poll', 'ApiUsePercent', { statistic: 'Maximum', period });
  const invocations = Object.entries(props.functions).map(([name, each]) =>
    lambdaMetric(each, 'Invocations', period).with({ label: name }),
  );
  return [
    [
      graph('Calls to Salesforce', ...calls('SampleCount', props)),
      graph("Share of the org's daily calls (percent)", share),
    ],
    [graph('Function invocations', ...invocations), graph('Function time (ms)', ...durations(props))],
  ];
}

function durations({ functions }: Watched): IMetric[] {
  return Object.entries(functions).map(([name, each]) => lambdaMetric(each, 'Duration', period).with({ label: name }));
}
