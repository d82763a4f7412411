import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import { control, ROOT } from './org-client.ts';

async function tokenFrom(url: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'lockstep',
    client_secret: 'lockstep',
  });
  const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body });
  const { access_token: token, instance_url: instance } = (await answer.json()) as Record<string, string>;
  expect(instance).toBe(url);
  return token ?? '';
}

const A_VALUE = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')";

describe('the org over HTTP', () => {
  let org: Org;
  let url: string;
  let headers: Record<string, string>;

  beforeEach(async () => {
    org = createOrg();
    url = await org.listen(0);
    headers = { authorization: `Bearer ${await tokenFrom(url)}`, 'content-type': 'application/json' };
  });

  afterEach(() => org.close());

  it('tells its own time in the Date header', async () => {
    control(org, 'POST clock', { advanceSeconds: 86_400 });
    headers = { authorization: `Bearer ${await tokenFrom(url)}` };
    const answer = await fetch(`${url}${ROOT}/limits`, { headers });
    const ahead = Date.parse(answer.headers.get('date') ?? '') - Date.now();
    expect(ahead).toBeGreaterThan(86_000_000);
    expect(answer.headers.get('sforce-limit-info')).toBe('api-usage=1/5000000');
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_compression.htm */
  it('compresses answers for who accepts it, and reads compressed requests', async () => {
    control(org, 'POST seed', { leads: 100 });
    const path = `${url}${ROOT}/query?q=SELECT+Id,Name+FROM+Lead`;
    const zipped = await fetch(path, { headers: { ...headers, 'accept-encoding': 'gzip' } });
    const plain = await fetch(path, { headers: { ...headers, 'accept-encoding': 'identity' } });
    expect([zipped, plain].map((answer) => answer.headers.get('content-encoding'))).toEqual(['gzip', null]);
    expect(await zipped.json()).toEqual(await plain.json());
    const body = gzipSync(JSON.stringify({ LastName: 'L', Company: 'C' }));
    const posted = await fetch(`${url}${ROOT}/sobjects/Lead`, {
      method: 'POST',
      headers: { ...headers, 'content-encoding': 'gzip' },
      body,
    });
    expect(posted.status).toBe(201);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
  it('answers JSON that is none with JSON_PARSER_ERROR', async () => {
    const answer = await fetch(`${url}${ROOT}/sobjects/Lead`, { method: 'POST', headers, body: '{"LastName":' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject([{ errorCode: 'JSON_PARSER_ERROR' }]);
  });

  // Public answers: https://salesforce.stackexchange.com/questions/137599, https://github.com/jetstreamapp/jetstream/issues/538
  it.each([
    ['request%5Baccount', `Unexpected character ('r' (code 114)): ${A_VALUE} at [line:1, column:2]`],
    [
      '{"A":1,\n  }',
      "Unexpected character ('}' (code 125)): was expecting double-quote to start field name at [line:2, column:4]",
    ],
    [
      '{"LastName" j',
      "Unexpected character ('j' (code 106)): was expecting a colon to separate field name and value at [line:1, column:14]",
    ],
    [
      '{"A":108N}',
      "Unexpected character ('N' (code 78)): was expecting comma to separate OBJECT entries at [line:1, column:10]",
    ],
    [
      '--1',
      "Unexpected character ('-' (code 45)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value at [line:1, column:3]",
    ],
    [
      '[1 2]',
      "Unexpected character ('2' (code 50)): was expecting comma to separate ARRAY entries at [line:1, column:5]",
    ],
    ['{"A":', 'Unexpected end-of-input within/between OBJECT entries at [line:1, column:6]'],
    ['', 'The HTTP entity body is required, but this request has no entity body.'],
  ])('says where a body is no JSON: %s', async (body, message) => {
    const answer = await fetch(`${url}${ROOT}/sobjects/Lead`, { method: 'POST', headers, body });
    expect([answer.status, await answer.json()]).toEqual([400, [{ errorCode: 'JSON_PARSER_ERROR', message }]]);
  });

  // Public answers: https://salesforce.stackexchange.com/questions/54882,
  // https://github.com/forcedotcom/SalesforceMobileSDK-ReactNative/issues/194
  it.each([
    ['/sobjects/Lead', '{"Email":{},"Company":"C"}', 'email from START_OBJECT value {', '[line:1, column:2]'],
    [
      '/sobjects/Lead',
      '{\n "LastName": "L",\n "DoNotCall": 5\n}',
      'boolean from VALUE_NUMBER_INT value 5',
      '[line:2, column:17]',
    ],
    [
      '/composite/sobjects',
      '{"records": [{"attributes": {"type": "Lead"}, "LastName": "a, {\\"b"}, {"attributes": {"type": "Lead"}, "AnnualRevenue": "much"}]}',
      'currency from VALUE_STRING value much',
      '[line:1, column:102]',
    ],
  ])('says where a value of the wrong type stands in the body of %s: %s', async (path, body, value, place) => {
    const answer = await fetch(`${url}${ROOT}${path}`, { method: 'POST', headers, body });
    const message = `Cannot deserialize instance of ${value} or request may be missing a required field at ${place}`;
    expect([answer.status, await answer.json()]).toEqual([400, [{ errorCode: 'JSON_PARSER_ERROR', message }]]);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
  it('takes JSON that says so only', async () => {
    const headersOfText = { ...headers, 'content-type': 'text/plain' };
    const request = { method: 'POST', headers: headersOfText, body: '{"LastName":"L","Company":"C"}' };
    const answer = await fetch(`${url}${ROOT}/sobjects/Lead`, request);
    expect([answer.status, await answer.json()]).toEqual([
      415,
      [
        {
          errorCode: 'UNSUPPORTED_MEDIA_TYPE',
          message: 'Content-Type header specified in HTTP request is not supported: text/plain',
        },
      ],
    ]);
  });

  it('collapses doubled slashes in paths', async () => {
    expect((await fetch(`${url}//services/data//v62.0/limits`, { headers })).status).toBe(200);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_patch.htm */
  it('sends nothing with 204', async () => {
    const created = await fetch(`${url}${ROOT}/sobjects/Lead`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ LastName: 'L', Company: 'C' }),
    });
    const { id } = (await created.json()) as { id: string };
    const answer = await fetch(`${url}${ROOT}/sobjects/Lead/${id}`, {
      method: 'PATCH',
      headers,
      body: '{"Title":"X"}',
    });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  it.each(['dropConnection', 'timeoutBefore', 'timeoutAfterCommit'])('breaks the connection for %s', async (kind) => {
    control(org, 'POST faults', { kind, times: 1, milliseconds: 20 });
    const read = fetch(`${url}${ROOT}/limits`, { headers }).then((answer) => answer.text());
    await expect(read).rejects.toThrow();
    expect((await fetch(`${url}${ROOT}/limits`, { headers })).status).toBe(200);
  });

  it('answers late for slow, and other requests meanwhile', async () => {
    control(org, 'POST faults', { kind: 'slow', times: 1, milliseconds: 300 });
    const order: string[] = [];
    const slow = fetch(`${url}${ROOT}/limits`, { headers }).then(() => order.push('slow'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await fetch(`${url}${ROOT}/limits`, { headers }).then(() => order.push('quick'));
    await slow;
    expect(order).toEqual(['quick', 'slow']);
  });

  it('is driven by /_org calls', async () => {
    const answer = await fetch(`${url}/_org/seed`, { method: 'POST', headers, body: '{"leads": 3, "contacts": 2}' });
    expect(await answer.json()).toEqual({ leads: 3, contacts: 2, accounts: 1 });
    const wrong = await fetch(`${url}/_org/seed`, { method: 'POST', headers, body: '{"leads": "many"}' });
    expect(wrong.status).toBe(400);
    const broken = await fetch(`${url}/_org/seed`, { method: 'POST', headers, body: '{' });
    expect(broken.status).toBe(400);
  });
});

const MAIN = fileURLToPath(new URL('../sandbox/org/main.ts', import.meta.url));

interface Run {
  readonly process: ChildProcess;
  readonly output: { out: string; err: string };
}

function start(...options: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => {
    output.out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    output.err += text.toString();
  });
  return { process: child, output };
}

describe('the org as a program', () => {
  it('says where it is and ends at once on SIGTERM', async () => {
    const run = start('--port', '0', '--seed-records', '30');
    if (run.process.stdout) await once(run.process.stdout, 'data');
    const [, url = ''] = /at (http:\S+) \(client id and secret: lockstep, or admin\)\n$/.exec(run.output.out) ?? [];
    const headers = { authorization: `Bearer ${await tokenFrom(url)}` };
    const count = await fetch(`${url}${ROOT}/query?q=SELECT+COUNT()+FROM+Lead`, { headers });
    expect(await count.json()).toMatchObject({ totalSize: 20 });
    run.process.kill('SIGTERM');
    expect(await once(run.process, 'exit')).toEqual([0, null]);
  });

  it.each([
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not "x"'],
    [['--seed-records', '-1'], expect.stringContaining('seed-records')],
    [['--nope'], expect.stringContaining('--nope')],
  ])('ends with code 2 and one line for %j', async (options, line) => {
    const run = start(...options);
    expect(await once(run.process, 'close')).toEqual([2, null]);
    expect(run.output.err.trimEnd()).toEqual(line);
    expect(run.output.err.trimEnd()).not.toContain('\n');
  });

  it('ends with code 2 and one line where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const run = start('--port', String(port));
    expect(await once(run.process, 'close')).toEqual([2, null]);
    expect(run.output.err).toBe(`Port ${port} is taken; choose another with --port\n`);
    other.close();
  });
});
