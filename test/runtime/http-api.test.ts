import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpResponse } from '../sandbox/runtime/http-response.ts';
import { matchRoute } from '../sandbox/runtime/http-routes.ts';
import { type Fixture, startFixture } from './fixtures/start-fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

const call = (path: string, init?: RequestInit) => fetch(`${fixture.runtime.apiUrl}${path}`, init);

async function eventFor(path: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const response = await call(path, init);
  expect(response.status).toBe(200);
  return ((await response.json()) as { event: Record<string, unknown> }).event;
}

async function refused(path: string, init?: RequestInit): Promise<[number, unknown]> {
  const response = await call(path, init);
  return [response.status, await response.json()];
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
describe('the event of payload format 2.0', () => {
  test('a plain request has exactly the fields that it needs', async () => {
    const event = await eventFor('/things', { headers: { 'user-agent': 'tests' } });
    expect(Object.keys(event).sort()).toEqual(
      ['version', 'routeKey', 'rawPath', 'rawQueryString', 'headers', 'requestContext', 'isBase64Encoded'].sort(),
    );
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /things',
      rawPath: '/things',
      rawQueryString: '',
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        routeKey: 'GET /things',
        stage: '$default',
        http: { method: 'GET', path: '/things', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'tests' },
      },
    });
    const { time } = event.requestContext as { time: string };
    expect(time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });

  test('repeated query parameters are joined by commas and decoded; the raw query stays as it came', async () => {
    expect(await eventFor('/things?a=1&b=x%20y&a=2&empty=&bare')).toMatchObject({
      rawQueryString: 'a=1&b=x%20y&a=2&empty=&bare',
      queryStringParameters: { a: '1,2', b: 'x y', empty: '', bare: '' },
    });
  });

  test('header names are in lower case, repeated ones joined by commas, and cookies apart', async () => {
    const sent = request(`${fixture.runtime.apiUrl}/things`, {
      headers: { 'X-Many': ['one', 'two'], 'If-Match': '"7"', Cookie: 'a=1; b=2' },
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    const { event } = JSON.parse(await text(response)) as {
      event: { headers: Record<string, string>; cookies: string[] };
    };
    expect(event.headers).toMatchObject({ 'x-many': 'one,two', 'if-match': '"7"', 'x-forwarded-proto': 'http' });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.cookies).toEqual(['a=1', 'b=2']);
  });

  test.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['text/csv', false],
    ['application/x-www-form-urlencoded', true],
    ['application/problem+json', true],
    ['application/octet-stream', true],
  ])('a body of type %s is Base64: %s', async (type, encoded) => {
    const body = '{"naïve": true}';
    const event = await eventFor('/things', { method: 'POST', body, headers: { 'content-type': type } });
    expect(event.isBase64Encoded).toBe(encoded);
    expect(Buffer.from(String(event.body), encoded ? 'base64' : 'utf8').toString('utf8')).toBe(body);
  });

  test('a body without a type is Base64, and no body is no field', async () => {
    const event = await eventFor('/things', { method: 'POST', body: new Uint8Array([255, 0]) });
    expect(event).toMatchObject({ isBase64Encoded: true, body: '/wA=' });
    expect(await eventFor('/things', { method: 'POST' })).not.toHaveProperty('body');
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
describe('routes', () => {
  test('path parameters are decoded, and an encoded slash stays inside its parameter', async () => {
    expect(await eventFor('/things/a%2Fb%20c')).toMatchObject({
      routeKey: 'GET /things/{thingId}',
      rawPath: '/things/a/b c',
      pathParameters: { thingId: 'a/b c' },
    });
  });

  test('a literal route goes before a variable one, and a greedy one takes the rest', async () => {
    expect(await eventFor('/things/latest')).toMatchObject({ routeKey: 'GET /things/latest' });
    expect(await eventFor('/files/2026/11/22.txt', { method: 'PUT' })).toMatchObject({
      routeKey: 'ANY /files/{path+}',
      pathParameters: { path: '2026/11/22.txt' },
    });
  });

  test.each([
    ['GET', '/'],
    ['GET', '/thing'],
    ['GET', '/things/'],
    ['GET', '/things/a/b'],
    ['DELETE', '/things'],
    ['GET', '/files'],
  ])('%s %s has no route: 404', async (method, path) => {
    expect(await refused(path, { method })).toEqual([404, { message: 'Not Found' }]);
  });

  test('$default takes what no other route does', () => {
    const route = (key: string) => ({ key, functionName: key, timeoutMs: 1 });
    const routes = ['$default', 'ANY /a', 'GET /a', 'GET /{x}/b', 'GET /a/{y}'].map(route);
    const key = (method: string, path: string) => matchRoute(routes, method, path)?.route.key;
    expect(key('PATCH', '/other')).toBe('$default');
    expect(key('GET', '/a')).toBe('GET /a');
    expect(key('POST', '/a')).toBe('ANY /a');
    expect(key('GET', '/a/b')).toBe('GET /a/{y}');
    expect(key('GET', '/c/b')).toBe('GET /{x}/b');
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
describe('the response', () => {
  const respond = (response: unknown) =>
    call('/things?act=respond', {
      method: 'POST',
      body: JSON.stringify({ response }),
      headers: { 'content-type': 'application/json' },
    });

  test('status, headers, cookies and body are what the function said', async () => {
    const response = await respond({
      statusCode: 412,
      headers: { 'Content-Type': 'application/problem+json', ETag: '"3"' },
      cookies: ['a=1', 'b=2'],
      body: '{"title":"no"}',
    });
    expect(response.status).toBe(412);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('etag')).toBe('"3"');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('{"title":"no"}');
  });

  test('a Base64 body is decoded, and 204 has none', async () => {
    const bytes = await respond({ statusCode: 200, body: '/wA=', isBase64Encoded: true });
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array([255, 0]));
    const empty = await respond({ statusCode: 204 });
    expect([empty.status, await empty.text()]).toEqual([204, '']);
  });

  test('a result without a status code is the body of a 200 in JSON', async () => {
    const response = await respond({ just: 'a value' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ just: 'a value' });
    expect(await (await call('/things?act=text')).text()).toBe('just text');
  });

  test.each([
    ['a status code that is none', { statusCode: 'soon' }],
    ['a status code out of range', { statusCode: 99 }],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
    ['a header that cannot be sent', { statusCode: 200, headers: { 'x-a': 'line\nbreak' } }],
    ['headers that are none', { statusCode: 200, headers: 7 }],
  ])('%s is a 500', (_, response) => {
    expect(httpResponse(JSON.stringify(response))).toMatchObject({ status: 500 });
  });
});

describe('what goes wrong', () => {
  test.each(['/things?act=throw', '/things?act=exit', '/broken', '/slow'])('%s answers 500', async (path) => {
    expect(await refused(path)).toEqual([500, { message: 'Internal Server Error' }]);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
  test('an integration over its time answers 503, and so does a throttled function', async () => {
    const both = await Promise.all([refused('/late'), refused('/late')]);
    expect(both).toEqual([
      [503, { message: 'Service Unavailable' }],
      [503, { message: 'Service Unavailable' }],
    ]);
  });

  test('a body over 10 MB answers 413', async () => {
    const body = new Uint8Array(30 * 1024 * 1024);
    expect(await refused('/things', { method: 'POST', body })).toEqual([413, { message: 'Request Entity Too Large' }]);
  });

  test('a path that is not well encoded answers 400', async () => {
    expect(await refused('/things/%E0%A4')).toEqual([400, { message: 'Bad Request' }]);
  });

  test('a client that leaves in the middle of its body harms nobody', async () => {
    const socket = connect(Number(new URL(fixture.runtime.apiUrl).port), '127.0.0.1');
    socket.write('POST /things HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf');
    await eventFor('/things');
    socket.resetAndDestroy();
    await eventFor('/things');
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n', '400'],
    ['a head over 10,240 bytes', `GET /things HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(11_000)}\r\n\r\n`, '431'],
    ['a broken chunk', 'POST /things HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', '400'],
  ])('%s on the socket is answered or dropped, and the server lives on', async (_, bytes, status) => {
    const socket = connect(Number(new URL(fixture.runtime.apiUrl).port), '127.0.0.1');
    socket.write(bytes);
    expect((await text(socket)).slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    await eventFor('/things');
  });
});
