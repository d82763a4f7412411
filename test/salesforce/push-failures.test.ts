import { afterEach, describe, expect, test } from 'vitest';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import type { SalesforceRecords } from '../../lib/sync/ports/salesforce-records.ts';
import {
  clientOf,
  compositeAnswer,
  failureOf,
  type Stub,
  type StubAnswer,
  type StubRequest,
  soqlOf,
  startStub,
  subrequestsOf,
} from './stub-salesforce.ts';

const IDS = ['00Q000000000001AAA', '00Q000000000002AAA', '00Q000000000003AAA'];
const PUSHES = IDS.map((id) => ({ id, record: { Title: id.slice(0, 15) } }));
const COLUMNS = ['Id', 'Title'];
const NO_RULES = { runAssignmentRules: false };

const rows = (ids: readonly string[]) => ({
  body: ids.map((Id) => ({ attributes: { type: 'Lead' }, Id, Title: null })),
});
const saved = (ids: readonly string[]) => ({ body: ids.map((id) => ({ id, success: true, errors: [] })) });
const refused = (status: number, errorCode: string) => ({ status, body: [{ errorCode, message: 'told' }] });

let stub: Stub;

async function recordsWith(answer: (request: StubRequest, call: number) => StubAnswer): Promise<SalesforceRecords> {
  stub = await startStub(answer);
  return createSalesforceRecords(clientOf(stub.url));
}

afterEach(() => stub.close());

/** The ids that a batch update names. */
function updatedIds(request: StubRequest): string[] {
  const body = subrequestsOf(request)[1]?.body as { records?: { Id: string }[] } | undefined;
  return (body?.records ?? []).map(({ Id }) => Id);
}

test('a push reads, updates without rules of assignment, and reads again', async () => {
  const records = await recordsWith(() => compositeAnswer(rows(IDS), saved(IDS), rows(IDS)));
  await records.pushMass('Lead', PUSHES, COLUMNS);
  const read = {
    method: 'POST',
    url: '/services/data/v64.0/composite/sobjects/Lead',
    body: { ids: IDS, fields: COLUMNS },
  };
  expect(subrequestsOf(stub.requests[0])).toMatchObject([
    read,
    {
      method: 'PATCH',
      url: '/services/data/v64.0/composite/sobjects',
      httpHeaders: { 'Sforce-Auto-Assign': 'FALSE', 'Sforce-Duplicate-Rule-Header': 'allowSave=true' },
      body: {
        allOrNone: false,
        records: PUSHES.map(({ id, record }) => ({ attributes: { type: 'Lead' }, Id: id, ...record })),
      },
    },
    read,
  ]);
});

test('a batch refused for what one record holds is halved until that record stands alone', async () => {
  const bad = IDS[1] ?? '';
  const records = await recordsWith((request) => {
    const ids = updatedIds(request);
    if (ids.length === 0) return compositeAnswer(rows([bad]), refused(400, 'JSON_PARSER_ERROR'), rows([bad]));
    return ids.includes(bad)
      ? compositeAnswer(rows(ids), refused(400, 'JSON_PARSER_ERROR'), rows(ids))
      : compositeAnswer(rows(ids), saved(ids), rows(ids));
  });
  const answers = await records.pushMass('Lead', PUSHES, COLUMNS);
  expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['written', 'rejected', 'written']);
  expect(answers.map(({ after }) => after?.Id)).toEqual(IDS);
  expect(answers[1]?.outcome).toMatchObject({ rejection: { code: 'JSON_PARSER_ERROR', message: 'told' } });
});

test('a limit between the halves of a batch does not hide that the first was written', async () => {
  const records = await recordsWith((request, call) => {
    const ids = updatedIds(request);
    if (call === 1) return compositeAnswer(rows(ids), refused(400, 'JSON_PARSER_ERROR'), rows(ids));
    return call === 2
      ? compositeAnswer(rows(ids), saved(ids), rows(ids))
      : compositeAnswer(rows(ids), refused(403, 'REQUEST_LIMIT_EXCEEDED'), rows(ids));
  });
  const push = records.pushMass('Lead', PUSHES, COLUMNS);
  expect(await failureOf(push)).toMatchObject({ name: 'TransientError', mayHaveCommitted: true });
});

test.each([
  [
    'the update met the daily limit',
    [rows(IDS), refused(403, 'REQUEST_LIMIT_EXCEEDED'), rows(IDS)],
    { name: 'QuotaExceededError' },
  ],
  [
    'the update was halted',
    [rows(IDS), refused(400, 'PROCESSING_HALTED'), rows(IDS)],
    { code: 'PROCESSING_HALTED', mayHaveCommitted: false },
  ],
  [
    'the update failed inside Salesforce',
    [rows(IDS), refused(500, 'UNKNOWN_EXCEPTION'), rows(IDS)],
    { code: 'UNKNOWN_EXCEPTION', mayHaveCommitted: true },
  ],
  ['the object is hidden', [rows(IDS), refused(404, 'INVALID_TYPE'), rows(IDS)], { name: 'ConfigError' }],
  [
    'the rows could not be read after',
    [rows(IDS), saved(IDS), refused(500, 'UNKNOWN_EXCEPTION')],
    { name: 'TransientError', mayHaveCommitted: true },
  ],
  [
    'the rows could not be read before',
    [refused(400, 'INVALID_FIELD'), saved(IDS), rows(IDS)],
    { code: 'INVALID_FIELD', mayHaveCommitted: true },
  ],
  [
    'results are missing',
    [rows(IDS), saved(IDS.slice(1)), rows(IDS)],
    { code: 'UNEXPECTED_ANSWER', mayHaveCommitted: true },
  ],
  ['answers are missing', [rows(IDS), saved(IDS)], { code: 'UNEXPECTED_ANSWER', mayHaveCommitted: true }],
])('nothing counts as written where %s', async (_, subs, expected) => {
  const records = await recordsWith(() => compositeAnswer(...subs));
  expect(await failureOf(records.pushMass('Lead', PUSHES, COLUMNS))).toMatchObject(expected);
});

test('rows that could not be read around a push of which nothing was written leave no doubt', async () => {
  const locked = {
    id: IDS[0],
    success: false,
    errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW', message: '', fields: [] }],
  };
  const records = await recordsWith(() =>
    compositeAnswer(rows([]), { body: [locked] }, refused(500, 'UNKNOWN_EXCEPTION')),
  );
  const push = records.pushMass('Lead', PUSHES.slice(0, 1), COLUMNS);
  expect(await failureOf(push)).toMatchObject({ name: 'TransientError', mayHaveCommitted: false });
});

const GUARDED = PUSHES.map((push) => ({ ...push, ifUnmodifiedSince: '2026-11-21T10:00:00.000Z' }));
const stamped = (...stamps: readonly number[]) => ({
  body: IDS.map((Id, at) => ({ Id, Title: null, SystemModstamp: `2026-11-21T10:00:0${stamps[at] ?? 0}.000+0000` })),
});
const STAMPED = ['Id', 'Title', 'SystemModstamp'];
const WRITTEN = { status: 204 };

test('a guarded push reads, saves each row as it was at its instant, without rules of assignment, and reads', async () => {
  const records = await recordsWith(() => compositeAnswer(rows(IDS), WRITTEN, refused(412, 'X'), WRITTEN, rows(IDS)));
  const answers = await records.push('Lead', GUARDED, COLUMNS);
  const read = { method: 'POST', url: '/services/data/v64.0/composite/sobjects/Lead' };
  const writes = IDS.map((id) => ({
    method: 'PATCH',
    url: `/services/data/v64.0/sobjects/Lead/${id}`,
    httpHeaders: { 'If-Unmodified-Since': 'Sat, 21 Nov 2026 10:00:00 GMT', 'Sforce-Auto-Assign': 'FALSE' },
    body: { Title: id.slice(0, 15) },
  }));
  expect(subrequestsOf(stub.requests[0])).toMatchObject([read, ...writes, read]);
  expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['written', 'modified', 'written']);
});

test("one record's limit or failure is its own: the read behind it tells whether it was saved", async () => {
  const records = await recordsWith(() =>
    compositeAnswer(
      stamped(),
      refused(500, 'UNKNOWN_EXCEPTION'),
      refused(403, 'REQUEST_LIMIT_EXCEEDED'),
      refused(500, 'UNKNOWN_EXCEPTION'),
      stamped(0, 0, 1),
    ),
  );
  const answers = await records.push('Lead', GUARDED, STAMPED);
  expect(answers.map(({ outcome }) => outcome)).toMatchObject([
    { kind: 'transient', code: 'UNKNOWN_EXCEPTION' },
    { kind: 'failed', error: { name: 'QuotaExceededError' } },
    { kind: 'modified' },
  ]);
});

test('a save that was taken counts as taken where the read behind it failed', async () => {
  const failed = refused(400, 'INVALID_FIELD');
  const records = await recordsWith(() =>
    compositeAnswer(failed, WRITTEN, refused(412, 'X'), refused(500, 'UNKNOWN_EXCEPTION'), failed),
  );
  const answers = await records.push('Lead', GUARDED, COLUMNS);
  expect(answers).toMatchObject([
    { outcome: { kind: 'written' }, before: null, after: null, unread: { code: 'INVALID_FIELD' } },
    { outcome: { kind: 'modified' }, unread: { code: 'INVALID_FIELD' } },
    { outcome: { kind: 'failed', error: { mayHaveCommitted: true } }, unread: { code: 'INVALID_FIELD' } },
  ]);
});

test('a push that got no answer is followed by smaller ones', async () => {
  const many = Array.from({ length: 23 }, (_, at) => ({ ...(GUARDED[0] as (typeof GUARDED)[number]), id: `00Q${at}` }));
  const records = await recordsWith(() => 'drop');
  expect(await failureOf(records.push('Lead', many, COLUMNS))).toMatchObject({ mayHaveCommitted: true });
  expect(records.maxPushBatch).toBe(11);
});

describe('a create that was refused because of a value that another record has', () => {
  const told = (field: string) => `duplicate value found: ${field} duplicates value on record with id: <unknown>`;
  const duplicate = (field: string) => ({
    status: 400,
    body: [{ errorCode: 'DUPLICATE_VALUE', message: told(field), fields: [] }],
  });

  test('finds the Lead that has its key', async () => {
    const records = await recordsWith(() =>
      compositeAnswer(duplicate('<unknown>'), { body: { records: [{ Id: IDS[0] }] } }),
    );
    const answer = await records.createLead("a'b", { LastName: 'L' }, COLUMNS, NO_RULES);
    expect(answer).toMatchObject({ kind: 'exists', record: { Id: IDS[0] } });
    const [write] = subrequestsOf(stub.requests[0]);
    expect(write).toMatchObject({
      method: 'POST',
      url: '/services/data/v64.0/sobjects/Lead',
      body: { LastName: 'L', Person_Id__c: "a'b" },
    });
    expect(soqlOf(stub.requests[0])).toEqual(["SELECT Id, Title FROM Lead WHERE Person_Id__c = 'a\\'b'"]);
  });

  test.each(['Person_Id__c', '<unknown>', 'Code__c'])('tells so where no such Lead can be seen (%s)', async (field) => {
    const records = await recordsWith(() => compositeAnswer(duplicate(field), { body: { records: [] } }));
    const answer = await records.createLead('p-1', { LastName: 'L' }, COLUMNS, NO_RULES);
    expect(answer).toMatchObject({ kind: 'rejected', rejection: { code: 'DUPLICATE_VALUE', message: told(field) } });
  });

  test('is tried again where nobody could look for the Lead', async () => {
    const records = await recordsWith(() =>
      compositeAnswer(duplicate('Person_Id__c'), refused(500, 'UNKNOWN_EXCEPTION')),
    );
    const answer = await records.createLead('p-1', { LastName: 'L' }, COLUMNS, NO_RULES);
    expect(answer).toMatchObject({ kind: 'transient', code: 'DUPLICATE_VALUE' });
  });
});

test('a Lead that is converted as soon as it is made is one that was converted', async () => {
  const converted = { body: { records: [{ Id: IDS[0], IsConverted: true }] } };
  const records = await recordsWith(() => compositeAnswer({ status: 201, body: {} }, converted));
  const answer = await records.createLead('p-1', { LastName: 'L' }, [...COLUMNS, 'IsConverted'], NO_RULES);
  expect(answer).toMatchObject({ kind: 'converted', record: { Id: IDS[0] } });
});

test('a Lead that cannot be read back may stand', async () => {
  const records = await recordsWith(() => compositeAnswer({ status: 201, body: {} }, { body: { records: [] } }));
  const created = records.createLead('p-1', { LastName: 'L' }, COLUMNS, NO_RULES);
  expect(await failureOf(created)).toMatchObject({ name: 'TransientError', mayHaveCommitted: true });
});

test('a create that a duplicate rule refuses on account of the person’s own Lead finds that', async () => {
  const duplicates = {
    status: 400,
    body: [{ errorCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?' }],
  };
  const records = await recordsWith(() => compositeAnswer(duplicates, { body: { records: [{ Id: IDS[0] }] } }));
  const answer = await records.createLead('p-1', { LastName: 'L' }, COLUMNS, NO_RULES);
  expect(answer).toMatchObject({ kind: 'exists', record: { Id: IDS[0] } });
});

test('rows that a short page left out are asked for again', async () => {
  const page = (ids: readonly string[], done: boolean) => ({
    body: { done, records: ids.map((Id) => ({ attributes: {}, Id, Title: 'T' })) },
  });
  const records = await recordsWith((_, call) =>
    compositeAnswer(call === 1 ? page(IDS.slice(0, 1), false) : page(IDS.slice(1, 2), true)),
  );
  const found = await records.read('Lead', IDS, COLUMNS);
  expect([...found.keys()]).toEqual(IDS.slice(0, 2));
  expect(stub.requests.flatMap(soqlOf)).toEqual([
    `SELECT Id, Title FROM Lead WHERE Id IN ('${IDS.join("', '")}')`,
    `SELECT Id, Title FROM Lead WHERE Id IN ('${IDS.slice(1).join("', '")}')`,
  ]);
});

test('a person is looked for by one condition on each object that syncs, by email where that is visible', async () => {
  const none = { body: { done: true, records: [] } };
  const records = await recordsWith((request) => compositeAnswer(...subrequestsOf(request).map(() => none)));
  const who = { keys: ["p'1"], email: "o'neil@x.org" };
  expect(await records.find(who, { Lead: ['Id', 'Email'], Contact: ['Id'] })).toEqual([]);
  expect(await records.find(who, { Lead: ['Id', 'Email'], Contact: [] })).toEqual([]);
  const ofLead =
    "SELECT Id, Email, Person_Id__c FROM Lead WHERE IsDeleted = false AND IsConverted = false AND (Person_Id__c IN ('p\\'1') OR Email IN ('o\\'neil@x.org'))";
  expect(stub.requests.map(soqlOf)).toEqual([
    [ofLead, "SELECT Id, Person_Id__c FROM Contact WHERE IsDeleted = false AND (Person_Id__c IN ('p\\'1'))"],
    [ofLead],
  ]);
});
