import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf } from '../call-api.ts';
import type { Sign } from '../sign-request.ts';
import { SECURITY_HEADERS, staticFile } from '../static-files.ts';

export interface ConsoleServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface ServedConsole {
  /** The folder of the built page. */
  readonly folder: string;
  readonly apiUrl: URL;
  /** The place shown on the page. */
  readonly place: string;
  /** Undefined: the API needs no signature. */
  readonly sign: Sign | undefined;
  readonly port: number;
}

/** Interval of the pages' refreshes; every refresh costs API calls. */
const REFRESH_SECONDS = 10;

/** Paths passed on to the API; every other path is a file of the page. */
const API_PATH = /^\/(persons|sync|sync-persons?|openapi\.json)(\/|$)/;

const METHODS = ['GET', 'HEAD', 'POST', 'PATCH'];

/**
 * Serves the console on 127.0.0.1 and passes calls on to an API, signed with the caller's credentials. Other pages in
 * the same browser must not use the credentials: a request must name the server as host and, where the browser reports
 * the origin, come from the server's own page.
 */
export async function serveConsole(served: ServedConsole): Promise<ConsoleServer> {
  const server = createServer((request, response) => {
    answer(served, server, request, response).catch((error: unknown) => {
      send(response, 502, {
        message: `The API did not answer: ${error instanceof Error ? error.message : String(error)}`,
      });
    });
  });
  server.listen(served.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(
  served: ServedConsole,
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isOwnPage(request, portOf(server)))
    return send(response, 403, { message: 'Only the console of the server may call the API' });
  const [path = ''] = (request.url ?? '').split('?');
  if (API_PATH.test(path)) return passOn(served, request, response);
  if (path === '/console.json') {
    return send(response, 200, { apiUrl: '', place: served.place, refreshSeconds: REFRESH_SECONDS });
  }
  const file = await staticFile(served.folder, path);
  if (file === undefined) return send(response, 404, { message: 'Not Found' });
  response.writeHead(200, { ...file.headers }).end(file.body);
}

/** https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Sec-Fetch-Site */
function isOwnPage({ headers }: IncomingMessage, port: number): boolean {
  const isHost = headers.host === `127.0.0.1:${port}` || headers.host === `localhost:${port}`;
  const site = headers['sec-fetch-site'];
  const isSite =
    site === undefined || site === 'same-origin' || (site === 'none' && headers['sec-fetch-mode'] === 'navigate');
  const isOrigin = headers.origin === undefined || headers.origin === `http://${headers.host}`;
  return isHost && isSite && isOrigin;
}

async function passOn(
  { apiUrl, sign }: ServedConsole,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET';
  if (!METHODS.includes(method)) return send(response, 405, { message: 'Method Not Allowed' });
  const url = addressOf(apiUrl, request.url ?? '/');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const plain: Record<string, string> = body.length === 0 ? {} : { 'content-type': 'application/json' };
  const headers = (await sign?.({ method, url, headers: plain, body })) ?? plain;
  const answered = await fetch(url, { method, headers, ...(body.length === 0 ? {} : { body }) });
  const text = Buffer.from(await answered.arrayBuffer());
  const passedOn = ['content-type', 'etag', 'retry-after', 'location'].flatMap((name) => {
    const value = answered.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(answered.status, { ...Object.fromEntries(passedOn), 'cache-control': 'no-store' }).end(text);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { ...SECURITY_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
