import { setTimeout as sleep } from 'node:timers/promises';
import { apiUrlOf, signOrTokenFor } from '../call-api.ts';
import { type Command, readArguments, UsageError } from '../command-line.ts';
import { runProgram } from '../run-program.ts';
import { importFile } from './import-file.ts';
import { type ImportApi, importApi, type ListStatus } from './person-api.ts';
import { positionFileOf, refusedFileOf } from './position.ts';
import { progressLine } from './progress-line.ts';

const options = {
  sync: { about: 'sync the persons with Salesforce too: link them, or create their Leads' },
  stack: { value: 'NAME', about: 'the deployed stack (LockstepSync)' },
  api: { value: 'URL', about: 'the API itself, instead of a stack' },
} as const;

const command: Command<typeof options> = {
  name: 'npm run import',
  about: 'Creates persons, or edits the persons with the Email.',
  argument: { name: 'FILE.csv', about: 'commas, UTF-8, the first line names the fields by API name or label' },
  options,
  notes: [
    'Calls are signed with your AWS credentials; with LOCKSTEP_TOKEN set, calls carry the token instead (auth.jwt).',
    'An empty cell leaves the field unchanged. Refused lines are written to FILE.refused.csv, with reasons.',
    'An interrupted import continues from the position in FILE.csv.position.',
    'Exit code 0: every line was saved; 1: some were refused, or not synced; 2: the file or an option is wrong.',
  ],
};

const ASK_AGAIN_MS = 1000;

/** Outcomes of a list for persons not in step. */
const FAILURES = ['rejected', 'ambiguous', 'failed'] as const;
const OUTCOMES = ['created', 'linked', 'updated', 'unchanged', ...FAILURES] as const;

async function main(signal: AbortSignal): Promise<number> {
  const { argument: file, options: typed } = readArguments(command, process.argv.slice(2));
  if (file === undefined) throw new UsageError('name the file: npm run import -- FILE.csv');
  const apiUrl = await apiUrlOf(typed);
  const api = importApi(apiUrl, signOrTokenFor(apiUrl));
  const line = progressLine(process.stdout);
  const stopped = () => line.end(`stopped; the same command goes on from ${positionFileOf(file)}`);
  signal.addEventListener('abort', stopped, { once: true });
  const { saved, refused, jobs } = await importFile({
    file,
    api,
    syncs: typed.sync === true,
    onProgress: (done, total, position) =>
      line.show('import', done / total, `${position.saved} saved, ${position.refused} refused`),
    signal,
  });
  signal.removeEventListener('abort', stopped);
  line.end(`${saved} persons saved, ${refused} lines refused${refused > 0 ? `: see ${refusedFileOf(file)}` : ''}`);
  let failed = 0;
  for (const jobId of jobs) failed += await followJob(api, jobId, line);
  return refused + failed === 0 ? 0 : 1;
}

/**
 * Displays a job until the end; returns the number of persons not in step. Interrupting the display leaves the job
 * running.
 */
async function followJob(api: ImportApi, jobId: string, line: ReturnType<typeof progressLine>): Promise<number> {
  for (;;) {
    const job = await api.job(jobId);
    if (job.state !== 'running') {
      line.end(`job ${jobId} is ${job.state}: ${textOf(job)}`);
      return FAILURES.reduce((sum, name) => sum + countIn(job, name), 0);
    }
    const done = OUTCOMES.reduce((sum, name) => sum + countIn(job, name), 0);
    line.show('sync', done / Math.max(1, job.total), textOf(job));
    await sleep(ASK_AGAIN_MS);
  }
}

function countIn(job: ListStatus, outcome: string): number {
  return Number(job[outcome] ?? 0);
}

function textOf(job: ListStatus): string {
  return (
    OUTCOMES.flatMap((name) => (countIn(job, name) > 0 ? `${countIn(job, name)} ${name}` : [])).join(', ') || 'none yet'
  );
}

await runProgram(main, { interruptedCode: 130 });
