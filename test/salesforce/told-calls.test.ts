import { afterEach, expect, test } from 'vitest';
import type { MadeCall } from '../../lib/salesforce/client.ts';
import { clientOf, compositeAnswer, errorAnswer, type Stub, type StubAnswer, startStub } from './stub-salesforce.ts';

let stub: Stub;
afterEach(() => stub.close());

const READ = [{ method: 'GET', path: '/limits' }] as const;
const fine = compositeAnswer({});

async function toldOf(answers: readonly StubAnswer[]) {
  stub = await startStub((_, call) => answers[call - 1] ?? fine);
  const told: MadeCall[] = [];
  const client = clientOf(stub.url, { onCall: (call) => told.push(call) });
  for (const _ of answers) await client.composite(READ, false).catch(() => undefined);
  return { told, calls: client.usage().calls };
}

test('each call that counts against the limit is told once: answered, refused, sent again, or lost', async () => {
  const down = errorAnswer(503, 'SERVER_UNAVAILABLE', 'down');
  const expired = errorAnswer(401, 'INVALID_SESSION_ID', 'expired');
  const { told, calls } = await toldOf([fine, down, expired, 'drop']);
  // The call whose session had expired was sent again, and lost.
  expect(told).toHaveLength(calls);
  expect(told.map(({ failed }) => failed)).toEqual([false, true, true, true, false]);
  for (const { tookMs } of told) expect(tookMs).toBeGreaterThanOrEqual(0);
});
