import type { SalesforceType } from '../../person/row.ts';

/** Why a cycle ended early. `message` holds no value of a record and no secret. */
export interface CycleError {
  readonly code: string;
  readonly message: string;
}

/** What the poll of a cycle did, for people and metrics. Counts, no values. */
export interface CycleReport {
  readonly cycle: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: 'complete' | 'paused' | 'quota' | 'failed';
  /** What ended the cycle early; null where nothing did. */
  readonly error: CycleError | null;
  /** Rows handed to the queue. */
  readonly pulled: Readonly<Partial<Record<SalesforceType, number>>>;
  /** Persons with edits to push, handed to the queue. */
  readonly handedOut: number;
  /** Rows that field jobs handed to the queue. */
  readonly backfilled: number;
  /** Salesforce API calls, and the org's use as last told. */
  readonly calls: number;
  readonly apiUsage: { readonly used: number; readonly max: number } | null;
}

/** What the merges of a cycle's messages came to. */
export interface MergeCounts {
  readonly pushed: number;
  readonly rejected: number;
  readonly conflicts: number;
  /** Salesforce API calls. */
  readonly calls: number;
}

/** A cycle with what its merges have come to so far; `calls` are the poll's and theirs. */
export type CycleSummary = CycleReport & MergeCounts;
