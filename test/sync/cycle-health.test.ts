import { expect, test } from 'vitest';
import { ConfigError, QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import { diedReport, healthAfter, NEW_HEALTH } from '../../lib/sync/state/cycle-health.ts';
import type { CycleReport } from '../../lib/sync/state/cycle-report.ts';
import { toldError } from '../../lib/sync/told-error.ts';

const ended = (minute: number, outcome: CycleReport['outcome']): CycleReport => ({
  ...diedReport(minute, `2026-11-21T10:0${minute}:00.000Z`, `2026-11-21T10:0${minute}:30.000Z`),
  outcome,
});

test('failures count up from the first, and a cycle that moved its position ends the count', () => {
  const failing = [ended(1, 'complete'), ended(2, 'failed'), ended(3, 'quota')].reduce(healthAfter, NEW_HEALTH);
  expect(failing).toEqual({
    lastSuccessAt: '2026-11-21T10:01:30.000Z',
    failing: { since: '2026-11-21T10:02:00.000Z', inARow: 2 },
  });
  expect(healthAfter(failing, ended(4, 'paused'))).toEqual({
    lastSuccessAt: '2026-11-21T10:04:30.000Z',
    failing: null,
  });
});

test('an error is told by its code, and in words only where the words hold no value', () => {
  const secret = 'ada@example.com';
  expect(toldError(new ConfigError('secret lockstep/salesforce does not exist'))).toEqual({
    code: 'CONFIGURATION',
    message: 'secret lockstep/salesforce does not exist',
  });
  expect(toldError(new QuotaExceededError(secret))).toMatchObject({ code: 'SALESFORCE_LIMIT' });
  expect(toldError(new TransientError('SERVER_UNAVAILABLE', secret))).toMatchObject({ code: 'SERVER_UNAVAILABLE' });
  expect(toldError(new Error(secret))).toMatchObject({ code: 'INTERNAL' });
  const told = [new QuotaExceededError(secret), new TransientError('X', secret), new Error(secret)].map(toldError);
  expect(JSON.stringify(told)).not.toContain(secret);
});
