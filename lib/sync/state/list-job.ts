import type { AssignTo } from '../assign-to.ts';

/** What became of a person of a list. */
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

/** Persons whom a part of a list holds, at most: as many as Salesforce takes in a collection. */
export const PART_SIZE = 200;

/** A list of persons who are synced together, in parts. */
export interface ListJob {
  readonly jobId: string;
  /** Counts up with each save. */
  readonly revision: number;
  readonly assignTo: AssignTo;
  readonly paused: boolean;
  /** Where the listing of the persons goes on; null once all of them are in parts. */
  readonly listing: { readonly cursor: string | null } | null;
  /** Parts are numbered from 1. */
  readonly parts: number;
  /** Persons in these parts. */
  readonly total: number;
  readonly createdAt: string;
  /** Since when the job runs without a pause, and how many persons were done by then: the estimate goes by that. */
  readonly runsSince: string;
  readonly doneBefore: number;
}

/** Up to `PART_SIZE` persons of a job. Never changes. */
export interface ListPart {
  readonly jobId: string;
  readonly part: number;
  readonly personIds: readonly string[];
  /** Where the listing goes on after this part; null: nowhere. */
  readonly next: string | null;
}

/** How far a part has come. */
export interface PartProgress {
  readonly jobId: string;
  readonly part: number;
  /** Counts up with each save. */
  readonly revision: number;
  /** Places in the part's `personIds` of those who are still to be synced. */
  readonly open: readonly number[];
  readonly counts: ListCounts;
  /** Salesforce API calls. */
  readonly calls: number;
}
