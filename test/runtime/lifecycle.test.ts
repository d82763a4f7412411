import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DescribeTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DynamoDbEngine, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { dynoxideBinary } from '../sandbox/engines/dynoxide-binary.ts';
import { createDeployment } from '../sandbox/runtime/deployment.ts';
import { provisionQueues } from '../sandbox/runtime/provision-queues.ts';
import { provisionTables } from '../sandbox/runtime/provision-tables.ts';
import { eventually, fixtureAssembly, startFixture } from './fixtures/start-fixture.ts';

const access = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const engines: DynamoDbEngine[] = dynoxideBinary() === undefined ? ['dynalite'] : ['dynoxide', 'dynalite'];
const script = fileURLToPath(new URL('./fixtures/run-fixture.ts', import.meta.url));

interface Addresses {
  readonly api: string;
  readonly dynamodb: string;
  readonly sqs: string;
  readonly table: string;
  /** Those of the engines and of one function. */
  readonly processes: readonly number[];
}

let dataDir = '';
const started: ChildProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'runtime-'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs the fixture in a process group of its own. */
async function runApart(): Promise<{ child: ChildProcess; addresses: Addresses }> {
  const child = spawn(process.execPath, [script, dataDir], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  if (child.stdout === null) throw new Error('no output');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, addresses: JSON.parse(line) as Addresses };
}

async function isServed(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const released = ({ api, dynamodb, sqs }: Addresses) =>
  eventually(async () => {
    const served = await Promise.all([api, dynamodb, sqs].map(isServed));
    return served.every((is) => !is) || undefined;
  });

/** A killed process may stay as a zombie where nothing collects orphans; it holds nothing any more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    const gone = ['ESRCH', 'ENOENT'];
    if (gone.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

describe('a runtime that is killed', () => {
  test.each(['the main process alone', 'the whole process group'])(
    '%s: no process and no port is left',
    async (who) => {
      const { child, addresses } = await runApart();
      const pid = child.pid ?? 0;
      expect(addresses.processes.map(isRunning)).toEqual([true, true, true]);
      process.kill(who === 'the main process alone' ? pid : -pid, 'SIGKILL');
      await released(addresses);
      await eventually(() => !addresses.processes.some(isRunning) || undefined);
    },
  );

  test('finds its items and messages again, whatever was under way', async () => {
    const first = await runApart();
    const dynamodb = new DynamoDBClient({ ...access, endpoint: first.addresses.dynamodb });
    const sqs = new SQSClient({ ...access, endpoint: first.addresses.sqs });
    const TableName = first.addresses.table;
    await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'kept' } } }));
    const QueueUrl = `${first.addresses.sqs}/000000000000/FixtureSync-Dead`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
    dynamodb.destroy();
    sqs.destroy();
    process.kill(-(first.child.pid ?? 0), 'SIGKILL');

    const second = await startFixture({ dataDir });
    const reader = new DynamoDBClient({ ...access, endpoint: second.dynamodb.endpoint });
    try {
      const { Item } = await reader.send(new GetItemCommand({ TableName, Key: { pk: { S: 'kept' } } }));
      expect(Item).toEqual({ pk: { S: 'kept' } });
      const answered = await fetch(`${second.sqs.endpoint}/_fauxqs/queues/FixtureSync-Dead`);
      expect(await answered.json()).toMatchObject({ messages: { ready: [{ body: 'kept' }] } });
    } finally {
      reader.destroy();
      await second.close();
    }
  });
});

describe('a runtime that starts', () => {
  test('on a taken port fails in one clear line, with the cause, and leaves nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const failed: unknown = await startFixture({ apiPort: port }).catch((error: unknown) => error);
      expect(failed).toMatchObject({
        message: `Cannot serve the HTTP API on 127.0.0.1:${port}: it is taken`,
        cause: { code: 'EADDRINUSE' },
      });
    } finally {
      other.close();
    }
  });

  test('creates tables and queues once, and again changes nothing', async () => {
    const fixture = await startFixture();
    const dynamodb = new DynamoDBClient({ ...access, endpoint: fixture.dynamodb.endpoint });
    const sqs = new SQSClient({ ...access, endpoint: fixture.sqs.endpoint });
    try {
      const TableName = fixture.runtime.tableName('Things');
      await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'stays' } } }));
      const deployment = createDeployment(fixtureAssembly(), 'us-east-1');
      await provisionQueues(deployment, sqs, fixture.sqs.endpoint);
      await provisionTables(deployment, dynamodb);
      const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key: { pk: { S: 'stays' } } }));
      expect(Item).toEqual({ pk: { S: 'stays' } });
      expect(deployment.queues().map(({ url }) => url)).toContain(fixture.runtime.queueUrl('Work'));
      await provisionQueues(deployment, sqs, fixture.sqs.endpoint, 10);
      const hidden = ['Work', 'Plain'].map(async (name) => {
        const asked = { QueueUrl: fixture.runtime.queueUrl(name), AttributeNames: ['VisibilityTimeout' as const] };
        return (await sqs.send(new GetQueueAttributesCommand(asked))).Attributes?.VisibilityTimeout;
      });
      expect(await Promise.all(hidden)).toEqual(['2', '10']);
    } finally {
      dynamodb.destroy();
      sqs.destroy();
      await fixture.close();
    }
  });

  test.each(engines)('gives a kept table the indexes that its template has gained, where %s can', async (engine) => {
    const dynamodb = await startDynamoDb({ engine });
    const client = new DynamoDBClient({ ...access, endpoint: dynamodb.endpoint });
    const provision = (Properties: Record<string, unknown>) => {
      const template = { Resources: { Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties } } };
      const assembly = { directory: '', assets: new Map(), stacks: [{ name: 'Only', template }] };
      return provisionTables(createDeployment(assembly, 'us-east-1'), client);
    };
    const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
    const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
    const index = (IndexName: string) => ({
      IndexName,
      KeySchema: key('colour'),
      Projection: { ProjectionType: 'KEYS_ONLY' },
    });
    try {
      await provision({ KeySchema: key('pk'), AttributeDefinitions: [attribute('pk')] });
      const gained = {
        KeySchema: key('pk'),
        AttributeDefinitions: [attribute('pk'), attribute('colour')],
        GlobalSecondaryIndexes: [index('one'), index('two')],
      };
      if (engine === 'dynalite') {
        const message = 'The table Only-Table that was kept lacks the index one: start with an empty folder';
        await expect(provision(gained)).rejects.toThrow(message);
        return;
      }
      await provision(gained);
      await provision(gained);
      const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Only-Table' }));
      expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual(['one', 'two']);
    } finally {
      client.destroy();
      await dynamodb.close();
    }
  });

  test('and closes, serves no more and answers no invocation', async () => {
    const fixture = await startFixture({ scheduleSeconds: 0.05 });
    await fixture.close();
    expect(await isServed(fixture.runtime.apiUrl)).toBe(false);
    expect(await fixture.runtime.invoke('Echo', {})).toMatchObject({ outcome: 'throttled' });
  });

  test('lets running invocations end within the grace that it is given', async () => {
    const fixture = await startFixture();
    const running = fixture.runtime.invoke('Single', { milliseconds: 500 });
    await fixture.runtime.close(20_000);
    expect(await running).toMatchObject({ outcome: 'success', payload: '"waited"' });
    await fixture.close();
  });
});
