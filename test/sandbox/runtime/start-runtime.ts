import { availableParallelism } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type AlarmDefinition, alarmDefinitions } from './alarms/alarm-definition.ts';
import type { Assembly } from './assembly.ts';
import { type AsyncConfig, asyncConfigs, invokeAsynchronously } from './async-invocation.ts';
import { createDeployment, type Deployment } from './deployment.ts';
import { functionDefinitions } from './function-definition.ts';
import { openHttpApi, type Pages } from './http-api.ts';
import { routesOf } from './http-routes.ts';
import { type CompletedInvocation, type FunctionCounters, LambdaFunction } from './lambda-function.ts';
import { provisionQueues } from './provision-queues.ts';
import { provisionTables } from './provision-tables.ts';
import { queueMappings } from './queue-mapping.ts';
import { type RunningTrigger, startQueueTrigger } from './queue-trigger.ts';
import type { RuntimeLog } from './runtime-event.ts';
import { type Schedule, schedules, startScheduleTrigger, withGap } from './schedule-trigger.ts';

/** Where the services are that the template's functions call. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly secretsmanager: string;
}

/** What `startRuntime` needs. */
export interface RuntimeOptions {
  readonly assembly: Assembly;
  readonly endpoints: ServiceEndpoints;
  /** The port of the HTTP API on 127.0.0.1; 0 for a free one. */
  readonly apiPort: number;
  readonly log: RuntimeLog;
  /** More variables for every function, on top of the template's: credentials, a certificate file, Node options. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly region?: string;
  /** Seconds between the end of an invocation and the next, for the most frequent `rate()` schedules. */
  readonly scheduleSeconds?: number;
  /**
   * Queues keep messages hidden no longer than this many seconds, whatever the template says. A time-out that suits
   * AWS, six times the function's, makes a test of redelivery wait for minutes. Default: the template's own.
   */
  readonly visibilityLimitSeconds?: number;
  /**
   * A batch of a queue waits no longer than this to fill, whatever the template says: the wait saves invocations, which
   * cost nothing here. Default: the template's own.
   */
  readonly batchingWindowLimitSeconds?: number;
  /** Served beside the API, from the same address, for paths that no route takes. */
  readonly pages?: Pages | undefined;
  /** How long a function may load before an invocation times out. Default: Lambda's own 10 seconds. */
  readonly initLimitSeconds?: number;
  /** Start one process a function in the background, so that the first call need not wait for it. */
  readonly prewarm?: boolean;
  /** At most this many processes a function; further invocations wait. Default: twice the processors, at least four. */
  readonly environmentLimit?: number;
}

/** A function as the outside sees it. */
export interface RuntimeFunction {
  readonly name: string;
  readonly logicalId: string;
  readonly path: string;
  readonly counters: Readonly<FunctionCounters>;
}

/** A running assembly. */
export interface Runtime {
  readonly apiUrl: string;
  readonly functions: readonly RuntimeFunction[];
  /** The alarms of the assembly. */
  readonly alarms: readonly AlarmDefinition[];
  /** The queues of the assembly: what each is called, and where it is reached. */
  readonly queues: readonly { readonly name: string; readonly url: string }[];
  /** Names a queue by logical id, physical name or a segment of its construct path. */
  queueUrl(name: string): string;
  /** Names a table in the same way and gives its physical name. */
  tableName(name: string): string;
  /**
   * Invokes a function and waits, past all triggers; named like the others. Rejects for an unknown or ambiguous name.
   */
  invoke(name: string, payload: unknown): Promise<CompletedInvocation>;
  /** Throttles every invocation of a function, or none any more. */
  throttle(name: string, isThrottled: boolean): void;
  /** Kills the processes of a function, with what runs in them. */
  crash(name: string): void;
  /** Stops the triggers, gives running invocations a moment, and ends every process. */
  close(graceMs?: number): Promise<void>;
}

interface Named {
  readonly logicalId: string;
  readonly name: string;
  readonly path: string;
}

const defaultGraceMs = 3_000;

function find<T>(items: readonly T[], name: string, naming: (item: T) => Named): T {
  const exact = items.filter((item) => [naming(item).logicalId, naming(item).name].includes(name));
  const found = exact.length > 0 ? exact : items.filter((item) => naming(item).path.split('/').includes(name));
  const [first, second] = found;
  if (first === undefined) throw new Error(`the assembly has nothing called ${name}`);
  if (second !== undefined) throw new Error(`the assembly has more than one called ${name}`);
  return first;
}

/** Only what belongs to a Lambda function's environment; fake credentials, for no embedded engine checks them. */
function commonEnvironment({ endpoints, environment, region = 'us-east-1' }: RuntimeOptions): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsmanager,
    ...environment,
  };
}

function credentialsOf(common: Readonly<Record<string, string>>) {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = common;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}

function stageOf(deployment: Deployment): { apiId: string; region: string; stage: string } {
  const apis = deployment.resources('AWS::ApiGatewayV2::Api');
  if (apis.length > 1) throw new Error('only one HTTP API in an assembly is supported here');
  const [stage] = deployment.resources('AWS::ApiGatewayV2::Stage');
  const stageName = stage === undefined ? '$default' : String(deployment.properties(stage).StageName);
  return { apiId: 'local', region: deployment.region, stage: stageName };
}

class RunningAssembly {
  readonly #options: RuntimeOptions;
  readonly #deployment: Deployment;
  readonly #common: Readonly<Record<string, string>>;
  readonly #sqs: SQSClient;
  readonly #triggers: RunningTrigger[] = [];
  #functions: LambdaFunction[] = [];
  #asyncConfigs: ReadonlyMap<string, AsyncConfig> = new Map();

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#common = commonEnvironment(options);
    this.#deployment = createDeployment(options.assembly, options.region ?? 'us-east-1');
    this.#sqs = this.#client(SQSClient, options.endpoints.sqs);
  }

  get functions(): readonly LambdaFunction[] {
    return this.#functions;
  }

  get deployment(): Deployment {
    return this.#deployment;
  }

  async provision(): Promise<void> {
    const dynamodb = this.#client(DynamoDBClient, this.#options.endpoints.dynamodb);
    try {
      const { endpoints, visibilityLimitSeconds } = this.#options;
      await provisionQueues(this.#deployment, this.#sqs, endpoints.sqs, visibilityLimitSeconds);
      await provisionTables(this.#deployment, dynamodb);
    } finally {
      dynamodb.destroy();
    }
    const limit = this.#options.environmentLimit ?? Math.max(4, availableParallelism() * 2);
    this.#functions = functionDefinitions(this.#options.assembly, this.#deployment, this.#common).map((definition) => {
      const { initLimitSeconds = definition.initLimitSeconds } = this.#options;
      return new LambdaFunction({ ...definition, initLimitSeconds }, limit, this.#options.log);
    });
  }

  function(name: string): LambdaFunction {
    return find(this.#functions, name, ({ definition }) => definition);
  }

  startTriggers(): void {
    const { log, scheduleSeconds, prewarm, batchingWindowLimitSeconds = Number.POSITIVE_INFINITY } = this.#options;
    const mappings = queueMappings(this.#deployment).map((mapping) => ({
      mapping: {
        ...mapping,
        batchingWindowSeconds: Math.min(mapping.batchingWindowSeconds, batchingWindowLimitSeconds),
      },
      lambda: this.function(mapping.functionName),
    }));
    this.#asyncConfigs = asyncConfigs(this.#deployment);
    const planned = withGap(schedules(this.#deployment), scheduleSeconds).map((schedule) => ({
      schedule,
      lambda: this.function(schedule.functionName),
    }));
    for (const { mapping, lambda } of mappings) {
      this.#triggers.push(startQueueTrigger(mapping, lambda, this.#sqs, log));
    }
    for (const { schedule, lambda } of planned) this.#triggers.push(this.#startSchedule(schedule, lambda));
    if (prewarm) for (const lambda of this.#functions) void lambda.warmUp();
  }

  #startSchedule(schedule: Schedule, lambda: LambdaFunction): RunningTrigger {
    const { name } = lambda.definition;
    const config = this.#asyncConfigs.get(name);
    return startScheduleTrigger(
      schedule,
      (event, signal) => invokeAsynchronously(lambda, event, this.#sqs, { config, signal }),
      (error) => this.#options.log({ type: 'trigger-error', function: name, trigger: 'schedule', error }),
    );
  }

  async close(graceMs: number): Promise<void> {
    const triggers = this.#triggers.map((trigger) => trigger.close());
    await Promise.all(this.#functions.map((lambda) => lambda.close(graceMs)));
    await Promise.all(triggers);
    this.#sqs.destroy();
  }

  #client<T>(
    Client: new (options: { endpoint: string; region: string; credentials: ReturnType<typeof credentialsOf> }) => T,
    endpoint: string,
  ): T {
    return new Client({ endpoint, region: this.#deployment.region, credentials: credentialsOf(this.#common) });
  }
}

/**
 * Runs an assembly on this machine: creates its tables and queues where they are missing, then serves its HTTP API,
 * schedules and queue mappings until `close`. Rejects, leaving nothing running, for a taken port (an error whose cause
 * has the code EADDRINUSE) and for anything in the template that it cannot run.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const api = await openHttpApi(options.apiPort);
  const running = new RunningAssembly(options);
  const close = async (graceMs = defaultGraceMs) => {
    api.close();
    await running.close(graceMs);
  };
  try {
    await running.provision();
    const { deployment } = running;
    const byName = new Map(running.functions.map((lambda) => [lambda.definition.name, lambda]));
    const invoke = (name: string, event: unknown) => (byName.get(name) ?? running.function(name)).invoke(event, 'api');
    api.serve({ identity: stageOf(deployment), routes: routesOf(deployment), invoke, pages: options.pages });
    running.startTriggers();
    return {
      apiUrl: api.url,
      functions: running.functions.map(({ definition, counters }) => {
        const { name, logicalId, path } = definition;
        return { name, logicalId, path, counters };
      }),
      alarms: alarmDefinitions(deployment),
      queues: deployment.queues().map(({ resource, url }) => ({ name: resource.name, url })),
      throttle: (name, isThrottled) => running.function(name).throttle(isThrottled),
      crash: (name) => running.function(name).crash(),
      queueUrl: (name) => find(deployment.queues(), name, ({ resource }) => resource).url,
      tableName: (name) => {
        const tables = [
          ...deployment.resources('AWS::DynamoDB::GlobalTable'),
          ...deployment.resources('AWS::DynamoDB::Table'),
        ];
        return find(tables, name, (table) => table).name;
      },
      invoke: async (name, payload) => running.function(name).invoke(payload, 'direct'),
      close,
    };
  } catch (error) {
    await close(0);
    throw error;
  }
}
