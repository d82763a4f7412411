import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gone, Program } from '../integration/program.ts';
import { eventually } from '../integration/running-sandbox.ts';
import { startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import type { EngineOptions, EngineProcess } from '../sandbox/engines/engine-process.ts';
import { startSqs } from '../sandbox/engines/sqs.ts';
import type { Dice } from '../simulation/dice.ts';

const ENGINES = { tables: startDynamoDb, queues: startSqs } as const;

export type EngineName = keyof typeof ENGINES;

/** Times of the sandbox, in seconds. */
export interface SandboxPace {
  readonly cycle: number;
  readonly lag: number;
  readonly lookback: number;
}

/** No start and no end takes nearly as long. */
const PATIENCE_MS = 90_000;

/** How long the sandbox has to end by itself before it is killed. */
const GRACE_MS = 8_000;

interface PortRange {
  readonly first: number;
  readonly count: number;
}

/** Below those that the system gives to outgoing connections: a port has to be free again after its server's death. */
const PORTS: PortRange = { first: 20_000, count: 10_000 };

/**
 * The sandbox as `npm start` runs it, with each part in a process of its own that can be killed and comes back where it
 * was: the functions, the tables, the queues. The org lives on throughout.
 */
export class SoakedSandbox {
  readonly orgUrl: string;
  readonly apiUrl: string;
  readonly #pace: SandboxPace;
  readonly #folder: string;
  readonly #ports: Readonly<Record<EngineName | 'api', number>>;
  readonly #programs: Program[];
  readonly #engines = new Map<EngineName, EngineProcess>();
  #sandbox: Program | undefined;
  #closed = false;

  private constructor(pace: SandboxPace, org: Program, found: Pick<SoakedSandbox, 'orgUrl'> & { ports: number[] }) {
    const [api = 0, tables = 0, queues = 0] = found.ports;
    this.orgUrl = found.orgUrl;
    this.apiUrl = `http://127.0.0.1:${api}`;
    this.#pace = pace;
    this.#ports = { api, tables, queues };
    this.#programs = [org];
    this.#folder = mkdtempSync(join(tmpdir(), 'soak-'));
    // Whatever way this process ends; the engines end by themselves with the channel to their parent.
    process.once('exit', () => this.#killPrograms());
  }

  static async start(pace: SandboxPace, seedRecords: number): Promise<SoakedSandbox> {
    const org = new Program('org', ['--port', '0', '--seed-records', String(seedRecords)]);
    try {
      const orgUrl = (await soon('the org has not started', org.told(/org at (\S+)/)))[1] ?? '';
      const sandbox = new SoakedSandbox(pace, org, { orgUrl, ports: await freePorts(3) });
      await sandbox.#open().catch(async (error: unknown) => {
        await sandbox.close();
        throw error;
      });
      return sandbox;
    } catch (error) {
      org.dispose();
      throw error;
    }
  }

  /** What the sandbox has printed, each time it ran, for who looks for the cause of something. */
  get lines(): string {
    return this.#programs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  }

  /** Whether the functions' process has ended without having been asked to. */
  get hasEnded(): boolean {
    return this.#sandbox !== undefined && this.#sandbox.child.exitCode !== null;
  }

  /** Kills one of the functions' processes; answers whether there was one. */
  killFunction(dice: Dice): boolean {
    const [, ...functions] = this.#sandbox?.processes() ?? [];
    return functions.length > 0 && killed(dice.pick(functions));
  }

  /** Kills one engine, and starts it again on what it has written. */
  async killEngine(name: EngineName): Promise<void> {
    this.#killEngine(name);
    await this.#openEngine(name);
  }

  /** Kills everything but the org at once, and starts it again. */
  async killAll(): Promise<void> {
    const processes = this.#sandbox?.processes() ?? [];
    this.#sandbox?.killAll();
    this.#killEngine('tables');
    this.#killEngine('queues');
    await gone(processes);
    this.#sandbox?.dispose();
    await this.#open();
  }

  /** Ends everything; whatever does not end by itself is killed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const sandbox = this.#sandbox;
    const processes = sandbox?.processes() ?? [];
    if (sandbox !== undefined) await Promise.race([sandbox.end('SIGTERM'), sleep(GRACE_MS)]);
    this.#killPrograms();
    await Promise.all([...this.#engines.values()].map((engine) => engine.close()));
    for (const program of this.#programs) program.dispose();
    await soon('a process does not end', gone(processes));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    await Promise.all([this.#openEngine('tables'), this.#openEngine('queues'), untilFree(this.#ports.api)]);
    if (this.#closed) throw new Error('the sandbox is closed');
    const { cycle, lag, lookback } = this.#pace;
    const times = Object.entries({ cycle, lag, lookback }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const sandbox = new Program('sandbox', ['--port', String(this.#ports.api), ...times], {
      SALESFORCE_LOGIN_URL: this.orgUrl,
      SALESFORCE_CLIENT_ID: 'lockstep',
      SALESFORCE_CLIENT_SECRET: 'lockstep',
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${this.#ports.tables}`,
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${this.#ports.queues}`,
    });
    this.#programs.push(sandbox);
    this.#sandbox = sandbox;
    await soon('the sandbox is not ready', sandbox.told(/^ready$/m));
  }

  async #openEngine(name: EngineName): Promise<void> {
    const port = this.#ports[name];
    await untilFree(port);
    const options: EngineOptions = { port, dataDir: join(this.#folder, name) };
    this.#engines.set(name, await ENGINES[name](options));
  }

  #killEngine(name: EngineName): void {
    const engine = this.#engines.get(name);
    if (engine !== undefined) killed(engine.pid);
  }

  #killPrograms(): void {
    for (const program of this.#programs) program.killAll();
  }
}

/** The same, but an error where it takes too long. */
export async function soon<T>(trouble: string, work: Promise<T>, limitMs = PATIENCE_MS): Promise<T> {
  const timer = new AbortController();
  const late = sleep(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${trouble} after ${limitMs / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

/** Kills one process; answers whether it was still there. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

async function untilFree(port: number): Promise<void> {
  await soon(
    `port ${port} is taken`,
    eventually(() => isFree(port)),
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}
