import { ConfigError, QuotaExceededError, TransientError } from '../errors.ts';
import type { CycleError, CycleReport } from './cycle-report.ts';

/** How the last cycles ended. */
export interface CycleHealth {
  /** The end of the last cycle that completed or moved its position. */
  readonly lastSuccessAt: string | null;
  /** The cycles that failed since then: how many, and when the first of them began; null where none did. */
  readonly failing: { readonly since: string; readonly inARow: number } | null;
}

export const NEW_HEALTH: CycleHealth = { lastSuccessAt: null, failing: null };

/** The health once a cycle has ended. */
export function healthAfter(health: CycleHealth, report: CycleReport): CycleHealth {
  if (report.outcome === 'complete' || report.outcome === 'paused') {
    return { lastSuccessAt: report.endedAt, failing: null };
  }
  const { since = report.startedAt, inARow = 0 } = health.failing ?? {};
  return { ...health, failing: { since, inARow: inARow + 1 } };
}

/** A cycle as its store keeps it while it runs and after. */
export interface KeptCycle {
  readonly number: number;
  readonly startedAt: string;
  /** Until when the cycle has its right; absent once it has ended. */
  readonly runsUntil?: string | undefined;
  readonly health: CycleHealth;
  /** The number of the last cycle that has a report. */
  readonly reported?: number | undefined;
}

/** What the next cycle begins with, and the report of the cycle before it where that cycle never ended. */
export function cycleAfter(last: KeptCycle | undefined): {
  readonly number: number;
  readonly health: CycleHealth;
  readonly reported: number | undefined;
  readonly died: CycleReport | undefined;
} {
  if (last === undefined) return { number: 1, health: NEW_HEALTH, reported: undefined, died: undefined };
  const { number, startedAt, runsUntil, health, reported } = last;
  const next = number + 1;
  if (runsUntil === undefined) return { number: next, health, reported, died: undefined };
  const died = diedReport(number, startedAt, runsUntil);
  return { number: next, health: healthAfter(health, died), reported: number, died };
}

/** What is known of a cycle whose function was killed before it could report. */
export function diedReport(cycle: number, startedAt: string, expiredAt: string): CycleReport {
  const message = 'The poll function ended before the cycle did; the next cycle reads again what was not queued';
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

/**
 * An error in words for the status. The message of a configuration error is shown as it is: such a message holds no
 * value. The message of any other error may quote a record and is replaced.
 */
export function cycleError(error: unknown): CycleError {
  if (error instanceof ConfigError) return { code: 'CONFIGURATION', message: error.message };
  if (error instanceof QuotaExceededError) {
    return { code: 'SALESFORCE_LIMIT', message: 'The daily Salesforce calls for background work are used up' };
  }
  if (error instanceof TransientError) {
    return { code: error.code, message: 'Salesforce or the store could not answer; the next cycle tries again' };
  }
  return { code: 'INTERNAL', message: 'Unexpected error; the log of the poll function has it' };
}
