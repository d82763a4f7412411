import type { Assembly } from './assembly.ts';
import type { DeployedResource, Deployment } from './deployment.ts';

/** A function of the template, ready to run. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly path: string;
  readonly name: string;
  readonly arn: string;
  readonly codeDirectory: string;
  /** Everything the process gets to see, apart from the address of its Runtime API. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** How long the code may load, on top of the first invocation's own time. */
  readonly initLimitSeconds: number;
  /** Undefined: as many at once as the machine allows. */
  readonly reservedConcurrency: number | undefined;
}

interface FunctionProperties {
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Timeout?: number | string;
  readonly MemorySize?: number | string;
  readonly ReservedConcurrentExecutions?: number | string;
  readonly Layers?: readonly unknown[];
  readonly Code?: { readonly S3Key?: string };
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  readonly LoggingConfig?: { readonly LogGroup?: string };
}

/** Lambda's own defaults. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const defaultTimeoutSeconds = 3;
const defaultMemoryMb = 128;

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const initLimitSeconds = 10;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function lambdaEnvironment(
  resource: DeployedResource,
  properties: FunctionProperties,
  codeDirectory: string,
): Record<string, string> {
  return {
    _HANDLER: properties.Handler ?? '',
    AWS_EXECUTION_ENV: `AWS_Lambda_${properties.Runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize ?? defaultMemoryMb),
    AWS_LAMBDA_FUNCTION_NAME: resource.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${resource.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${resource.logicalId}`,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: codeDirectory,
    LANG: 'en_US.UTF-8',
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
  };
}

function codeDirectoryOf(assembly: Assembly, resource: DeployedResource, properties: FunctionProperties): string {
  const key = properties.Code?.S3Key ?? '';
  const directory = assembly.assets.get(key);
  if (directory === undefined) throw new Error(`${resource.logicalId}: the assembly has no asset ${key || 'for it'}`);
  return directory;
}

const optionalNumber = (value: number | string | undefined) => (value === undefined ? undefined : Number(value));

/**
 * The Node.js functions of an assembly. Others, such as the Python of some CDK custom resources, run only while a real
 * stack is deployed. `common` comes on top of the template's own environment: endpoints, region, credentials.
 */
export function functionDefinitions(
  assembly: Assembly,
  deployment: Deployment,
  common: Readonly<Record<string, string>>,
): FunctionDefinition[] {
  const definitions: FunctionDefinition[] = [];
  for (const resource of deployment.resources('AWS::Lambda::Function')) {
    const properties = deployment.properties(resource) as FunctionProperties;
    if (!properties.Runtime?.startsWith('nodejs')) continue;
    if (properties.Layers?.length) throw new Error(`${resource.logicalId}: layers are not supported here`);
    const codeDirectory = codeDirectoryOf(assembly, resource, properties);
    const variables = Object.entries(properties.Environment?.Variables ?? {});
    definitions.push({
      logicalId: resource.logicalId,
      path: resource.path,
      name: resource.name,
      arn: resource.arn,
      codeDirectory,
      environment: {
        ...lambdaEnvironment(resource, properties, codeDirectory),
        ...Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
        ...common,
      },
      timeoutSeconds: optionalNumber(properties.Timeout) ?? defaultTimeoutSeconds,
      initLimitSeconds,
      reservedConcurrency: optionalNumber(properties.ReservedConcurrentExecutions),
    });
  }
  return definitions;
}
