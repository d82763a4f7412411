import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../lib/lambda/api/problem.ts';
import { apiHandler, type Routes } from '../../lib/lambda/http-api.ts';
import {
  ConfigError,
  InvalidCursorError,
  ItemTooLargeError,
  QuotaExceededError,
  TransientError,
} from '../../lib/sync/errors.ts';
import { outputOf } from './captured-output.ts';

const CANARY = 'canary@example.com';

const contextWith = (remainingMs: number) =>
  ({ awsRequestId: 'r', getRemainingTimeInMillis: () => remainingMs }) as Context;

async function answerOf(routes: Routes, event: Partial<APIGatewayProxyEventV2> = {}) {
  const [method = '', rawPath] = 'POST /x'.split(' ');
  const called = { routeKey: 'POST /x', rawPath, requestContext: { http: { method } } };
  const whole = { ...called, headers: {}, ...event } as APIGatewayProxyEventV2;
  const answer = await apiHandler(routes)(whole, contextWith(20_000));
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body ?? 'null') };
}

/** What the gateway sends on where no route takes a call. */
const unrouted = (method: string, rawPath: string) =>
  ({ routeKey: '$default', rawPath, requestContext: { http: { method } } }) as APIGatewayProxyEventV2;

const throwing = (error: unknown): Routes => ({ 'POST /x': () => Promise.reject(error) });

const echo: Routes = { 'POST /x': async ({ body, headers }) => ({ status: 200, body: { body, headers } }) };

describe('a line of the log', () => {
  async function linesOf(event: Partial<APIGatewayProxyEventV2>, route = throwing(new Error('broken'))['POST /x']) {
    const output = await outputOf(() => answerOf({ 'POST /x': route ?? echoing }, event));
    return output.filter((line) => typeof line === 'object');
  }
  const echoing = async () => ({ status: 200, body: {} });

  test('names the request, the route, and the person of the path', async () => {
    const [line] = await linesOf({ pathParameters: { personId: 'p1' } });
    expect(line).toMatchObject({ requestId: 'r', route: 'POST /x', personId: 'p1' });
  });

  test('names the person that the call has kept', async () => {
    const [line] = await linesOf({}, async (_, progress) => {
      progress.stored('p2');
      throw new Error('broken');
    });
    expect(line).toMatchObject({ personId: 'p2' });
  });

  test('never names what only looks like a person, nor the person of the call before', async () => {
    await linesOf({ pathParameters: { personId: 'p1' } });
    const [line] = await linesOf({ pathParameters: { personId: CANARY } });
    expect(line).toMatchObject({ requestId: 'r' });
    expect(line).not.toHaveProperty('personId');
  });
});

describe('a call', () => {
  test('is routed, its body parsed whatever its type, its header names in lower case', async () => {
    const answer = await answerOf(echo, { body: '{"a":1}', headers: { 'If-Match': '"1"' } });
    expect(answer).toMatchObject({ status: 200, body: { body: { a: 1 }, headers: { 'if-match': '"1"' } } });
  });

  test('may have its body in base 64', async () => {
    const body = Buffer.from('{"a":1}').toString('base64');
    expect(await answerOf(echo, { body, isBase64Encoded: true })).toMatchObject({ body: { body: { a: 1 } } });
  });

  test.each([undefined, ''])('may have no body: %j', async (body) => {
    const answer = await answerOf(echo, body === undefined ? {} : { body });
    expect(answer).toMatchObject({ status: 200 });
  });

  test('of a path that there is not is not found, whatever its method', async () => {
    for (const rawPath of ['/', '/x', '/persons/a/b', '/persons/', '/constructor']) {
      const answer = await answerOf(echo, { ...unrouted('GET', rawPath) });
      expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
      expect(answer.headers).not.toHaveProperty('allow');
    }
  });

  test.each([
    ['PUT', '/persons', 'GET, HEAD, POST'],
    ['POST', '/persons/p1', 'DELETE, GET, HEAD, PATCH'],
    ['GET', '/sync-person', 'POST'],
    ['OPTIONS', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is told which methods the path takes', async (method, rawPath, allow) => {
    const answer = await answerOf(echo, { ...unrouted(method, rawPath) });
    expect(answer).toMatchObject({ status: 405, headers: { allow }, body: { type: '/problems/method-not-allowed' } });
  });

  test('with HEAD is answered as with GET, without the body', async () => {
    const routes: Routes = { 'GET /x': async () => ({ status: 200, body: {}, headers: { etag: '"1"' } }) };
    const head = await answerOf(routes, { ...unrouted('HEAD', '/x'), routeKey: 'HEAD /x' });
    expect(head).toEqual({ status: 200, headers: { 'content-type': 'application/json', etag: '"1"' }, body: null });
    const none = await answerOf(routes, unrouted('HEAD', '/y'));
    expect(none).toMatchObject({ status: 404, body: null });
  });

  test('with a body that is not JSON is told so', async () => {
    expect(await answerOf(echo, { body: '{' })).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-body' },
    });
  });
});

describe('what goes wrong is a problem', () => {
  test.each([
    [new Problem('busy', 'later', { retryAfterSeconds: 5 }), 409, 'busy'],
    [new InvalidCursorError('c'), 400, 'invalid-parameter'],
    [new QuotaExceededError('used up'), 503, 'salesforce-limit'],
    [new TransientError('Throttled', 'later'), 503, 'store-unavailable'],
    [new ItemTooLargeError('Item size has exceeded'), 413, 'body-too-large'],
  ])('%o: %d %s', async (error, status, name) => {
    const answer = await answerOf(throwing(error));
    expect(answer).toMatchObject({ status, body: { type: `/problems/${name}`, status } });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json' });
  });

  test('that says when to come again', async () => {
    const problem = new Problem('busy', 'later', { retryAfterSeconds: 5, members: { extra: 1 } });
    const { headers, body } = await answerOf(throwing(problem));
    expect(headers).toMatchObject({ 'retry-after': '5' });
    expect(body).toEqual({ type: '/problems/busy', title: expect.any(String), status: 409, detail: 'later', extra: 1 });
  });

  test.each([new Error(CANARY), CANARY, new TypeError('x', { cause: CANARY })])(
    'of which neither the caller nor the log hears a value',
    async (error) => {
      const answers: unknown[] = [];
      const output = await outputOf(async () => answers.push(await answerOf(throwing(error))));
      expect(answers).toMatchObject([{ status: 500, body: { type: '/problems/internal-error' } }]);
      expect(output).toMatchObject([{ level: 'ERROR', message: 'unexpected error' }]);
      expect(JSON.stringify([answers, output])).not.toContain(CANARY);
    },
  );

  test.each([
    [false, 'no answer came in time; try again'],
    [true, 'the edits are kept; the rest was not done in time'],
  ])('that an answer takes too long, with what is known by then: %s', async (isKept, detail) => {
    const forever: Routes = {
      'POST /x': (_, progress) => {
        if (isKept) progress.stored('p1');
        return new Promise(() => undefined);
      },
    };
    const event = { ...unrouted('POST', '/x'), routeKey: 'POST /x', headers: {} };
    const answer = await apiHandler(forever, 'salesforce-unavailable')(event, contextWith(510));
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '30' } });
    const expected = { type: '/problems/salesforce-unavailable', detail, ...(isKept ? { personId: 'p1' } : {}) };
    expect(JSON.parse(answer.body ?? '')).toMatchObject(expected);
  });

  test('that calls a human, with its reason and a metric, where the configuration is wrong', async () => {
    const answers: unknown[] = [];
    const refused = new ConfigError('Salesforce refused the credentials');
    const output = await outputOf(async () => answers.push(await answerOf(throwing(refused))));
    expect(answers).toMatchObject([{ status: 503, body: { type: '/problems/salesforce-unavailable' } }]);
    expect(output).toMatchObject([
      { level: 'ERROR', error: { name: 'ConfigError', message: 'Salesforce refused the credentials' } },
      { ConfigErrors: 1 },
    ]);
  });
});
