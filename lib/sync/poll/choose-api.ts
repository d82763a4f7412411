import type { ApiUsage } from '../ports/change-feed.ts';

/** A window with more rows is read by a query job, in fewer calls than pages of 2,000 rows. */
export const DEFAULT_BULK_ABOVE = 20_000;

/** After as many lost jobs further jobs are likely to be lost too. */
const TRIES = 2;

const REST_ROWS = 2000;
const BULK_ROWS = 50_000;
/** Page addresses returned per call. */
const PAGES_TOLD = 5;
/** Calls to create a job and to poll the state until the end. */
const JOB_CALLS = 8;

/** Facts about a window before the read. */
export interface WindowSize {
  /** Null where Salesforce cannot finish counting. */
  readonly rows: number | null;
  /** Number of lost query jobs for the window. */
  readonly lostJobs: number;
}

/**
 * Chooses between pages and a query job: a job for a large window, or if the org's remaining calls suffice for the job
 * but not for the pages.
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

/** Calls of the first sync of an object. */
export function callsOfFirstSync(rows: number): number {
  return rows > DEFAULT_BULK_ABOVE ? callsOfJob(rows) : callsOfPages(rows);
}

function callsOfPages(rows: number): number {
  return Math.ceil(rows / REST_ROWS);
}

function callsOfJob(rows: number): number {
  const pages = Math.ceil(rows / BULK_ROWS);
  return JOB_CALLS + Math.ceil(pages / PAGES_TOLD) + pages;
}

/**
 * How many of the persons are pushed under the guard, with one request per row; the remaining persons are pushed in
 * collections. Not used to save calls: with too few calls left, pushes are postponed.
 */
export function guardedOf(persons: number, handedOut: number, massPushAbove: number): number {
  return Math.min(persons, Math.max(massPushAbove - handedOut, 0));
}
