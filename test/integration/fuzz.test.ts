import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sides: RunningSandbox;
let personId = '';

/** A value of a stored person: no problem of another request quotes it. */
const CANARY = 'canary-7f3a';

/** `npm run fuzz` asks for all of them, however long they take. */
const RUNS = Number(process.env.LOCKSTEP_FUZZ_RUNS ?? 1000);

beforeAll(async () => {
  sides = await runSandbox({ seedRecords: 6, cycleSeconds: 30 });
  const person = await sides.api.create({ Email: 'fuzz@example.com', LastName: CANARY, Company: 'Example' });
  personId = person.personId;
});
afterAll(() => sides?.close());

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/** Sends what `fetch` would mend or refuse, too. */
function send({ method, path, query, headers, body }: Request): Promise<Answer> {
  const { hostname, port } = new URL(sides.sandbox.apiUrl);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request({ hostname, port, method, path: `${path}${query}`, headers }, (incoming) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (some: string) => {
      text += some;
    });
    incoming.on('end', () =>
      resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'], text }),
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

const FIELD_NAMES = ['Email', 'LastName', 'Title', 'Phone', 'Score__c', 'DoNotCall', 'Birthday__c', 'CreatedDate'];
const TRAPS = ['__proto__', 'constructor', 'toString', 'Id', 'OwnerId', 'Person_Id__c', '', ' ', 'a'.repeat(300)];
const AWKWARD = ['', ' ', '\u0000', '\ud800', '\u202e', '💥', "' OR Id != '", '%00', 'x'.repeat(5000), '2026-02-30'];

const anyText = fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: 'binary', maxLength: 40 }), fc.emailAddress());
const anyValue = fc.oneof(
  anyText,
  fc.double(),
  fc.constantFrom(1e308, -0, 2 ** 53, Number.MIN_VALUE, true, false, null),
  fc.jsonValue({ maxDepth: 2 }),
);
const fields = fc.dictionary(
  fc.oneof(fc.constantFrom(...FIELD_NAMES, ...TRAPS), fc.string({ maxLength: 10 })),
  anyValue,
  {
    maxKeys: 5,
  },
);
const assignTo = fc.oneof(
  fc.record({ ownerId: fc.constantFrom('005000000000001', '005000000000001AAA', '00G000000000001', '') }),
  fc.record({ queueId: fc.constantFrom('00G000000000001', '005', 'x') }),
  fc.record({ assignmentRule: fc.constantFrom(true, false, 1) }),
  fc.jsonValue({ maxDepth: 1 }),
);
/** Text that neither the store nor Salesforce refuses for its characters. */
const storableText = anyText.map((text) => text.toWellFormed().replaceAll('\0', ''));

/** Of the right types, so that only Salesforce and the store are left to object. */
const takenFields = fc.record(
  {
    Email: fc.oneof(
      { weight: 3, arbitrary: fc.nat(99).map((n) => `fuzz${n}@example.com`) },
      { weight: 1, arbitrary: fc.emailAddress() },
      { weight: 1, arbitrary: anyText },
    ),
    LastName: storableText,
    Company: storableText,
    Title: storableText,
    Description: storableText,
    Score__c: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
    DoNotCall: fc.boolean(),
    Birthday__c: fc.constantFrom('1815-12-10', '9999-12-31', null),
    Status: storableText,
  },
  { requiredKeys: ['Email', 'LastName'] },
);
const owner = fc.constantFrom(
  { ownerId: '005000000000001AAA' },
  { queueId: '00G000000000001' },
  { assignmentRule: true },
);
const body = fc.oneof(
  { weight: 4, arbitrary: fc.record({ fields }).map((some) => JSON.stringify(some)) },
  {
    weight: 8,
    arbitrary: fc
      .record({ fields: takenFields, assignTo: owner }, { requiredKeys: ['fields'] })
      .map((some) => JSON.stringify(some)),
  },
  { weight: 3, arbitrary: fc.record({ fields: takenFields }).map((some) => JSON.stringify(some)) },
  { weight: 2, arbitrary: fc.record({ fields, assignTo }, { requiredKeys: [] }).map((some) => JSON.stringify(some)) },
  { weight: 2, arbitrary: fc.record({ assignTo }).map((some) => JSON.stringify(some)) },
  fc.json(),
  anyText,
  fc.constant(undefined),
  fc.constant(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
);

const segment = fc.oneof(
  fc.constant('{personId}'),
  anyText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom('%', '%zz', '%ff', '..', '%2e%2e', '%2f', '%00', 'x'.repeat(2000)),
);
const path = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '/persons',
      '/persons/batch',
      '/sync-person',
      '/sync-persons',
      '/sync/jobs/none/resume',
      '/sync/preview',
      '/sync/status',
      '/sync/rejections',
      '/sync/cycles',
      '/sync/fields/accept',
      '/openapi.json',
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom('/persons', '/sync-person') },
  { weight: 3, arbitrary: segment.map((id) => `/persons/${id}`) },
  { weight: 3, arbitrary: segment.map((id) => `/persons/${id}/activities`) },
  { weight: 3, arbitrary: segment.map((id) => `/persons/${id}/sync`) },
  fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
);

const encoded = anyText.map((text) => encodeURIComponent(text.toWellFormed()));
const parameter = fc.tuple(
  fc.constantFrom('email', 'salesforceId', 'status', 'updatedSince', 'limit', 'cursor', '__proto__', 'x'),
  fc.oneof(encoded, fc.constantFrom('1', '0', '-1', '1e3', '200', 'bnVsbA', 'e30', '%', '%ff', 'a,b', 'null')),
);
const query = fc
  .array(parameter, { maxLength: 3 })
  .map((parameters) => (parameters.length === 0 ? '' : `?${parameters.map((pair) => pair.join('=')).join('&')}`));

const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=latin1', '', 'x'),
    'if-match': fc.constantFrom('*', '"1"', 'W/"1"', '1', '"-1"', '"1", "2"', '"99999999999999999999"', ''),
    accept: fc.constantFrom('text/html', '*/*', ''),
    'x-odd': fc.string({ maxLength: 20 }).map((text) => encodeURIComponent(text)),
    'content-encoding': fc.constantFrom('gzip', 'identity'),
    cookie: fc.constantFrom('a=b', ';', '=', 'a'),
  },
  { requiredKeys: [] },
);

const anyRequest = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PATCH', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'),
  path: path.map((template) => template.replace('{personId}', () => personId)),
  query,
  headers,
  body,
});

test('whatever is asked, the answer is JSON or a problem, and never a failure of ours', {
  timeout: 1_200_000,
}, async () => {
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anyRequest, async (given) => {
      const { status, type, text } = await send(given);
      seen.add(status);
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status, text).toBeLessThan(500);
      if (status >= 400) expect(text).not.toContain(CANARY);
      if (given.method === 'HEAD' || text === '') return;
      // The address of the console, which the sandbox serves beside the API.
      if (text.includes('<div id="app">')) return;
      expect(type).toMatch(/^application\/(problem\+)?json/);
      const said: unknown = JSON.parse(text);
      expect(said).toBeTypeOf('object');
      if (type === 'application/problem+json') {
        expect(said).toMatchObject({ status, type: expect.stringMatching(/^\/problems\/[a-z-]+$/) });
      }
    }),
    { numRuns: RUNS },
  );
  // It has come past the outermost checks.
  expect(seen).toEqual(new Set([...seen, 200, 201, 400, 404, 422]));
});
