import type { ConsoleSettings } from '../../../lib/console/api/settings.ts';
import { staticFile } from '../../../lib/operator/static-files.ts';
import type { PageRequest, Pages } from '../runtime/http-api.ts';
import { gatewayMessage, type HttpResponse } from '../runtime/http-response.ts';
import type { OrgRelay } from './org-relay.ts';

/** What the page of the sandbox can do beside the API. */
export interface SandboxActs {
  /** Undefined with an org elsewhere: nothing but the API is served then. */
  readonly org: OrgRelay | undefined;
  /** Runs a cycle now and waits for its end. */
  readonly cycle: () => Promise<void>;
}

/** Calls of the second pane; the API has no path like it. */
const ACTS = '/_sandbox';

const REFRESH_SECONDS = 2;

/** Serves the console from a folder, its settings, and the calls of the pane with the simulated org. */
export function consolePages(folder: string, acts: SandboxActs): Pages {
  return async (request) => {
    const { method, path } = request;
    if (path.startsWith(`${ACTS}/`)) return act(request, acts);
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    if (path === '/console.json') return json(settingsOf(acts));
    const file = await staticFile(folder, path);
    return file === undefined ? undefined : { status: 200, ...file };
  };
}

function settingsOf({ org }: SandboxActs): ConsoleSettings {
  return {
    apiUrl: '',
    place: 'sandbox on this machine',
    refreshSeconds: REFRESH_SECONDS,
    ...(org === undefined ? {} : { org: { path: ACTS } }),
  };
}

async function act(request: PageRequest, { org, cycle }: SandboxActs): Promise<HttpResponse | undefined> {
  // A page from elsewhere must not drive the sandbox through somebody's browser.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return gatewayMessage(403, 'Forbidden');
  if (org === undefined) return undefined;
  const place = request.path.slice(ACTS.length);
  if (place.startsWith('/org/')) return org.pass({ ...request, path: place.slice('/org'.length) });
  if (request.method !== 'POST') return undefined;
  if (place === '/cycle') return cycle().then(() => json({}));
  return place === '/outage' ? outage(request, org) : undefined;
}

async function outage({ body }: PageRequest, org: OrgRelay): Promise<HttpResponse> {
  const { seconds } = JSON.parse(body.toString('utf8')) as { seconds?: unknown };
  if (typeof seconds !== 'number' || !(seconds > 0)) return gatewayMessage(400, 'seconds must be a number above 0');
  await org.breakFor(seconds);
  return json({ seconds });
}

function json(body: unknown): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: Buffer.from(JSON.stringify(body)),
  };
}
