import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';

/** The version that the tests speak. */
export const ROOT = '/services/data/v62.0';

/** JSON as the tests look into it. */
export type Json = { readonly [name: string]: Json } & readonly Json[] & (string | number | boolean | null);

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Json;
}

/** A client of an org in the same process, signed in as one of its users. */
export interface OrgClient {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Answer;
  get(path: string, headers?: Record<string, string>): Answer;
  post(path: string, body: unknown, headers?: Record<string, string>): Answer;
  patch(path: string, body: unknown, headers?: Record<string, string>): Answer;
  delete(path: string, headers?: Record<string, string>): Answer;
  query(soql: string): Json;
  queryAll(soql: string): Json;
  /** Creates a Lead and tells its id. */
  lead(fields?: Record<string, unknown>): string;
}

function answer({ status, headers, body }: OrgResponse): Answer {
  return { status, headers, body: (body ?? null) as Json };
}

/** An org whose clock stands still until it is moved, at a round time. */
export function stillOrg(options: { dailyRequests?: number; seed?: number } = {}): Org {
  const start = Date.parse('2026-11-21T10:00:00Z');
  return createOrg({ time: () => start, ...options });
}

export function signIn(org: Org, name = 'lockstep'): OrgClient {
  const body = `grant_type=client_credentials&client_id=${name}&client_secret=${name}`;
  const token = org.handle({ method: 'POST', path: '/services/oauth2/token', headers: {}, body });
  const { access_token: access } = token.body as { access_token: string };
  return withToken(org, access);
}

export function withToken(org: Org, access: string): OrgClient {
  const authorization = `Bearer ${access}`;
  const send: OrgClient['send'] = (method, path, body, headers = {}) =>
    answer(org.handle({ method, path: absolute(path), headers: { authorization, ...headers }, body }));
  const run = (resource: string, soql: string) => send('GET', `/${resource}?q=${encodeURIComponent(soql)}`).body;
  return {
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    query: (soql) => run('query', soql),
    queryAll: (soql) => run('queryAll', soql),
    lead: (fields = {}) => {
      const record = { LastName: 'Lovelace', Company: 'Analytical Engines', ...fields };
      const created = send('POST', '/sobjects/Lead', record, { 'sforce-auto-assign': 'FALSE' });
      if (created.status !== 201) throw new Error(JSON.stringify(created.body));
      return String(created.body.id);
    },
  };
}

function absolute(path: string): string {
  return path.startsWith('/services/') ? path : `${ROOT}${path}`;
}

/** Drives the org itself. */
export function control(org: Org, line: string, body?: unknown): Answer {
  const [method = '', path = ''] = line.split(' ');
  return answer(org.handle({ method, path: `/_org/${path}`, headers: {}, body }));
}
