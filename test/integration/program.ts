import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './running-sandbox.ts';

const PROGRAMS = {
  sandbox: fileURLToPath(new URL('../sandbox/main.ts', import.meta.url)),
  org: fileURLToPath(new URL('../sandbox/org/main.ts', import.meta.url)),
} as const;

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it left in its folder for temporary files. */
  readonly leftFiles: readonly string[];
}

/** A program of the project in a process group, and with a folder for temporary files, of its own. */
export class Program {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #temporary = mkdtempSync(join(tmpdir(), 'integration-'));

  constructor(
    name: keyof typeof PROGRAMS,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.child = spawn(process.execPath, [PROGRAMS[name], ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment, TMPDIR: this.#temporary },
    });
    this.#closed = once(this.child, 'close');
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  get pid(): number {
    return this.child.pid ?? Number.NaN;
  }

  /** Waits for a text on the standard output; throws where the program ends without it. */
  async told(pattern: RegExp): Promise<RegExpExecArray> {
    return eventually(async () => {
      const found = pattern.exec(this.stdout);
      if (found !== null) return found;
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}: ${this.stderr}`);
      return undefined;
    });
  }

  /** Its processes of all generations, itself included. */
  processes(): readonly number[] {
    const found = new Set([this.pid]);
    const all = runningProcesses();
    for (let before = 0; before < found.size; ) {
      before = found.size;
      for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
    }
    return [...found];
  }

  /** Sends a signal to the program alone, as Ctrl-C's would come, and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended();
  }

  async ended(): Promise<Ending> {
    // `close` comes once all of the output has been read.
    await this.#closed;
    // Node's own cache of compiled modules is there for the next program.
    const leftFiles = readdirSync(this.#temporary).filter((name) => name !== 'node-compile-cache');
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr, leftFiles };
  }

  /** Kills the whole group, with no chance to clear up. */
  killAll(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** For the end of a test, however it went. */
  dispose(): void {
    this.killAll();
    rmSync(this.#temporary, { recursive: true, force: true });
  }
}

/** Waits until none of these processes runs any more. */
export async function gone(pids: readonly number[]): Promise<void> {
  await eventually(async () => {
    const running = new Set(runningProcesses().map(({ pid }) => pid));
    return !pids.some((pid) => running.has(pid));
  });
}

/** Those that run, without the dead whom nobody has collected yet. */
function runningProcesses(): { readonly pid: number; readonly parent: number }[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [pid, parent, state = 'Z'] = line.trim().split(/\s+/);
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}
