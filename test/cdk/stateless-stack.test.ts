import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../lib/lambda/environment.ts';
import { parseSettings } from '../../lib/lambda/settings.ts';
import { functionNamed, functionNames, resourcesOf, synthesised } from './synthesised.ts';

const settings = { lookbackSeconds: 5, salesforceSecretName: 'crm/credentials' };
const { stateful, stateless } = synthesised(settings);

const seconds = (name: Parameters<typeof functionNamed>[1]) =>
  Number(functionNamed(stateless, name).Properties.Timeout);

describe('the functions', () => {
  it('are four, on Node 24 and arm64', () => {
    const functions = Object.values(resourcesOf(stateless, 'AWS::Lambda::Function'));
    expect(functions.map(({ Properties }) => [Properties.Runtime, Properties.Architectures])).toEqual(
      functionNames.map(() => ['nodejs24.x', ['arm64']]),
    );
  });

  it.each(functionNames)('%s gets exactly the variables that it reads, and its name', (name) => {
    const { Environment } = functionNamed(stateless, name).Properties;
    const variables = (Environment as { readonly Variables: Readonly<Record<string, unknown>> }).Variables;
    const { POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, ...own } = variables;
    expect(POWERTOOLS_SERVICE_NAME).toBe(name);
    expect(POWERTOOLS_METRICS_NAMESPACE).toBe('Lockstep');
    expect(Object.keys(own).toSorted()).toEqual(Object.keys(environmentSchema.shape).toSorted());
    expect(JSON.parse(String(variables.LOCKSTEP_SETTINGS))).toEqual(parseSettings(settings));
  });

  it('log each to a group of its own that is kept for a while', () => {
    const groups = resourcesOf(stateless, 'AWS::Logs::LogGroup');
    const used = functionNames.map((name) => functionNamed(stateless, name).Properties.LoggingConfig);
    const names = used.map((config) => (config as { readonly LogGroup: { readonly Ref: string } }).LogGroup.Ref);
    expect(new Set(names).size).toBe(functionNames.length);
    for (const name of names) expect(groups[name]?.Properties.RetentionInDays).toBe(90);
    for (const group of Object.values(groups)) expect(group.DeletionPolicy).toBe('Delete');
  });

  it('answer the API before it gives up', () => {
    expect(seconds('sync-person')).toBeLessThan(30);
    expect(seconds('persons')).toBeLessThan(30);
    expect(seconds('operate')).toBeLessThan(30);
  });

  it('log in JSON, the platform too', () => {
    const logging = Match.objectLike({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
    stateless.resourcePropertiesCountIs('AWS::Lambda::Function', { LoggingConfig: logging }, functionNames.length);
  });

  it('may send what failed back to the queue that it came from', () => {
    expect(functionNamed(stateless, 'merge').Properties.RecursiveLoop).toBe('Allow');
  });

  it('reserve no concurrency', () => {
    const reserving = { Properties: { ReservedConcurrentExecutions: Match.anyValue() } };
    expect(stateless.findResources('AWS::Lambda::Function', reserving)).toEqual({});
  });
});

describe('the queues of the two lanes', () => {
  const queues = resourcesOf(stateful, 'AWS::SQS::Queue');
  const lanes = Object.values(queues).filter(({ Properties }) => Properties.RedrivePolicy !== undefined);

  it('give up on a message after five tries and keep it in one dead-letter queue for two weeks', () => {
    const redrives = lanes.map(
      ({ Properties }) =>
        Properties.RedrivePolicy as {
          readonly maxReceiveCount: number;
          readonly deadLetterTargetArn: { readonly 'Fn::GetAtt': readonly [string, string] };
        },
    );
    expect(redrives.map(({ maxReceiveCount }) => maxReceiveCount)).toEqual([5, 5]);
    const targets = new Set(redrives.map(({ deadLetterTargetArn }) => deadLetterTargetArn['Fn::GetAtt'][0]));
    expect([...targets].map((id) => queues[id]?.Properties.MessageRetentionPeriod)).toEqual([1_209_600]);
  });

  it('hide a message for at least six times the merge time-out', () => {
    for (const lane of lanes) expect(lane.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * seconds('merge'));
  });

  it('feed the merge in batches that may fail in part, each with a part of the concurrency of its own', () => {
    const mappings = Object.values(resourcesOf(stateless, 'AWS::Lambda::EventSourceMapping'));
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        FunctionName: { Ref: functionNamed(stateless, 'merge').id },
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
    }
    const partOf = (lane: string) =>
      mappings.find(({ Properties }) => JSON.stringify(Properties.EventSourceArn).includes(lane))?.Properties
        .ScalingConfig;
    expect([mappings.length, partOf('ChangesQueue'), partOf('ChangesBacklog')]).toEqual([
      2,
      { MaximumConcurrency: 2 },
      { MaximumConcurrency: 4 },
    ]);
  });

  it('is encrypted, as every other queue is, and refuses plain HTTP', () => {
    const all = [stateful, stateless].map((stack) => Object.values(resourcesOf(stack, 'AWS::SQS::Queue')));
    for (const { Properties } of all.flat()) expect(Properties.SqsManagedSseEnabled).toBe(true);
    const denials = [stateful, stateless].flatMap((stack) =>
      Object.keys(
        stack.findResources('AWS::SQS::QueuePolicy', {
          Properties: {
            PolicyDocument: {
              Statement: Match.arrayWith([
                Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
              ]),
            },
          },
        }),
      ),
    );
    expect(denials).toHaveLength(all.flat().length);
  });

  it('stays, with what waits in it, where its stack goes', () => {
    for (const each of Object.values(queues)) {
      expect(each).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
  });
});

describe('the schedule', () => {
  const poll = functionNamed(stateless, 'poll').id;

  it('starts the poll every five minutes and keeps what could not be started', () => {
    stateless.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [poll, 'Arn'] },
        DeadLetterConfig: { Arn: Match.anyValue() },
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 },
      },
    });
  });

  it('never has a failed poll repeated beside the next one', () => {
    stateless.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: poll },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });

  it('is there but stands still when it is disabled', () => {
    const disabled = synthesised({ scheduleEnabled: false }).stateless;
    disabled.hasResourceProperties('AWS::Scheduler::Schedule', { State: 'DISABLED' });
  });
});

it.each(['ApiUrl', 'ChangesQueueUrl', 'BacklogQueueUrl', 'DeadLetterQueueUrl', 'MissedPollsQueueUrl', 'AlarmTopicArn'])(
  '%s is in the outputs',
  (name) => {
    stateless.hasOutput(name, {});
  },
);
