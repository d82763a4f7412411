import type { ApiUsage } from '../ports/change-feed.ts';

/** Where a window holds more rows than this, a query job reads it in fewer calls than pages of 2,000 rows. */
export const DEFAULT_BULK_ABOVE = 20_000;

/** A job that is lost that often may be lost each time. */
const TRIES = 2;

const REST_ROWS = 2000;
const BULK_ROWS = 50_000;
/** Pages whose addresses one call tells. */
const PAGES_TOLD = 5;
/** To create a job, and to ask for its state until it is done. */
const JOB_CALLS = 8;

/** What is known of a window before it is read. */
export interface WindowSize {
  /** Null where Salesforce does not come to an end counting. */
  readonly rows: number | null;
  /** Jobs for this window that were lost. */
  readonly lostJobs: number;
}

/**
 * Whether a window is read page by page or by a query job: by a job where it is large, or where the org has not calls
 * enough left for its pages, and enough for the job.
 */
export function readingOf(
  { rows, lostJobs }: WindowSize,
  { bulkAbove, usage }: { readonly bulkAbove: number; readonly usage: ApiUsage['org'] },
): 'pages' | 'job' {
  if (lostJobs >= TRIES) return 'pages';
  if (rows === null || rows > bulkAbove) return 'job';
  const left = usage === null ? Number.POSITIVE_INFINITY : usage.max - usage.used;
  return callsOfPages(rows) > left && callsOfJob(rows) <= left ? 'job' : 'pages';
}

function callsOfPages(rows: number): number {
  return Math.ceil(rows / REST_ROWS);
}

function callsOfJob(rows: number): number {
  const pages = Math.ceil(rows / BULK_ROWS);
  return JOB_CALLS + Math.ceil(pages / PAGES_TOLD) + pages;
}

/**
 * How many of these persons are pushed under the guard, each row by a request of its own; the others go by collections.
 * Never for the sake of calls: an org that has too few left pushes later.
 */
export function guardedOf(persons: number, handedOut: number, massPushAbove: number): number {
  return Math.min(persons, Math.max(massPushAbove - handedOut, 0));
}
