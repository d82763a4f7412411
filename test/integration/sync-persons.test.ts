import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sides: RunningSandbox;

beforeAll(async () => {
  // No cycle comes in the time of this test: a list needs none.
  sides = await runSandbox({ seedRecords: 3, cycleSeconds: 3600 });
});
afterAll(() => sides?.close());

interface Job {
  readonly state: string;
  readonly total: number;
  readonly created: number;
}

const LIST = 250;

async function created(count: number, name: string): Promise<string[]> {
  const persons = Array.from({ length: count }, (_, at) => ({
    fields: { Email: `${name}${at}@example.com`, LastName: `${name} ${at}`, Company: 'Engines' },
  }));
  const { body } = await sides.api.send('POST /persons/batch', { persons });
  const { results } = body as { readonly results: readonly { readonly personId: string }[] };
  return results.map(({ personId }) => personId);
}

const leads = async () => (await sides.admin.query('SELECT Id FROM Lead WHERE Person_Id__c != null')).length;

test('a list of persons becomes Leads, told in a job', async () => {
  const personIds = await created(LIST, 'listed');
  const before = await leads();
  const { status, body, headers } = await sides.api.send('POST /sync-persons', { personIds });
  const { jobId } = body as { readonly jobId: string };
  expect({ status, location: headers.get('location') }).toEqual({ status: 202, location: `/sync/jobs/${jobId}` });
  const job = await eventually(async () => {
    const answer = await sides.api.send(`GET /sync/jobs/${jobId}`);
    const told = answer.body as Job;
    return told.state === 'done' && told;
  });
  expect(job).toMatchObject({ jobId, total: LIST, created: LIST, failed: 0, calls: 4, estimatedEndAt: null });
  expect((await leads()) - before).toBe(LIST);
  const { body: page } = await sides.api.send('GET /sync/jobs?limit=1');
  expect(page).toMatchObject({ jobs: [job] });
});

test('a job is paused and goes on, and everybody who was never there is listed', async () => {
  await created(30, 'never');
  const { body } = await sides.api.send('POST /sync-persons', {
    status: 'localOnly',
    assignTo: { assignmentRule: true },
  });
  const { jobId } = body as { readonly jobId: string };
  expect((await sides.api.send(`POST /sync/jobs/${jobId}/pause`)).status).toBe(200);
  expect((await sides.api.send(`POST /sync/jobs/${jobId}/resume`)).status).toBe(200);
  const job = await eventually(async () => {
    const told = (await sides.api.send(`GET /sync/jobs/${jobId}`)).body as Job;
    return told.state === 'done' && told;
  });
  expect(job).toMatchObject({ total: 30, created: 30 });
});

test.each([
  ['nobody', {}],
  ['an empty list', { personIds: [] }],
  ['a list that is too long', { personIds: Array.from({ length: 10_001 }, (_, at) => `p${at}`) }],
  ['what is no id', { personIds: ['a b'] }],
  ['another status', { status: 'synced' }],
  ['both', { personIds: ['p1'], status: 'localOnly' }],
  ['a wrong owner', { personIds: ['p1'], assignTo: { ownerId: 'me' } }],
])('%s is refused', async (_what, body) => {
  const answer = await sides.api.send('POST /sync-persons', body);
  expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-body' } });
});

test.each(['GET /sync/jobs/none', 'POST /sync/jobs/none/pause', 'POST /sync/jobs/%00/resume'])(
  '%s: no such job',
  async (line) => {
    expect(await sides.api.send(line)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
  },
);

test('a CSV is imported and synced by one command', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-import-'));
  const file = join(folder, 'people.csv');
  const lines = Array.from(
    { length: 260 },
    (_, at) => `csv${at}@example.com,Csv ${at},${at === 9 ? 'many' : at},Engines`,
  );
  writeFileSync(file, `Email,Last Name,NumberOfEmployees,Company\n${lines.join('\n')}\n`);
  const before = await leads();
  const { code, stdout, stderr } = await importing(file, '--sync', '--api', sides.sandbox.apiUrl);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(
    /259 persons saved, 1 lines refused: see .*people.refused.csv\njob \S+ is done: 259 created\n/,
  );
  expect((await leads()) - before).toBe(259);
  expect(readFileSync(join(folder, 'people.refused.csv'), 'utf8')).toContain('csv9@example.com,Csv 9,many,Engines,');
  expect(await importing(file, '--api', 'ftp://x')).toMatchObject({ code: 2, stdout: '' });
  expect(await importing('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('FILE.csv') });
  rmSync(folder, { recursive: true });
});

function importing(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['lib/operator/import/main.ts', ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
