import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConsole } from '../../lib/operator/build-console.ts';
import { contentSecurityPolicy, staticFile } from '../../lib/operator/static-files.ts';
import { openBrowser, openPage, whyNoBrowser } from './browser.ts';

const LIMIT = { timeout: 300_000 };
const AUDIENCE = 'https://lockstep.example/api';
const SCOPE = 'openid lockstep/read lockstep/write';

const browser: Browser | undefined = await openBrowser();

/** The claims of the tokens that the API was sent. */
const claims: Record<string, unknown>[] = [];
let site: Server;
let provider: Server;
let folder: string;

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  if (browser === undefined) return;
  folder = await buildConsole();
  site = await listening(createServer((request, response) => void answer(request, response)));
  provider = await listening(createServer());
  const oidc = new Provider(urlOf(provider), {
    clients: [
      {
        client_id: 'console',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${urlOf(site)}/`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    scopes: SCOPE.split(' '),
    clientBasedCORS: (_context, origin) => origin === urlOf(site),
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'lockstep/read lockstep/write',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
        }),
      },
    },
  });
  const serve = oidc.callback();
  provider.on('request', (request, response) => void serve(request, response));
}, 300_000);

afterAll(async () => {
  await browser?.close();
  site?.closeAllConnections();
  site?.close();
  provider?.closeAllConnections();
  provider?.close();
});

/** The page with a strict policy, its settings, and an API that wants a token. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', urlOf(site)).pathname;
  const issuer = urlOf(provider);
  const json = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (path === '/console.json') {
    const signIn = { issuer, clientId: 'console', scope: SCOPE, resource: AUDIENCE };
    return json(200, { apiUrl: '', place: 'hosted', refreshSeconds: 60, signIn });
  }
  if (path === '/sync/cycles') {
    const [, payload] = (request.headers.authorization ?? '').replace('Bearer ', '').split('.');
    if (payload === undefined) return json(401, { message: 'Unauthorized' });
    claims.push(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>);
    return json(200, { cycles: [], cursor: null });
  }
  const file = await staticFile(folder, path);
  if (file === undefined) return json(404, { message: 'Not Found' });
  const policy = { 'content-security-policy': contentSecurityPolicy([issuer]) };
  response.writeHead(200, { ...file.headers, ...policy }).end(file.body);
}

if (browser === undefined) test.todo(whyNoBrowser());

describe.skipIf(browser === undefined)('a console that asks for a sign-in', LIMIT, () => {
  test('leaves to the provider, comes back to the same place with a token, and sends it with each call', async () => {
    if (browser === undefined) return;
    const opened = await openPage(browser);
    const { page, complaints } = opened;
    const asked: URL[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(`${urlOf(provider)}/auth`)) asked.push(new URL(request.url()));
    });
    await page.goto(`${urlOf(site)}/#/cycles`);
    await page.locator('input[name=login]').fill('ada');
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Cycles', level: 1 }).waitFor();
    await page.getByText('No cycle has ended yet.').waitFor();

    expect(asked[0]?.searchParams.get('code_challenge_method')).toBe('S256');
    expect(asked[0]?.searchParams.get('response_type')).toBe('code');
    expect(claims[0]).toMatchObject({ iss: urlOf(provider), aud: AUDIENCE, sub: 'ada' });
    expect(String(claims[0]?.scope).split(' ').sort()).toEqual(['lockstep/read', 'lockstep/write']);
    // The code is not left in the address, where a reload would use it twice.
    expect(page.url()).toBe(`${urlOf(site)}/#/cycles`);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);

    await page.reload();
    await page.getByText('No cycle has ended yet.').waitFor();
    expect(complaints).toEqual([]);
    await opened.close();
  });
});
