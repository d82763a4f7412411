import { fork } from 'node:child_process';

/** A service that listens on 127.0.0.1 until it is closed. */
export interface Engine {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** An engine in a process of its own. */
export interface EngineProcess extends Engine {
  readonly pid: number;
}

/** What every engine accepts. */
export interface EngineOptions {
  /** The folder that outlives the engine; without it everything is kept in memory. */
  readonly dataDir?: string;
  /** The port on 127.0.0.1; a free one by default. */
  readonly port?: number;
  /** Called when the engine ends without having been closed. */
  readonly onCrash?: (error: Error) => void;
}

/** What a host is told, as its one command-line argument in JSON. */
export interface HostOptions {
  readonly dataDir?: string;
  readonly port?: number;
}

const keptErrorOutput = 4_000;
const closeGraceMs = 3_000;

/**
 * Runs one file of `hosts/` in a child process and waits until it listens. The child ends as soon as the channel to its
 * parent closes, so it cannot outlive a parent that was killed.
 */
export async function startEngineProcess(host: string, options: EngineOptions): Promise<EngineProcess> {
  const told: HostOptions = {
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(options.port === undefined ? {} : { port: options.port }),
  };
  const child = fork(new URL(`./hosts/${host}.ts`, import.meta.url), [JSON.stringify(told)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errorOutput = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorOutput = (errorOutput + text).slice(-keptErrorOutput);
  });
  // `close` comes after the last error output, but never after a disconnect, where `exit` has to do.
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port));
    child.once('error', reject);
    void closed.then(() => reject(new Error(`${host} did not start: ${errorOutput.trim() || 'it ended silently'}`)));
  });

  let closing = false;
  void closed.then(() => {
    if (!closing) options.onCrash?.(new Error(`${host} ended: ${errorOutput.trim() || 'it ended silently'}`));
  });
  return {
    pid: child.pid ?? 0,
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      closing = true;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), closeGraceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
