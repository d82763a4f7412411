import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../lib/operator/command-line.ts';

const LOCK = 'sandbox.lock';

/** What the simulated org did, in the folder of `--data`. */
export const ORG_FILE = 'org.jsonl';

/**
 * Takes the folder of `--data` for this process, until the answer is called: engines of two sandboxes would write over
 * each other. One whose sandbox was killed is free.
 */
export async function takeFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, LOCK);
  const take = () => writeFile(file, String(process.pid), { flag: 'wx' });
  try {
    await take();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = Number(await readFile(file, 'utf8'));
    if (isRunning(owner)) {
      throw new UsageError(`--data ${folder} is in use by another sandbox (process ${owner}): give each one a folder`);
    }
    await rm(file, { force: true });
    await take();
  }
  return () => rm(file, { force: true });
}

/** Refuses to start a new org over tables that belong to another: its records would all seem to be gone. */
export async function checkOrgOf(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name !== LOCK);
  if (files.length === 0 || files.includes(ORG_FILE)) return;
  throw new UsageError(
    `--data ${folder} holds the tables of another org: set SALESFORCE_LOGIN_URL to that org, or take another folder`,
  );
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be asked, and runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
