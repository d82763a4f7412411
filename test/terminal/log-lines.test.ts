import { describe, expect, it } from 'vitest';
import type { RuntimeEvent } from '../sandbox/runtime/runtime-event.ts';
import { mergedIn, reportIn, troubleIn } from '../sandbox/terminal/log-lines.ts';

const names = () => 'merge';
const line = (text: unknown): RuntimeEvent => ({
  type: 'line',
  function: 'LockstepSyncMergeHash',
  stream: 'stdout',
  line: typeof text === 'string' ? text : JSON.stringify(text),
});
const invocation = (outcome: 'success' | 'throttled' | 'timeout'): RuntimeEvent => ({
  type: 'invocation',
  function: 'LockstepSyncMergeHash',
  trigger: 'queue',
  requestId: 'r',
  outcome,
  durationMs: 10_000.4,
  payload: '{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after \\"10.00\\" seconds"}',
});

describe('the trouble in an event', () => {
  it('is an error line, with the name of the function and the reason', () => {
    const error = { name: 'TransientError', code: 'SERVER_UNAVAILABLE' };
    expect(troubleIn(line({ level: 'ERROR', message: 'some rows must come again', error }), names)).toBe(
      'merge: some rows must come again: SERVER_UNAVAILABLE',
    );
    const config = { name: 'ConfigError', message: 'the secret has no clientId' };
    expect(troubleIn(line({ level: 'ERROR', message: 'cycle', error: config }), names)).toBe(
      'merge: cycle: ConfigError: the secret has no clientId',
    );
  });

  it('is an invocation that did not end well', () => {
    expect(troubleIn(invocation('timeout'), names)).toBe(
      'merge: timeout after 10000 ms: Task timed out after "10.00" seconds',
    );
    expect(troubleIn(invocation('success'), names)).toBeUndefined();
    expect(troubleIn(invocation('throttled'), names)).toBeUndefined();
  });

  it('is in no other line', () => {
    expect(troubleIn(line({ level: 'INFO', message: 'cycle' }), names)).toBeUndefined();
    expect(troubleIn(line('{not JSON'), names)).toBeUndefined();
    expect(troubleIn(line('a warning of Node'), names)).toBeUndefined();
    // A cycle that failed has its own line.
    expect(troubleIn(line({ level: 'ERROR', message: 'cycle', report: {} }), names)).toBeUndefined();
  });
});

it('a report and the rows merged are read from the log lines that hold them', () => {
  expect(reportIn(line({ level: 'INFO', message: 'cycle', report: { cycle: 3 } }))).toEqual({ cycle: 3 });
  expect(mergedIn(line({ _aws: {}, rowsMerged: '40' }))).toBe(40);
  expect(mergedIn(line('plain'))).toBe(0);
});
