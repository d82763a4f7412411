import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDocumented } from '../sandbox/clients/documented-answers.ts';
import { connectOrg, type OrgClient } from '../sandbox/clients/org-client.ts';
import { type PersonApiClient, personApiClient } from '../sandbox/clients/person-api-client.ts';
import { allRows, differences, type SyncedRow } from './compare-sides.ts';
import { gone, Program } from './program.ts';
import { eventually } from './running-sandbox.ts';

/** How long edits go on before each kill, in milliseconds: within the first cycles, pulls and pushes under way. */
const MOMENTS = [250, 1_400, 2_700];

const dataDir = mkdtempSync(join(tmpdir(), 'integration-data-'));
const programs: Program[] = [];
let orgUrl = '';
let admin: OrgClient;
let rows: readonly SyncedRow[];

beforeAll(async () => {
  const org = run('org', ['--port', '0', '--seed-records', '40']);
  orgUrl = (await org.told(/org at (\S+)/))[1] ?? '';
  admin = await connectOrg(orgUrl, 'admin');
});
afterAll(() => {
  for (const program of programs) program.dispose();
  rmSync(dataDir, { recursive: true, force: true });
});

function run(...given: ConstructorParameters<typeof Program>): Program {
  const program = new Program(...given);
  programs.push(program);
  return program;
}

async function startSandbox(): Promise<{ readonly sandbox: Program; readonly api: PersonApiClient }> {
  const options = ['--port', '0', '--cycle', '1', '--lag', '1', '--lookback', '60', '--data', dataDir];
  const sandbox = run('sandbox', options, {
    SALESFORCE_LOGIN_URL: orgUrl,
    SALESFORCE_CLIENT_ID: 'lockstep',
    SALESFORCE_CLIENT_SECRET: 'lockstep',
  });
  await sandbox.told(/^ready$/m);
  return { sandbox, api: personApiClient((await sandbox.told(/^API +(\S+)$/m))[1] ?? '', checkDocumented) };
}

/** What an edit was last answered with success, and the one after it, which nobody knows of. */
interface Wish {
  done: string | undefined;
  tried: string;
}

const titles = new Map<string, Wish>();
const descriptions = new Map<string, Wish>();
const newcomers = new Set<string>();

async function wish(
  wishes: Map<string, Wish>,
  key: string,
  value: string,
  edit: () => Promise<unknown>,
): Promise<void> {
  const entry = wishes.get(key) ?? { done: undefined, tried: value };
  wishes.set(key, entry);
  entry.tried = value;
  await edit();
  entry.done = value;
}

/** Edits rows there and persons here, and syncs new persons, until it is stopped or the API is gone. */
async function editUntil(signal: AbortSignal, api: PersonApiClient, round: number): Promise<void> {
  for (let at = 0; !signal.aborted; at += 1) {
    const value = `${round}.${at}`;
    const there = rows[at % rows.length];
    const here = rows[(at * 7) % rows.length];
    const newcomer = `newcomer${round}-${at % 5}@example.com`;
    if (there === undefined || here === undefined) throw new Error('no rows');
    newcomers.add(newcomer);
    const edits = [
      wish(titles, there.Id, value, () => admin.update(there.type, there.Id, { Title: value })),
      editHere(api, here, value),
      api.syncPerson({ Email: newcomer, LastName: value, Company: 'Example' }),
    ];
    const failed = (await Promise.allSettled(edits)).filter(({ status }) => status === 'rejected');
    if (failed.length > 0 && !signal.aborted) await sleep(20);
  }
}

async function editHere(api: PersonApiClient, row: SyncedRow, value: string): Promise<void> {
  const [person] = await api.personsWithEmail(String(row.Email));
  if (person === undefined) throw new Error(`no person for ${row.Id}`);
  await wish(descriptions, row.Id, value, () => api.edit(person.personId, { Description: value }));
}

test('killed in mid-cycle again and again: nothing is lost, nothing is doubled', async () => {
  let { sandbox, api } = await startSandbox();
  rows = await allRows({ api, admin });
  await eventually(async () => (await differences({ api, admin })).length === 0);
  for (const [round, moment] of MOMENTS.entries()) {
    const stop = new AbortController();
    const editing = editUntil(stop.signal, api, round);
    await sleep(moment);
    const processes = sandbox.processes();
    sandbox.killAll();
    stop.abort();
    await editing;
    await gone(processes);
    ({ sandbox, api } = await startSandbox());
  }
  const sides = { api, admin };
  for (const email of newcomers) {
    await eventually(async () => {
      const answer = await api.syncPerson({ Email: email, LastName: 'Newcomer', Company: 'Example' });
      return answer.kind === 'synced';
    });
    expect(await admin.query(`SELECT Id FROM Lead WHERE Email = '${email}'`)).toHaveLength(1);
    expect(await api.personsWithEmail(email)).toHaveLength(1);
  }
  await eventually(async () => (await differences(sides)).length === 0);
  const after = new Map((await allRows(sides)).map((row) => [row.Id, row]));
  expect(titles.size).toBeGreaterThan(0);
  expect([...descriptions.values()].some(({ done }) => done !== undefined)).toBe(true);
  for (const [id, { done, tried }] of titles) expect([done ?? tried, tried]).toContain(after.get(id)?.Title);
  for (const [id, { done, tried }] of descriptions) {
    if (done !== undefined) expect([done, tried]).toContain(after.get(id)?.Description);
  }
  expect(after.size).toBe(rows.length + newcomers.size);
  expect(await sandbox.end('SIGINT')).toMatchObject({ code: 0, stderr: '', leftFiles: [] });
});
