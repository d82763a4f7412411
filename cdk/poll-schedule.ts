import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface PollScheduleProps {
  readonly target: LambdaFunction;
  readonly missedPolls: Queue;
  readonly enabled: boolean;
}

const period = Duration.minutes(5);

/** Starts a poll every five minutes. A missed or failed poll is recorded as a message; the next poll is the retry. */
export class PollSchedule extends Construct {
  constructor(scope: Construct, id: string, { target, missedPolls: missed, enabled }: PollScheduleProps) {
    super(scope, id);
    // Scheduler only hands over the event: later failures are reported by Lambda, whose own two retries would run
    // beside the next cycle. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
    const onFailure = { bind: () => ({ destination: missed.queueArn }) };
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: period, onFailure });
    // The library's destination would also grant two calls never made by Lambda.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    missed.grant(target, 'sqs:SendMessage');
    new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(period),
      enabled,
      description: 'Polls Salesforce for changes',
      target: new LambdaInvoke(target, {
        retryAttempts: 0,
        maxEventAge: period,
        deadLetterQueue: missed,
        role: invokingRole(this, target, missed),
      }),
    });
  }
}

/** The queue of polls not started or failed. */
export function missedPollsQueue(scope: Construct): Queue {
  const queue = new Queue(scope, 'MissedPolls', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const reason = 'The queue is the failure destination itself, read only by an operator.';
  Validations.of(queue).acknowledge(
    { id: 'AwsSolutions::AwsSolutions-SQS3', reason },
    { id: 'Serverless::Serverless-SQSRedrivePolicy', reason },
  );
  return queue;
}

/** The default role may call every version of the function; `invokingRole` only the function. */
function invokingRole(scope: Construct, target: LambdaFunction, missed: Queue): IRole {
  const assumedBy = new ServicePrincipal('scheduler.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
  const role = new Role(scope, 'Role', { assumedBy });
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [missed.queueArn] }));
  return role.withoutPolicyUpdates();
}
