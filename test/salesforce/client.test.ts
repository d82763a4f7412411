import { createVerify, generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { API_VERSION, createSalesforceClient } from '../../lib/salesforce/client.ts';
import { isWrite, type Subrequest } from '../../lib/salesforce/subrequest.ts';
import {
  clientOf,
  compositeAnswer,
  errorAnswer,
  failureOf,
  htmlAnswer,
  SECRET,
  type Stub,
  type StubAnswer,
  startStub,
  subrequestsOf,
  TOKEN,
  tokenAnswer,
  withHeaders,
} from './stub-salesforce.ts';

const READ: readonly Subrequest[] = [{ method: 'GET', path: '/limits' }];
const expired = errorAnswer(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
const fine = compositeAnswer({});

const open: Stub[] = [];
const start = async (...args: Parameters<typeof startStub>): Promise<Stub> => {
  const stub = await startStub(...args);
  open.push(stub);
  return stub;
};

afterEach(async () => {
  vi.useRealTimers();
  for (const stub of open.splice(0)) await stub.close();
});

test('signs in with client credentials, once for many calls at the same time', async () => {
  const stub = await start(() => fine);
  const client = clientOf(stub.url);
  await Promise.all([1, 2, 3, 4, 5].map(() => client.composite(READ, false)));
  expect(stub.logins).toHaveLength(1);
  expect(Object.fromEntries(new URLSearchParams(stub.logins[0]?.body))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'lockstep',
    client_secret: SECRET,
  });
  expect(stub.requests).toHaveLength(5);
  expect(stub.requests[0]).toMatchObject({
    method: 'POST',
    path: `/services/data/v${API_VERSION}/composite`,
    headers: { authorization: `Bearer ${TOKEN}-1`, 'sforce-call-options': 'client=lockstep' },
  });
  expect(stub.requests[0]?.headers['accept-encoding']).toContain('gzip');
});

test('signs in with a signed assertion', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const stub = await start(() => fine);
  const credentials = { loginUrl: `${stub.url}/`, clientId: 'app', username: 'sync@example.com', privateKey: pem };
  await clientOf(stub.url, { credentials }).composite(READ, false);
  const form = new URLSearchParams(stub.logins[0]?.body);
  expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  expect(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true);
  const claimed: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
  expect(claimed).toMatchObject({ iss: 'app', sub: 'sync@example.com', aud: stub.url });
});

test('a key that cannot sign is told without quoting it', async () => {
  const stub = await start(() => fine);
  const credentials = { loginUrl: stub.url, clientId: 'app', username: 'u', privateKey: SECRET };
  const error = await failureOf(clientOf(stub.url, { credentials }).composite(READ, false));
  expect(error.name).toBe('ConfigError');
  expect(error.cause).toBeUndefined();
  expect(error.message).not.toContain(SECRET);
});

test('asks for subrequests in order, each with its headers, and answers in their order', async () => {
  const stub = await start(() =>
    compositeAnswer({ status: 304, headers: { 'Last-Modified': 'x' } }, { body: { a: 1 } }),
  );
  const { answers } = await clientOf(stub.url).composite(
    [
      { method: 'GET', path: '/sobjects/Lead/describe', headers: { 'If-Modified-Since': 'y' } },
      { method: 'POST', path: '/composite/sobjects/Lead', body: { ids: [] } },
    ],
    false,
  );
  expect(JSON.parse(stub.requests[0]?.body ?? '')).toMatchObject({ allOrNone: false, collateSubrequests: false });
  expect(subrequestsOf(stub.requests[0])).toEqual([
    {
      method: 'GET',
      url: `/services/data/v${API_VERSION}/sobjects/Lead/describe`,
      referenceId: 's0',
      httpHeaders: { 'If-Modified-Since': 'y' },
    },
    {
      method: 'POST',
      url: `/services/data/v${API_VERSION}/composite/sobjects/Lead`,
      referenceId: 's1',
      body: { ids: [] },
    },
  ]);
  expect(answers).toEqual([
    { status: 304, headers: { 'last-modified': 'x' }, body: null },
    { status: 200, headers: {}, body: { a: 1 } },
  ]);
});

test('an expired session is renewed once for all calls under way, and each is sent again', async () => {
  const stub = await start((request) => (request.headers.authorization === `Bearer ${TOKEN}-1` ? expired : fine));
  const client = clientOf(stub.url);
  await Promise.all([1, 2, 3].map(() => client.composite(READ, true)));
  await client.composite(READ, true);
  expect(stub.logins).toHaveLength(2);
  expect(stub.requests).toHaveLength(7);
});

test('a session refused twice is for a human to mend', async () => {
  const stub = await start(() => expired);
  const error = await failureOf(clientOf(stub.url).composite(READ, true));
  expect(error.name).toBe('ConfigError');
  expect(error.message).toContain('INVALID_SESSION_ID');
  expect(stub.requests).toHaveLength(2);
  expect(stub.logins).toHaveLength(2);
});

test.each<[string, StubAnswer, string]>([
  [
    'a wrong secret',
    { status: 400, body: { error: 'invalid_client', error_description: 'invalid client' } },
    'ConfigError',
  ],
  [
    'too many logins',
    { status: 400, body: { error: 'invalid_grant', error_description: 'login rate exceeded' } },
    'TransientError',
  ],
  ['a login page in trouble', htmlAnswer(503), 'TransientError'],
  ['a wrong address', htmlAnswer(404), 'ConfigError'],
  ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example' } }, 'ConfigError'],
  ['a broken connection', 'drop', 'TransientError'],
])('signing in with %s', async (_, answer, name) => {
  const stub = await start(
    () => fine,
    () => answer,
  );
  const error = await failureOf(clientOf(stub.url).composite(READ, true));
  expect(error.name).toBe(name);
  expect(error).not.toMatchObject({ mayHaveCommitted: true });
  expect(stub.requests).toHaveLength(0);
});

test('a failed login is not remembered', async () => {
  const stub = await start(
    () => fine,
    (_, login) => (login === 1 ? htmlAnswer(503) : tokenAnswer(TOKEN)),
  );
  const client = clientOf(stub.url);
  await failureOf(client.composite(READ, false));
  expect((await client.composite(READ, false)).answers).toHaveLength(1);
});

test.each<[string, StubAnswer, object]>([
  [
    'the daily limit',
    errorAnswer(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
    { name: 'QuotaExceededError' },
  ],
  ['an outage', errorAnswer(503, 'SERVER_UNAVAILABLE'), { name: 'TransientError', mayHaveCommitted: false }],
  ['an HTML page', htmlAnswer(502), { name: 'TransientError', code: 'ERROR_HTTP_502', mayHaveCommitted: true }],
  [
    'an HTML page with status 200',
    htmlAnswer(200),
    { name: 'TransientError', code: 'UNEXPECTED_ANSWER', mayHaveCommitted: true },
  ],
  ['an answer of another form', { status: 200, body: {} }, { name: 'TransientError', mayHaveCommitted: true }],
  ['a connection broken before the answer', 'drop', { name: 'TransientError', mayHaveCommitted: true }],
  ['a connection broken within the answer', 'break', { name: 'TransientError', mayHaveCommitted: true }],
  ['an unknown refusal', errorAnswer(400, 'SOMETHING_NEW'), { name: 'ConfigError' }],
])('a write that meets %s is sent once and told as such', async (_, answer, expected) => {
  const stub = await start(() => answer);
  expect(await failureOf(clientOf(stub.url).composite(READ, true))).toMatchObject(expected);
  expect(stub.requests).toHaveLength(1);
});

test('a call without an answer is given up, and a write among it may stand', async () => {
  const stub = await start(() => 'hang');
  const client = clientOf(stub.url, { timeoutMs: 700 });
  expect(await failureOf(client.composite(READ, true))).toMatchObject({ code: 'TIMEOUT', mayHaveCommitted: true });
  expect(await failureOf(client.composite(READ, false))).toMatchObject({ code: 'TIMEOUT', mayHaveCommitted: false });
});

test('a server that is not there was never written to', async () => {
  const gone = await start(() => fine);
  await gone.close();
  const stub = await start(
    () => fine,
    () => ({ status: 200, body: { access_token: TOKEN, instance_url: gone.url } }),
  );
  const error = await failureOf(clientOf(stub.url).composite(READ, true));
  expect(error).toMatchObject({ code: 'ECONNREFUSED', mayHaveCommitted: false });
});

test('no error tells the secret or the token', async () => {
  const answers: StubAnswer[] = [expired, htmlAnswer(500), errorAnswer(400, 'SOMETHING_NEW'), 'drop', 'hang'];
  for (const answer of answers) {
    const stub = await start(() => answer);
    const error = await failureOf(clientOf(stub.url, { timeoutMs: 100 }).composite(READ, true));
    const told = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join();
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(TOKEN);
  }
});

test('background calls leave the reserve alone, others do not', async () => {
  const stub = await start((_, call) =>
    withHeaders(fine, { 'sforce-limit-info': `api-usage=${call === 1 ? 79 : 80}/100` }),
  );
  const background = clientOf(stub.url, { reserve: 0.2 });
  const atOnce = clientOf(stub.url, { reserve: 0 });
  await background.composite(READ, false);
  await background.composite(READ, false);
  expect(await failureOf(background.composite(READ, false))).toMatchObject({ name: 'QuotaExceededError' });
  expect(background.usage()).toEqual({ calls: 2, org: { used: 80, max: 100 } });
  await atOnce.composite(READ, false);
  await atOnce.composite(READ, false);
  expect(stub.requests).toHaveLength(4);
});

test('an answer that is read as it comes in tells the org’s use, too', async () => {
  const stub = await start(() => withHeaders(fine, { 'sforce-limit-info': 'api-usage=81/100' }));
  const background = clientOf(stub.url, { reserve: 0.2 });
  await background.stream({ method: 'GET', path: '/jobs/query/1/results' });
  expect(background.usage().org).toEqual({ used: 81, max: 100 });
  expect(await failureOf(background.composite(READ, false))).toMatchObject({ name: 'QuotaExceededError' });
});

test('a reserve that was short ten minutes ago is asked after again', async () => {
  const stub = await start(() => withHeaders(fine, { 'sforce-limit-info': 'api-usage=90/100' }));
  const client = clientOf(stub.url, { reserve: 0.2 });
  vi.useFakeTimers({ toFake: ['Date'] });
  await client.composite(READ, false);
  vi.setSystemTime(Date.now() + 9 * 60_000);
  expect(await failureOf(client.composite(READ, false))).toMatchObject({ name: 'QuotaExceededError' });
  vi.setSystemTime(Date.now() + 2 * 60_000);
  await client.composite(READ, false);
  expect(stub.requests).toHaveLength(2);
});

test('nothing is sent again when the time of a call is over', async () => {
  const stub = await start(
    () => expired,
    (_, login) => (login === 1 ? tokenAnswer(TOKEN) : 'hang'),
  );
  const client = clientOf(stub.url, { timeoutMs: 700 });
  expect(await failureOf(client.composite(READ, true))).toMatchObject({ code: 'TIMEOUT', mayHaveCommitted: false });
  expect(stub.requests).toHaveLength(1);
});

test("the time of Salesforce's clock that a call began at is never too late", async () => {
  const date = 'Sat, 21 Nov 2026 10:00:05 GMT';
  const stub = await start(() => withHeaders(fine, { date }));
  const client = clientOf(stub.url);
  const { beganAt } = await client.composite(READ, false);
  expect(beganAt).toBe(Date.parse(date) - 1000);
  expect(Math.abs((await client.now()) - Date.parse(date))).toBeLessThan(60_000);
});

test('one by one, a refusal is an answer too, and a loss after the write says that it may stand', async () => {
  const answers: StubAnswer[] = [{ status: 200, body: [] }, errorAnswer(400, 'INVALID_FIELD'), 'drop'];
  const stub = await start((_, call) => answers[call - 1] ?? 'drop');
  const client = clientOf(stub.url);
  const read: Subrequest = { method: 'GET', path: '/a' };
  const write: Subrequest = { method: 'PATCH', path: '/b', body: {} };
  expect(await client.oneByOne([read, write])).toMatchObject([
    { status: 200, body: [] },
    { status: 400, body: { errorCode: 'INVALID_FIELD' } },
  ]);
  expect(await failureOf(client.oneByOne([write, read]))).toMatchObject({ mayHaveCommitted: true });
  expect(await failureOf(client.oneByOne([read]))).toMatchObject({ mayHaveCommitted: false });
  expect(client.usage().calls).toBe(4);
});

test('a limit or a lost session after a write, one by one, leaves open whether it stands', async () => {
  const steps: Subrequest[] = [
    { method: 'PATCH', path: '/b', body: {} },
    { method: 'GET', path: '/a' },
  ];
  const spent = await start(() => ({ status: 204, headers: { 'sforce-limit-info': 'api-usage=90/100' } }));
  const background = clientOf(spent.url, { reserve: 0.2 });
  expect(await failureOf(background.oneByOne(steps))).toMatchObject({ name: 'TransientError', mayHaveCommitted: true });
  expect(await failureOf(background.oneByOne(steps))).toMatchObject({ name: 'QuotaExceededError' });
  const ended = await start((_, call) => (call === 1 ? { status: 204 } : expired));
  expect(await failureOf(clientOf(ended.url).oneByOne(steps))).toMatchObject({ mayHaveCommitted: true });
});

test('a login URL that is none is told at once', () => {
  expect(() =>
    createSalesforceClient({
      credentials: { loginUrl: 'my-domain', clientId: 'a', clientSecret: SECRET },
      timeoutMs: 1,
      reserve: 0,
    }),
  ).toThrow(expect.objectContaining({ name: 'ConfigError', message: 'The Salesforce loginUrl is not a URL' }));
});

test('what creates many records at once is a write, and what reads many is none', () => {
  expect(isWrite({ method: 'POST', path: '/composite/sobjects' })).toBe(true);
  expect(isWrite({ method: 'POST', path: '/sobjects/Lead' })).toBe(true);
  expect(isWrite({ method: 'POST', path: '/composite/sobjects/Lead' })).toBe(false);
});
