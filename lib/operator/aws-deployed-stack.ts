import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ConfigError } from '../sync/errors.ts';
import type { AlarmState, DeployedStack, QueueDepth } from './deployed-stack.ts';

/** The AWS clients for reading a stack. */
export interface StackClients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly lambda: LambdaClient;
  readonly scheduler: SchedulerClient;
  readonly secrets: SecretsManagerClient;
  readonly sqs: SQSClient;
}

/** Clients with the credentials and region of the caller's environment. */
export function stackClients(): StackClients {
  return {
    cloudFormation: new CloudFormationClient(),
    cloudWatch: new CloudWatchClient(),
    lambda: new LambdaClient(),
    scheduler: new SchedulerClient(),
    secrets: new SecretsManagerClient(),
    sqs: new SQSClient(),
  };
}

/** Maximum names per `DescribeAlarms` call. */
const ALARMS_PER_CALL = 100;

interface StackResource {
  readonly type: string;
  readonly physicalId: string;
}

/** A deployed stack, read over the AWS APIs by name. */
export class AwsDeployedStack implements DeployedStack {
  readonly #name: string;
  readonly #clients: StackClients;
  #resources: Promise<readonly StackResource[]> | undefined;

  constructor(name: string, clients: StackClients) {
    this.#name = name;
    this.#clients = clients;
  }

  async outputs(): Promise<Readonly<Record<string, string>>> {
    const command = new DescribeStacksCommand({ StackName: this.#name });
    const { Stacks = [] } = await this.#asked(this.#clients.cloudFormation.send(command));
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  }

  async deployment(): Promise<{ readonly settings: unknown; readonly tableName: string }> {
    const [first] = await this.#idsOf('AWS::Lambda::Function');
    const command = new GetFunctionConfigurationCommand({ FunctionName: first });
    const { Environment } = await this.#asked(this.#clients.lambda.send(command));
    const { LOCKSTEP_SETTINGS = '{}', TABLE_NAME = '' } = Environment?.Variables ?? {};
    return { settings: JSON.parse(LOCKSTEP_SETTINGS) as unknown, tableName: TABLE_NAME };
  }

  async secret(name: string): Promise<string | undefined> {
    try {
      const { SecretString } = await this.#clients.secrets.send(new GetSecretValueCommand({ SecretId: name }));
      return SecretString;
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw this.#translated(error);
    }
  }

  async schedule(): Promise<{ readonly enabled: boolean; readonly expression: string }> {
    const [id = ''] = await this.#idsOf('AWS::Scheduler::Schedule');
    // The physical id of a schedule is the name; CloudFormation prefixes the default group in some regions.
    const command = new GetScheduleCommand({ Name: id.split('|').at(-1) });
    const { State, ScheduleExpression = '' } = await this.#asked(this.#clients.scheduler.send(command));
    return { enabled: State === 'ENABLED', expression: ScheduleExpression };
  }

  async queueDepth(url: string): Promise<QueueDepth> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] });
    const { Attributes = {} } = await this.#asked(this.#clients.sqs.send(command));
    return { waiting: names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0) };
  }

  async alarms(): Promise<readonly AlarmState[]> {
    const names = (await this.#idsOf('AWS::CloudWatch::Alarm')).slice(0, ALARMS_PER_CALL);
    if (names.length === 0) return [];
    const command = new DescribeAlarmsCommand({ AlarmNames: [...names], MaxRecords: ALARMS_PER_CALL });
    const { MetricAlarms = [] } = await this.#asked(this.#clients.cloudWatch.send(command));
    return MetricAlarms.map(({ AlarmDescription = '', StateValue = 'INSUFFICIENT_DATA', StateReason = '' }) => ({
      name: /"(\w+)"\.$/.exec(AlarmDescription)?.[1] ?? AlarmDescription,
      state: StateValue,
      reason: StateReason,
    }));
  }

  async #idsOf(type: string): Promise<readonly string[]> {
    this.#resources ??= this.#describe();
    const resources = await this.#resources;
    return resources.filter((resource) => resource.type === type).map(({ physicalId }) => physicalId);
  }

  async #describe(): Promise<readonly StackResource[]> {
    const found: StackResource[] = [];
    const pages = paginateListStackResources({ client: this.#clients.cloudFormation }, { StackName: this.#name });
    try {
      for await (const { StackResourceSummaries = [] } of pages) {
        for (const { ResourceType = '', PhysicalResourceId = '' } of StackResourceSummaries) {
          found.push({ type: ResourceType, physicalId: PhysicalResourceId });
        }
      }
    } catch (error) {
      throw this.#translated(error);
    }
    return found;
  }

  async #asked<Answer>(sent: Promise<Answer>): Promise<Answer> {
    try {
      return await sent;
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** Every refusal by AWS requires an action of the operator. */
  #translated(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    return new ConfigError(`stack ${this.#name}: ${error.name}: ${error.message}`, { cause: error });
  }
}
