import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { HostOptions } from '../engine-process.ts';
import { type HostedEngine, hostEngine } from './engine-host.ts';

interface DynaliteOptions {
  readonly path?: string;
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}

/** dynalite comes without types. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: DynaliteOptions) => Server;

async function startTables({ dataDir, port }: HostOptions): Promise<HostedEngine> {
  const server = dynalite({
    ...(dataDir === undefined ? {} : { path: join(dataDir, 'dynalite') }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port ?? 0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

await hostEngine(startTables);
