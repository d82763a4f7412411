import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { InvocationResult } from './execution-environment.ts';
import { type ApiIdentity, httpEvent, type RequestParts } from './http-event.ts';
import { gatewayMessage, type HttpResponse, httpResponse } from './http-response.ts';
import { matchRoute, type Route, type RouteMatch } from './http-routes.ts';
import { judgeToken, type KeysOf, publishedKeys } from './jwt-authorizer.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const bodyLimitBytes = 10 * 1024 * 1024;
const headLimitBytes = 10_240;

/** What the HTTP API serves once everything behind it stands. */
export interface ServedApi {
  readonly identity: ApiIdentity;
  readonly routes: readonly Route[];
  invoke(functionName: string, event: unknown): Promise<InvocationResult>;
  /** Answers what no route takes; undefined: 404. */
  readonly pages?: Pages | undefined;
  /** Where issuers of tokens publish their keys. Default: where their OpenID configuration says. */
  readonly keysOf?: KeysOf | undefined;
}

/** A request that no route of the API takes. */
export interface PageRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What is served beside the API, from the same address. Undefined for an unknown path. */
export type Pages = (request: PageRequest) => Promise<HttpResponse | undefined>;

/** The HTTP API's port, taken before anything else is started. */
export interface HttpApi {
  readonly url: string;
  serve(api: ServedApi): void;
  close(): void;
}

/** Reads a body to its end, so that the client gets to see the answer; undefined for one that is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= bodyLimitBytes) chunks.push(chunk as Buffer);
  }
  return bytes <= bodyLimitBytes ? Buffer.concat(chunks) : undefined;
}

const published = publishedKeys();

const timedOut = Symbol('integration time-out');

async function within<T>(work: Promise<T>, limitMs: number): Promise<T | typeof timedOut> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(() => resolve(timedOut), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A named stage is the first segment of every path; `$default` is none. */
function pathInStage(path: string, stage: string): string | undefined {
  if (stage === '$default') return path;
  if (path === `/${stage}`) return '/';
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : undefined;
}

async function answer(api: ServedApi | undefined, request: IncomingMessage): Promise<HttpResponse> {
  const [path = '', ...query] = (request.url ?? '').split('?');
  const body = await bodyOf(request);
  if (body === undefined) return gatewayMessage(413, 'Request Entity Too Large');
  if (api === undefined) return gatewayMessage(503, 'Service Unavailable');
  const routed = pathInStage(path, api.identity.stage);
  const match = routed === undefined ? undefined : matchRoute(api.routes, request.method ?? '', routed);
  const page = isNamed(match) ? undefined : await pageOf(api, request, body);
  if (page !== undefined || match === undefined) return page ?? gatewayMessage(404, 'Not Found');
  return routeAnswer(api, match, request, { path, rawQueryString: query.join('?'), body });
}

async function routeAnswer(
  api: ServedApi,
  match: RouteMatch,
  request: IncomingMessage,
  parts: RequestParts,
): Promise<HttpResponse> {
  const verdict = await judged(api, match, request);
  if (verdict?.kind === 'unauthorized') return gatewayMessage(401, 'Unauthorized');
  if (verdict?.kind === 'forbidden') return gatewayMessage(403, 'Forbidden');
  const known = verdict === undefined ? parts : { ...parts, token: verdict };
  return integrationAnswer(api, match, httpEvent(request, known, match, api.identity));
}

async function judged(api: ServedApi, { route }: RouteMatch, { headers }: IncomingMessage) {
  const { keysOf = published } = api;
  return route.demand && judgeToken(headers.authorization, route.demand, keysOf, Date.now());
}

async function integrationAnswer(api: ServedApi, { route }: RouteMatch, event: unknown): Promise<HttpResponse> {
  const result = await within(api.invoke(route.functionName, event), route.timeoutMs);
  if (result === timedOut || result.outcome === 'throttled') return gatewayMessage(503, 'Service Unavailable');
  if (result.outcome !== 'success') return gatewayMessage(500, 'Internal Server Error');
  return httpResponse(result.payload);
}

/** A page stands behind the routes that name a path, and before one that takes every path. */
function isNamed(match: RouteMatch | undefined): boolean {
  return match !== undefined && match.route.key !== '$default' && !/^\S+ \/\{\w+\+\}$/.test(match.route.key);
}

async function pageOf({ pages }: ServedApi, { method, url, headers }: IncomingMessage, body: Buffer) {
  const [path = '', ...query] = (url ?? '').split('?');
  return pages?.({ method: method ?? 'GET', path, query: query.join('?'), headers, body });
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  const withoutBody = status === 204 || status === 304;
  const sent: Record<string, string | string[] | number> = { ...headers, 'apigw-requestid': randomUUID() };
  if (withoutBody) delete sent['content-type'];
  // Of a HEAD, nothing says how long the body of the GET would be.
  else if (response.req.method !== 'HEAD') sent['content-length'] = body.length;
  response.writeHead(status, sent);
  response.end(withoutBody ? undefined : body);
}

const clientErrorStatus: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is not HTTP gets an answer where it can still be sent, and never reaches a function. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = clientErrorStatus[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'it is taken' : error.message;
      reject(new Error(`Cannot serve the HTTP API on 127.0.0.1:${port}: ${reason}`, { cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Listens on a port of this machine (0: a free one) and answers 503 until it is told what to serve. */
export async function openHttpApi(port: number): Promise<HttpApi> {
  let served: ServedApi | undefined;
  const server = createServer({ maxHeaderSize: headLimitBytes }, (request, response) => {
    answer(served, request)
      .catch((error: unknown) =>
        error instanceof URIError ? gatewayMessage(400, 'Bad Request') : gatewayMessage(500, 'Internal Server Error'),
      )
      .then((given) => send(response, given))
      .catch(() => response.destroy());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (api) => {
      served = api;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
