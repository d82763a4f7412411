import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Place } from './bench.ts';
import type { Measured } from './measure.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/**
 * The bars of memory are for a process of 256 MB. Without limits V8 keeps memory that nothing uses: 335 MB for bare puts.
 */
const LIMITS = ['--max-old-space-size=160', '--max-semi-space-size=8'];

/** Runs one task of a workload's file in a process of its own; throws what the process wrote where it failed. */
export async function runTask(file: string, task: string, place: Place, size: number): Promise<Measured> {
  const child = fork(WORKER, [JSON.stringify({ file, task, place, size })], {
    execArgv: LIMITS,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  try {
    return await new Promise<Measured>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Measured));
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`${task} ended with ${code}: ${said.trim()}`)));
    });
  } finally {
    process.off('exit', end);
  }
}
