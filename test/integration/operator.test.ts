import { execFile } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, lastCycle, type RunningSandbox, runSandbox } from './running-sandbox.ts';

let running: RunningSandbox;

/** What the functions wrote to their logs, each line as JSON. */
const lines: Readonly<Record<string, unknown>>[] = [];

beforeAll(async () => {
  running = await runSandbox({ seedRecords: 5 }, (event) => {
    if (event.type === 'line' && event.line.startsWith('{')) lines.push(JSON.parse(event.line));
  });
});

afterAll(() => running.close());

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program as its npm script runs it, against the sandbox. */
function run(program: string, ...args: string[]): Promise<Ended> {
  const { sandbox } = running;
  const env = {
    ...process.env,
    LOCKSTEP_PORT: new URL(sandbox.apiUrl).port,
    LOCKSTEP_ORG_PORT: new URL(sandbox.orgUrl).port,
    AWS_ENDPOINT_URL_SQS: sandbox.sqsUrl,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [`lib/operator/${program}/main.ts`, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

test('the doctor finds no problem in the sandbox, and leaves no Lead behind', async () => {
  const before = await running.admin.query('SELECT Id FROM Lead');
  const { code, stdout, stderr } = await run('doctor', '--write-test');
  expect({ code, stderr, problems: stdout.match(/^problem.*$/gm) }).toEqual({ code: 0, stderr: '', problems: null });
  expect(stdout).toMatch(/^ok {7}cycles: cycle \d+ ended complete/m);
  expect(stdout).toContain('no problem');
  expect(await running.admin.query('SELECT Id FROM Lead')).toHaveLength(before.length);
});

test('the doctor tells what is wrong, how to fix it, and ends with 1', async () => {
  await running.admin.control('POST field-access', { object: 'Lead', field: 'Email', read: false, edit: false });
  const { code, stdout } = await run('doctor', '--json');
  expect(code).toBe(1);
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: string; check: string; fix?: string });
  const wrong = findings.find(({ level, check }) => level === 'problem' && check === 'Lead.Email');
  expect(wrong?.fix).toContain('field-level security');
});

test('the logs name the cycle and the person in every function that works on them', async () => {
  const { api } = running;
  const cycle = await lastCycle(api);
  const { personId } = await api.create({ Email: 'logged@example.com', LastName: 'Logged', Company: 'Example' });
  await api.sync(personId);
  const titled = await api.edit(personId, { Title: 'Logged too' });
  expect(titled.personId).toBe(personId);
  const told = (service: string, holds: Readonly<Record<string, unknown>>) =>
    eventually(async () =>
      lines.some((line) => line.service === service && isDeepStrictEqual({ ...line, ...holds }, line)),
    );
  await told('sync-person', { personId, outcome: 'synced', SyncsCompleted: 1 });
  await told('poll', { cycle: String(cycle + 1), CyclesCompleted: 1 });
  await eventually(async () =>
    lines.some((line) => line.service === 'merge' && line.PersonsPushed === 1 && line.cycles !== ''),
  );
});

test('a redrive of an empty queue sends nothing back', async () => {
  expect(await run('redrive')).toEqual({ code: 0, stdout: '0 dead letters sent back\n', stderr: '' });
  expect(await run('redrive', '--list')).toEqual({ code: 0, stdout: '0 dead letters\n', stderr: '' });
});

test('the smoke test finds an API that answers and is in step', async () => {
  const { code, stdout, stderr } = await run('smoke', '--url', running.sandbox.apiUrl, '--json');
  const levels = Map.groupBy(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; check: string }),
    ({ level }) => level,
  );
  expect(stderr).toBe('');
  expect(levels.get('ok')?.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['API', 'persons', 'problems', 'cycles']),
  );
  // Email went out of sight above: the status says so, and so does the smoke test.
  expect(code).toBe(levels.has('problem') ? 1 : 0);
});

test('the smoke test asks for the URL in one line', async () => {
  const stderr = '--url URL is missing: the output ApiUrl of the stack\n';
  expect(await run('smoke')).toEqual({ code: 2, stdout: '', stderr });
});

test.each(['doctor', 'redrive', 'smoke'])('%s tells a wrong option in one line and ends with 2', async (program) => {
  expect(await run(program, '--nope')).toEqual({ code: 2, stdout: '', stderr: "Unknown option '--nope'\n" });
});
