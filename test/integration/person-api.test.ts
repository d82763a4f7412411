import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../lib/lambda/api/openapi.ts';
import type { ActivityView, PersonView } from '../sandbox/clients/person-api-client.ts';
import { eventually, type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sides: RunningSandbox;
let person: PersonView;

beforeAll(async () => {
  sides = await runSandbox({ seedRecords: 3 });
  person = await sides.api.create({ Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Analytical Engines' });
});
afterAll(() => sides?.close());

/** As it comes, with no JSON made of it on the way. */
async function raw(line: string, body?: string, headers: Readonly<Record<string, string>> = {}) {
  const [method = '', path = ''] = line.split(' ');
  const url = `${sides.sandbox.apiUrl}${path.replace('{personId}', person.personId)}`;
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const type = answer.headers.get('content-type');
  return { status: answer.status, type, body: (await answer.json()) as Record<string, unknown> };
}

type Bad = [what: string, line: string, body: string | undefined, status: number, problem: string];

const fields = (given: unknown) => JSON.stringify({ fields: given });
const assigned = (assignTo: unknown) => JSON.stringify({ assignTo });
const WITH_FIELDS = ['POST /persons', 'PATCH /persons/{personId}', 'POST /sync-person'];

const badBodies: Bad[] = WITH_FIELDS.flatMap((line): Bad[] => [
  ['no body', line, undefined, 400, 'invalid-body'],
  ['no JSON', line, '{"fields":', 400, 'invalid-body'],
  ['null', line, 'null', 400, 'invalid-body'],
  ['a list', line, '[]', 400, 'invalid-body'],
  ['text', line, '"fields"', 400, 'invalid-body'],
  ['no fields', line, '{}', 400, 'invalid-body'],
  ['fields that are a list', line, fields([]), 400, 'invalid-body'],
  ['fields that are null', line, fields(null), 400, 'invalid-body'],
  ['a member too many', line, '{"fields":{},"email":"a@example.com"}', 400, 'invalid-body'],
  ['a value that is an object', line, fields({ Email: { is: 'a@example.com' } }), 400, 'invalid-body'],
  ['a value that is a list', line, fields({ Email: ['a@example.com'] }), 400, 'invalid-body'],
  ['half a character', line, fields({ Email: 'a@example.com', LastName: '\ud800' }), 400, 'invalid-fields'],
]);

const wrongOwners: [what: string, assignTo: unknown][] = [
  ['nobody', {}],
  ['two at once', { ownerId: '005000000000001', queueId: '00G000000000001' }],
  ['a queue as a user', { ownerId: '00G000000000001' }],
  ['an id that is too short', { ownerId: '0050' }],
  ['the rules, but not', { assignmentRule: false }],
  ['a text', 'me'],
];
const badAssignments = wrongOwners.map(
  ([what, to]): Bad => [`assigned to ${what}`, 'POST /persons/{personId}/sync', assigned(to), 400, 'invalid-body'],
);

const others: Bad[] = [
  ['nobody’s id', 'GET /persons/nobody', undefined, 404, 'not-found'],
  ['nobody’s id', 'PATCH /persons/nobody', fields({ Title: 'CTO' }), 404, 'not-found'],
  ['nobody’s id', 'GET /persons/nobody/activities', undefined, 404, 'not-found'],
  ['nobody’s id', 'POST /persons/nobody/sync', undefined, 404, 'not-found'],
  ['an id that can be none', 'GET /persons/%20%2F%00', undefined, 404, 'not-found'],
  ['a very long id', `GET /persons/${'x'.repeat(3000)}`, undefined, 404, 'not-found'],
  ['an empty email', 'GET /persons?email=', undefined, 400, 'invalid-parameter'],
  ['a sync body that is no JSON', 'POST /persons/{personId}/sync', 'now', 400, 'invalid-body'],
  ['a sync body with a member too many', 'POST /persons/{personId}/sync', '{"now":true}', 400, 'invalid-body'],
  ...['GET /persons/{personId}/activities', 'GET /sync/rejections'].flatMap((line): Bad[] => [
    ['limit 0', `${line}?limit=0`, undefined, 400, 'invalid-parameter'],
    ['limit 201', `${line}?limit=201`, undefined, 400, 'invalid-parameter'],
    ['limit many', `${line}?limit=many`, undefined, 400, 'invalid-parameter'],
    ['limit 1.5', `${line}?limit=1.5`, undefined, 400, 'invalid-parameter'],
    ['a made-up cursor', `${line}?cursor=next`, undefined, 400, 'invalid-parameter'],
    ['another made-up cursor', `${line}?cursor=eyJhIjoxfQ`, undefined, 400, 'invalid-parameter'],
  ]),
];

describe('a request that is wrong', () => {
  test.each([...badBodies, ...badAssignments, ...others])('%s: %s', async (...bad) => {
    const [, line, body, status, problem] = bad;
    const answer = await raw(line, body, { 'content-type': 'application/json' });
    expect(answer).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { type: `/problems/${problem}`, status, title: expect.any(String), detail: expect.any(String) },
    });
  });

  test.each([
    ['GET /people', 404, 'not-found'],
    ['POST /', 404, 'not-found'],
    ['GET /sync', 404, 'not-found'],
    ['PUT /persons/{personId}', 405, 'method-not-allowed'],
  ])('%s has no route: %d %s', async (line, status, problem) => {
    const expected = { status, type: 'application/problem+json', body: { type: `/problems/${problem}`, status } };
    expect(await raw(line)).toMatchObject(expected);
  });

  test('a HEAD is answered as a GET is, without a body', async () => {
    const path = `/persons/${person.personId}`;
    const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => sides.api.send(`${method} ${path}`)));
    expect(head).toMatchObject({ status: 200, body: undefined });
    expect(head?.headers.get('etag')).toBe(get?.headers.get('etag'));
  });

  test('the document tells what the API takes', async () => {
    const { status, body } = await sides.api.send('GET /openapi.json');
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  const badFields: [string, Record<string, unknown>, { field: string; reason: string }[]][] = [
    ['unknown', { Nickname: 'Ada' }, [{ field: 'Nickname', reason: 'unknown field' }]],
    ['named like a built-in', { constructor: 'x' }, [{ field: 'constructor', reason: 'unknown field' }]],
    ['read-only', { CreatedDate: '2026-01-01T00:00:00Z' }, [{ field: 'CreatedDate', reason: 'read-only' }]],
    ['the link to the org', { Person_Id__c: 'x' }, [{ field: 'Person_Id__c', reason: 'unknown field' }]],
    ['a number for text', { Title: 5 }, [{ field: 'Title', reason: 'must be text' }]],
    ['text for a number', { Score__c: 'high' }, [{ field: 'Score__c', reason: 'must be a number' }]],
    ['text for a checkbox', { DoNotCall: 'yes' }, [{ field: 'DoNotCall', reason: 'must be true or false' }]],
    ['no date', { Birthday__c: '2026-02-30' }, [{ field: 'Birthday__c', reason: 'must be a date, YYYY-MM-DD' }]],
    [
      'several at once',
      { Title: true, Nope: null },
      [
        { field: 'Title', reason: 'must be text' },
        { field: 'Nope', reason: 'unknown field' },
      ],
    ],
  ];
  test.each(badFields)(
    'a field that is %s is named with its reason, and nothing is changed',
    async (_what, given, named) => {
      const before = await sides.api.person(person.personId);
      for (const line of WITH_FIELDS) {
        const all = { Email: 'ada@example.com', LastName: 'Lovelace', ...given };
        const answer = await raw(line, fields(line.startsWith('PATCH') ? given : all));
        expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-fields', fields: named } });
      }
      expect(await sides.api.person(person.personId)).toEqual(before);
    },
  );

  test('a create without an email names it', async () => {
    for (const line of ['POST /persons', 'POST /sync-person']) {
      for (const given of [{ LastName: 'X' }, { LastName: 'X', Email: null }, { LastName: 'X', Email: ' ' }]) {
        const answer = await raw(line, fields(given));
        expect(answer.body).toMatchObject({ type: '/problems/invalid-fields', fields: [{ field: 'Email' }] });
      }
    }
  });
});

describe('a person', () => {
  test('carries its version as an ETag, which If-Match is held against', async () => {
    const read = await sides.api.send(`GET /persons/${person.personId}`);
    const { version } = read.body as PersonView;
    expect(read.headers.get('etag')).toBe(`"${version}"`);
    const edit = (title: string, ifMatch: string) =>
      sides.api.send(`PATCH /persons/${person.personId}`, { fields: { Title: title } }, { 'if-match': ifMatch });
    const taken = await edit('Countess', `"${version}"`);
    expect(taken).toMatchObject({ status: 200, body: { version: version + 1 } });
    expect(taken.headers.get('etag')).toBe(`"${version + 1}"`);
    expect(await edit('Other', `"${version}"`)).toMatchObject({
      status: 412,
      body: { type: '/problems/version-mismatch' },
    });
    expect(await edit('Other', 'W/"1"')).toMatchObject({ status: 400, body: { type: '/problems/invalid-parameter' } });
    expect((await sides.api.person(person.personId)).fields.Title).toBe('Countess');
    expect(await edit('Any', '*')).toMatchObject({ status: 200 });
  });

  test('null and empty text clear a field, and what changes nothing is no new version', async () => {
    const edited = await sides.api.edit(person.personId, { Phone: '+49 555 014', Title: 'CTO' });
    expect(edited.fields).toMatchObject({ Phone: '+49 555 014', Title: 'CTO' });
    const cleared = await sides.api.edit(person.personId, { Phone: null, Title: '' });
    expect(cleared.fields.Phone ?? null).toBeNull();
    expect(cleared.fields.Title ?? null).toBeNull();
    expect((await sides.api.edit(person.personId, { Phone: null })).version).toBe(cleared.version);
  });

  test('is created once and then edited by its email, however that is written', async () => {
    const first = await sides.api.send('POST /persons', { fields: { Email: 'bob@example.com', LastName: 'Bob' } });
    expect(first).toMatchObject({ status: 201, body: { version: 1, salesforce: null, sync: { status: 'localOnly' } } });
    const { personId } = first.body as PersonView;
    const again = await sides.api.send('POST /persons', { fields: { Email: ' Bob@Example.com', Title: 'CTO' } });
    expect(again).toMatchObject({ status: 200, body: { personId, fields: { LastName: 'Bob', Title: 'CTO' } } });
    expect(await sides.api.personsWithEmail('BOB@example.com')).toMatchObject([{ personId }]);
    expect(await sides.api.personsWithEmail('nobody@example.com')).toEqual([]);
  });
});

describe('lists of persons', () => {
  const listed = async (query: string): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path: string = `/persons?${query}&limit=7&cursor=${encodeURIComponent(cursor)}`;
      const page = (await sides.api.send(`GET ${path}`)).body as { persons: PersonView[]; cursor: string | null };
      expect(page.persons.length).toBeLessThanOrEqual(7);
      found.push(...page.persons.map(({ personId }) => personId));
      cursor = page.cursor;
    }
    expect(new Set(found).size).toBe(found.length);
    return found;
  };

  test('a person is in the lists of its status, its record and its email', async () => {
    const local = await sides.api.create({ Email: 'lists@example.com', LastName: 'Lists', Company: 'X' });
    expect(await listed('status=localOnly')).toContain(local.personId);
    expect(await listed('status=synced')).not.toContain(local.personId);
    const synced = await sides.api.sync(local.personId);
    const id = synced.kind === 'synced' ? (synced.person.salesforce?.id ?? '') : '';
    await eventually(async () => !(await listed('status=localOnly')).includes(local.personId));
    expect(await listed('status=synced')).toContain(local.personId);
    expect(await listed(`salesforceId=${id}`)).toEqual([local.personId]);
    expect(await listed('email=LISTS@example.com')).toEqual([local.personId]);
    const edited = await sides.api.edit(local.personId, { Title: 'Listed' });
    expect(await listed(`updatedSince=${edited.updatedAt}`)).toContain(local.personId);
    expect(await listed('x=y')).toContain(local.personId);
  });

  test('what is asked twice, or by two parameters, is refused by name', async () => {
    for (const query of ['email=a@example.com&email=b@example.com', 'limit=1&limit=2', 'status=synced&email=a']) {
      expect(await sides.api.send(`GET /persons?${query}`)).toMatchObject({
        status: 400,
        body: { type: '/problems/invalid-parameter' },
      });
    }
  });

  test.each(['status=localOnly', 'status=synced', 'email=a@example.com', 'x=y'])(
    'of %s no text is a cursor that fails',
    async (query) => {
      for (const cursor of ['x', '%00', 'a b', '~', '~x', 'W251bGxd', '%F0%9F%92%A5', 'PERSON%23x%20PERSON']) {
        const { status } = await sides.api.send(`GET /persons?${query}&cursor=${cursor}`);
        expect([200, 400]).toContain(status);
      }
    },
  );
});

test('a batch of persons is saved, each as by itself', async () => {
  const persons = Array.from({ length: 60 }, (_, n) => ({
    fields: { Email: `batch${n % 50}@example.com`, LastName: `Batch ${n}`, ...(n === 7 ? { Nickname: 'x' } : {}) },
  }));
  const { status, body } = await sides.api.send('POST /persons/batch', { persons });
  expect(status).toBe(200);
  const statuses = (body as { readonly results: readonly { readonly status: number }[] }).results.map(
    (each) => each.status,
  );
  expect(statuses).toEqual(persons.map((_, n) => (n === 7 ? 400 : n < 50 || n === 57 ? 201 : 200)));
});

test('a body that is too large is a problem', async () => {
  const fields = { Email: 'large@example.com', Description: 'x'.repeat(1_100_000) };
  expect(await sides.api.send('POST /persons', { fields })).toMatchObject({
    status: 413,
    body: { type: '/problems/body-too-large' },
  });
});

describe('the activity log', () => {
  test('comes in pages, newest first, nothing twice and nothing left out', async () => {
    const { personId } = await sides.api.create({ Email: 'log@example.com', LastName: 'Log', Company: 'X' });
    for (let at = 1; at <= 24; at += 1) await sides.api.edit(personId, { Title: `Title ${at}` });
    const seen: ActivityView[] = [];
    let cursor: string | null = '';
    let pages = 0;
    while (cursor !== null) {
      const path: string = `/persons/${personId}/activities?limit=7&cursor=${encodeURIComponent(cursor)}`;
      const page = (await sides.api.send(`GET ${path}`)).body as { activities: ActivityView[]; cursor: string | null };
      expect(page.activities.length).toBeLessThanOrEqual(7);
      seen.push(...page.activities);
      cursor = page.cursor;
      pages += 1;
    }
    expect(pages).toBeGreaterThanOrEqual(4);
    const titles = seen.flatMap(({ detail }) => ('changes' in detail ? detail.changes.map(({ to }) => to) : []));
    expect(titles).toEqual(Array.from({ length: 24 }, (_, at) => `Title ${24 - at}`));
    expect(seen.at(-1)?.type).toBe('created');
    expect(new Set(seen.map(({ activityId }) => activityId)).size).toBe(25);
  });

  test('of a long text the lists show the beginning, and the person has it whole', async () => {
    const Description = 'a long text '.repeat(500).trim();
    const { personId, fields: kept } = await sides.api.create({
      Email: 'long@example.com',
      LastName: 'Long',
      Description,
    });
    expect(kept.Description).toBe(Description);
    const [listed] = (await sides.api.personsWithEmail('long@example.com')) as unknown as { fields: object }[];
    const cut = { start: Description.slice(0, 1000), length: Description.length };
    expect(listed?.fields).toMatchObject({ Description: cut });
    await sides.api.edit(personId, { Description: null });
    const [edited] = await sides.api.activities(personId);
    expect(edited?.detail).toMatchObject({ changes: [{ field: 'Description', from: cut, to: null }] });
    const one = await sides.api.send(`GET /persons/${personId}/activities/${edited?.activityId}`);
    expect(one).toMatchObject({ status: 200, body: edited });
    for (const id of ['x', `${personId}-99`, 'nobody-0', `${personId}-`, '%00']) {
      expect(await sides.api.send(`GET /persons/${personId}/activities/${id}`)).toMatchObject({ status: 404 });
    }
  });

  test('the list of the rejected comes in pages, newest first', async () => {
    const rule = { object: 'Lead', name: 'NoBad', errorWhen: "Title = 'Bad'", message: 'Not bad' };
    await sides.admin.control('POST validation-rules', rule);
    const ids: string[] = [];
    for (const at of [1, 2, 3, 4, 5]) {
      const bad = { Email: `bad${at}@example.com`, LastName: 'Bad', Company: 'X', Title: 'Bad' };
      expect(await sides.api.syncPerson(bad)).toMatchObject({ status: 422 });
      ids.push((await sides.api.personsWithEmail(bad.Email))[0]?.personId ?? '');
    }
    await eventually(async () => (await sides.api.rejections()).length === 5);
    const seen: PersonView[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = (await sides.api.send(`GET /sync/rejections?limit=2&cursor=${encodeURIComponent(cursor)}`)).body;
      const { persons, cursor: next } = page as { persons: PersonView[]; cursor: string | null };
      expect(persons.length).toBeLessThanOrEqual(2);
      seen.push(...persons);
      cursor = next;
    }
    expect(seen.map(({ personId }) => personId)).toEqual(ids.toReversed());
    expect(seen[0]?.sync.rejection).toMatchObject({ code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Not bad' });
  });
});
