import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, type RecursiveLoop, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment, FunctionName } from '../lib/lambda/environment.ts';
import { bundlingOptions } from './bundling-options.ts';

export interface SyncFunctionProps {
  /** The file in functions/, without the extension. */
  readonly name: FunctionName;
  readonly description: string;
  readonly timeout: Duration;
  /** Memory also determines processor time: one whole processor at 1,769 MB. */
  readonly memorySize: number;
  readonly recursiveLoop?: RecursiveLoop;
  /** The variables read at cold start; a missing variable is a compile error. */
  readonly environment: Environment;
  /** The namespace of the metrics. */
  readonly namespace: string;
}

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** One Lambda function with a log group, and a role allowed to write only to the log group. */
export class SyncFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: SyncFunctionProps) {
    const { name, environment, namespace, ...rest } = props;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      ...rest,
      // The service name appears in every log line and as a dimension of every metric.
      environment: { ...environment, POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_METRICS_NAMESPACE: namespace },
      entry: fromRoot(`functions/${name}.ts`),
      // Explicit, so that a synth works from any folder.
      projectRoot: fromRoot(''),
      depsLockFilePath: fromRoot('package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      bundling: bundlingOptions,
      logGroup,
      // Platform log lines in JSON, without a report per invocation.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      role: functionRole(scope, id, logGroup),
      // The variable concerns version 2 of the SDK only.
      awsSdkConnectionReuse: false,
    });
    Validations.of(this).acknowledge(
      {
        id: 'Serverless::Serverless-LambdaDLQ',
        reason: 'Only the poll is called asynchronously, with a failure destination; SQS and the API report failures.',
      },
      {
        id: 'Serverless::Serverless-LambdaTracing',
        reason: 'Logs and metrics carry the ids of cycle and person; tracing asks for a permission on every resource.',
      },
    );
  }
}

/** An explicit role: the default managed policy would allow writing to every log group. */
function functionRole(scope: Construct, id: string, logGroup: LogGroup): Role {
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  return role;
}
