import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { SalesforceClient } from '../../lib/salesforce/client.ts';
import { type ClientTime, SYSTEM_TIME } from '../../lib/salesforce/fetch-transport.ts';
import { clientOf } from './stub-salesforce.ts';

let server: Server;

/** A client of a server that signs everybody in and answers each request as it is told. */
async function clientOfServer(
  answer: (outgoing: ServerResponse) => void,
  time = SYSTEM_TIME,
): Promise<SalesforceClient> {
  server = createServer((incoming, outgoing) => {
    const url = `http://${incoming.headers.host}`;
    if (incoming.url !== '/services/oauth2/token') return answer(outgoing);
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(JSON.stringify({ access_token: 'one', instance_url: url }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { time });
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const request = { method: 'GET', path: '/jobs/query/750/results' } as const;

async function read(client: SalesforceClient): Promise<string> {
  const answer = await client.stream(request);
  if (!('chunks' in answer)) throw new Error('chunks were expected');
  let text = '';
  for await (const chunk of answer.chunks) text += Buffer.from(chunk).toString();
  return text;
}

test('an answer is read while it comes in', async () => {
  let end = (): void => undefined;
  const client = await clientOfServer((outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/csv', 'sforce-locator': 'null' });
    outgoing.write('first');
    end = () => outgoing.end('last');
  });
  const answer = await client.stream(request);
  if (!('chunks' in answer)) throw new Error('chunks were expected');
  expect(answer.headers['sforce-locator']).toBe('null');
  const texts: string[] = [];
  for await (const chunk of answer.chunks) {
    texts.push(Buffer.from(chunk).toString());
    end();
  }
  expect(texts).toEqual(['first', 'last']);
  expect(client.usage().calls).toBe(1);
});

test('an answer that breaks off is an error of the moment', async () => {
  const client = await clientOfServer((outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/csv', 'content-length': '100' });
    outgoing.write('first');
    setImmediate(() => outgoing.destroy());
  });
  await expect(read(client)).rejects.toMatchObject({ name: 'TransientError' });
});

/** Time in which a time-out is over when the test says so. */
function timeOfTest() {
  const timers: AbortController[] = [];
  let elapsed = 0;
  const time: ClientTime = {
    ...SYSTEM_TIME,
    elapsed: () => elapsed,
    timeout: () => {
      const timer = new AbortController();
      timers.push(timer);
      return timer.signal;
    },
  };
  const over = () => {
    elapsed += 1_000_000;
    for (const timer of timers) timer.abort(Object.assign(new Error('over'), { name: 'TimeoutError' }));
  };
  return { time, over };
}

test('an answer that stops coming is given up', async () => {
  const { time, over } = timeOfTest();
  const client = await clientOfServer((outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/csv' });
    outgoing.write('first');
  }, time);
  const answer = await client.stream(request);
  if (!('chunks' in answer)) throw new Error('chunks were expected');
  const chunks = answer.chunks[Symbol.asyncIterator]();
  expect((await chunks.next()).done).toBe(false);
  const second = chunks.next();
  setImmediate(over);
  await expect(second).rejects.toMatchObject({ name: 'TransientError', code: 'TIMEOUT' });
});

test('whoever reads slowly is not given up', async () => {
  const { time, over } = timeOfTest();
  let end = (): void => undefined;
  const client = await clientOfServer((outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/csv' });
    outgoing.write('first');
    end = () => outgoing.end('last');
  }, time);
  const answer = await client.stream(request);
  if (!('chunks' in answer)) throw new Error('chunks were expected');
  let text = '';
  for await (const chunk of answer.chunks) {
    text += Buffer.from(chunk).toString();
    over();
    end();
  }
  expect(text).toBe('firstlast');
});

test('what Salesforce refuses is answered whole', async () => {
  const client = await clientOfServer((outgoing) => {
    outgoing.writeHead(404, { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify([{ errorCode: 'NOT_FOUND', message: 'gone' }]));
  });
  expect(await client.stream(request)).toMatchObject({ status: 404, body: { errorCode: 'NOT_FOUND' } });
});
