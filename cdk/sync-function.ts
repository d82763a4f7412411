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
  /** The file in functions/, without its ending. */
  readonly name: FunctionName;
  readonly description: string;
  readonly timeout: Duration;
  /** Memory buys processor time too: one whole processor at 1,769 MB. */
  readonly memorySize: number;
  readonly recursiveLoop?: RecursiveLoop;
  /** Exactly what the function reads at cold start; a variable forgotten here does not compile. */
  readonly environment: Environment;
  /** The namespace of its metrics. */
  readonly namespace: string;
}

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** One Lambda function with its log group and a role that may write there and nowhere else. */
export class SyncFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: SyncFunctionProps) {
    const { name, environment, namespace, ...rest } = props;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      ...rest,
      // The service is the name in each log line and a dimension of each metric.
      environment: { ...environment, POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_METRICS_NAMESPACE: namespace },
      entry: fromRoot(`functions/${name}.ts`),
      // Said outright, so that a synth does not depend on the folder it is started in.
      projectRoot: fromRoot(''),
      depsLockFilePath: fromRoot('package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      bundling: bundlingOptions,
      logGroup,
      // The platform's own lines are JSON too; its reports of each invocation are left out.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      role: functionRole(scope, id, logGroup),
      // That variable is for version 2 of the SDK.
      awsSdkConnectionReuse: false,
    });
    Validations.of(this).acknowledge(
      {
        id: 'Serverless::Serverless-LambdaDLQ',
        reason:
          'Only the poll is called asynchronously and it has a failure destination; SQS and the API tell failures.',
      },
      {
        id: 'Serverless::Serverless-LambdaTracing',
        reason: 'Logs and metrics carry the ids of cycle and person; tracing asks for a permission on every resource.',
      },
    );
  }
}

/** A role of its own: the managed policy that a function gets by default may write to every log group there is. */
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
