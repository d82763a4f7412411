import type { Assembly, Resource, Stack } from './assembly.ts';
import { noValue, resolveValue, type Scope } from './intrinsics.ts';

/** One resource that the assembly would deploy. */
export interface DeployedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** The construct path without its last `Resource`, where the CDK left it in the metadata. */
  readonly path: string;
  /** The physical name: the template's own, or one made of the stack and the logical id, the same at every start. */
  readonly name: string;
  readonly arn: string;
}

/** A queue that exists. */
export interface DeployedQueue {
  readonly resource: DeployedResource;
  readonly url: string;
  readonly arn: string;
}

/** The account of the embedded engines. */
export const accountId = '000000000000';

/** Template values with every reference followed, across the stacks of one assembly. */
export interface Deployment {
  readonly region: string;
  resources(type: string): DeployedResource[];
  /** A resource's properties, fully resolved. */
  properties(resource: DeployedResource): Record<string, unknown>;
  /** Makes the URL and ARN known by which a queue is reached; before that, no value may refer to it. */
  addQueue(queue: DeployedQueue): void;
  queues(): DeployedQueue[];
}

interface Naming {
  readonly nameProperty?: string;
  /** The last part of the ARN, where the type has one. */
  readonly arn?: (name: string, region: string) => string;
}

const arnOf = (service: string, resource: (name: string) => string) => (name: string, region: string) =>
  `arn:aws:${service}:${region}:${accountId}:${resource(name)}`;
const tableArn = arnOf('dynamodb', (name) => `table/${name}`);

/** How the types that others refer to are named. */
const namings: Readonly<Record<string, Naming>> = {
  'AWS::DynamoDB::GlobalTable': { nameProperty: 'TableName', arn: tableArn },
  'AWS::DynamoDB::Table': { nameProperty: 'TableName', arn: tableArn },
  'AWS::SQS::Queue': { nameProperty: 'QueueName', arn: arnOf('sqs', (name) => name) },
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', arn: arnOf('lambda', (name) => `function:${name}`) },
  'AWS::IAM::Role': { nameProperty: 'RoleName', arn: (name) => `arn:aws:iam::${accountId}:role/${name}` },
  'AWS::Logs::LogGroup': { nameProperty: 'LogGroupName', arn: arnOf('logs', (name) => `log-group:${name}:*`) },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    arn: arnOf('secretsmanager', (name) => `secret:${name}-AbCdEf`),
  },
  'AWS::Scheduler::Schedule': { nameProperty: 'Name', arn: arnOf('scheduler', (name) => `schedule/default/${name}`) },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    arn: arnOf('scheduler', (name) => `schedule-group/${name}`),
  },
  'AWS::Events::EventBus': { nameProperty: 'Name', arn: arnOf('events', (name) => `event-bus/${name}`) },
  'AWS::SNS::Topic': { nameProperty: 'TopicName', arn: arnOf('sns', (name) => name) },
  'AWS::KMS::Key': { arn: arnOf('kms', (name) => `key/${name}`) },
};

class AssemblyDeployment implements Deployment {
  readonly region: string;
  readonly #assembly: Assembly;
  readonly #queues = new Map<string, DeployedQueue>();

  constructor(assembly: Assembly, region: string) {
    this.#assembly = assembly;
    this.region = region;
  }

  resources(type: string): DeployedResource[] {
    return this.#assembly.stacks.flatMap((stack) =>
      Object.entries(stack.template.Resources)
        .filter(([, resource]) => resource.Type === type && this.#isWanted(stack, resource))
        .map(([logicalId]) => this.#deployed(stack, logicalId)),
    );
  }

  properties(resource: DeployedResource): Record<string, unknown> {
    const stack = this.#stack(resource.stack);
    try {
      const given = stack.template.Resources[resource.logicalId]?.Properties ?? {};
      return resolveValue(given, this.#scope(stack)) as Record<string, unknown>;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${resource.stack}/${resource.logicalId} (${resource.type}): ${reason}`, { cause: error });
    }
  }

  addQueue(queue: DeployedQueue): void {
    this.#queues.set(`${queue.resource.stack}/${queue.resource.logicalId}`, queue);
  }

  queues(): DeployedQueue[] {
    return [...this.#queues.values()];
  }

  #isWanted(stack: Stack, resource: Resource): boolean {
    return resource.Condition === undefined || this.#scope(stack).condition(resource.Condition);
  }

  #stack(name: string): Stack {
    const stack = this.#assembly.stacks.find((candidate) => candidate.name === name);
    if (stack === undefined) throw new Error(`the assembly has no stack ${name}`);
    return stack;
  }

  #deployed(stack: Stack, logicalId: string): DeployedResource {
    const resource = stack.template.Resources[logicalId];
    if (resource === undefined) throw new Error(`there is no resource ${logicalId}`);
    const naming = namings[resource.Type];
    const given = resolveValue(resource.Properties?.[naming?.nameProperty ?? ''], this.#scope(stack));
    const name = typeof given === 'string' ? given : `${stack.name}-${logicalId}`;
    const cdkPath = resource.Metadata?.['aws:cdk:path'];
    const path = typeof cdkPath === 'string' ? cdkPath.replace(/\/Resource$/, '') : logicalId;
    const arn = naming?.arn?.(name, this.region) ?? '';
    return { stack: stack.name, logicalId, type: resource.Type, path, name, arn };
  }

  #queue(resource: DeployedResource): DeployedQueue {
    const queue = this.#queues.get(`${resource.stack}/${resource.logicalId}`);
    if (queue === undefined) throw new Error(`the queue ${resource.logicalId} does not exist yet`);
    return queue;
  }

  #ref(resource: DeployedResource): string {
    if (resource.type === 'AWS::SQS::Queue') return this.#queue(resource).url;
    return resource.type === 'AWS::SecretsManager::Secret' ? resource.arn : resource.name;
  }

  #attribute(resource: DeployedResource, attribute: string): unknown {
    const isQueue = resource.type === 'AWS::SQS::Queue';
    if (attribute === 'Arn' && isQueue) return this.#queue(resource).arn;
    if (attribute === 'QueueUrl' && isQueue) return this.#queue(resource).url;
    if (attribute === 'QueueName' && isQueue) return resource.name;
    if ((attribute === 'Arn' || attribute === 'TopicArn') && resource.arn !== '') return resource.arn;
    if (resource.type === 'AWS::ApiGatewayV2::Api' && attribute === 'ApiEndpoint') {
      return `https://${resource.name}.execute-api.${this.region}.amazonaws.com`;
    }
    throw new Error(`the attribute ${attribute} of ${resource.logicalId} (${resource.type}) is not known here`);
  }

  #output(stack: Stack, output: string): unknown {
    const found = stack.template.Outputs?.[output];
    if (found === undefined) throw new Error(`the stack ${stack.name} has no output ${output}`);
    return resolveValue(found.Value, this.#scope(stack));
  }

  #exported(name: string): unknown {
    for (const stack of this.#assembly.stacks) {
      for (const [output, { Export }] of Object.entries(stack.template.Outputs ?? {})) {
        if (Export !== undefined && resolveValue(Export.Name, this.#scope(stack)) === name) {
          return this.#output(stack, output);
        }
      }
    }
    throw new Error(`no stack of the assembly exports ${name}`);
  }

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
  #pseudoParameters(stack: Stack): Readonly<Record<string, unknown>> {
    return {
      'AWS::AccountId': accountId,
      'AWS::NoValue': noValue,
      'AWS::NotificationARNs': [],
      'AWS::Partition': 'aws',
      'AWS::Region': this.region,
      'AWS::StackId': `arn:aws:cloudformation:${this.region}:${accountId}:stack/${stack.name}/local`,
      'AWS::StackName': stack.name,
      'AWS::URLSuffix': 'amazonaws.com',
    };
  }

  #scope(stack: Stack): Scope {
    const pseudo = this.#pseudoParameters(stack);
    const { Parameters = {}, Conditions = {}, Mappings = {}, Resources } = stack.template;
    const scope: Scope = {
      ref: (name) => {
        if (Object.hasOwn(pseudo, name)) return pseudo[name];
        if (Object.hasOwn(Resources, name)) return this.#ref(this.#deployed(stack, name));
        if (Parameters[name]?.Default !== undefined) return Parameters[name].Default;
        throw new Error(`nothing is called ${name}`);
      },
      attribute: (logicalId, name) => this.#attribute(this.#deployed(stack, logicalId), name),
      exported: (name) => this.#exported(name),
      stackOutput: (name, output) => this.#output(this.#stack(name), output),
      condition: (name) => {
        if (!Object.hasOwn(Conditions, name)) throw new Error(`there is no condition ${name}`);
        return resolveValue(Conditions[name], scope) === true;
      },
      mapping: (map, first, second) => {
        const found = Mappings[map]?.[first]?.[second];
        if (found === undefined) throw new Error(`the mapping ${map} has no ${first}.${second}`);
        return found;
      },
    };
    return scope;
  }
}

/** Follows every reference inside an assembly as a deployment in `region` would. */
export function createDeployment(assembly: Assembly, region: string): Deployment {
  return new AssemblyDeployment(assembly, region);
}
