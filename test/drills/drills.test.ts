import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synthesised } from '../cdk/synthesised.ts';
import { DRILLS } from './drills.ts';
import { type WatchedSandbox, watchedSandbox } from './watched-sandbox.ts';

/** A limit for what would hang: a slow machine takes its time. */
const HANGS_MS = 900_000;

test('every alarm of the template has a drill', { timeout: HANGS_MS }, () => {
  const alarms = Object.values(synthesised().stateless.findResources('AWS::CloudWatch::Alarm'));
  const entries = alarms.map(({ Properties }) => /"(\w+)"\.$/.exec(String(Properties.AlarmDescription))?.[1] ?? '');
  expect([...new Set(DRILLS.flatMap((drill) => drill.alarms))].toSorted()).toEqual(entries.toSorted());
});

/** Enough records for a surge of rejections, and for more missing ones than is plausible. */
const RECORDS = 210;

describe('the alarms of the template, in the sandbox', () => {
  let sandbox: WatchedSandbox;

  beforeAll(async () => {
    sandbox = await watchedSandbox(RECORDS);
  }, HANGS_MS);

  afterAll(() => sandbox.close(), HANGS_MS);

  test.each(DRILLS)('fire where $cause, and clear when it has ended', { timeout: HANGS_MS }, async (drill) => {
    for (const alarm of drill.alarms) await sandbox.until(alarm, 'OK');
    await drill.make(sandbox);
    for (const alarm of drill.alarms) await sandbox.until(alarm, 'ALARM');
    await drill.explained(sandbox);
    await drill.end(sandbox);
    for (const alarm of drill.alarms) await sandbox.until(alarm, 'OK');
    await drill.after?.(sandbox);
  });
});
