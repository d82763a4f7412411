import { type ApiClient, createClient } from '../api/client.ts';

/** A record of the simulated org. */
export type OrgRecord = Readonly<Record<string, string | number | boolean | null>> & { readonly Id: string };

/** The simulated org from an administrator's view, and the sandbox's schedule. */
export interface OrgCalls {
  record(object: string, id: string): Promise<OrgRecord>;
  /** The records changed last. */
  latest(object: string): Promise<readonly OrgRecord[]>;
  update(object: string, id: string, fields: Readonly<Record<string, string | null>>): Promise<void>;
  /** Controls the org itself: `POST validation-rules`. */
  control(line: string, body: unknown): Promise<unknown>;
  /** Makes Salesforce answer 503 for the given seconds. */
  breakFor(seconds: number): Promise<unknown>;
  /** Runs a cycle now, and waits for the end. */
  cycle(): Promise<unknown>;
}

const ROOT = 'org/services/data/v62.0';

/** Calls through the sandbox's server, which adds the administrator's session. */
export function orgCalls(path: string, client: ApiClient = createClient({ apiUrl: '' })): OrgCalls {
  const call = <Body>(method: string, place: string, body?: unknown) =>
    client.call<Body>(`${method} ${path}/${place}`, body);
  return {
    record: (object, id) => call('GET', `${ROOT}/sobjects/${object}/${id}`),
    latest: async (object) => {
      const soql = `SELECT Id, Name, Title, Email FROM ${object} ORDER BY SystemModstamp DESC LIMIT 6`;
      const page = await call<{ records: OrgRecord[] }>('GET', `${ROOT}/query?q=${encodeURIComponent(soql)}`);
      return page.records;
    },
    update: (object, id, fields) => call('PATCH', `${ROOT}/sobjects/${object}/${id}`, fields),
    control: (line, body) => {
      const [method = '', place = ''] = line.split(' ');
      return call(method, `org/_org/${place}`, body);
    },
    breakFor: (seconds) => call('POST', 'outage', { seconds }),
    cycle: () => call('POST', 'cycle'),
  };
}
