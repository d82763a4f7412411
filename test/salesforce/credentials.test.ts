import { afterEach, expect, test } from 'vitest';
import { createSalesforceClient, type SalesforceClient } from '../../lib/salesforce/client.ts';
import { createConnectingClient } from '../../lib/salesforce/connecting-client.ts';
import type { Subrequest } from '../../lib/salesforce/subrequest.ts';
import { ConfigError } from '../../lib/sync/errors.ts';
import {
  clientOf,
  compositeAnswer,
  failureOf,
  SECRET,
  type Stub,
  type StubAnswer,
  startStub,
  TOKEN,
  tokenAnswer,
} from './stub-salesforce.ts';

const READ: readonly Subrequest[] = [{ method: 'GET', path: '/limits' }];
const fine = compositeAnswer({});
const refused: StubAnswer = {
  status: 400,
  body: { error: 'invalid_client', error_description: 'invalid client credentials' },
};

const open: Stub[] = [];
const start = async (...args: Parameters<typeof startStub>): Promise<Stub> => {
  const stub = await startStub(...args);
  open.push(stub);
  return stub;
};

afterEach(async () => {
  for (const stub of open.splice(0)) await stub.close();
});

test('no token is sent to a site that is neither Salesforce’s nor the login’s own', async () => {
  const elsewhere = await start(() => fine);
  const stub = await start(
    () => fine,
    () => ({
      status: 200,
      body: { access_token: TOKEN, instance_url: elsewhere.url.replace('127.0.0.1', 'localhost') },
    }),
  );
  const error = await failureOf(clientOf(stub.url).composite(READ, false));
  expect(error.name).toBe('ConfigError');
  expect(error.message).not.toContain(TOKEN);
  expect(elsewhere.requests).toHaveLength(0);
});

test('no secret is sent over a network without https', () => {
  const credentials = { loginUrl: 'http://acme.my.salesforce.com', clientId: 'x', clientSecret: SECRET };
  expect(() => createSalesforceClient({ credentials, timeoutMs: 1000, reserve: 0 })).toThrow(ConfigError);
});

test('credentials that Salesforce refuses are read once more: a rotated secret is in use at once', async () => {
  const secrets: (string | null)[] = [];
  const stub = await start(
    () => fine,
    ({ body }) => {
      secrets.push(new URLSearchParams(body).get('client_secret'));
      return secrets.at(-1) === 'rotated' ? tokenAnswer(TOKEN) : refused;
    },
  );
  const renewed = { loginUrl: stub.url, clientId: 'lockstep', clientSecret: 'rotated' };
  const client = clientOf(stub.url, { renewCredentials: async () => renewed });
  expect((await client.composite(READ, false)).answers).toHaveLength(1);
  expect(secrets).toEqual([SECRET, 'rotated']);
});

test('credentials that were not changed are refused once', async () => {
  const stub = await start(
    () => fine,
    () => refused,
  );
  const credentials = { loginUrl: stub.url, clientId: 'lockstep', clientSecret: SECRET };
  const client = clientOf(stub.url, { credentials, renewCredentials: async () => credentials });
  expect((await failureOf(client.composite(READ, false))).message).toContain('invalid client credentials');
  expect(stub.logins).toHaveLength(1);
});

test('an org that is not admitted is asked nothing', async () => {
  const stub = await start(
    () => fine,
    () => tokenAnswer('00D50000000IZ3Z!secret'),
  );
  const seen: string[] = [];
  const client = clientOf(stub.url, {
    admit: async (organization) => {
      seen.push(organization);
      throw new ConfigError('another org');
    },
  });
  expect((await failureOf(client.composite(READ, true))).message).toBe('another org');
  expect((await failureOf(client.now())).message).toBe('another org');
  expect(seen).toEqual(['00D50000000IZ3ZEAW', '00D50000000IZ3ZEAW']);
  expect(stub.requests).toHaveLength(0);
});

test('a client that cannot connect fails with the call, and connects when it can', async () => {
  const stub = await start(() => fine);
  let connect = (): SalesforceClient => {
    throw new ConfigError('there is no secret');
  };
  const client = createConnectingClient(async () => connect());
  expect(client.usage()).toEqual({ calls: 0, org: null });
  expect((await failureOf(client.composite(READ, false))).message).toBe('there is no secret');
  const [first, second] = [clientOf(stub.url), clientOf(stub.url)];
  connect = () => first;
  await client.composite(READ, false);
  connect = () => second;
  await client.composite(READ, false);
  expect(client.usage().calls).toBe(2);
});
