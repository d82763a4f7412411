import { CREATED_TYPE, type SalesforceType } from '../../person/row.ts';
import { API_VERSION, type SalesforceClient } from '../../salesforce/client.ts';
import { errorEntries } from '../../salesforce/error-map.ts';
import { isRaw } from '../../salesforce/query-answer.ts';
import { queryPath } from '../../salesforce/soql.ts';
import type { SubAnswer } from '../../salesforce/subrequest.ts';
import { type Examination, type Finding, note, ok, problem } from './finding.ts';

/** Tolerated clock difference to Salesforce; a JWT assertion is valid for three minutes. */
const CLOCK_TOLERANCE_MS = 120_000;

/** The doctor's identity in Salesforce: the first check, required by all others. */
export function signIn(client: SalesforceClient, loginUrl: string, now: () => number): Examination {
  return {
    name: 'sign-in',
    async run() {
      const theirs = await client.now();
      const apart = Math.round((theirs - now()) / 1000);
      const clock =
        Math.abs(theirs - now()) <= CLOCK_TOLERANCE_MS
          ? ok('clock', `${Math.abs(apart)} s apart from Salesforce's`)
          : problem('clock', `${Math.abs(apart)} s apart from Salesforce's`, 'set the clock of this machine');
      return [ok('sign-in', `Salesforce accepts the credentials at ${loginUrl}`), clock];
    },
  };
}

/** Whether the table belongs to the org: with a different org every cycle is refused. */
export function tableOwner(
  owner: () => Promise<string | undefined>,
  signedInTo: () => string | undefined,
): Examination {
  return {
    name: 'table',
    async run() {
      const organizationId = await owner();
      if (organizationId === undefined) return [note('table', 'belongs to no org yet: the first cycle takes it')];
      if (organizationId === signedInTo()) return [ok('table', `belongs to the org ${organizationId}`)];
      const fix = 'store credentials for the org of the table in the secret, or deploy with a new table';
      return [problem('table', `belongs to the org ${organizationId}`, fix)];
    },
  };
}

/** The API version, the organization, and the daily calls. */
export function organization(client: SalesforceClient): Examination {
  return {
    name: 'organization',
    async run() {
      const [root, limits] = await client.oneByOne([
        { method: 'GET', path: '/' },
        { method: 'GET', path: '/limits' },
      ]);
      const soql = 'SELECT Id, OrganizationType, IsSandbox, InstanceName FROM Organization';
      const { answers } = await client.composite([{ method: 'GET', path: queryPath('query', soql) }], false);
      return [apiVersion(root), organizationFinding(answers[0]), dailyCalls(limits)];
    },
  };
}

function apiVersion(answer: SubAnswer | undefined): Finding {
  if (answer?.status === 200) return ok('API version', `the org has v${API_VERSION}`);
  const answered = statusAndCode(answer);
  return problem('API version', `the org answers ${answered} for v${API_VERSION}`, 'use an org with a newer release');
}

function organizationFinding(answer: SubAnswer | undefined): Finding {
  const [org] = recordsOf(answer);
  if (org === undefined) {
    return problem('organization', `cannot be read: ${statusAndCode(answer)}`, 'let the sync user read Organization');
  }
  const kind = org.IsSandbox === true ? 'sandbox' : 'production';
  return ok('organization', `${String(org.Id)}, ${String(org.OrganizationType)}, ${kind}, ${String(org.InstanceName)}`);
}

function dailyCalls(answer: SubAnswer | undefined): Finding {
  const daily = isRaw(answer?.body) ? answer.body.DailyApiRequests : undefined;
  if (!isRaw(daily) || typeof daily.Max !== 'number' || typeof daily.Remaining !== 'number') {
    return note('daily calls', `not known: ${statusAndCode(answer)}`);
  }
  const { Max: max, Remaining: left } = daily;
  const text = `${left} of ${max} are left; an idle day takes 288`;
  if (left > 288) return ok('daily calls', text);
  return problem('daily calls', text, 'ask Salesforce for more calls, or stop a different client of the org');
}

interface Needed {
  readonly right: 'queryable' | 'createable' | 'updateable';
  readonly without: string;
}

function neededRights(type: SalesforceType): readonly Needed[] {
  const create: Needed = { right: 'createable', without: `no ${type} can be created` };
  return [
    { right: 'queryable', without: `no ${type} is pulled` },
    ...(type === CREATED_TYPE ? [create] : []),
    { right: 'updateable', without: `no edit reaches a ${type}` },
  ];
}

/** The sync user's rights on every object as a whole. */
export function objectRights(client: SalesforceClient, types: readonly SalesforceType[]): Examination {
  return {
    name: 'objects',
    async run() {
      const requests = types.map((type) => ({ method: 'GET', path: `/sobjects/${type}/describe` }) as const);
      const { answers } = await client.composite(requests, false);
      return types.flatMap((type, at) => rightsOf(type, answers[at]));
    },
  };
}

function rightsOf(type: SalesforceType, answer: SubAnswer | undefined): readonly Finding[] {
  const body = answer?.status === 200 && isRaw(answer.body) ? answer.body : undefined;
  if (body === undefined) {
    const fix = `give the sync user the permission set "Lockstep Sync", which reads ${type}`;
    return [problem(type, `the sync user does not see the object: ${statusAndCode(answer)}`, fix)];
  }
  const lacking = neededRights(type).filter(({ right }) => body[right] !== true);
  if (lacking.length === 0) return [ok(type, rightsHeld(type)), ...personAccounts(type, body)];
  return lacking.map(({ right, without }) =>
    problem(type, `not ${right} by the sync user: ${without}`, 'assign the permission set "Lockstep Sync"'),
  );
}

function rightsHeld(type: SalesforceType): string {
  return `the sync user may ${type === CREATED_TYPE ? 'read, create and edit' : 'read and edit'} it`;
}

/** A Contact of a person account shares the Account's fields, and both records are deleted together. */
function personAccounts(type: SalesforceType, body: Readonly<Record<string, unknown>>): readonly Finding[] {
  const names = fieldsOf(body).map(({ name }) => name);
  if (type !== 'Contact' || !names.includes('IsPersonAccount')) return [];
  return [note('person accounts', 'present; a person account syncs as the Contact it contains')];
}

/** The raw fields of a describe. */
export function fieldsOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  return isRaw(body) && Array.isArray(body.fields) ? body.fields.filter(isRaw) : [];
}

export function recordsOf(answer: SubAnswer | undefined): readonly Readonly<Record<string, unknown>>[] {
  const body = answer?.status === 200 && isRaw(answer.body) ? answer.body : {};
  return Array.isArray(body.records) ? body.records.filter(isRaw) : [];
}

/** Salesforce's answer without values: the status and the code. */
export function statusAndCode(answer: SubAnswer | undefined): string {
  if (answer === undefined) return 'no answer';
  const code = errorEntries(answer.body)[0]?.code;
  return code === undefined ? `HTTP ${answer.status}` : `HTTP ${answer.status} ${code}`;
}
