import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { eventually, type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sides: RunningSandbox;

beforeAll(async () => {
  sides = await runSandbox({ seedRecords: 12 });
});
afterAll(() => sides?.close());

test('POST /sync/reconcile has every person compared with its record, which GET /sync/status tells', async () => {
  const asked = await sides.api.send('POST /sync/reconcile');
  expect(asked).toMatchObject({ status: 202, body: { acceptMissing: false } });
  const last = await eventually(async () => {
    const { body } = await sides.api.send('GET /sync/status');
    return (body as SyncStatus).reconciliation.last ?? undefined;
  });
  expect(last).toMatchObject({
    reason: 'asked',
    calls: 3,
    persons: 12,
    missing: 0,
    changed: 0,
    different: 0,
    held: false,
  });
});

test.each([{ acceptMissing: 'yes' }, { all: true }])('a body that says %j is refused', async (body) => {
  const answer = await sides.api.send('POST /sync/reconcile', body);
  expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-body' } });
});
