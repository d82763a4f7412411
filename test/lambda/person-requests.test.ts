import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../../lib/lambda/http-api.ts';
import {
  parseFields,
  parseIfMatch,
  parsePaging,
  parsePersonId,
  parsePersonQuery,
  parseSync,
  parseSyncPerson,
} from '../../lib/lambda/person-requests.ts';

const USER = '005000000000001AAA';
const QUEUE = '00G000000000001';

const request = (over: Partial<ApiRequest> = {}): ApiRequest => ({
  path: {},
  query: {},
  headers: {},
  body: undefined,
  ...over,
});

describe('fields', () => {
  test('are taken as they are, empty text as null', () => {
    const fields = { Title: '', Score__c: 1.5, DoNotCall: false, Phone: null };
    expect(parseFields({ fields })).toEqual({ ...fields, Title: null });
  });

  test.each([undefined, null, [], 'text', {}, { fields: [] }, { fields: { a: {} } }, { fields: {}, more: 1 }])(
    '%j is an invalid body',
    (body) => expect(() => parseFields(body)).toThrow(expect.objectContaining({ problem: 'invalid-body' })),
  );
});

describe('an assignment', () => {
  test.each([
    [undefined, { kind: 'unchanged' }],
    [{}, { kind: 'unchanged' }],
    [{ assignTo: { ownerId: USER } }, { kind: 'user', ownerId: USER }],
    [{ assignTo: { queueId: QUEUE } }, { kind: 'queue', ownerId: QUEUE }],
    [{ assignTo: { assignmentRule: true } }, { kind: 'assignmentRule' }],
  ])('%j is taken', (body, assignTo) => expect(parseSync(body)).toEqual({ assignTo, recordIsGone: false }));

  test.each([
    { assignTo: {} },
    { assignTo: { ownerId: QUEUE } },
    { assignTo: { queueId: USER } },
    { assignTo: { assignmentRule: false } },
    { assignTo: { ownerId: USER, queueId: QUEUE } },
  ])('%j is refused by name', (body) => expect(() => parseSync(body)).toThrow(/^assignTo/));

  test('comes beside the fields', () => {
    const body = { fields: { Email: 'ada@example.com' }, assignTo: { ownerId: USER } };
    const assignTo = { kind: 'user', ownerId: USER };
    expect(parseSyncPerson(body)).toEqual({ fields: body.fields, assignTo, recordIsGone: false });
  });
});

describe('that a record is gone', () => {
  test('is confirmed with or without fields', () => {
    expect(parseSync({ recordIsGone: true })).toEqual({ assignTo: { kind: 'unchanged' }, recordIsGone: true });
    expect(parseSyncPerson({ fields: {}, recordIsGone: true })).toMatchObject({ recordIsGone: true });
  });

  test.each([false, 'true', null])('%j confirms nothing', (recordIsGone) => {
    expect(() => parseSync({ recordIsGone })).toThrow(/^recordIsGone/);
  });
});

describe('If-Match', () => {
  test.each([
    [undefined, undefined],
    ['*', undefined],
    ['"7"', 7],
    [' "7" ', 7],
  ])('%j asks for version %j', (header, version) => {
    expect(parseIfMatch(request({ headers: header === undefined ? {} : { 'if-match': header } }))).toBe(version);
  });

  test.each(['7', 'W/"7"', '"x"', '"7", "8"', ''])('%j is refused', (header) => {
    expect(() => parseIfMatch(request({ headers: { 'if-match': header } }))).toThrow('If-Match');
  });
});

describe('paging', () => {
  test('has defaults', () => {
    expect(parsePaging(request())).toEqual({ limit: 50, cursor: null });
    expect(parsePaging(request({ query: { limit: '200', cursor: 'c' } }))).toEqual({ limit: 200, cursor: 'c' });
  });

  test.each(['0', '201', '-1', '1.5', 'x', ''])('a limit of %j is refused', (limit) => {
    expect(() => parsePaging(request({ query: { limit } }))).toThrow('limit');
  });
});

describe('a list of persons', () => {
  const USER_ID = '00Q000000000001AAA';
  test.each([
    [{}, { kind: 'all' }],
    [{ limit: '5' }, { kind: 'all' }],
    [{ email: ' ada@example.com ' }, { kind: 'email', email: 'ada@example.com' }],
    [{ salesforceId: USER_ID }, { kind: 'record', id: USER_ID }],
    [{ status: 'localOnly' }, { kind: 'status', status: 'localOnly' }],
    [{ updatedSince: '2026-11-28T01:00:00+01:00' }, { kind: 'updatedSince', at: '2026-11-28T00:00:00.000Z' }],
  ])('%j is %j', (query, expected) => expect(parsePersonQuery(request({ query }))).toEqual(expected));

  test.each([
    { email: ' ' },
    { salesforceId: 'x' },
    { status: 'deleted' },
    { status: 'constructor' },
    { updatedSince: '2026-11-28' },
    { email: 'a@example.com', status: 'synced' },
  ])('%j is refused by name', (query) => {
    const names = new RegExp(`^${Object.keys(query).join(', ')}: `);
    expect(() => parsePersonQuery(request({ query }))).toThrow(names);
  });
});

test('a hundred thousand fields are refused in a few words', () => {
  const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`Field${n}__c`, {}]));
  expect(() => parseFields({ fields })).toThrow(/^fields: takes at most 1000, and these are 100000$/);
});

test('an id that nobody can have is nobody’s', () => {
  expect(parsePersonId(request({ path: { personId: 'sf-00Q000000000001AAA' } }))).toBe('sf-00Q000000000001AAA');
  for (const personId of ['', 'a b', 'ü', 'x'.repeat(65)]) {
    const outcome = expect.objectContaining({ problem: 'not-found' });
    expect(() => parsePersonId(request({ path: { personId } }))).toThrow(outcome);
  }
});
