import { callJson } from '../clients/json-call.ts';
import type { PageRequest } from '../runtime/http-api.ts';
import type { HttpResponse } from '../runtime/http-response.ts';

/** Passes calls of the console on to the simulated org, as its administrator. */
export interface OrgRelay {
  pass(request: PageRequest): Promise<HttpResponse>;
  /** Every call to the REST API is answered with 503 for so long. */
  breakFor(seconds: number): Promise<void>;
  close(): void;
}

const CLIENT = 'admin';

export function orgRelay(orgUrl: string): OrgRelay {
  let token: Promise<string> | undefined;
  let outage: NodeJS.Timeout | undefined;
  const send = async ({ method, path, query, body }: PageRequest): Promise<Response> => {
    token ??= signIn(orgUrl);
    return fetch(`${orgUrl}${path}${query === '' ? '' : `?${query}`}`, {
      method,
      headers: {
        authorization: `Bearer ${await token}`,
        'content-type': 'application/json',
        // An edit by hand leaves the owner alone; the default would run the assignment rules.
        'sforce-auto-assign': 'FALSE',
      },
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
  };
  const clear = () => callJson({ method: 'DELETE', url: `${orgUrl}/_org/faults` });
  return {
    pass: async (request) => {
      const first = await send(request);
      if (first.status !== 401) return responseOf(first);
      // The session has ended, or the org was reset: sign in again, once.
      token = undefined;
      return responseOf(await send(request));
    },
    breakFor: async (seconds) => {
      clearTimeout(outage);
      const fault = { kind: 'unavailable', probability: 1, match: '^/services/data/' };
      const { status, body } = await callJson({ method: 'POST', url: `${orgUrl}/_org/faults`, body: fault });
      if (status >= 300) throw new Error(`the org refused the fault: ${JSON.stringify(body)}`);
      outage = setTimeout(() => void clear(), seconds * 1000);
    },
    close: () => clearTimeout(outage),
  };
}

async function signIn(orgUrl: string): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: CLIENT, client_secret: CLIENT };
  const answer = await fetch(`${orgUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  if (!answer.ok) throw new Error(`the org refused the client ${CLIENT}: ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Salesforce answers a list of errors; the console expects a `message`. */
async function responseOf(answer: Response): Promise<HttpResponse> {
  const text = await answer.text();
  return {
    status: answer.status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(answer.ok ? text : JSON.stringify({ message: messageIn(text) })),
  };
}

function messageIn(text: string): string {
  const found = [...text.matchAll(/"(?:message|error)"\s*:\s*"((?:[^"\\]|\\.)*)"/g)].map(([, message]) =>
    JSON.parse(`"${message}"`),
  );
  return found.length === 0 ? text.slice(0, 300) : found.join('; ');
}
