import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../lib/lambda/settings.ts';

const app = fileURLToPath(new URL('../../cdk/app.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes the cloud assembly of the CDK app into a folder, in a process of its own, as the `cdk` command does: what the
 * bundler prints is shown only where it fails. Settles when nothing writes into the folder any more, also when it is
 * aborted: the bundler is a child of that process, so they get a process group, which is ended as a whole.
 */
export async function synthesise(settings: Settings, outdir: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const environment = {
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify({ lockstep: settings }),
    LOCKSTEP_SANDBOX: 'yes',
  };
  const child = spawn(process.execPath, [app], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const interrupt = () => endGroup(child);
  signal?.addEventListener('abort', interrupt, { once: true });
  process.once('exit', interrupt);
  const { code, errorOutput } = await ended(child);
  process.off('exit', interrupt);
  signal?.removeEventListener('abort', interrupt);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`cdk/app.ts ended with ${code}: ${errorOutput.trim()}`);
}

/** `close` comes only when the last process of the group has let go of the error output. */
function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly errorOutput: string }> {
  return new Promise((resolve, reject) => {
    let errorOutput = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errorOutput += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, errorOutput }));
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
