import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoListJobStore } from '../../lib/dynamodb/dynamo-list-job-store.ts';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { RememberingSyncStateStore } from '../../lib/dynamodb/remembering-sync-state-store.ts';
import { createSalesforceClient } from '../../lib/salesforce/client.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { SqsChangeQueue } from '../../lib/sqs/sqs-change-queue.ts';
import type { BacklogLane, Ports } from '../../lib/sync/ports/ports.ts';
import { clientOf } from '../contract/dynamodb-table.ts';
import { bodyOf } from '../sandbox/clients/json-call.ts';
import type { Stats } from '../sandbox/org/stats.ts';
import type { Place } from './bench.ts';
import type { Counts } from './measure.ts';

/** The product's own adapters over the engines, with what each of them is asked counted where it is asked. */
export interface Product {
  readonly ports: Ports & BacklogLane;
  readonly sqs: SQSClient;
  /** All that was counted so far. */
  counts(): Promise<Counts>;
}

/** The share of a request that SQS charges as one. */
const SQS_CHUNK = 64 * 1024;

/** `isAsked`: as the function that somebody waits for works, rather than those in the background. */
export function openProduct(place: Place, isAsked = false): Product {
  const counts = { dynamoDbCalls: 0, readUnits: 0, writeUnits: 0, queueRequests: 0 };
  const tables = clientOf(place.dynamoDbUrl);
  countTables(tables, counts);
  const sqs = sqsClient(place.sqsUrl);
  countQueue(sqs, counts);
  const client = createSalesforceClient({
    credentials: { loginUrl: place.orgUrl, clientId: 'lockstep', clientSecret: 'lockstep' },
    timeoutMs: 45_000,
    reserve: 0,
  });
  const { tableName, queueUrl, backlogUrl } = place;
  const ports: Ports & BacklogLane = {
    clock: { now: () => new Date().toISOString(), wait: (milliseconds) => sleep(milliseconds) },
    ids: { next: randomUUID },
    persons: new DynamoPersonStore(tables, { tableName, activityRetentionDays: 365 }),
    state: isAsked
      ? new RememberingSyncStateStore(tables, { tableName, schemasForMs: 30_000, elapsed: () => performance.now() })
      : new DynamoSyncStateStore(tables, { tableName }),
    lists: new DynamoListJobStore(tables, { tableName, now: () => new Date().toISOString() }),
    feed: createSalesforceChangeFeed(client),
    records: createSalesforceRecords(client),
    queue: new SqsChangeQueue(sqs, { queueUrl }),
    backlog: new SqsChangeQueue(sqs, { queueUrl: backlogUrl }),
    policy: DEFAULT_POLICY,
    leaseMs: 660_000,
  };
  return {
    ports,
    sqs,
    counts: async () => {
      const { requests } = await bodyOf<Stats>({ method: 'GET', url: `${place.orgUrl}/_org/stats` });
      return { salesforceCalls: requests, ...counts };
    },
  };
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export function sqsClient(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false });
}

interface Consumed {
  readonly CapacityUnits?: number;
}

/** Each call as it is sent, with the units that DynamoDB says it consumed. */
export function countTables(client: ReturnType<typeof clientOf>, counts: Record<string, number>): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { commandName = '' } = context as { readonly commandName?: string };
      const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as never });
      const { ConsumedCapacity: consumed } = answer.output as { ConsumedCapacity?: Consumed | Consumed[] };
      const units = [consumed ?? []].flat().reduce((sum, each) => sum + (each.CapacityUnits ?? 0), 0);
      const kind = /^(?:Put|Update|Delete|BatchWrite)/.test(commandName) ? 'writeUnits' : 'readUnits';
      counts[kind] = (counts[kind] ?? 0) + units;
      counts.dynamoDbCalls = (counts.dynamoDbCalls ?? 0) + 1;
      return answer;
    },
    { step: 'initialize', priority: 'high' },
  );
}

/** A request for each started 64 KB. */
function countQueue(client: SQSClient, counts: Record<string, number>): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const sent = textBytes((args.input as { Entries?: readonly { MessageBody?: string }[] }).Entries);
      const received = textBytes((answer.output as { Messages?: readonly { Body?: string }[] }).Messages);
      const chunks = Math.max(1, Math.ceil(Math.max(sent, received) / SQS_CHUNK));
      counts.queueRequests = (counts.queueRequests ?? 0) + chunks;
      return answer;
    },
    { step: 'initialize', priority: 'high' },
  );
}

function textBytes(messages: readonly { readonly MessageBody?: string; readonly Body?: string }[] = []): number {
  return messages.reduce((sum, { MessageBody, Body }) => sum + Buffer.byteLength(MessageBody ?? Body ?? ''), 0);
}
