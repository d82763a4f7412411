import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConfigError, TransientError } from '../../lib/sync/errors.ts';

const CREDENTIALS = { loginUrl: 'https://example.my.salesforce.com', clientId: 'id', clientSecret: 'canary-secret' };
const QUARTER_MS = 15 * 60_000;

let server: Server;
let answer: { status: number; body: unknown };
let asked = 0;
let salesforceCredentials: (secretName: string) => Promise<unknown>;
let renewedCredentials: (secretName: string) => Promise<unknown>;

beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    request.resume().on('end', () => response.writeHead(answer.status).end(JSON.stringify(answer.body)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  vi.useFakeTimers({ toFake: ['Date'] });
  // What a function keeps while it is warm begins anew.
  vi.resetModules();
  ({ salesforceCredentials, renewedCredentials } = await import('../../lib/lambda/salesforce-secret.ts'));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const holding = (secret: unknown) => ({ status: 200, body: { SecretString: secret } });
const refusing = (status: number, type: string) => ({ status, body: { __type: type, message: 'canary-secret' } });

test('the credentials are read once in a quarter of an hour, and are the same object while they are the same', async () => {
  answer = holding(JSON.stringify(CREDENTIALS));
  const first = await salesforceCredentials('name');
  expect(first).toEqual(CREDENTIALS);
  expect(await salesforceCredentials('name')).toBe(first);
  expect(asked).toBe(1);
  vi.setSystemTime(Date.now() + QUARTER_MS);
  expect(await salesforceCredentials('name')).toBe(first);
  expect(asked).toBe(2);
});

test('changed credentials are in use after a quarter of an hour', async () => {
  answer = holding(JSON.stringify(CREDENTIALS));
  await salesforceCredentials('name');
  const changed = { loginUrl: CREDENTIALS.loginUrl, clientId: 'id', privateKey: 'key', username: 'ada' };
  answer = holding(JSON.stringify(changed));
  vi.setSystemTime(Date.now() + QUARTER_MS);
  expect(await salesforceCredentials('name')).toEqual(changed);
});

test('credentials that were refused are read at once, and are the same object where they are the same', async () => {
  answer = holding(JSON.stringify(CREDENTIALS));
  const first = await salesforceCredentials('name');
  expect(await renewedCredentials('name')).toBe(first);
  answer = holding(JSON.stringify({ ...CREDENTIALS, clientSecret: 'rotated' }));
  const renewed = await renewedCredentials('name');
  expect(renewed).toMatchObject({ clientSecret: 'rotated' });
  expect(await salesforceCredentials('name')).toBe(renewed);
  expect(asked).toBe(3);
});

test('a login URL without https is refused, but on this machine', async () => {
  answer = holding(JSON.stringify({ ...CREDENTIALS, loginUrl: 'http://example.my.salesforce.com' }));
  await expect(salesforceCredentials('name')).rejects.toThrow('loginUrl has to begin with https://');
  answer = holding(JSON.stringify({ ...CREDENTIALS, loginUrl: 'http://127.0.0.1:4501' }));
  expect(await salesforceCredentials('name')).toMatchObject({ loginUrl: 'http://127.0.0.1:4501' });
});

test.each(['', 'canary-secret', '{"clientSecret":"canary-secret"}', '{"loginUrl":"canary-secret","clientId":"x"}'])(
  'a secret of %j is told to be unfit, and not quoted',
  async (secret) => {
    answer = holding(secret);
    const error = await salesforceCredentials('name').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: ConfigError.name, message: expect.stringMatching(/^secret name needs JSON/) });
    expect((error as Error).message).not.toContain('canary-secret');
  },
);

test.each([
  [400, 'ResourceNotFoundException', ConfigError.name, 'secret name does not exist'],
  [400, 'AccessDeniedException', ConfigError.name, 'secret name may not be read'],
  [500, 'InternalServiceError', TransientError.name, 'could not be read'],
])('%d %s is a %s', async (status, type, name, message) => {
  answer = refusing(status, type);
  const error = await salesforceCredentials('name').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
});
