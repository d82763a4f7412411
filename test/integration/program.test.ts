import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOrg } from '../sandbox/clients/org-client.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import { gone, Program } from './program.ts';

const programs: Program[] = [];
const taken: Server = createServer();
const org: Org = createOrg();
let takenPort = 0;
let freePort = 0;
let orgUrl = '';

beforeAll(async () => {
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  takenPort = (taken.address() as AddressInfo).port;
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  freePort = (free.address() as AddressInfo).port;
  free.close();
  orgUrl = await org.listen(0);
});
afterAll(async () => {
  for (const program of programs) program.dispose();
  taken.close();
  await org.close();
});

function run(...given: ConstructorParameters<typeof Program>): Program {
  const program = new Program(...given);
  programs.push(program);
  return program;
}

const quiet = ['--port', '0', '--cycle', '1'];
const login = (overrides: Readonly<Record<string, string>> = {}) => ({
  SALESFORCE_LOGIN_URL: orgUrl,
  SALESFORCE_CLIENT_ID: 'lockstep',
  SALESFORCE_CLIENT_SECRET: 'lockstep',
  ...overrides,
});

interface ConflictingPerson {
  readonly personId: string;
  readonly salesforce: { readonly id: string };
}

async function post(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

describe('the sandbox', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'is ready after its first cycle, and %s leaves nothing behind',
    async (signal) => {
      const program = run('sandbox', quiet, login());
      await program.told(/^ready$/m);
      const processes = program.processes();
      expect(processes.length).toBeGreaterThan(3);
      const [, api = ''] = await program.told(/^API +(\S+)$/m);
      expect((await fetch(`${api}/sync/status`)).status).toBe(200);
      expect(await program.end(signal)).toMatchObject({ code: 0, stderr: '', leftFiles: [] });
      await gone(processes);
      await expect(fetch(api)).rejects.toThrow();
    },
  );

  test('interrupted while it starts, it leaves nothing behind', async () => {
    const program = run('sandbox', quiet, login());
    // The login is checked, the template is being synthesised.
    while (program.processes().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const processes = program.processes();
    expect(await program.end('SIGINT')).toMatchObject({ code: 0, stderr: '', leftFiles: [] });
    await gone(processes);
  });

  test('names the steps of its start from the first on', async () => {
    const program = run('sandbox', quiet, login());
    await program.told(/^ready$/m);
    const steps = program.stdout.split('\n').filter((line) => line.startsWith('✓'));
    expect(steps.map((line) => line.slice(2, 13).trim())).toEqual(
      expect.arrayContaining(['program', 'sign-in', 'template', 'tables', 'queues', 'functions', 'first cycle', 'API']),
    );
    expect(await program.end('SIGINT')).toMatchObject({ code: 0, stderr: '' });
  });

  test('tells of a refusal with the name, the value and the reason', async () => {
    const program = run('sandbox', [...quiet, '--org-port', String(freePort), '--seed-records', '3']);
    const [, api = ''] = await program.told(/^API +(\S+)$/m);
    await program.told(/^ready$/m);
    const rule = {
      object: 'Lead',
      name: 'NoBoss',
      errorWhen: "Title = 'Boss'",
      message: 'Nobody is a boss',
      field: 'Title',
    };
    await post(`http://127.0.0.1:${freePort}/_org/validation-rules`, rule);
    const fields = { Email: 'ada@example.com', FirstName: 'Ada', LastName: 'Lovelace', Company: 'Engines' };
    const { person } = (await post(`${api}/sync-person`, { fields })) as { person: { personId: string } };
    await fetch(`${api}/persons/${person.personId}`, { method: 'PATCH', body: '{"fields": {"Title": "Boss"}}' });
    await program.told(
      /✗ 1 refused .*\n {4}✗ Ada Lovelace, Title "Boss": "Nobody is a boss" \(FIELD_CUSTOM_VALIDATION/,
    );
    expect(await program.end('SIGINT')).toMatchObject({ code: 0, stderr: '', leftFiles: [] });
  });

  test('tells of a conflict with the name and both values', async () => {
    const program = run('sandbox', [
      '--port',
      '0',
      '--cycle',
      '86400',
      '--org-port',
      String(freePort),
      '--seed-records',
      '3',
    ]);
    const [, api = ''] = await program.told(/^API +(\S+)$/m);
    await program.told(/^ready$/m);
    const fields = { Email: 'erik@example.com', FirstName: 'Erik', LastName: 'Bakker', Company: 'Engines' };
    const { person } = (await post(`${api}/sync-person`, { fields })) as { person: ConflictingPerson };
    const admin = await connectOrg(`http://127.0.0.1:${freePort}`, 'admin');
    await admin.update('Lead', person.salesforce.id, { Title: 'CFO' });
    await fetch(`${api}/persons/${person.personId}`, { method: 'PATCH', body: '{"fields": {"Title": "CTO"}}' });
    await admin.control('POST clock', { advanceSeconds: 10 });
    await post(`${api}/_sandbox/cycle`, {});
    await program.told(
      /≠ 1 in conflict.*\n {4}≠ Erik Bakker, Title: here "CTO", Salesforce "CFO"; the value here wins/,
    );
    expect(await program.end('SIGINT')).toMatchObject({ code: 0, stderr: '', leftFiles: [] });
  });

  test('tells a line a cycle, with what it pulled', async () => {
    const program = run('sandbox', [...quiet, '--org-port', String(freePort), '--seed-records', '9']);
    expect((await program.told(/cycle 1: (.*)$/m))[1]).toContain('↓ 6 Leads, 3 Contacts pulled');
    await program.told(/cycle 2: nothing changed \(1 Salesforce call,/);
    expect(await program.end('SIGINT')).toMatchObject({ code: 0, stderr: '', leftFiles: [] });
  });

  const mistakes: [string, () => readonly string[], () => Readonly<Record<string, string>>, RegExp][] = [
    ['a taken port', () => ['--port', String(takenPort)], login, /^port \d+ is taken: choose another with --port\n$/],
    [
      'a taken port for the org',
      () => [...quiet, '--org-port', String(takenPort)],
      () => ({}),
      /^port \d+ is taken: choose another with --org-port\n$/,
    ],
    ['an unknown option', () => ['--prot', '1'], login, /^Unknown option '--prot'\n$/],
    ['an argument too many', () => ['now'], login, /^Unexpected argument 'now'.*\n$/],
    ['an option without its value', () => ['--cycle'], login, /^Option '--cycle <value>' argument missing\n$/],
    ['a wrong number', () => ['--cycle', '-1'], login, /^.*--cycle.*\n$/],
    [
      'a port beyond all',
      () => ['--port', '65536'],
      login,
      /^--port takes a whole number from 0 to 65535, not "65536"\n$/,
    ],
    [
      'a wrong environment value',
      () => quiet,
      () => ({ LOCKSTEP_SEED_RECORDS: 'many' }),
      /^LOCKSTEP_SEED_RECORDS takes .*\n$/,
    ],
    ['a wrong URL', () => quiet, () => login({ SALESFORCE_LOGIN_URL: 'my org' }), /^SALESFORCE_LOGIN_URL takes .*\n$/],
    [
      'a wrong endpoint',
      () => quiet,
      () => login({ AWS_ENDPOINT_URL_SQS: 'sqs' }),
      /^AWS_ENDPOINT_URL_SQS takes .*\n$/,
    ],
    [
      'half a credential',
      () => quiet,
      () => login({ SALESFORCE_CLIENT_SECRET: '' }),
      /^.*set SALESFORCE_CLIENT_SECRET too\n$/,
    ],
    ['no org at all', () => [...quiet, '--org-port', '0'], () => ({}), /^.*needs SALESFORCE_LOGIN_URL\n$/],
    [
      'a refused credential',
      () => quiet,
      () => login({ SALESFORCE_CLIENT_SECRET: 'wrong' }),
      /^the org at \S+ refused the sign-in \(invalid_client\): check .*\n$/,
    ],
    [
      'an org that cannot be reached',
      () => quiet,
      () => login({ SALESFORCE_LOGIN_URL: `http://127.0.0.1:${freePort}` }),
      /^no org answers at \S+: check SALESFORCE_LOGIN_URL\n$/,
    ],
    [
      'tables that cannot be reached',
      () => quiet,
      () => login({ AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${freePort}` }),
      /^.*AWS_ENDPOINT_URL_DYNAMODB.*\n$/,
    ],
    [
      'queues that cannot be reached',
      () => quiet,
      () => login({ AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${freePort}` }),
      /^.*AWS_ENDPOINT_URL_SQS.*\n$/,
    ],
    ['a folder that is a file', () => [...quiet, '--data', import.meta.filename], login, /^.*--data.*\n$/],
  ];
  test.concurrent.each(mistakes)('%s is one clear line and exit code 2', async (_what, args, environment, line) => {
    const program = run('sandbox', args(), environment());
    const ending = await program.ended();
    expect(ending.stderr).toMatch(line);
    expect(ending).toMatchObject({ code: 2, leftFiles: [] });
    await gone([program.pid]);
  });
});

describe('the org alone', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('says where it is, and %s ends it', async (signal) => {
    const program = run('org', ['--port', '0', '--seed-records', '3']);
    const [, url = ''] = await program.told(/Simulated Salesforce org at (\S+)/);
    expect((await fetch(`${url}/_org/stats`)).status).toBe(200);
    expect(await program.end(signal)).toMatchObject({ code: 0, stderr: '', leftFiles: [] });
  });

  test.each([
    ['a taken port', () => ['--port', String(takenPort)], /^Port \d+ is taken.*\n$/],
    ['a wrong number', () => ['--port', 'x'], /^--port must be a whole number .*\n$/],
    ['an unknown option', () => ['--prot', '1'], /^Unknown option '--prot'.*\n$/],
    ['an argument too many', () => ['now'], /^Unexpected argument 'now'.*\n$/],
  ])('%s is one clear line and exit code 2', async (_what, args, line) => {
    const ending = await run('org', args()).ended();
    expect(ending.stderr).toMatch(line);
    expect(ending.code).toBe(2);
  });
});
