import type { Stats } from '../org/stats.ts';
import { bodyOf } from './json-call.ts';

/** A value as Salesforce's REST API writes it. */
export type OrgValue = string | number | boolean | null;

export type OrgFields = Readonly<Record<string, OrgValue>>;

/** A row of a query or of an sObject resource. */
export type OrgRecord = OrgFields & { readonly Id: string };

/** The REST API of an org, as one of its users; throws `UnexpectedAnswerError` for whatever it refuses. */
export interface OrgClient {
  /** All pages of a query. */
  query(soql: string): Promise<readonly OrgRecord[]>;
  /** The same, with the rows in the recycle bin. */
  queryAll(soql: string): Promise<readonly OrgRecord[]>;
  record(object: string, id: string): Promise<OrgRecord>;
  /** Creates a record, without assignment rules, and gives its id. */
  create(object: string, fields: OrgFields): Promise<string>;
  update(object: string, id: string, fields: OrgFields): Promise<void>;
  delete(object: string, id: string): Promise<void>;
  /** Drives the simulated org itself: `POST validation-rules` with a body. */
  control(line: string, body?: unknown): Promise<unknown>;
  stats(): Promise<Stats>;
}

const ROOT = '/services/data/v62.0';

/** Signs in at an org by client credentials; in the simulated org the secret is the client's name. */
export async function connectOrg(orgUrl: string, client: string, secret = client): Promise<OrgClient> {
  const authorization = await signIn(orgUrl, client, secret);
  const call = (method: string, path: string, body?: unknown) => ({
    method,
    url: `${orgUrl}${path}`,
    // An edit by hand leaves the owner alone; the API's default would run the assignment rules.
    headers: { authorization, 'sforce-auto-assign': 'FALSE' },
    ...(body === undefined ? {} : { body }),
  });
  const row = (object: string, id: string) => `${ROOT}/sobjects/${object}/${id}`;
  return {
    query: (soql) => allRecords((path) => bodyOf(call('GET', path)), 'query', soql),
    queryAll: (soql) => allRecords((path) => bodyOf(call('GET', path)), 'queryAll', soql),
    record: (object, id) => bodyOf(call('GET', row(object, id))),
    create: async (object, fields) => {
      return (await bodyOf<{ id: string }>(call('POST', `${ROOT}/sobjects/${object}`, fields))).id;
    },
    update: (object, id, fields) => bodyOf(call('PATCH', row(object, id), fields)),
    delete: (object, id) => bodyOf(call('DELETE', row(object, id))),
    control: (line, body) => {
      const [method = '', path = ''] = line.split(' ');
      return bodyOf(call(method, `/_org/${path}`, body));
    },
    stats: () => bodyOf(call('GET', '/_org/stats')),
  };
}

async function signIn(orgUrl: string, client: string, secret: string): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: client, client_secret: secret };
  const answer = await fetch(`${orgUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  if (!answer.ok) throw new Error(`the org refused the client ${client}: ${await answer.text()}`);
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return `Bearer ${token}`;
}

interface QueryPage {
  readonly records: readonly OrgRecord[];
  readonly nextRecordsUrl?: string;
}

async function allRecords(
  get: (path: string) => Promise<QueryPage>,
  resource: 'query' | 'queryAll',
  soql: string,
): Promise<readonly OrgRecord[]> {
  const records: OrgRecord[] = [];
  let next: string | undefined = `${ROOT}/${resource}?q=${encodeURIComponent(soql)}`;
  while (next !== undefined) {
    const page: QueryPage = await get(next);
    records.push(...page.records);
    next = page.nextRecordsUrl;
  }
  return records;
}
