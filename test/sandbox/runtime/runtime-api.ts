import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An invocation on its way to an execution environment. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  readonly payload: string;
}

/** What an execution environment's process says. */
export interface RuntimeApiListener {
  /** It is ready for an invocation, which `deliver` gives it, now or later. */
  onNext(deliver: (invocation: Invocation) => void): void;
  onResponse(requestId: string, payload: string): void;
  onError(requestId: string, payload: string): void;
  onInitError(payload: string): void;
}

/** The Lambda Runtime API of one execution environment. */
export interface RuntimeApi {
  /** Host and port, as AWS_LAMBDA_RUNTIME_API has them. */
  readonly address: string;
  close(): void;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function deliver(response: ServerResponse, invocation: Invocation): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': `Root=1-${invocation.requestId.slice(0, 8)}-${'0'.repeat(24)};Sampled=0`,
  });
  response.end(invocation.payload);
}

const prefix = '/2018-06-01/runtime';

async function answer(listener: RuntimeApiListener, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').replace(prefix, '');
  if (request.method === 'GET' && path === '/invocation/next') {
    listener.onNext((invocation) => deliver(response, invocation));
    return;
  }
  const payload = await bodyOf(request);
  const [, requestId = '', kind] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
  if (kind === 'response') listener.onResponse(requestId, payload);
  else if (kind === 'error') listener.onError(requestId, payload);
  else if (path === '/init/error') listener.onInitError(payload);
  const known = kind !== undefined || path === '/init/error';
  response.writeHead(known ? 202 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: known ? 'OK' : 'NotFound' }));
}

/** Serves the Runtime API on a free port. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export async function startRuntimeApi(listener: RuntimeApiListener): Promise<RuntimeApi> {
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    answer(listener, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
