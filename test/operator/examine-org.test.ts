import { describe, expect, test } from 'vitest';
import type { Finding } from '../../lib/operator/doctor/finding.ts';
import type { SalesforceClient } from '../../lib/salesforce/client.ts';
import type { SubAnswer, Subrequest } from '../../lib/salesforce/subrequest.ts';
import { ConfigError } from '../../lib/sync/errors.ts';
import { described, examined, instead, keyField, NOW, newOrg, refused, tampered } from './examined-org.ts';

const problems = (findings: readonly Finding[]) => findings.filter(({ level }) => level === 'problem');

describe('the doctor on an org that is set up right', () => {
  test('finds no problem, writes nothing, and says what it checked', async () => {
    const { stats, client } = newOrg();
    const findings = await examined(client);
    expect(problems(findings)).toEqual([]);
    const checks = findings.filter(({ level }) => level === 'ok').map(({ check }) => check);
    for (const check of ['sign-in', 'clock', 'API version', 'organization', 'daily calls', 'Lead', 'Contact']) {
      expect(checks).toContain(check);
    }
    for (const check of ['Lead.Person_Id__c', 'Lead changes', 'Lead updated', 'Lead conditional describe']) {
      expect(checks).toContain(check);
    }
    const { recordsCreated, recordsUpdated } = stats();
    expect([recordsCreated, recordsUpdated]).toEqual([0, 0]);
  });

  test('acts out what the product relies on, and leaves no Lead behind', async () => {
    const { stats, client } = newOrg();
    const findings = await examined(client, { writes: true });
    expect(problems(findings)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'insert under the key',
        'duplicate refused',
        'stale guarded update refused',
        'guarded update carried out',
        'one bad record fails alone',
        'test Lead deleted',
      ]),
    );
    expect(stats()).toMatchObject({ recordsCreated: 1, recordsDeleted: 1 });
  });
});

test.each([
  [[0, 0], 'about 0 Leads, about 0 Contacts: about 0 calls and 0 min'],
  [[1_000_000, 300_000], 'about 1000000 Leads, about 300000 Contacts: about 48 calls and 73 min'],
  [[10_000_000, 0], 'about 10000000 Leads, about 0 Contacts: about 248 calls and 10 h'],
])('says what a first sync will take: %j', async ([leads = 0, contacts = 0], told) => {
  const body = {
    sObjects: [
      { name: 'Lead', count: leads },
      { name: 'Contact', count: contacts },
    ],
  };
  const { client } = newOrg();
  const counted = tampered(client, (request, given) =>
    request.path.startsWith('/limits/recordCount') ? { ...given, status: 200, body } : given,
  );
  const findings = await examined(counted);
  expect(findings.find(({ check }) => check === 'first sync')).toMatchObject({ level: 'note', detail: told });
});

/** Each precondition broken alone: what must be found, and in which check. */
const BROKEN: readonly [string, string, (client: SalesforceClient) => SalesforceClient][] = [
  [
    'the version',
    'API version',
    (client) => tampered(client, (request, given) => (request.path === '/' ? refused(404, 'NOT_FOUND') : given)),
  ],
  [
    'the organization',
    'organization',
    (client) => tampered(client, instead('Organization', refused(400, 'INVALID_TYPE'))),
  ],
  [
    'the daily calls',
    'daily calls',
    (client) =>
      tampered(
        client,
        instead('/limits', { status: 200, headers: {}, body: { DailyApiRequests: { Max: 15000, Remaining: 12 } } }),
      ),
  ],
  ['the object', 'Lead', (client) => tampered(client, described({ createable: false }))],
  ['the key field is not unique', 'Lead.Person_Id__c', (client) => tampered(client, keyField({ unique: false }))],
  [
    'the key field is no external id',
    'Lead.Person_Id__c',
    (client) => tampered(client, keyField({ externalId: false })),
  ],
];

describe('the doctor on an org with one thing wrong', () => {
  test.each(BROKEN)('%s', async (_, check, broken) => {
    const findings = problems(await examined(broken(newOrg().client)));
    expect(findings.map((finding) => finding.check)).toContain(check);
    for (const { fix } of findings) expect(fix).toMatch(/\w/);
  });

  test('a sign-in that is refused is the only finding', async () => {
    const client = newOrg().client;
    const mistake = new ConfigError(
      'Salesforce refused the credentials at https://acme.my.salesforce.com: invalid_client',
    );
    const findings = await examined({
      usage: () => client.usage(),
      now: () => Promise.reject(mistake),
      wait: () => Promise.reject(mistake),
      composite: () => Promise.reject(mistake),
      oneByOne: () => Promise.reject(mistake),
      stream: () => Promise.reject(mistake),
    });
    expect(findings).toMatchObject([{ level: 'problem', check: 'sign-in', detail: mistake.message }]);
  });

  test.each([
    ['00D1', 'ok'],
    ['00D2', 'problem'],
    [undefined, 'note'],
  ])('the table of the org %s', async (owner, level) => {
    const over = { tableOwner: async () => owner, signedInTo: () => '00D1' };
    const findings = await examined(newOrg().client, over);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'table', level }));
  });

  test('a clock that is wrong', async () => {
    const findings = await examined(newOrg().client, { now: () => NOW + 3_600_000 });
    expect(problems(findings).map(({ check }) => check)).toEqual(['clock']);
  });

  test.each([
    ['Lead', 'Email', 'Lead.Email'],
    ['Lead', 'Person_Id__c', 'Lead.Person_Id__c'],
  ])('a needed field that is hidden: %s.%s', async (object, field, check) => {
    const { client, control } = newOrg();
    control('field-access', { object, field, read: false, edit: false });
    expect(problems(await examined(client)).map((finding) => finding.check)).toContain(check);
  });

  test('a field of the catalogue that is hidden is a note with its reason', async () => {
    const { client, control } = newOrg();
    control('field-access', { object: 'Lead', field: 'Title', read: false, edit: false });
    const findings = await examined(client);
    expect(findings).toContainEqual({
      level: 'note',
      check: 'Lead.Title',
      detail: 'none: not visible to the sync user',
    });
  });

  test('a describe that takes no condition, and dates that are not told, are notes', async () => {
    const untold = tampered(newOrg().client, instead('/updated/', refused(500, 'UNKNOWN_EXCEPTION')));
    const findings = await examined(untold);
    expect(findings).toContainEqual(expect.objectContaining({ level: 'note', check: 'Lead updated' }));
    expect(problems(findings)).toEqual([]);
  });
});

/** Each thing that the product relies on, answered otherwise: the finding says what was expected. */
const DIFFERENT: readonly [string, (request: Subrequest, answer: SubAnswer) => SubAnswer][] = [
  ['stale guarded update refused', (_, given) => (given.status === 412 ? { ...given, status: 204 } : given)],
  [
    'guarded update carried out',
    (request, given) => (request.headers?.['If-Unmodified-Since'] !== undefined ? refused(400, 'BAD_REQUEST') : given),
  ],
  [
    'one bad record fails alone',
    instead('/composite/sobjects', { status: 200, headers: {}, body: [{ success: true }, { success: true }] }),
  ],
  [
    'test Lead deleted',
    (request, given) => (request.method === 'DELETE' ? refused(400, 'INSUFFICIENT_ACCESS_OR_READONLY') : given),
  ],
];

describe('the write test on an org that answers otherwise', () => {
  test.each(DIFFERENT)('%s', async (check, tamper) => {
    const findings = problems(await examined(tampered(newOrg().client, tamper), { writes: true }));
    expect(findings.map((finding) => finding.check)).toContain(check);
  });

  test('is not begun where the Lead could not be deleted again', async () => {
    const { client, stats } = newOrg();
    const findings = problems(await examined(tampered(client, described({ deletable: false })), { writes: true }));
    expect(findings.map(({ check }) => check)).toEqual(['write test']);
    expect(stats().recordsCreated).toBe(0);
  });

  test('says why Salesforce refuses the Lead', async () => {
    const { client, control } = newOrg();
    const rule = { object: 'Lead', name: 'Never', errorWhen: "LastName != ''", message: 'no Leads by API' };
    control('validation-rules', rule);
    const [finding] = problems(await examined(client, { writes: true }));
    expect(finding).toMatchObject({
      check: 'insert under the key',
      detail: expect.stringContaining('no Leads by API'),
    });
  });
});
