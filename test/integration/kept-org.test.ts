import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkDocumented } from '../sandbox/clients/documented-answers.ts';
import { connectOrg } from '../sandbox/clients/org-client.ts';
import { personApiClient } from '../sandbox/clients/person-api-client.ts';
import { differences } from './compare-sides.ts';
import { Program } from './program.ts';
import { eventually } from './running-sandbox.ts';

const folders: string[] = [];
const programs: Program[] = [];
afterAll(() => {
  for (const program of programs) program.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'integration-kept-'));
  folders.push(folder);
  return folder;
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(typeof address === 'object' && address !== null ? address.port : 0);
}

async function start(folder: string): Promise<Program> {
  const ports = ['--port', '0', '--org-port', await freePort()];
  const sandbox = new Program('sandbox', [
    ...ports,
    '--cycle',
    '1',
    '--lag',
    '1',
    '--seed-records',
    '6',
    '--data',
    folder,
  ]);
  programs.push(sandbox);
  return sandbox;
}

/** Both sides of a sandbox that has started. */
async function sidesOf(sandbox: Program) {
  await sandbox.told(/^ready$/m);
  const orgUrl = (await sandbox.told(/^org +(http:\S+)/m))[1] ?? '';
  const api = personApiClient((await sandbox.told(/^API +(\S+)$/m))[1] ?? '', checkDocumented);
  return { api, admin: await connectOrg(orgUrl, 'admin') };
}

test('a sandbox with a folder goes on where it stopped, with its org; a second one on the folder is refused', async () => {
  const folder = newFolder();
  const first = await start(folder);
  const before = await sidesOf(first);
  const created = await before.api.syncPerson({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
  const second = await (await start(folder)).ended();
  expect(second.code).toBe(2);
  expect(second.stderr.trimEnd().split('\n')).toEqual([
    `--data ${folder} is in use by another sandbox (process ${first.pid}): give each one a folder`,
  ]);
  await eventually(async () => (await differences(before)).length === 0);
  const leads = await before.admin.query('SELECT Id FROM Lead');
  expect(await first.end('SIGINT')).toMatchObject({ code: 0 });

  const third = await start(folder);
  const after = await sidesOf(third);
  await third.told(/cycle/i);
  expect(await after.admin.query('SELECT Id FROM Lead')).toEqual(leads);
  await eventually(async () => (await differences(after)).length === 0);
  if (created.kind !== 'synced') throw new Error('not synced');
  await after.api.edit(created.person.personId, { Title: 'Countess' });
  await eventually(async () => (await differences(after)).length === 0);
  expect(await after.admin.query("SELECT Title FROM Lead WHERE Email = 'ada@example.com'")).toMatchObject([
    { Title: 'Countess' },
  ]);
  expect(await third.end('SIGINT')).toMatchObject({ code: 0 });
});

test('no new org is started over the tables of another', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'dynamodb.data'), '');
  const { code, stderr } = await (await start(folder)).ended();
  expect(code).toBe(2);
  expect(stderr.trimEnd().split('\n')).toEqual([
    `--data ${folder} holds the tables of another org: set SALESFORCE_LOGIN_URL to that org, or take another folder`,
  ]);
});
