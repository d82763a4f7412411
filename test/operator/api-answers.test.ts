import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { withToken } from '../../lib/operator/call-api.ts';
import { examine, type Finding } from '../../lib/operator/doctor/finding.ts';
import type { Sign } from '../../lib/operator/sign-request.ts';
import { smokeChecks } from '../../lib/operator/smoke/api-answers.ts';

type Answers = Readonly<Record<string, readonly [status: number, type: string, body: unknown]>>;

const STATUS = {
  lastCycle: { cycle: 4, outcome: 'complete', error: null, endedAt: '2026-11-21T10:00:00.000Z' },
  lastSuccessAt: '2026-11-21T10:00:00.000Z',
  undecided: { count: 0, personIds: [] },
  schemaProblems: [],
  backlog: { messages: 0, lanes: { fresh: 0, backlog: 0 }, deadLetters: 0, missedPolls: 0, personsToPush: 0 },
  oldestWaitingSeconds: null,
  lag: { pullSeconds: null, pushSeconds: 0 },
};

const healthy: Answers = {
  '/openapi.json': [200, 'application/json', { openapi: '3.1.0', info: { version: '0.1.0' } }],
  '/persons?limit=1': [200, 'application/json', { persons: [], cursor: null }],
  '/persons/no-such-person': [404, 'application/problem+json', { type: '/problems/not-found' }],
  '/sync/status': [200, 'application/json', STATUS],
};

let answers: Answers = healthy;
const heard: IncomingHttpHeaders[] = [];
const server = createServer((request, response) => {
  heard.push(request.headers);
  const [status, type, body] = answers[request.url ?? ''] ?? [500, 'application/json', {}];
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
});
let url: URL;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
beforeEach(() => {
  answers = healthy;
  heard.length = 0;
});
afterAll(() => void server.close());

async function findings(sign?: Sign): Promise<readonly Finding[]> {
  const now = () => Date.parse('2026-11-21T10:03:00.000Z');
  return collected(examine(smokeChecks({ url, sign, now })));
}

async function collected(found: AsyncIterable<Finding>): Promise<readonly Finding[]> {
  const all: Finding[] = [];
  for await (const finding of found) all.push(finding);
  return all;
}

const problems = async () => (await findings()).filter(({ level }) => level === 'problem').map(({ check }) => check);

test('an API that answers and is in step has no problem', async () => {
  expect(await problems()).toEqual([]);
});

test.each([
  ['API', '/openapi.json', 503],
  ['persons', '/persons?limit=1', 500],
  ['problems', '/persons/no-such-person', 200],
  ['sync status', '/sync/status', 403],
])('%s: %s that answers %i is a problem', async (check, path, status) => {
  answers = { ...healthy, [path]: [status, 'application/json', {}] };
  expect(await problems()).toEqual([check]);
});

test('a sync that stands still is a problem', async () => {
  const lastCycle = { ...STATUS.lastCycle, endedAt: '2026-11-21T09:00:00.000Z' };
  answers = { ...healthy, '/sync/status': [200, 'application/json', { ...STATUS, lastCycle }] };
  expect(await problems()).toEqual(['cycles']);
});

test('an API that does not answer is a problem of each check, and no crash', async () => {
  const gone = smokeChecks({ url: new URL('http://127.0.0.1:9/'), sign: undefined, now: Date.now });
  const found = await collected(examine(gone));
  expect(found.map(({ detail }) => detail)).toContain('nothing answers at 127.0.0.1:9');
  expect(found.map(({ level }) => level)).toEqual(['problem', 'problem', 'problem', 'problem']);
});

test('a token is sent with each call', async () => {
  await findings(withToken('abc'));
  expect(heard.map(({ authorization }) => authorization)).toEqual(Array(4).fill('Bearer abc'));
});
