import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SalesforceClient } from '../../lib/salesforce/client.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import type { SalesforceRecords } from '../../lib/sync/ports/salesforce-records.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import { clientOf, failureOf } from './stub-salesforce.ts';

const COLUMNS = ['Id', 'SystemModstamp', 'LastName', 'Title', 'OwnerId'];
const RULES = { runAssignmentRules: true };
const NO_RULES = { runAssignmentRules: false };

let org: Org;
let url: string;
let client: SalesforceClient;
let records: SalesforceRecords;

const credentials = () => ({ loginUrl: url, clientId: 'lockstep', clientSecret: 'lockstep' });

beforeEach(async () => {
  org = createOrg();
  url = await org.listen(0);
  client = clientOf(url, { credentials: credentials() });
  records = createSalesforceRecords(client);
});

afterEach(() => org.close());

function drive(path: string, body: object): void {
  const { status, body: answer } = org.handle({ method: 'POST', path: `/_org/${path}`, headers: {}, body });
  if (status !== 200) throw new Error(JSON.stringify(answer));
}

async function leadOf(personId: string, more: Record<string, string> = {}): Promise<string> {
  const record = { LastName: personId, Company: 'Engines', ...more };
  const answer = await records.createLead(personId, record, ['Id'], NO_RULES);
  if (answer.kind !== 'created') throw new Error(JSON.stringify(answer));
  return String(answer.record.Id);
}

async function leads(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) ids.push(await leadOf(`p-${at}`));
  return ids;
}

const stampOf = async (id: string): Promise<string> =>
  String((await records.read('Lead', [id], ['SystemModstamp'])).get(id)?.SystemModstamp);

describe('pushMass', () => {
  test('writes rows in one call, with each row as it was before and is after', async () => {
    const ids = await leads(3);
    const calls = client.usage().calls;
    const pushes = ids.map((id, at) => ({ id, record: { Title: ` T${at} ` } }));
    const answers = await records.pushMass('Lead', pushes, COLUMNS);
    expect(client.usage().calls - calls).toBe(1);
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['written', 'written', 'written']);
    expect(answers.map(({ before }) => before?.Title)).toEqual([null, null, null]);
    expect(answers.map(({ after }) => after?.Title)).toEqual(['T0', 'T1', 'T2']);
    expect(Object.keys(answers[0]?.after ?? {})).toEqual(COLUMNS);
    expect(await records.pushMass('Lead', [], COLUMNS)).toEqual([]);
    expect(client.usage().calls - calls).toBe(1);
  });

  test('a refused row is its own outcome and touches no other', async () => {
    const [good = '', bad = '', deleted = ''] = await leads(3);
    drive('validation-rules', {
      object: 'Lead',
      name: 'NoTemp',
      errorWhen: "Title = 'Temp'",
      message: 'No temps',
      field: 'Title',
    });
    org.handle(await asAdmin('DELETE', `/services/data/v64.0/sobjects/Lead/${deleted}`));
    const answers = await records.pushMass(
      'Lead',
      [
        { id: bad, record: { Title: 'Temp' } },
        { id: good, record: { Title: 'CTO' } },
        { id: deleted, record: { Title: 'CEO' } },
      ],
      COLUMNS,
    );
    expect(answers[0]?.outcome).toEqual({
      kind: 'rejected',
      rejection: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No temps', fields: ['Title'] },
    });
    expect(answers[0]?.after?.Title).toBeNull();
    expect(answers[1]).toMatchObject({ outcome: { kind: 'written' }, after: { Title: 'CTO' } });
    expect(answers[2]).toEqual({ outcome: { kind: 'gone', code: 'ENTITY_IS_DELETED' }, before: null, after: null });
  });

  test('a locked row is transient and nothing of it was written', async () => {
    const [id = ''] = await leads(1);
    drive('faults', { kind: 'lockRow', times: 1 });
    const [answer] = await records.pushMass('Lead', [{ id, record: { Title: 'CTO' } }], COLUMNS);
    expect(answer).toMatchObject({
      outcome: { kind: 'transient', code: 'UNABLE_TO_LOCK_ROW' },
      after: { Title: null },
    });
  });

  test('a converted Lead is gone', async () => {
    const [id = ''] = await leads(1);
    drive('convert', { leadId: id });
    const [answer] = await records.pushMass('Lead', [{ id, record: { Title: 'CTO' } }], COLUMNS);
    expect(answer?.outcome).toEqual({ kind: 'gone', code: 'CANNOT_UPDATE_CONVERTED_LEAD' });
  });

  test('no assignment rule takes the row from its owner', async () => {
    const [id = ''] = await leads(1);
    const [answer] = await records.pushMass('Lead', [{ id, record: { Title: 'CTO' } }], COLUMNS);
    expect(answer?.after?.OwnerId).toBe(answer?.before?.OwnerId);
  });

  test('a text that looks like a reference of a composite request arrives as it is', async () => {
    const ids = await leads(2);
    const texts = ['Hello @{name}', 'plain'];
    const pushes = ids.map((id, at) => ({ id, record: { Title: texts[at] ?? null } }));
    const answers = await records.pushMass('Lead', pushes, COLUMNS);
    expect(answers.map(({ after }) => after?.Title)).toEqual(texts);
  });

  test.each([
    ['limitExceeded', { name: 'QuotaExceededError' }, false],
    ['unavailable', { code: 'SERVER_UNAVAILABLE', mayHaveCommitted: false }, false],
    ['serverError', { code: 'UNKNOWN_EXCEPTION', mayHaveCommitted: true }, false],
    ['htmlError', { code: 'ERROR_HTTP_502', mayHaveCommitted: true }, false],
    ['timeoutBefore', { code: 'TIMEOUT', mayHaveCommitted: true }, false],
    ['timeoutAfterCommit', { code: 'TIMEOUT', mayHaveCommitted: true }, true],
    ['dropConnection', { name: 'TransientError', mayHaveCommitted: true }, true],
  ])('%s is told as what it may have left behind', async (kind, expected, written) => {
    const [id = ''] = await leads(1);
    const hurried = createSalesforceRecords(clientOf(url, { credentials: credentials(), timeoutMs: 1_000 }));
    drive('faults', { kind, times: 1, match: 'composite' });
    const push = hurried.pushMass('Lead', [{ id, record: { Title: 'CTO' } }], COLUMNS);
    expect(await failureOf(push)).toMatchObject(expected);
    expect((await records.read('Lead', [id], COLUMNS)).get(id)?.Title).toBe(written ? 'CTO' : null);
  });

  test('a session that ended meanwhile goes unnoticed', async () => {
    const [id = ''] = await leads(1);
    drive('faults', { kind: 'expireSession', times: 1 });
    const [answer] = await records.pushMass('Lead', [{ id, record: { Title: 'CTO' } }], COLUMNS);
    expect(answer?.outcome.kind).toBe('written');
  });

  test('more rows than a batch holds are a mistake of the caller', async () => {
    const pushes = Array.from({ length: 601 }, () => ({ id: '00Q000000000001AAA', record: {} }));
    expect(await failureOf(records.pushMass('Lead', pushes, COLUMNS))).toBeInstanceOf(RangeError);
  });
});

describe('push', () => {
  test('writes the rows that have not changed since base, in one call, and leaves the others alone', async () => {
    const ids = await leads(3);
    const stamps = await Promise.all(ids.map(stampOf));
    drive('clock', { advanceSeconds: 60 });
    await records.pushMass('Lead', [{ id: ids[1] ?? '', record: { Title: 'Theirs' } }], COLUMNS);
    const calls = client.usage().calls;
    const pushes = ids.map((id, at) => ({ id, record: { Title: `T${at}` }, ifUnmodifiedSince: stamps[at] ?? '' }));
    const answers = await records.push('Lead', pushes, COLUMNS);
    expect(client.usage().calls - calls).toBe(1);
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['written', 'modified', 'written']);
    expect(answers.map(({ before }) => before?.Title)).toEqual([null, 'Theirs', null]);
    expect(answers.map(({ after }) => after?.Title)).toEqual(['T0', 'Theirs', 'T2']);
    expect(await records.push('Lead', [], COLUMNS)).toEqual([]);
  });

  test('what is refused, gone or a reference that leads nowhere touches no other row', async () => {
    const [good = '', long = '', converted = '', deleted = '', owned = ''] = await leads(5);
    drive('convert', { leadId: converted });
    org.handle(await asAdmin('DELETE', `/services/data/v64.0/sobjects/Lead/${deleted}`));
    const ifUnmodifiedSince = new Date(org.clock.now()).toISOString();
    const push = (id: string, record: Record<string, string>) => ({ id, record, ifUnmodifiedSince });
    const answers = await records.push(
      'Lead',
      [
        push(long, { Title: 'x'.repeat(129) }),
        push(good, { Title: 'CTO' }),
        push(converted, { Title: 'CTO' }),
        push(deleted, { Title: 'CTO' }),
        push('00Q5g00000000zzEAA', { Title: 'CTO' }),
        push(owned, { OwnerId: '005000000000zzzAAA' }),
      ],
      COLUMNS,
    );
    expect(answers.map(({ outcome }) => outcome)).toMatchObject([
      { kind: 'rejected', rejection: { code: 'STRING_TOO_LONG', fields: ['Title'] } },
      { kind: 'written' },
      { kind: 'gone' },
      { kind: 'gone', code: 'ENTITY_IS_DELETED' },
      { kind: 'gone', code: 'INVALID_CROSS_REFERENCE_KEY' },
      { kind: 'rejected', rejection: { code: 'INVALID_CROSS_REFERENCE_KEY', fields: ['OwnerId'] } },
    ]);
    expect(answers[1]?.after?.Title).toBe('CTO');
  });

  test('a row that holds what looks like a reference goes by itself, under its guard too', async () => {
    const [plain = '', quoting = '', changed = ''] = await leads(3);
    const ifUnmodifiedSince = await stampOf(changed);
    drive('clock', { advanceSeconds: 60 });
    await records.pushMass('Lead', [{ id: changed, record: { Title: 'Theirs' } }], COLUMNS);
    const answers = await records.push(
      'Lead',
      [quoting, plain, changed].map((id) => ({ id, record: { Title: `@{${id.slice(-6)}}` }, ifUnmodifiedSince })),
      COLUMNS,
    );
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['written', 'written', 'modified']);
    expect(answers[0]?.after?.Title).toBe(`@{${quoting.slice(-6)}}`);
  });

  test('what somebody saves in the second of base is seen, for the push waits until that second is over', async () => {
    const [id = ''] = await leads(1);
    const ifUnmodifiedSince = await stampOf(id);
    const [answer] = await records.push('Lead', [{ id, record: { Title: 'CTO' }, ifUnmodifiedSince }], COLUMNS);
    expect(answer?.outcome.kind).toBe('written');
    expect(Date.parse(String(answer?.after?.SystemModstamp))).toBeGreaterThan(Date.parse(ifUnmodifiedSince));
  });

  test('more rows than fit into one call are a mistake of the caller', async () => {
    const push = { id: '00Q000000000001AAA', record: {}, ifUnmodifiedSince: '2026-11-21T10:00:00.000Z' };
    const pushes = Array.from({ length: 24 }, () => push);
    expect(records.maxPushBatch).toBe(23);
    expect(await failureOf(records.push('Lead', pushes, COLUMNS))).toBeInstanceOf(RangeError);
  });
});

describe('createLead', () => {
  test('creates once, then leaves alone what stands there, in one call each', async () => {
    const record = { LastName: 'Lovelace', Company: 'Engines' };
    const calls = client.usage().calls;
    const first = await records.createLead('p-1', record, COLUMNS, NO_RULES);
    const second = await records.createLead('p-1', { ...record, Title: 'CTO' }, COLUMNS, NO_RULES);
    expect(client.usage().calls - calls).toBe(2);
    expect(first).toMatchObject({ kind: 'created', record: { LastName: 'Lovelace', Title: null } });
    expect(second).toMatchObject({ kind: 'exists', record: { LastName: 'Lovelace', Title: null } });
    expect(org.state.stats.recordsCreated).toBe(1);
  });

  test('twenty at once make one Lead', async () => {
    const record = { LastName: 'Lovelace', Company: 'Engines' };
    const all = await Promise.all(
      Array.from({ length: 20 }, () => records.createLead('p-1', record, ['Id'], NO_RULES)),
    );
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(['created', ...Array.from({ length: 19 }, () => 'exists')]);
    expect(org.state.stats.recordsCreated).toBe(1);
  });

  test('assignment rules choose the owner only where they are asked to', async () => {
    const record = { LastName: 'Lovelace', Company: 'Engines' };
    const asked = await records.createLead('p-1', record, COLUMNS, RULES);
    const unasked = await records.createLead('p-2', record, COLUMNS, NO_RULES);
    const owners = [asked, unasked].map((answer) => (answer.kind === 'created' ? answer.record.OwnerId : answer));
    expect(owners[0]).not.toBe(owners[1]);
    expect(owners[1]).toBe(org.state.standard.lockstep.id);
  });

  test('a refused create is a rejection', async () => {
    expect(await records.createLead('p-1', { LastName: 'Lovelace' }, COLUMNS, NO_RULES)).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'REQUIRED_FIELD_MISSING', fields: ['Company'] },
    });
  });

  test('a missing Person_Id__c is for a human', async () => {
    drive('field-access', { object: 'Lead', field: 'Person_Id__c', read: false, edit: false });
    const created = records.createLead('p-1', { LastName: 'L', Company: 'C' }, COLUMNS, NO_RULES);
    expect((await failureOf(created)).name).toBe('ConfigError');
    expect((await failureOf(records.find({ keys: ['p'], email: null }, COLUMNS_OF))).name).toBe('ConfigError');
  });
});

const COLUMNS_OF = { Lead: ['Id', 'Email'], Contact: ['Id', 'Email'] };

describe('reading', () => {
  test('rows come by id, deleted ones too, any number of them', async () => {
    org.seed({ leads: 2_600, contacts: 0, seed: 1 });
    const ids = [...org.state.store.table('Lead').between('1999', '2999')].map((row) => String(row.Id));
    const [first = ''] = ids;
    org.handle(await asAdmin('DELETE', `/services/data/v64.0/sobjects/Lead/${first}`));
    const calls = client.usage().calls;
    const rows = await records.read('Lead', [...ids, ...ids.slice(0, 5), '00Q5g00000000zzEAA'], ['Id', 'IsDeleted']);
    expect(rows.size).toBe(2_600);
    expect(rows.get(first)).toEqual({ Id: first, IsDeleted: true });
    expect(client.usage().calls - calls).toBe(2);
    expect(await records.read('Lead', [], ['Id'])).toEqual(new Map());
  });

  test('a person is found by id and by email, on Leads and Contacts, live and unconverted', async () => {
    const email = "o'neil@example.com";
    const mine = await leadOf('p-1');
    const sameEmail = await leadOf('p-2', { Email: email });
    const converted = await leadOf('p-3', { Email: email });
    const deleted = await leadOf('p-4', { Email: email });
    drive('convert', { leadId: converted });
    org.handle(await asAdmin('DELETE', `/services/data/v64.0/sobjects/Lead/${deleted}`));
    const calls = client.usage().calls;
    const found = await records.find({ keys: ['p-1'], email }, COLUMNS_OF);
    expect(client.usage().calls - calls).toBe(1);
    expect(found.filter(({ type }) => type === 'Lead').map(({ record }) => record.Id)).toEqual([mine, sameEmail]);
    expect(found.filter(({ type }) => type === 'Contact')).toMatchObject([{ record: { Email: email } }]);
    expect(await records.find({ keys: ['p-1'], email: null }, COLUMNS_OF)).toHaveLength(1);
  });
});

/** A request of the administrator, straight to the org. */
async function asAdmin(method: string, path: string) {
  const body = 'grant_type=client_credentials&client_id=admin&client_secret=admin';
  const login = org.handle({ method: 'POST', path: '/services/oauth2/token', headers: {}, body });
  const { access_token: token } = login.body as { access_token: string };
  return { method, path, headers: { authorization: `Bearer ${token}` } };
}
