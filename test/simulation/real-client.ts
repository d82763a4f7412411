import { createSalesforceClient, type SalesforceClient } from '../../lib/salesforce/client.ts';
import type { Fetch } from '../../lib/salesforce/fetch-transport.ts';
import { isWrite, type Subrequest } from '../../lib/salesforce/subrequest.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import { chunksOf } from '../fakes/in-process-client.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';
import type { Invocation } from './invocation.ts';
import { ROOT } from './org-work.ts';
import { CALLER_TIMEOUT_MS, SimulatedClient, TIMEOUT_MS, timedOut } from './simulated-client.ts';
import type { World } from './world.ts';

const LOGIN_URL = 'https://simulated.my.salesforce.com';
const TOKEN_PATH = '/services/oauth2/token';
const credentials = { loginUrl: LOGIN_URL, clientId: 'lockstep', clientSecret: 'lockstep' };

/** Nobody but the client's own patience ends a request, and the network of the story keeps that. */
const NEVER = new AbortController().signal;

/** The product's own client with its session and its JSON, over the network of the story. */
export function realClient(world: World, invocation: Invocation, somebodyWaits: boolean): SalesforceClient {
  const network = new SimulatedClient(world, invocation, somebodyWaits);
  const { timeline } = world;
  return createSalesforceClient({
    credentials,
    timeoutMs: somebodyWaits ? CALLER_TIMEOUT_MS : TIMEOUT_MS,
    reserve: 0,
    fetch: fetchOver(world, invocation, network),
    time: {
      now: () => timeline.now + invocation.skewMs,
      elapsed: () => timeline.now,
      wait: (milliseconds) => invocation.pause(milliseconds),
      timeout: () => NEVER,
    },
  });
}

function fetchOver(world: World, invocation: Invocation, network: SimulatedClient): Fetch {
  let signedIn = 0;
  return async (url, { method = 'GET', headers, body }) => {
    const { pathname, search } = new URL(url);
    const text = typeof body === 'string' ? body : undefined;
    if (pathname === TOKEN_PATH) {
      signedIn += 1;
      world.swarm.count(signedIn > 1 ? 'signedInAgain' : 'signedIn');
      // A session that was renewed does not expire at once.
      if (signedIn > 1) world.signedInAt = world.timeline.now;
      await invocation.pause(invocation.dice.between(30, 700));
      return answerOf(world.org.handle({ method, path: TOKEN_PATH, headers: {}, body: text }));
    }
    const path = (pathname + search).replace(ROOT, '');
    const parsed: unknown = text === undefined ? undefined : JSON.parse(text);
    const request = { method, path, body: parsed, headers: lowerCased(headers as Readonly<Record<string, string>>) };
    const parts = partsOf(request);
    try {
      return answerOf((await network.exchange({ request, writes: parts.some(isWrite), parts })).response);
    } catch (error) {
      if (error instanceof TransientError) throw timedOut();
      throw error;
    }
  };
}

interface RawSubrequest {
  readonly method: Subrequest['method'];
  readonly url: string;
  readonly httpHeaders?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The subrequests of a composite request, or the request itself. */
function partsOf(request: { readonly method: string; readonly path: string; readonly body?: unknown }): Subrequest[] {
  const { compositeRequest } = (request.body ?? {}) as { readonly compositeRequest?: readonly RawSubrequest[] };
  if (compositeRequest === undefined) return [request as Subrequest];
  return compositeRequest.map(({ method, url, httpHeaders, body }) => ({
    method,
    path: url.replace(ROOT, ''),
    ...(httpHeaders === undefined ? {} : { headers: httpHeaders }),
    ...(body === undefined ? {} : { body }),
  }));
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** As much of an answer as the transport reads: one of Node's own would be read in turns of the event loop. */
function answerOf({ status, headers, body }: OrgResponse): Response {
  const isText = typeof body === 'string';
  const type = isText ? 'text/html' : 'application/json;charset=UTF-8';
  const text = body === undefined ? '' : isText ? body : JSON.stringify(body);
  const all = { 'content-type': type, ...lowerCased(headers) };
  const told = { status, ok: status < 300, headers: new Map(Object.entries(all)) };
  return {
    ...told,
    body: chunksOf(text),
    text: async () => text,
    arrayBuffer: async () => Buffer.from(text),
  } as unknown as Response;
}
