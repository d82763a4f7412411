import { ConfigError } from '../../sync/errors.ts';
import type { SyncStatus } from '../../sync/operate/sync-status.ts';
import { addressOf } from '../call-api.ts';
import { syncStatus } from '../doctor/api-checks.ts';
import { type Examination, type Finding, ok, problem } from '../doctor/finding.ts';
import type { Sign } from '../sign-request.ts';

/** An API to try: address and signature. */
export interface ApiToTry {
  readonly url: URL;
  /** Undefined: the API needs no signature. */
  readonly sign: Sign | undefined;
  readonly now: () => number;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** Reads a deployed API's answers. Changes nothing. */
export function smokeChecks(api: ApiToTry): readonly Examination[] {
  const isHere = api.url.protocol === 'http:';
  return [
    { name: 'API', run: async () => [described(await call(api, '/openapi.json'))] },
    ...(isHere ? [] : [{ name: 'authorizer', run: async () => [refused(await unsigned(api))] }]),
    { name: 'persons', run: async () => [listed(await call(api, '/persons?limit=1'))] },
    { name: 'problems', run: async () => [problemTold(await call(api, '/persons/no-such-person'))] },
    syncStatus(async () => statusIn(await call(api, '/sync/status')), api.now),
  ];
}

function described({ status, body }: Answer): Finding {
  const { openapi, info } = (body ?? {}) as {
    readonly openapi?: string;
    readonly info?: { readonly version?: string };
  };
  if (status === 200 && openapi !== undefined) return ok('API', `answers, version ${info?.version}`);
  return problem('API', `GET /openapi.json answers ${status}`, fixFor(status));
}

function refused({ status }: Answer): Finding {
  if (status === 401 || status === 403) return ok('authorizer', `a call without credentials is refused with ${status}`);
  const detail = `a call without credentials is answered with ${status}`;
  return problem('authorizer', detail, 'check the setting auth, and deploy again');
}

function listed({ status, body }: Answer): Finding {
  const { persons } = (body ?? {}) as { readonly persons?: readonly unknown[] };
  if (status === 200 && Array.isArray(persons)) return ok('persons', 'the table can be read');
  return problem('persons', `GET /persons answers ${status}`, fixFor(status));
}

function problemTold({ status, type }: Answer): Finding {
  if (status === 404 && type.startsWith('application/problem+json'))
    return ok('problems', 'are told as RFC 9457 has them');
  return problem('problems', `an unknown person is answered with ${status} ${type}`, fixFor(status));
}

function statusIn({ status, body }: Answer): SyncStatus {
  if (status === 200) return body as SyncStatus;
  throw new ConfigError(`GET /sync/status answers ${status}: ${fixFor(status)}`);
}

function fixFor(status: number): string {
  if (status === 401) return 'set a valid token (LOCKSTEP_TOKEN) with scopes for the call';
  if (status === 403) return 'use credentials with execute-api:Invoke on the API, and the right region';
  return 'look at the log group of the function; cdk/README.md has the runbook';
}

async function call({ url, sign }: ApiToTry, path: string): Promise<Answer> {
  const target = addressOf(url, path);
  const headers = await sign?.({ method: 'GET', url: target, headers: {}, body: Buffer.alloc(0) });
  return answered(await asked(target, headers ?? {}));
}

function asked(target: URL, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(target, { headers }).catch((cause: unknown) => {
    throw new ConfigError(`nothing answers at ${target.host}`, { cause });
  });
}

async function unsigned({ url }: ApiToTry): Promise<Answer> {
  return answered(await asked(addressOf(url, '/sync/status'), {}));
}

async function answered(response: Response): Promise<Answer> {
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : undefined };
}
