import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dynoxideBinary } from '../dynoxide-binary.ts';
import type { HostOptions } from '../engine-process.ts';
import { type HostedEngine, hostEngine } from './engine-host.ts';

const attempts = 3;

/** dynoxide does not print the port it gets for port 0, so a free one is chosen for it. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/**
 * A foreign binary cannot watch a channel. On Linux the kernel ends it together with this process (`setpriv` of
 * util-linux sets PR_SET_PDEATHSIG), and it gets a session of its own so that Ctrl-C does not stop it before the
 * functions that still write to it. Elsewhere it stays in the process group and this process ends it.
 */
function spawnBound(binary: string, args: string[]): ChildProcess {
  const bind = ['--pdeathsig', 'KILL'];
  const bound = spawnSync('setpriv', [...bind, 'true'], { stdio: 'ignore' }).status === 0;
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  return bound
    ? spawn('setpriv', [...bind, binary, ...args], { stdio: [...stdio], detached: true })
    : spawn(binary, args, { stdio: [...stdio] });
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await response.arrayBuffer();
    return response.headers.has('x-dynoxide-version');
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Waits as long as the program runs: a slow machine is no failure. */
async function ready(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await answers(port)) return true;
    await sleep(5);
  }
  return false;
}

async function startTables({ dataDir, port }: HostOptions): Promise<HostedEngine> {
  const binary = dynoxideBinary();
  if (binary === undefined) throw new Error('dynoxide is not installed for this platform');
  const file = dataDir === undefined ? [] : ['--db-path', join(dataDir, 'dynamodb.sqlite')];
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? (await freePort());
    const child = spawnBound(binary, ['serve', '--host', '127.0.0.1', '--port', String(chosen), ...file]);
    const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
    process.once('exit', () => child.kill('SIGKILL'));
    if (await ready(child, chosen)) {
      void exited.then(() => process.exit(1));
      return {
        port: chosen,
        stop: async () => {
          child.kill('SIGTERM');
          await exited;
        },
      };
    }
    child.kill('SIGKILL');
    await exited;
    if (port !== undefined || attempt === attempts) throw new Error(`dynoxide does not answer on port ${chosen}`);
  }
}

await hostEngine(startTables);
