import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildConsole } from '../../lib/operator/build-console.ts';
import { type ConsoleServer, serveConsole } from '../../lib/operator/console/serve-console.ts';
import { regionOf, signer } from '../../lib/operator/sign-request.ts';

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const heard: Heard[] = [];
const api = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    heard.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    response.writeHead(200, { 'content-type': 'application/json', etag: '"7"' }).end('{"personId":"p-1"}');
  });
});
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
let served: ConsoleServer;
let apiUrl: URL;

beforeAll(async () => {
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  apiUrl = new URL(`http://127.0.0.1:${(api.address() as AddressInfo).port}/`);
  const folder = await buildConsole();
  served = await serveConsole({ folder, apiUrl, place: 'MyStack', sign: signer(credentials, 'eu-west-1'), port: 0 });
});
afterAll(async () => {
  await served.close();
  api.close();
});

/** The signature as its specification has it, apart from the package that the product uses. */
function expectedSignature({ method, url, headers, body }: Heard): string {
  const [, signedHeaders = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const { pathname, searchParams } = new URL(url, apiUrl);
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const canonical = [
    method,
    pathname.split('/').map(encode).join('/'),
    query.join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const at = String(headers['x-amz-date']);
  const scope = `${at.slice(0, 8)}/eu-west-1/execute-api/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n');
  const key = [at.slice(0, 8), 'eu-west-1', 'execute-api', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a call of the page', () => {
  it.each([
    ['GET', 'persons?email=ada%2Bnews%40example.com&limit=50', undefined],
    ['PATCH', 'persons/sf-00Q', '{"fields":{"Title":"Größe"}}'],
    ['POST', 'persons/p-1/sync', undefined],
  ])('%s %s reaches the API with a signature that holds', async (method, place, body) => {
    heard.length = 0;
    const answer = await fetch(served.url + place, { method, ...(body === undefined ? {} : { body }) });
    expect({ status: answer.status, etag: answer.headers.get('etag') }).toEqual({ status: 200, etag: '"7"' });
    const [call] = heard;
    if (call === undefined) throw new Error('the API was not called');
    expect(call).toMatchObject({ method, url: `/${place}`, body: body ?? '' });
    expect(call.headers['x-amz-security-token']).toBe('token');
    expect(call.headers.authorization).toContain(`Signature=${expectedSignature(call)}`);
  });
});

describe('the credentials are for the console alone', () => {
  const request = (headers: Readonly<Record<string, string>>) => fetch(`${served.url}persons/p-1`, { headers });

  it.each([
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['a page whose browser tells its origin only', { origin: 'https://evil.example' }],
    ['a link to a call', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'no-cors' }],
  ])('%s is refused', async (_who, headers) => {
    heard.length = 0;
    expect((await request(headers)).status).toBe(403);
    expect(heard).toEqual([]);
  });

  it('a name that somebody points at this machine is refused', async () => {
    const { request: send } = await import('node:http');
    const status = await new Promise<number>((resolve, reject) => {
      send(`${served.url}persons/p-1`, { headers: { host: 'evil.example' } }, (answer) =>
        resolve(answer.statusCode ?? 0),
      )
        .once('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it('a call that the page does not make is not passed on', async () => {
    heard.length = 0;
    expect((await fetch(`${served.url}persons/p-1`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${served.url}elsewhere`)).status).toBe(404);
    expect(heard).toEqual([]);
  });
});

it('serves the page and where it is', async () => {
  const page = await fetch(served.url);
  expect(await page.text()).toContain('<div id="app">');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await (await fetch(`${served.url}console.json`)).json()).toEqual({
    apiUrl: '',
    place: 'MyStack',
    refreshSeconds: 10,
  });
});

it('an API that does not answer is said in words', async () => {
  const folder = await buildConsole();
  const alone = await serveConsole({
    folder,
    apiUrl: new URL('http://127.0.0.1:9/'),
    place: 'x',
    sign: undefined,
    port: 0,
  });
  const answer = await fetch(`${alone.url}sync/status`);
  expect(answer.status).toBe(502);
  expect(await answer.json()).toEqual({ message: expect.stringContaining('The API did not answer') });
  await alone.close();
});

it('the region stands in the host of an API', () => {
  expect(regionOf(new URL('https://abc.execute-api.eu-west-1.amazonaws.com/'))).toBe('eu-west-1');
  expect(regionOf(new URL('https://api.example.com/'))).toBeUndefined();
});
