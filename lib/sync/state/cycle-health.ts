import type { CycleReport } from './cycle-report.ts';
import { type HandedOut, NOBODY_HANDED_OUT } from './handed-out.ts';

/** Summary of the last cycles' outcomes. */
export interface CycleHealth {
  /** The end of the last cycle either complete or with an advanced position. */
  readonly lastSuccessAt: string | null;
  /** The cycles failed since then: number, and start of the first; null without failures. */
  readonly failing: { readonly since: string; readonly inARow: number } | null;
}

export const NEW_HEALTH: CycleHealth = { lastSuccessAt: null, failing: null };

/** The health after the end of a cycle. */
export function healthAfter(health: CycleHealth, report: CycleReport): CycleHealth {
  if (report.outcome === 'complete' || report.outcome === 'paused') {
    return { lastSuccessAt: report.endedAt, failing: null };
  }
  const { since = report.startedAt, inARow = 0 } = health.failing ?? {};
  return { ...health, failing: { since, inARow: inARow + 1 } };
}

/** A cycle as stored, running or ended. */
export interface KeptCycle {
  readonly number: number;
  readonly startedAt: string;
  /** When the cycle's right expires; absent after the end. */
  readonly runsUntil?: string | undefined;
  readonly health: CycleHealth;
  /** The number of the last cycle with a report. */
  readonly reported?: number | undefined;
  /** As the last cycle that ended left it; absent: nobody. */
  readonly handedOut?: HandedOut | undefined;
}

/** The start values of the next cycle, and the report of the previous cycle if not ended. */
export function cycleAfter(last: KeptCycle | undefined): {
  readonly number: number;
  readonly health: CycleHealth;
  readonly reported: number | undefined;
  readonly handedOut: HandedOut;
  readonly died: CycleReport | undefined;
} {
  if (last === undefined) {
    return { number: 1, health: NEW_HEALTH, reported: undefined, handedOut: NOBODY_HANDED_OUT, died: undefined };
  }
  const { number, startedAt, runsUntil, health, reported, handedOut = NOBODY_HANDED_OUT } = last;
  const next = { number: number + 1, handedOut };
  if (runsUntil === undefined) return { ...next, health, reported, died: undefined };
  const died = diedReport(number, startedAt, runsUntil);
  return { ...next, health: healthAfter(health, died), reported: number, died };
}

/** The report of a cycle whose function was killed before reporting. */
export function diedReport(cycle: number, startedAt: string, expiredAt: string): CycleReport {
  const message = 'The poll function ended before the cycle; the next cycle repeats everything not queued';
  return {
    cycle,
    startedAt,
    endedAt: expiredAt,
    outcome: 'failed',
    error: { code: 'CYCLE_DIED', message },
    pulled: {},
    handedOut: 0,
    backfilled: 0,
    calls: 0,
    apiUsage: null,
  };
}
