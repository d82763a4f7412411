import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** What it left in its folder for temporary files, but for the code cache that Node keeps there. */
  readonly left: readonly string[];
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Sends this signal once the output so far satisfies `when`. */
  readonly interrupt?: { readonly signal: NodeJS.Signals; readonly when: (output: string) => boolean };
}

/**
 * Runs a program of the sandbox to its end, with a folder of its own for temporary files. The answer comes when its
 * output is closed, which all the processes it started hold: one that was left behind would hold the answer back.
 */
export async function runChild(file: URL, { args = [], environment, interrupt }: ChildOptions = {}): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  try {
    const child = spawn(process.execPath, [fileURLToPath(file), ...args], {
      env: { ...process.env, TMPDIR: folder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let waits = interrupt !== undefined;
    const hear = (text: string) => {
      output += text;
      if (!waits || !interrupt?.when(output)) return;
      waits = false;
      child.kill(interrupt.signal);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const left = (await readdir(folder)).filter((name) => name !== 'node-compile-cache');
    return { code, output, left };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
