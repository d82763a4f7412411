import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startDynamoDb } from '../sandbox/engines/dynamodb.ts';

/** An embedded DynamoDB that can be made to throttle every call. */
export interface ThrottledTables {
  readonly endpoint: string;
  throttle(isThrottled: boolean): void;
  close(): Promise<void>;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
  message: 'Throughput exceeds the current capacity of your table',
});

export async function startThrottledTables(): Promise<ThrottledTables> {
  const engine = await startDynamoDb();
  let isThrottled = false;
  const server = createServer((incoming, outgoing) => {
    if (isThrottled) refuse(outgoing);
    else incoming.pipe(forward(engine.endpoint, incoming, outgoing));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    throttle: (value) => {
      isThrottled = value;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
    },
  };
}

function refuse(outgoing: ServerResponse): void {
  outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED);
}

function forward(
  endpoint: string,
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  outgoing: ServerResponse,
): ClientRequest {
  const sent = request(
    new URL(url ?? '/', endpoint),
    { method: method ?? 'POST', headers: { ...headers } },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  return sent.on('error', () => outgoing.destroy());
}
