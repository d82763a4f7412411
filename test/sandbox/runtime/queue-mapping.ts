import type { DeployedResource, Deployment } from './deployment.ts';

/** One event source mapping from a queue to a function. */
export interface QueueMapping {
  readonly functionName: string;
  readonly queueArn: string;
  readonly queueUrl: string;
  readonly visibilityTimeoutSeconds: number;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly maximumConcurrency: number;
  readonly reportsItemFailures: boolean;
}

interface MappingProperties {
  readonly FunctionName?: string;
  readonly EventSourceArn?: string;
  readonly Enabled?: boolean;
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: unknown;
}

/** Lambda starts with five concurrent polls of a queue and adds more under load; this machine stays with five. */
const concurrentPolls = 5;
const defaultBatchSize = 10;
const defaultVisibilityTimeoutSeconds = 30;

/** A function may be named by its name, its ARN or a qualified ARN. */
export const functionNameOf = (reference: string): string => /:function:([^:/]+)/.exec(reference)?.[1] ?? reference;

function mappingOf(resource: DeployedResource, deployment: Deployment): QueueMapping | undefined {
  const properties = deployment.properties(resource) as MappingProperties;
  if (properties.Enabled === false) return undefined;
  const queue = deployment.queues().find(({ arn }) => arn === properties.EventSourceArn);
  if (queue === undefined) {
    throw new Error(`${resource.logicalId}: ${properties.EventSourceArn} is no queue of this assembly`);
  }
  if (properties.FilterCriteria !== undefined) throw new Error(`${resource.logicalId}: filters are not supported here`);
  const { VisibilityTimeout } = deployment.properties(queue.resource);
  return {
    functionName: functionNameOf(properties.FunctionName ?? ''),
    queueArn: queue.arn,
    queueUrl: queue.url,
    visibilityTimeoutSeconds: Number(VisibilityTimeout ?? defaultVisibilityTimeoutSeconds),
    batchSize: properties.BatchSize ?? defaultBatchSize,
    batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds ?? 0,
    maximumConcurrency: Math.min(properties.ScalingConfig?.MaximumConcurrency ?? concurrentPolls, concurrentPolls),
    reportsItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
  };
}

/**
 * The enabled mappings of the template.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
 */
export function queueMappings(deployment: Deployment): QueueMapping[] {
  return deployment
    .resources('AWS::Lambda::EventSourceMapping')
    .map((resource) => mappingOf(resource, deployment))
    .filter((mapping) => mapping !== undefined);
}
