import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeployedResource, Deployment } from './deployment.ts';

/** The template properties that are queue attributes of the same name. */
const attributeNames = [
  'ContentBasedDeduplication',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
];

function attributesOf(properties: Record<string, unknown>, visibilityLimit: number): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of attributeNames) {
    const value = properties[name] as string | number | boolean | undefined;
    if (value !== undefined) attributes[name] = String(value);
  }
  if (Number(attributes.VisibilityTimeout) > visibilityLimit) attributes.VisibilityTimeout = String(visibilityLimit);
  if (properties.RedrivePolicy !== undefined) attributes.RedrivePolicy = JSON.stringify(properties.RedrivePolicy);
  return attributes;
}

async function createQueue(client: SQSClient, endpoint: string, resource: DeployedResource) {
  const fifo = resource.name.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true' } } : {};
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: resource.name, ...fifo }));
  // An SDK calls the host of the queue's URL, and an embedded engine's own host name need not resolve.
  const url = new URL(new URL(QueueUrl).pathname, endpoint).href;
  const asked = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
  const { Attributes } = await client.send(asked);
  return { resource, url, arn: Attributes?.QueueArn ?? resource.arn };
}

/**
 * Creates the template's queues, or brings existing ones to the template's attributes. First all of them bare, because
 * a redrive policy needs the ARN of another. A visibility time-out longer than the limit is cut to it.
 */
export async function provisionQueues(
  deployment: Deployment,
  client: SQSClient,
  endpoint: string,
  visibilityLimitSeconds = Number.POSITIVE_INFINITY,
): Promise<void> {
  const resources = deployment.resources('AWS::SQS::Queue');
  const queues = await Promise.all(
    resources.map(async (resource) => {
      const queue = await createQueue(client, endpoint, resource);
      deployment.addQueue(queue);
      return queue;
    }),
  );
  await Promise.all(
    queues.map(async ({ resource, url }) => {
      const Attributes = attributesOf(deployment.properties(resource), visibilityLimitSeconds);
      if (Object.keys(Attributes).length === 0) return;
      await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
    }),
  );
}
