import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { callJson } from '../sandbox/clients/json-call.ts';
import { startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { startSqs } from '../sandbox/engines/sqs.ts';
import type { Place } from './bench.ts';
import { sqsClient } from './product.ts';

/** The engines and the org, each in a process of its own, so that a task's processor time is the task's alone. */
export interface Surroundings {
  /** An org without records, an empty table and an empty queue. */
  begin(): Promise<Place>;
  close(): Promise<void>;
}

const ORG = fileURLToPath(new URL('../sandbox/org/main.ts', import.meta.url));

export async function startSurroundings(): Promise<Surroundings> {
  const [org, dynamoDb, sqs] = await Promise.all([startOrg(), startDynamoDb(), startSqs()]);
  const tables = clientOf(dynamoDb.endpoint);
  const queues = sqsClient(sqs.endpoint);
  let begun = 0;
  return {
    async begin() {
      begun += 1;
      await control(org.url, 'reset', {});
      const tableName = `persons-${begun}`;
      await createTable(tables, tableName);
      const lane = async (name: string) => {
        const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: `${name}-${begun}` }));
        // The engine names a host that does not resolve; the path is what names the queue.
        return new URL(new URL(QueueUrl).pathname, sqs.endpoint).href;
      };
      const lanes = { queueUrl: await lane('changes'), backlogUrl: await lane('backlog') };
      return { orgUrl: org.url, dynamoDbUrl: dynamoDb.endpoint, sqsUrl: sqs.endpoint, tableName, ...lanes };
    },
    async close() {
      tables.destroy();
      queues.destroy();
      await Promise.all([org.close(), dynamoDb.close(), sqs.close()]);
    },
  };
}

/** A call that drives the simulated org itself. */
export async function control(orgUrl: string, path: string, body?: unknown, method = 'POST'): Promise<unknown> {
  const answer = await callJson({ method, url: `${orgUrl}/_org/${path}`, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`/_org/${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Lets every request take so long; 0: as fast as the org can. */
export async function setLatency(orgUrl: string, milliseconds: number): Promise<void> {
  await control(orgUrl, 'faults', undefined, 'DELETE');
  if (milliseconds > 0) await control(orgUrl, 'faults', { kind: 'slow', milliseconds, probability: 1 });
}

async function startOrg(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, [ORG, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /at (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    return {
      url,
      close: async () => {
        child.kill('SIGTERM');
        await exited;
      },
    };
  }
  throw new Error('the org ended before it said where it is');
}
