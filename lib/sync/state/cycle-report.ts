import type { SalesforceType } from '../../person/row.ts';

/** Why a cycle ended early. `message` contains neither record values nor secrets. */
export interface CycleError {
  readonly code: string;
  readonly message: string;
}

/** The result of a cycle's poll, for users and metrics. Counts only, no values. */
export interface CycleReport {
  readonly cycle: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: 'complete' | 'paused' | 'quota' | 'failed';
  /** The error ending the cycle early, or null. */
  readonly error: CycleError | null;
  /** Rows enqueued. */
  readonly pulled: Readonly<Partial<Record<SalesforceType, number>>>;
  /** Persons with edits to push, enqueued. */
  readonly handedOut: number;
  /** Rows enqueued by field jobs. */
  readonly backfilled: number;
  /** Salesforce API calls, and the org's use as last reported. */
  readonly calls: number;
  readonly apiUsage: { readonly used: number; readonly max: number } | null;
}

/** Results of merging a cycle's messages. */
export interface MergeCounts {
  readonly pushed: number;
  readonly rejected: number;
  readonly conflicts: number;
  /** Salesforce API calls. */
  readonly calls: number;
}

/** A cycle with the merge results so far; `calls` is the sum for poll and merges. */
export type CycleSummary = CycleReport & MergeCounts;
