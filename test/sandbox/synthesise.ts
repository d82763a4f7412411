import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Settings } from '../../lib/lambda/settings.ts';

const run = promisify(execFile);
const app = fileURLToPath(new URL('../../cdk/app.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes the cloud assembly of the CDK app into a folder, in a process of its own, as the `cdk` command does: what the
 * bundler prints is shown only where it fails.
 */
export async function synthesise(settings: Settings, outdir: string): Promise<void> {
  const environment = { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ lockstep: settings }) };
  await run(process.execPath, [app], { cwd: root, env: { ...process.env, ...environment }, maxBuffer: 2 ** 26 });
}
