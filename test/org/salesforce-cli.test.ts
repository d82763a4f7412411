import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';

/**
 * The Salesforce CLI, unmodified, against the simulated org. It runs where SF_CLI names the command or `sf` is on the
 * PATH (`npm install --global @salesforce/cli`).
 */
const cli = process.env.SF_CLI ?? onPath('sf');

function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}

const run = promisify(execFile);
const SLOW_COMMAND_MS = 120_000;

interface Answer {
  status: number;
  result: Record<string, unknown>;
  message?: string;
}

describe.runIf(cli === undefined)('the Salesforce CLI', () => {
  it('is not installed here, so nothing is said about it', () => {
    expect(process.env.SF_CLI).toBeUndefined();
  });
});

describe.runIf(cli !== undefined)('the Salesforce CLI', { timeout: SLOW_COMMAND_MS }, () => {
  let org: Org;
  let home: string;
  let token: string;
  let leadId: string;

  /** Runs a command; one that fails has its output too. */
  async function output(...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      HOME: home,
      SF_ACCESS_TOKEN: token,
      SF_DISABLE_TELEMETRY: 'true',
      SF_AUTOUPDATE_DISABLE: 'true',
      SF_DISABLE_LOG_FILE: 'true',
    };
    const command = run(cli ?? 'sf', args, { cwd: home, env, maxBuffer: 2 ** 26 });
    return (await command.catch((error: { stdout: string }) => error)).stdout;
  }

  async function sf(...args: string[]): Promise<Answer> {
    return JSON.parse(await output(...args, '--json')) as Answer;
  }

  function data(...args: string[]): Promise<Answer> {
    return sf('data', ...args, '--target-org', 'simulated');
  }

  function file(name: string, ...lines: string[]): string {
    writeFileSync(join(home, name), `${lines.join('\n')}\n`);
    return name;
  }

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'salesforce-cli-'));
    org = createOrg();
    const url = await org.listen(0);
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'admin', client_secret: 'admin' });
    const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body });
    token = ((await answer.json()) as { access_token: string }).access_token;
    const login = await sf(
      'org',
      'login',
      'access-token',
      '--instance-url',
      url,
      '--no-prompt',
      '--alias',
      'simulated',
    );
    expect(login).toMatchObject({ status: 0, result: { username: 'admin@org.example.com' } });
  }, SLOW_COMMAND_MS);

  afterAll(async () => {
    await org.close();
    rmSync(home, { recursive: true });
  });

  it('creates, reads, updates and queries a record', async () => {
    const created = await data(
      'create',
      'record',
      '-s',
      'Lead',
      '-v',
      "LastName=Lovelace Company='Analytical Engines'",
    );
    leadId = String(created.result.id);
    expect(created).toMatchObject({ status: 0, result: { success: true } });
    expect(await data('update', 'record', '-s', 'Lead', '-w', 'LastName=Lovelace', '-v', 'Title=CTO')).toMatchObject({
      status: 0,
    });
    expect((await data('get', 'record', '-s', 'Lead', '-i', leadId)).result).toMatchObject({ Title: 'CTO' });
    const query = await data('query', '-q', "SELECT Id, Owner.Name FROM Lead WHERE Title = 'CTO'");
    expect(query.result).toMatchObject({ totalSize: 1, done: true, records: [{ Id: leadId }] });
  });

  it('shows the message of an error', async () => {
    expect((await data('query', '-q', 'SELECT Foo FROM Lead')).message).toContain(
      "No such column 'Foo' on entity 'Lead'",
    );
    const refused = await data('update', 'record', '-s', 'Lead', '-i', leadId, '-v', 'Email=nonsense');
    expect(refused.message).toContain('invalid email address');
  });

  it('describes objects, lists them and the limits, and sends REST requests', async () => {
    const describeLead = await sf('sobject', 'describe', '-s', 'Lead', '--target-org', 'simulated');
    expect(describeLead.result).toMatchObject({ name: 'Lead', keyPrefix: '00Q' });
    const limits = await sf('org', 'list', 'limits', '--target-org', 'simulated');
    expect(limits.result).toContainEqual(expect.objectContaining({ name: 'DailyApiRequests' }));
    const rest = await output('api', 'request', 'rest', '/services/data/v62.0/limits', '--target-org', 'simulated');
    expect(JSON.parse(rest)).toHaveProperty('DailyApiRequests.Max');
  });

  it('imports, updates, upserts and exports in bulk', async () => {
    const wait = ['--wait', '2', '--line-ending', 'LF'];
    const imported = file('import.csv', 'LastName,Company', 'Hopper,Navy', 'Hamilton,NASA');
    expect((await data('import', 'bulk', '-s', 'Lead', '-f', imported, ...wait)).result).toMatchObject({
      processedRecords: 2,
      successfulRecords: 2,
      failedRecords: 0,
    });
    const updated = file('update.csv', 'Id,Title', `${leadId},Countess`);
    expect((await data('update', 'bulk', '-s', 'Lead', '-f', updated, ...wait)).result).toMatchObject({
      successfulRecords: 1,
    });
    const upserted = file('upsert.csv', 'Person_Id__c,LastName,Company', 'p1,Franklin,Kings');
    expect((await data('upsert', 'bulk', '-s', 'Lead', '-f', upserted, '-i', 'Person_Id__c', ...wait)).status).toBe(0);
    const query = 'SELECT Title, LastName FROM Lead ORDER BY LastName';
    await data('export', 'bulk', '-q', query, '--output-file', 'out.csv', '--result-format', 'csv', '--wait', '2');
    expect(readFileSync(join(home, 'out.csv'), 'utf8').trimEnd().split('\n')).toEqual([
      '"Title","LastName"',
      '"","Franklin"',
      '"","Hamilton"',
      '"","Hopper"',
      '"Countess","Lovelace"',
    ]);
  });

  it('tells which records of a bulk job failed', async () => {
    const bad = file('bad.csv', 'LastName,Company,Email', 'Bad,Navy,nonsense');
    const failed = await data('import', 'bulk', '-s', 'Lead', '-f', bad, '--wait', '2', '--line-ending', 'LF');
    expect(failed.message).toContain('failed to process 1 records');
  });

  it('deletes a record', async () => {
    expect(await data('delete', 'record', '-s', 'Lead', '-i', leadId)).toMatchObject({
      status: 0,
      result: { success: true },
    });
    expect((await data('query', '-q', `SELECT Id FROM Lead WHERE Id = '${leadId}'`)).result).toMatchObject({
      totalSize: 0,
    });
  });
});
