import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import type { OrgRequest, OrgResponse } from './http-message.ts';
import type { Working } from './working.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Answers shorter than this are not worth compressing. */
const GZIP_FROM = 1024;

/** Idle connections are kept as long as load balancers do, so that pooled clients do not meet closed ones. */
const KEEP_ALIVE_MS = 65_000;

/** More than the org itself takes, so that it is the org that refuses. */
const MAX_HEAD = 128 * 1024;

/** The org over HTTP: reads and writes bytes, compresses, and does to connections what faults ask for. */
export class OrgServer {
  readonly #begin: (request: OrgRequest) => Working<OrgResponse>;
  readonly #timers = new Set<NodeJS.Timeout>();
  #server: Server | undefined;

  constructor(begin: (request: OrgRequest) => Working<OrgResponse>) {
    this.#begin = begin;
  }

  listen(port: number): Promise<string> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MAX_HEAD }, (incoming, outgoing) => {
      this.#answer(incoming, outgoing).catch((error: unknown) => failWith(outgoing, error));
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`);
      });
    });
  }

  close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    const server = this.#server;
    if (!server?.listening) return Promise.resolve();
    return new Promise((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    });
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const response = await this.#work(await readRequest(incoming));
    const { transport } = response;
    switch (transport?.kind) {
      case undefined:
        return send(incoming, outgoing, response);
      case 'drop':
        return drop(outgoing, response);
      case 'timeout':
        return this.#later(transport.milliseconds, () => outgoing.destroy());
      case 'delay':
        return this.#later(transport.milliseconds, () => {
          send(incoming, outgoing, response).catch((error: unknown) => failWith(outgoing, error));
        });
    }
  }

  /** Other requests are answered during the pauses of this one. */
  async #work(request: OrgRequest): Promise<OrgResponse> {
    const working = this.#begin(request);
    for (let passed = false; ; passed = true) {
      const step = working.next(passed);
      if (step.done) return step.value;
      await new Promise<void>((resolve) => this.#later(step.value.milliseconds, resolve));
    }
  }

  #later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, milliseconds);
    this.#timers.add(timer);
  }
}

/** A fault of the org itself: it is shown, not swallowed. */
function failWith(outgoing: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${message}\n`);
  if (!outgoing.headersSent) outgoing.writeHead(500, { 'Content-Type': 'application/json;charset=UTF-8' });
  outgoing.end(JSON.stringify([{ errorCode: 'UNKNOWN_EXCEPTION', message: 'An unexpected error occurred' }]));
}

async function readRequest(incoming: IncomingMessage): Promise<OrgRequest> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = Array.isArray(value) ? value.join(',') : (value ?? '');
  }
  const request = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers };
  const text = await readText(incoming);
  if (text === '') return request;
  return { ...request, body: parseBody(headers['content-type'] ?? '', text), text };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const plain = incoming.headers['content-encoding'] === 'gzip' ? await decompress(bytes) : bytes;
  return plain.toString('utf8');
}

/** JSON is parsed; what is no JSON stays text, and the resource that expects JSON refuses it. */
function parseBody(contentType: string, text: string): unknown {
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function textOf({ body }: OrgResponse): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function send(incoming: IncomingMessage, outgoing: ServerResponse, response: OrgResponse): Promise<void> {
  const text = textOf(response);
  const acceptsGzip = /\bgzip\b/.test(incoming.headers['accept-encoding'] ?? '');
  const zipped = acceptsGzip && text.length >= GZIP_FROM;
  const bytes = zipped ? await compress(text, { level: constants.Z_BEST_SPEED }) : Buffer.from(text);
  outgoing.sendDate = response.headers.Date === undefined;
  const encoding = zipped ? { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } : {};
  const length = response.status === 204 || response.status === 304 ? {} : { 'Content-Length': String(bytes.length) };
  outgoing.writeHead(response.status, { ...response.headers, ...encoding, ...length });
  outgoing.end(bytes.length > 0 ? bytes : undefined);
}

/** The connection breaks in the middle of the answer. */
function drop(outgoing: ServerResponse, response: OrgResponse): void {
  const bytes = Buffer.from(textOf(response));
  outgoing.writeHead(response.status, { ...response.headers, 'Content-Length': String(bytes.length + 1) });
  outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy());
}
