import { describe, expect, test } from 'vitest';
import { AwsDeployedStack, stackClients } from '../../lib/operator/aws-deployed-stack.ts';
import { examine, type Finding } from '../../lib/operator/doctor/finding.ts';
import { stackChecks } from '../../lib/operator/doctor/stack-checks.ts';
import { ConfigError } from '../../lib/sync/errors.ts';

type Answers = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => unknown>>;

/** The SDK's clients, with each command answered here instead of being sent. */
function stackWith(answers: Answers): AwsDeployedStack {
  process.env.AWS_REGION ??= 'us-east-1';
  const clients = stackClients();
  for (const client of Object.values(clients)) {
    const stack = client.middlewareStack as { add: (middleware: unknown, options: object) => void };
    stack.add(
      (_next: unknown, context: { readonly commandName: string }) =>
        async ({ input }: { readonly input: Readonly<Record<string, unknown>> }) => {
          const answer = answers[context.commandName];
          if (answer === undefined) throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
          return { output: { $metadata: {}, ...(answer(input) as object) }, response: {} };
        },
      { step: 'initialize', name: 'answered' },
    );
  }
  return new AwsDeployedStack('LockstepSync', clients);
}

const RESOURCES = [
  { ResourceType: 'AWS::Lambda::Function', PhysicalResourceId: 'poll-1' },
  { ResourceType: 'AWS::Scheduler::Schedule', PhysicalResourceId: 'default|every-five-minutes' },
  { ResourceType: 'AWS::CloudWatch::Alarm', PhysicalResourceId: 'dead-1' },
];

const HEALTHY: Answers = {
  DescribeStacksCommand: () => ({
    Stacks: [
      {
        Outputs: ['ChangesQueueUrl', 'DeadLetterQueueUrl', 'MissedPollsQueueUrl'].map((OutputKey) => {
          return { OutputKey, OutputValue: `https://sqs/${OutputKey}` };
        }),
      },
    ],
  }),
  // Two pages, as for a stack of many resources.
  ListStackResourcesCommand: ({ NextToken }) =>
    NextToken === undefined
      ? { StackResourceSummaries: RESOURCES.slice(0, 1), NextToken: 'more' }
      : { StackResourceSummaries: RESOURCES.slice(1) },
  GetFunctionConfigurationCommand: () => ({
    Environment: { Variables: { LOCKSTEP_SETTINGS: '{"stage":"test"}', TABLE_NAME: 'persons' } },
  }),
  GetScheduleCommand: ({ Name }) => {
    expect(Name).toBe('every-five-minutes');
    return { State: 'ENABLED', ScheduleExpression: 'rate(5 minutes)' };
  },
  GetQueueAttributesCommand: () => ({ Attributes: { ApproximateNumberOfMessages: '0' } }),
  DescribeAlarmsCommand: ({ AlarmNames }) => {
    expect(AlarmNames).toEqual(['dead-1']);
    return { MetricAlarms: [{ AlarmDescription: 'Runbook: cdk/README.md, "DeadLetters".', StateValue: 'OK' }] };
  },
};

async function checked(answers: Answers): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of examine(stackChecks(stackWith(answers)))) findings.push(finding);
  return findings.filter(({ level }) => level === 'problem');
}

describe('a deployed stack', () => {
  test('that is healthy has no problem', async () => {
    expect(await checked(HEALTHY)).toEqual([]);
    expect(await stackWith(HEALTHY).deployment()).toEqual({ settings: { stage: 'test' }, tableName: 'persons' });
  });

  test('with dead letters, or a firing alarm, says so and where to read on', async () => {
    const full = { Attributes: { ApproximateNumberOfMessages: '2', ApproximateNumberOfMessagesNotVisible: '1' } };
    const dead = ({ QueueUrl }: Readonly<Record<string, unknown>>) =>
      String(QueueUrl).endsWith('DeadLetterQueueUrl') ? full : { Attributes: {} };
    expect(await checked({ ...HEALTHY, GetQueueAttributesCommand: dead })).toEqual([
      { level: 'problem', check: 'dead letters', detail: '3 messages', fix: expect.stringContaining('runbook') },
    ]);
    const firing = {
      MetricAlarms: [{ AlarmDescription: '"DeadLetters".', StateValue: 'ALARM', StateReason: '1 datapoint' }],
    };
    const [finding] = await checked({ ...HEALTHY, DescribeAlarmsCommand: () => firing });
    expect(finding).toMatchObject({ check: 'alarm DeadLetters', detail: '1 datapoint' });
  });

  test('whose schedule is off is told, as no problem', async () => {
    const off = { ...HEALTHY, GetScheduleCommand: () => ({ State: 'DISABLED' }) };
    expect(await checked(off)).toEqual([]);
  });

  test('that AWS does not let the caller see is a configuration error in one line', async () => {
    await expect(stackWith({}).outputs()).rejects.toThrow(ConfigError);
    expect((await checked({})).map(({ check }) => check)).toEqual(['schedule', 'queues', 'alarms']);
  });

  test('without its secret is told apart from one that may not be read', async () => {
    const missing = () => {
      throw Object.assign(new Error('none'), { name: 'ResourceNotFoundException' });
    };
    const stack = stackWith({ ...HEALTHY, GetSecretValueCommand: missing });
    expect(await stack.secret('lockstep/salesforce')).toBeUndefined();
    await expect(stackWith(HEALTHY).secret('lockstep/salesforce')).rejects.toThrow(ConfigError);
  });
});
