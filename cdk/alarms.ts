import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarm,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ANY_FUNCTION } from '../lib/lambda/metric-names.ts';
import type { Settings } from '../lib/lambda/settings.ts';
import { lambdaMetric, queueMetric, syncMetric, type Watched } from './watched.ts';

export interface AlarmsProps extends Watched {
  readonly settings: Settings;
  readonly topic: ITopic;
}

type Rule = Omit<AlarmProps, 'alarmDescription'> & { readonly means: string };

const period = Duration.minutes(5);
const hour = Duration.hours(1);

/** One alarm per state requiring an operator; the description links to the runbook entry. */
export class Alarms extends Construct {
  readonly all: readonly IAlarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.all = Object.entries(rulesOf(props)).map(([name, { means, ...rule }]) => {
      const alarm = new Alarm(this, name, {
        treatMissingData: TreatMissingData.NOT_BREACHING,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        ...rule,
        alarmDescription: `${means} Runbook: cdk/README.md#${name.toLowerCase()}, "${name}".`,
      });
      alarm.addAlarmAction(new SnsAction(props.topic));
      alarm.addOkAction(new SnsAction(props.topic));
      return alarm;
    });
  }
}

function rulesOf(props: AlarmsProps): Readonly<Record<string, Rule>> {
  return { ...(props.settings.scheduleEnabled && scheduleRules(props)), ...workRules(props), ...lambdaRules(props) };
}

/** Alarms only useful with an enabled schedule. */
function scheduleRules(props: AlarmsProps): Readonly<Record<string, Rule>> {
  return {
    NoCycle: {
      means: 'In 15 minutes no cycle completed or advanced the position.',
      metric: syncMetric(props, 'poll', 'CyclesCompleted', { statistic: 'Sum', period }),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 3,
      // A poll never started publishes nothing.
      treatMissingData: TreatMissingData.BREACHING,
    },
    PullLag: {
      means: 'Changes in Salesforce wait for more than half an hour.',
      metric: syncMetric(props, 'poll', 'PullLagSeconds', { statistic: 'Maximum', period }),
      threshold: 1800,
      evaluationPeriods: 2,
    },
    PushLag: {
      means: 'Edits made here wait for more than half an hour.',
      metric: syncMetric(props, 'poll', 'PushLagSeconds', { statistic: 'Maximum', period }),
      threshold: 1800,
      evaluationPeriods: 2,
    },
    MissedPolls: {
      means: 'A poll could not be started, or the poll function failed.',
      metric: queueMetric(props.missedPolls, 'ApproximateNumberOfMessagesVisible', period),
      threshold: 1,
      evaluationPeriods: 1,
    },
  };
}

function workRules(props: AlarmsProps): Readonly<Record<string, Rule>> {
  const { apiReserve } = props.settings;
  return {
    QueueLag: {
      means: 'Fresh changes have waited in the queue for more than half an hour.',
      metric: queueMetric(props.fresh, 'ApproximateAgeOfOldestMessage', period),
      threshold: 1800,
      evaluationPeriods: 2,
    },
    BacklogLag: {
      means:
        'What has time (a first sync, a change of many records, field jobs, lists) waits for more than three hours.',
      metric: queueMetric(props.backlog, 'ApproximateAgeOfOldestMessage', period),
      threshold: 3 * 3600,
      evaluationPeriods: 2,
    },
    DeadLetters: {
      means: 'A message failed every try and is in the dead-letter queue.',
      metric: queueMetric(props.deadLetters, 'ApproximateNumberOfMessagesVisible', period),
      threshold: 1,
      evaluationPeriods: 1,
    },
    Configuration: {
      means: 'A function found a mistake in the configuration: a secret, a permission or a setting.',
      metric: syncMetric(props, ANY_FUNCTION, 'ConfigErrors', { statistic: 'Sum', period }),
      threshold: 1,
      evaluationPeriods: 1,
    },
    ApiLimit: {
      means: "The org's daily API calls are nearly used up; background work stops where the reserve begins.",
      metric: syncMetric(props, 'poll', 'ApiUsePercent', { statistic: 'Maximum', period }),
      threshold: Math.round(100 * (1 - apiReserve) * 0.9),
      evaluationPeriods: 1,
    },
    RejectionSurge: {
      means: 'Salesforce refused 100 persons or more within an hour.',
      metric: syncMetric(props, 'merge', 'PersonsRejected', { statistic: 'Sum', period: hour }),
      threshold: 100,
      evaluationPeriods: 1,
    },
    MissingPermissions: {
      means: 'The sync user lacks a permission needed by the sync.',
      metric: syncMetric(props, 'poll', 'MissingPermissions', { statistic: 'Maximum', period }),
      threshold: 1,
      evaluationPeriods: 1,
    },
    ReconciliationHeld: {
      means: 'A reconciliation found so many records missing that a human must decide.',
      metric: syncMetric(props, 'poll', 'ReconciliationsHeld', { statistic: 'Maximum', period }),
      threshold: 1,
      evaluationPeriods: 1,
    },
  };
}

function lambdaRules({ functions }: AlarmsProps): Readonly<Record<string, Rule>> {
  const sum = (metricName: 'Errors' | 'Throttles') =>
    sumOf(Object.values(functions).map((each) => lambdaMetric(each, metricName, period)));
  return {
    FunctionErrors: {
      means: 'Functions end with errors or time-outs.',
      metric: sum('Errors'),
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    },
    FunctionThrottles: {
      means: 'Functions are throttled: the account has too little concurrency.',
      metric: sum('Throttles'),
      threshold: 1,
      evaluationPeriods: 3,
    },
  };
}

function sumOf(metrics: readonly IMetric[]): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, at) => [`m${at}`, metric]));
  const expression = `SUM([${metrics.map((_, at) => `FILL(m${at}, 0)`).join(', ')}])`;
  return new MathExpression({ expression, usingMetrics, period });
}
