import { expect, test } from 'vitest';
import type { OrgToExamine } from '../../lib/operator/doctor/examine-org.ts';
import type { SalesforceClient } from '../../lib/salesforce/client.ts';
import type { SubAnswer, Subrequest } from '../../lib/salesforce/subrequest.ts';
import { ConfigError } from '../../lib/sync/errors.ts';
import { examined, instead, NOW, newOrg, refused, tampered } from './examined-org.ts';

type Org = ReturnType<typeof newOrg>;

/** An org with one thing wrong, and whatever else the doctor looks at. */
interface Broken {
  readonly client: SalesforceClient;
  readonly over?: Partial<OrgToExamine>;
}

type Break = (org: Org) => Broken;

const byAnswers =
  (tamper: (request: Subrequest, answer: SubAnswer) => SubAnswer): Break =>
  ({ client }) => ({ client: tampered(client, tamper) });

const byAccess =
  (object: string, field: string): Break =>
  ({ client, control }) => {
    control('field-access', { object, field, read: false, edit: false });
    return { client };
  };

/** Of the describe of one object, a property is other than it has to be. */
const describedAs = (object: string, over: Readonly<Record<string, unknown>>): Break =>
  byAnswers((request, given) => {
    if (request.path !== `/sobjects/${object}/describe` || given.status !== 200) return given;
    return { ...given, body: { ...(given.body as object), ...over } };
  });

const noQuery = (object: string): Break =>
  byAnswers((request, given) =>
    request.path.includes('queryAll') && decodeURIComponent(request.path).includes(`FROM ${object} `)
      ? refused(400, 'INVALID_FIELD')
      : given,
  );

const describedAgain = (object: string): Break =>
  byAnswers((request, given) =>
    request.path === `/sobjects/${object}/describe` && given.status === 304 ? refused(500, 'UNKNOWN_EXCEPTION') : given,
  );

const SECOND = '00Q000000000009AAA';

const daily = { DailyApiRequests: { Max: 15_000, Remaining: 12 } };

/** For each check that is `ok` on an org set up right, the one thing that breaks just that. */
const BREAKS: Readonly<Record<string, Break>> = {
  'sign-in': ({ client }) => {
    const now = () => Promise.reject(new ConfigError('Salesforce refused the credentials'));
    return { client: { ...tampered(client, (_, given) => given), now } };
  },
  clock: ({ client }) => ({ client, over: { now: () => NOW + 3_600_000 } }),
  table: ({ client }) => ({ client, over: { tableOwner: async () => 'another' } }),
  'API version': byAnswers((request, given) => (request.path === '/' ? refused(404, 'NOT_FOUND') : given)),
  organization: byAnswers(instead('Organization', refused(400, 'INVALID_TYPE'))),
  'daily calls': byAnswers((request, given) =>
    request.path === '/limits' ? { status: 200, headers: {}, body: daily } : given,
  ),
  ...Object.fromEntries(
    ['Lead', 'Contact'].flatMap((object): [string, Break][] => [
      [object, describedAs(object, { updateable: false })],
      [`${object}.Person_Id__c`, byAccess(object, 'Person_Id__c')],
      [`${object} fields`, describedAs(object, { fields: [] })],
      [`${object} changes`, noQuery(object)],
      [`${object} updated`, byAnswers(instead(`/sobjects/${object}/updated/`, refused(500, 'UNKNOWN_EXCEPTION')))],
      [`${object} conditional describe`, describedAgain(object)],
    ]),
  ),
  'insert under the key': ({ client, control }) => {
    const rule = { object: 'Lead', name: 'Never', errorWhen: "LastName != ''", message: 'no Leads by API' };
    control('validation-rules', rule);
    return { client };
  },
  'duplicate refused': byAnswers((request, given) => {
    const isSecond = request.method === 'POST' && request.path === '/sobjects/Lead' && given.status >= 400;
    return isSecond ? { status: 201, headers: {}, body: { id: SECOND, success: true, errors: [] } } : given;
  }),
  'stale guarded update refused': byAnswers((_, given) => (given.status === 412 ? { ...given, status: 204 } : given)),
  'guarded update carried out': byAnswers((request, given) =>
    request.headers?.['If-Unmodified-Since'] !== undefined ? refused(400, 'BAD_REQUEST') : given,
  ),
  'one bad record fails alone': byAnswers(
    instead('/composite/sobjects', { status: 200, headers: {}, body: [{ success: true }, { success: true }] }),
  ),
  'test Lead deleted': byAnswers((request, given) =>
    request.method === 'DELETE' ? refused(400, 'INSUFFICIENT_ACCESS_OR_READONLY') : given,
  ),
};

const WITH_ALL: Partial<OrgToExamine> = { writes: true, tableOwner: async () => '00D1', signedInTo: () => '00D1' };

test('every check of the doctor has a break of its own', async () => {
  const findings = await examined(newOrg().client, WITH_ALL);
  const passed = findings.flatMap(({ level, check }) => (level === 'ok' ? check : []));
  expect([...new Set(passed)].toSorted()).toEqual(Object.keys(BREAKS).toSorted());
});

test.each(Object.entries(BREAKS))('%s is not ok where that alone is broken', async (check, makeBroken) => {
  const { client, over } = makeBroken(newOrg());
  const findings = (await examined(client, { ...WITH_ALL, ...over })).filter((finding) => finding.check === check);
  expect(findings.map(({ level }) => level)).not.toContain('ok');
  for (const { level, fix } of findings) if (level === 'problem') expect(fix).toMatch(/\w/);
});
