import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_ROUTES, API_SCOPES, type ApiScope, ROUTE_KEYS } from '../../lib/lambda/api/routes.ts';
import { synthesised } from '../cdk/synthesised.ts';
import type { Assembly, Template } from '../sandbox/runtime/assembly.ts';
import { createDeployment } from '../sandbox/runtime/deployment.ts';
import { type HttpApi, openHttpApi } from '../sandbox/runtime/http-api.ts';
import { routesOf } from '../sandbox/runtime/http-routes.ts';

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

const ISSUER = 'https://login.example.com';
const AUDIENCE = 'https://lockstep.example/api';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEYS = [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'one' }];

let api: HttpApi;
const events: { readonly requestContext?: { readonly authorizer?: unknown } }[] = [];

/** The product's own template with a JWT authorizer, behind functions that only say that they were reached. */
beforeAll(async () => {
  const { stateless } = synthesised({ auth: { jwt: { issuer: ISSUER, audience: [AUDIENCE] } } });
  const template = stateless.toJSON() as Template;
  const assembly: Assembly = { directory: '', stacks: [{ name: 'Sync', template }], assets: new Map() };
  const routes = routesOf(createDeployment(assembly, 'us-east-1'));
  api = await openHttpApi(0);
  api.serve({
    identity: { apiId: 'local', region: 'us-east-1', stage: '$default' },
    routes,
    keysOf: async (issuer) => (issuer === ISSUER ? KEYS : []),
    invoke: async (_, event) => {
      events.push(event as (typeof events)[number]);
      return { outcome: 'success', payload: JSON.stringify({ statusCode: 204 }) } as never;
    },
  });
});
afterAll(() => api.close());

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1000);

function token(
  over: object = {},
  { head = {}, key = rsa.privateKey }: { head?: object; key?: typeof rsa.privateKey } = {},
) {
  const claims = { iss: ISSUER, aud: AUDIENCE, exp: seconds() + 600, iat: seconds() - 1, scope: 'lockstep/read' };
  const signed = `${encoded({ alg: 'RS256', kid: 'one', ...head })}.${encoded({ ...claims, ...over })}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

async function call(routeKey: string, authorization?: string): Promise<number> {
  const [method = '', path = ''] = routeKey.split(' ');
  const headers = authorization === undefined ? {} : { authorization };
  const response = await fetch(api.url + path.replaceAll(/\{\w+\}/g, 'x'), { method, headers });
  await response.arrayBuffer();
  return response.status;
}

describe('a route of the API', () => {
  test.each(ROUTE_KEYS)('%s takes its scope, and neither another nor none', async (key) => {
    const { scope: needed } = API_ROUTES[key];
    const others = (Object.keys(API_SCOPES) as ApiScope[]).filter((scope) => scope !== needed);
    expect(await call(key, `Bearer ${token({ scope: `openid ${needed}` })}`)).toBe(204);
    expect(await call(key, token({ scope: undefined, scp: ['openid', needed] }))).toBe(204);
    for (const scope of [others.join(' '), 'openid', `${needed}2`]) {
      expect([scope, await call(key, `Bearer ${token({ scope })}`)]).toEqual([scope, 403]);
    }
    expect(await call(key, `Bearer ${token({ scope: undefined })}`)).toBe(403);
    expect(await call(key)).toBe(401);
  });

  test('tells its function whose the call is', async () => {
    await call('GET /sync/status', `Bearer ${token({ sub: 'ada' })}`);
    expect(events.at(-1)?.requestContext?.authorizer).toMatchObject({
      jwt: { claims: { sub: 'ada', iss: ISSUER }, scopes: ['lockstep/read'] },
    });
  });

  test('that is not there asks for some scope too', async () => {
    expect(await call('GET /nowhere', `Bearer ${token({ scope: 'lockstep/write' })}`)).toBe(204);
    expect(await call('GET /nowhere', `Bearer ${token({ scope: 'openid' })}`)).toBe(403);
    expect(await call('GET /nowhere')).toBe(401);
  });
});

describe('a token is refused', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['of another issuer', token({ iss: 'https://evil.example.com' })],
    ['for another audience', token({ aud: 'https://other.example' })],
    ['for another audience, whatever its client', token({ aud: 'https://other.example', client_id: AUDIENCE })],
    ['for nobody', token({ aud: undefined })],
    ['that has expired', token({ exp: seconds() - 1 })],
    ['that is not valid yet', token({ nbf: seconds() + 600 })],
    ['that is issued in the future', token({ iat: seconds() + 600 })],
    ['without an end', token({ exp: undefined })],
    ['signed with another key', token({}, { key: other.privateKey })],
    ['of a key that nobody knows', token({}, { head: { kid: 'two' } })],
    ['of no algorithm', token({}, { head: { alg: 'none' } })],
    ['of a shared secret', token({}, { head: { alg: 'HS256' } })],
    ['that was changed', token().replace(/\.[^.]+\./, `.${encoded({ iss: ISSUER, aud: AUDIENCE, exp: 9e9 })}.`)],
    ['that is none', 'abc'],
    ['with too many parts', `${token()}.x`],
  ];

  test.each(wrong)('%s', async (_, given) => expect(await call('GET /sync/status', `Bearer ${given}`)).toBe(401));

  test('and a client stands for an audience where there is none', async () => {
    expect(await call('GET /sync/status', `Bearer ${token({ aud: undefined, client_id: AUDIENCE })}`)).toBe(204);
  });
});
