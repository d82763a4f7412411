import { bodyOf } from '../sandbox/clients/json-call.ts';
import { connectOrg } from '../sandbox/clients/org-client.ts';
import type { Stats } from '../sandbox/org/stats.ts';
import type { Place } from './bench.ts';

/** The org with nothing in between: the floor of every comparison. */
export interface RawOrg {
  /** One call of the REST API below its version, signed in. */
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  /** The text that a read answers. */
  text(path: string): Promise<string>;
  /** Calls counted against the daily limit so far. */
  requests(): Promise<number>;
}

const ROOT = '/services/data/v64.0';

export async function openRawOrg({ orgUrl }: Pick<Place, 'orgUrl'>): Promise<RawOrg> {
  const form = { grant_type: 'client_credentials', client_id: 'lockstep', client_secret: 'lockstep' };
  const answer = await fetch(`${orgUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token } = (await answer.json()) as { readonly access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  return {
    call: (method, path, body) =>
      bodyOf({ method, url: `${orgUrl}${ROOT}${path}`, headers, ...(body === undefined ? {} : { body }) }),
    text: async (path) => {
      const answered = await fetch(`${orgUrl}${ROOT}${path}`, { headers });
      if (!answered.ok) throw new Error(`${path.slice(0, 60)}: ${answered.status}`);
      return answered.text();
    },
    requests: async () => (await bodyOf<Stats>({ method: 'GET', url: `${orgUrl}/_org/stats` })).requests,
  };
}

/** The same org as somebody in sales edits it. */
export const openOrgAsAdmin = ({ orgUrl }: Pick<Place, 'orgUrl'>) => connectOrg(orgUrl, 'admin');

/** The rows that a query finds, page by page. */
export async function* rowsOf(org: RawOrg, soql: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  interface Page {
    readonly records: readonly Readonly<Record<string, unknown>>[];
    readonly nextRecordsUrl?: string;
  }
  let path: string | undefined = `/query?q=${encodeURIComponent(soql)}`;
  while (path !== undefined) {
    const page: Page = await org.call<Page>('GET', path);
    yield* page.records;
    path = page.nextRecordsUrl?.slice(ROOT.length);
  }
}

/** Ids of all Leads. */
export async function leadIds(org: RawOrg): Promise<string[]> {
  const ids: string[] = [];
  for await (const { Id } of rowsOf(org, 'SELECT Id FROM Lead ORDER BY Id')) ids.push(String(Id));
  return ids;
}
