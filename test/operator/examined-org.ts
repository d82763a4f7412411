import { examineOrg, type OrgToExamine } from '../../lib/operator/doctor/examine-org.ts';
import type { Finding } from '../../lib/operator/doctor/finding.ts';
import type { SalesforceClient } from '../../lib/salesforce/client.ts';
import type { SubAnswer, Subrequest } from '../../lib/salesforce/subrequest.ts';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { InProcessClient } from '../fakes/in-process-client.ts';
import { createOrg } from '../sandbox/org/create-org.ts';

export const NOW = Date.parse('2026-11-21T10:00:00.000Z');

export function newOrg() {
  const org = createOrg({ time: () => NOW });
  const control = (path: string, body: unknown) => {
    const { status, body: answer } = org.handle({ method: 'POST', path: `/_org/${path}`, headers: {}, body });
    if (status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  };
  const stats = () => org.handle({ method: 'GET', path: '/_org/stats', headers: {}, body: undefined }).body as Stats;
  return { control, stats, client: new InProcessClient(org, 'lockstep') };
}

export async function examined(
  client: SalesforceClient,
  over: Partial<OrgToExamine> = {},
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const types = ['Lead', 'Contact'] as const;
  const org = { client, loginUrl: 'https://acme.my.salesforce.com', types, policy: DEFAULT_POLICY, writes: false };
  for await (const finding of examineOrg({ ...org, now: () => NOW, ...over })) findings.push(finding);
  return findings;
}

export interface Stats {
  readonly recordsCreated: number;
  readonly recordsUpdated: number;
  readonly recordsDeleted: number;
}

/** The org with its answers changed by `tamper`, as an org that is set up otherwise would give them. */
export function tampered(
  client: SalesforceClient,
  tamper: (request: Subrequest, answer: SubAnswer) => SubAnswer,
): SalesforceClient {
  const all = (requests: readonly Subrequest[], answers: readonly SubAnswer[]) =>
    answers.map((answer, at) => tamper(requests[at] as Subrequest, answer));
  return {
    usage: () => client.usage(),
    now: () => client.now(),
    wait: (milliseconds) => client.wait(milliseconds),
    stream: (request) => client.stream(request),
    composite: async (requests, writes) => {
      const composite = await client.composite(requests, writes);
      return { ...composite, answers: all(requests, composite.answers) };
    },
    oneByOne: async (requests) => all(requests, await client.oneByOne(requests)),
  };
}

export const refused = (status: number, errorCode: string): SubAnswer => {
  return { status, headers: {}, body: [{ errorCode, message: 'no' }] };
};

/** Answers whose path holds a text are replaced. */
export const instead = (part: string, answer: SubAnswer) => (request: Subrequest, given: SubAnswer) =>
  request.path.includes(part) ? answer : given;

/** A property of the describe of Lead is changed. */
export const described = (over: Readonly<Record<string, unknown>>) => (request: Subrequest, given: SubAnswer) => {
  if (request.path !== '/sobjects/Lead/describe' || given.status !== 200) return given;
  return { ...given, body: { ...(given.body as object), ...over } };
};

/** A property of the field that holds the key is changed. */
export const keyField = (over: Readonly<Record<string, unknown>>) => (request: Subrequest, given: SubAnswer) => {
  const body = given.body as { readonly fields?: readonly { readonly name: string }[] } | null;
  const changed = body?.fields?.map((field) => (field.name === 'Person_Id__c' ? { ...field, ...over } : field));
  return described({ fields: changed })(request, given);
};
