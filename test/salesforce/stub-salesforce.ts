import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSalesforceClient,
  type SalesforceClient,
  type SalesforceClientOptions,
} from '../../lib/salesforce/client.ts';

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What the stub does: answers, never answers, or breaks the connection before or within the answer. */
export type StubAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | 'hang'
  | 'drop'
  | 'break';

export interface Stub {
  readonly url: string;
  /** Requests to the REST API, in order. */
  readonly requests: StubRequest[];
  /** Requests for a token, in order. */
  readonly logins: StubRequest[];
  close(): Promise<void>;
}

export const SECRET = 'canary-secret-1f6f';
export const TOKEN = 'canary-token-9c21';

const usual = (_request: StubRequest, login: number): StubAnswer => tokenAnswer(`${TOKEN}-${login}`);

/** A server that answers every API request as it is told, and signs everybody in unless told otherwise. */
export async function startStub(
  answer: (request: StubRequest, call: number) => StubAnswer,
  signIn: (request: StubRequest, login: number) => StubAnswer = usual,
): Promise<Stub> {
  const requests: StubRequest[] = [];
  const logins: StubRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void readAll(incoming).then((body) => {
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body };
      const isLogin = request.path === '/services/oauth2/token';
      const list = isLogin ? logins : requests;
      list.push(request);
      send(outgoing, (isLogin ? signIn : answer)(request, list.length), `http://${incoming.headers.host}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    logins,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of incoming) text += String(part);
  return text;
}

function send(outgoing: ServerResponse, answer: StubAnswer, url: string): void {
  if (answer === 'hang') return;
  if (answer === 'drop') {
    outgoing.destroy();
    return;
  }
  if (answer === 'break') {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    outgoing.write('{"comp', () => outgoing.destroy());
    return;
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? null);
  outgoing.writeHead(answer.status, { 'content-type': 'application/json;charset=UTF-8', ...answer.headers });
  outgoing.end(text.replaceAll('<own url>', url));
}

export function tokenAnswer(token: string): StubAnswer {
  return { status: 200, body: { access_token: token, instance_url: '<own url>', token_type: 'Bearer' } };
}

export function errorAnswer(status: number, errorCode: string, message = 'told'): StubAnswer {
  return { status, body: [{ errorCode, message }] };
}

export function htmlAnswer(status: number): StubAnswer {
  return { status, headers: { 'content-type': 'text/html;charset=UTF-8' }, body: '<html><h1>Maintenance</h1></html>' };
}

/** An answer with these headers as well. */
export function withHeaders(answer: StubAnswer, headers: Readonly<Record<string, string>>): StubAnswer {
  return typeof answer === 'string' ? answer : { ...answer, headers: { ...answer.headers, ...headers } };
}

interface Sub {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A composite answer, one sub-answer for each argument. */
export function compositeAnswer(...subs: readonly Sub[]): StubAnswer {
  const compositeResponse = subs.map(({ status = 200, headers = {}, body = null }, at) => ({
    httpStatusCode: status,
    httpHeaders: headers,
    body,
    referenceId: `s${at}`,
  }));
  return { status: 200, body: { compositeResponse } };
}

export interface SentSubrequest {
  readonly method: string;
  readonly url: string;
  readonly httpHeaders?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The subrequests of a composite request. */
export function subrequestsOf(request: StubRequest | undefined): SentSubrequest[] {
  const body = JSON.parse(request?.body ?? '{}') as { compositeRequest?: SentSubrequest[] };
  return body.compositeRequest ?? [];
}

/** The SOQL of each query among the subrequests. */
export function soqlOf(request: StubRequest | undefined): string[] {
  return subrequestsOf(request).flatMap(({ url }) => {
    const soql = new URL(url, 'http://stub').searchParams.get('q');
    return soql === null ? [] : [soql];
  });
}

export function clientOf(url: string, options: Partial<SalesforceClientOptions> = {}): SalesforceClient {
  const credentials = { loginUrl: url, clientId: 'lockstep', clientSecret: SECRET };
  return createSalesforceClient({ credentials, timeoutMs: 20_000, reserve: 0, ...options });
}

/** The error that a promise ends with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('It should have failed');
}
