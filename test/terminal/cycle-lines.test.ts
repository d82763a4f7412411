import { describe, expect, it } from 'vitest';
import type { CycleReport } from '../../lib/sync/state/cycle-report.ts';
import type { Detail } from '../sandbox/terminal/cycle-details.ts';
import { cycleLines, idleLine, isIdle, nextIn } from '../sandbox/terminal/cycle-lines.ts';
import { createScreen, timeOfDay } from '../sandbox/terminal/screen.ts';
import { fakeTerminal } from './fake-terminal.ts';

const screen = createScreen(fakeTerminal({ isTTY: false }).output, {});

const report: CycleReport = {
  cycle: 12,
  startedAt: '2026-11-21T10:00:00.000Z',
  endedAt: '2026-11-21T10:00:00.400Z',
  outcome: 'complete',
  error: null,
  pulled: { Contact: 0, Lead: 0 },
  handedOut: 0,
  backfilled: 0,
  calls: 1,
  apiUsage: null,
};
const time = timeOfDay(new Date(report.endedAt));

const conflict: Detail = {
  kind: 'conflict',
  person: 'Erik Bakker',
  field: 'Title',
  local: 'CTO',
  remote: 'CFO',
  winner: 'local',
};
const rejected: Detail = {
  kind: 'rejected',
  person: 'Ada Lovelace',
  values: [['Title', 'Boss']],
  code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  message: 'Nobody is a boss',
};

describe('the line of a cycle', () => {
  it('says what was pulled, pushed, in conflict and refused, with names and both values below', () => {
    const cycle = { ...report, pulled: { Contact: 1, Lead: 1200 }, pushed: 1, rejected: 1, conflicts: 1, calls: 3 };
    expect(cycleLines(cycle, [conflict, rejected], screen)).toEqual([
      `${time} cycle 12: ↓ 1,200 Leads, 1 Contact pulled  ↑ 1 pushed  ≠ 1 in conflict  ✗ 1 refused (3 Salesforce calls, 0.4 s)`,
      '    ≠ Erik Bakker, Title: here "CTO", Salesforce "CFO"; the value here wins',
      '    ✗ Ada Lovelace, Title "Boss": "Nobody is a boss" (FIELD_CUSTOM_VALIDATION_EXCEPTION)',
    ]);
  });

  it('says so where nothing changed, and what ended a cycle early', () => {
    expect(cycleLines(report, [], screen)).toEqual([`${time} cycle 12: nothing changed (1 Salesforce call, 0.4 s)`]);
    const error = { code: 'SERVER_UNAVAILABLE', message: 'Salesforce could not answer' };
    expect(cycleLines({ ...report, outcome: 'failed', error }, [], screen)).toEqual([
      `${time} cycle 12: ↓ 0 pulled  0 to push, failed: SERVER_UNAVAILABLE: Salesforce could not answer (1 Salesforce call, 0.4 s)`,
    ]);
  });

  it('shows some details and counts the rest; a long value is cut', () => {
    const many = Array.from({ length: 8 }, () => ({ ...conflict, local: 'x'.repeat(500) }));
    const lines = cycleLines({ ...report, handedOut: 8 }, many, screen);
    expect(lines).toHaveLength(7);
    expect(lines[6]).toBe('    and 3 more: see the console');
    expect(lines[1]?.length).toBeLessThan(180);
  });
});

it('a cycle is idle where it completed and handed nothing over', () => {
  expect(isIdle(report)).toBe(true);
  expect(isIdle({ ...report, handedOut: 1 })).toBe(false);
  expect(isIdle({ ...report, backfilled: 1 })).toBe(false);
  expect(isIdle({ ...report, outcome: 'failed' })).toBe(false);
});

it('idle cycles share a line that counts down', () => {
  const last = { ...report, cycle: 19 };
  expect(idleLine(report, last, 300_000, 28_000)).toBe(`${time} cycles 12 to 19: nothing changed; the next in 4:32`);
  expect(idleLine(report, report, 300_000, 299_500)).toBe(`${time} cycle 12: nothing changed; the next in 0:01`);
  expect(nextIn(300_000, 300_000)).toBe('the next is under way');
});
