import type { AssignTo } from '../assign-to.ts';

/** Outcomes of a person in a list. */
export const LIST_OUTCOMES = ['created', 'linked', 'updated', 'unchanged', 'rejected', 'ambiguous', 'failed'] as const;

export type ListOutcome = (typeof LIST_OUTCOMES)[number];

export type ListCounts = Readonly<Record<ListOutcome, number>>;

export const NO_OUTCOMES: ListCounts = {
  created: 0,
  linked: 0,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  ambiguous: 0,
  failed: 0,
};

/** Maximum persons per part: the size of a Salesforce collection request. */
export const PART_SIZE = 200;

/** A list of persons synced together, in parts. */
export interface ListJob {
  readonly jobId: string;
  /** Incremented by every save. */
  readonly revision: number;
  readonly assignTo: AssignTo;
  readonly paused: boolean;
  /** Where to continue listing persons; null once all persons are in parts. */
  readonly listing: { readonly cursor: string | null } | null;
  /** Number of parts, numbered from 1. */
  readonly parts: number;
  /** Number of persons in the parts. */
  readonly total: number;
  readonly createdAt: string;
  /** Start of the present run without a pause, and the number of persons done before; used for the estimate. */
  readonly runsSince: string;
  readonly doneBefore: number;
}

/** Up to `PART_SIZE` persons of a job. Immutable. */
export interface ListPart {
  readonly jobId: string;
  readonly part: number;
  readonly personIds: readonly string[];
  /** Where the listing continues after the part; null at the end. */
  readonly next: string | null;
}

/** The progress of a part. */
export interface PartProgress {
  readonly jobId: string;
  readonly part: number;
  /** Incremented by every save. */
  readonly revision: number;
  /** Indexes into the part's `personIds` of the persons still to be synced. */
  readonly open: readonly number[];
  readonly counts: ListCounts;
  /** Salesforce API calls. */
  readonly calls: number;
}
