import { existsSync } from 'node:fs';
import { Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startFauxqs } from 'fauxqs';
import type { HostOptions } from '../engine-process.ts';
import { type HostedEngine, hostEngine } from './engine-host.ts';

/** fauxqs always asks for 0.0.0.0; nothing in this process may be reached from another machine. */
function listenOnLoopbackOnly(): void {
  const listen = Reflect.get(Server.prototype, 'listen') as (this: Server, ...args: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    const [first, ...rest] = args;
    const options = typeof first === 'object' && first !== null && 'port' in first;
    return listen.apply(this, options ? [{ ...first, host: '127.0.0.1' }, ...rest] : args);
  } as typeof Server.prototype.listen;
}

/**
 * Whoever had received these messages ended together with the queues, so they are delivered again at once rather than
 * after a visibility time-out of minutes. Standard queues allow it: they deliver at least once.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
 */
function releaseMessagesInFlight(dataDir: string): void {
  const file = join(dataDir, 'fauxqs.db');
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    database.exec('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL');
  } finally {
    database.close();
  }
}

async function startQueues({ dataDir, port }: HostOptions): Promise<HostedEngine> {
  listenOnLoopbackOnly();
  if (dataDir !== undefined) releaseMessagesInFlight(dataDir);
  const server = await startFauxqs({ port: port ?? 0, logger: false, ...(dataDir === undefined ? {} : { dataDir }) });
  return { port: server.port, stop: () => server.stop() };
}

await hostEngine(startQueues);
