import type { FieldHistory } from '../../schema/field-history.ts';
import type { ObjectSchema } from '../../schema/object-schema.ts';
import { addMs } from '../instants.ts';

/** Rows in one page of a scan, at most: what a call costs is told by it. */
const SCAN_PAGE_ROWS = 2000;

/**
 * Reads some fields of every row of an object, in the order of ids, beside the change feed: fields that began to sync,
 * and formulas, whose changes move no `SystemModstamp`. One runs per object; what is new joins it and begins it again.
 */
export interface FieldJob {
  readonly reason: 'newFields' | 'formulas';
  /** Local names. */
  readonly fields: readonly string[];
  /** Whether rows in which all of them are empty are left out. */
  readonly onlyFilled: boolean;
  /** The last row that is durably queued; null before the first. */
  readonly after: string | null;
  /** The last row when the job was counted: later ones come through the feed. Null before it is counted. */
  readonly until: string | null;
  /** Rows that were there when the job was counted; null before. */
  readonly expectedRows: number | null;
  /** All the calls that the job may make; told once it is counted. */
  readonly announcedCalls: number | null;
  readonly calls: number;
  /** Rows read. */
  readonly rows: number;
  /** How often it began again. */
  readonly restarts: number;
  readonly startedAt: string;
}

export interface EndedJob extends FieldJob {
  readonly endedAt: string;
}

/** Fields out of sight whose values are being removed, and how far that has come. */
export interface FieldPurge {
  /** Local names. */
  readonly fields: readonly string[];
  /** The place in the store up to which this pass has come; null before its first page. */
  readonly after: string | null;
  /** Whether nobody in this pass still held a value. */
  readonly isClean: boolean;
  readonly startedAt: string;
}

export function beginPurge(fields: readonly string[], now: string): FieldPurge {
  return { fields, after: null, isClean: true, startedAt: now };
}

export function isOfSameFields(purge: FieldPurge, fields: readonly string[]): boolean {
  return purge.fields.length === fields.length && fields.every((field) => purge.fields.includes(field));
}

/** The jobs of one object. */
export interface JobBook {
  readonly running: FieldJob | null;
  readonly last: EndedJob | null;
  /** When formulas were last read from every row, or began to be (our clock, ISO). */
  readonly formulasReadAt: string | null;
  /** Values of fields that are being removed from every person of the object. */
  readonly purge?: FieldPurge;
}

export const EMPTY_BOOK: JobBook = { running: null, last: null, formulasReadAt: null };

/** More fields than this make a condition that is longer than it is worth. */
const MAX_CONDITIONS = 20;

/**
 * The book with fields that the history owes, and formulas that are due, as a job; the same object where nothing is.
 */
export function plannedJobs(
  book: JobBook,
  { schema, history }: { readonly schema: ObjectSchema; readonly history: FieldHistory },
  formulaRefreshHours: number,
  now: string,
): JobBook {
  const withOwed = withOwedFields(book, schema, history, now);
  const formulas = Object.values(schema.fields).filter((field) => field.calculated === true && field.pull);
  if (formulaRefreshHours === 0 || formulas.length === 0) return withOwed;
  // The first sync reads every row, formulas too.
  if (withOwed.formulasReadAt === null) return { ...withOwed, formulasReadAt: now };
  const dueAt = addMs(withOwed.formulasReadAt, formulaRefreshHours * 3_600_000);
  if (withOwed.running !== null || dueAt > now) return withOwed;
  const names = formulas.map(({ name }) => name);
  return { ...withOwed, running: newJob('formulas', names, { onlyFilled: false, now }), formulasReadAt: now };
}

function withOwedFields(book: JobBook, schema: ObjectSchema, { owed }: FieldHistory, now: string): JobBook {
  const names = Object.keys(owed).filter((name) => schema.fields[name]?.pull);
  if (names.length === 0) return book;
  const onlyFilled = names.every((name) => owed[name] === 'filled' && !schema.fields[name]?.unfilterable);
  const { running } = book;
  if (running === null) return { ...book, running: newJob('newFields', names, { onlyFilled, now }) };
  const fields = [...new Set([...running.fields, ...names])];
  const joined = { ...running, reason: 'newFields' as const, fields, onlyFilled: running.onlyFilled && onlyFilled };
  return { ...book, running: restarted(joined) };
}

/** A job before its first call. */
export function newJob(
  reason: FieldJob['reason'],
  fields: readonly string[],
  { onlyFilled, now }: { readonly onlyFilled: boolean; readonly now: string },
): FieldJob {
  return {
    reason,
    fields,
    onlyFilled: onlyFilled && fields.length <= MAX_CONDITIONS,
    after: null,
    until: null,
    expectedRows: null,
    announcedCalls: null,
    calls: 0,
    rows: 0,
    restarts: 0,
    startedAt: now,
  };
}

/** The job from its first row again; what it has cost so far stays told. */
export function restarted(job: FieldJob): FieldJob {
  const onlyFilled = job.onlyFilled && job.fields.length <= MAX_CONDITIONS;
  const { calls, rows, restarts } = job;
  const begun = calls > 0;
  const anew = { ...job, onlyFilled, after: null, until: null, expectedRows: null, announcedCalls: null };
  return { ...anew, calls, rows, restarts: begun ? restarts + 1 : restarts };
}

/** The job with its cost announced: the call that counted, and one a page. */
export function countedJob(job: FieldJob, size: { readonly rows: number; readonly last: string | null }): FieldJob {
  const calls = job.calls + 1;
  const pages = Math.ceil(size.rows / SCAN_PAGE_ROWS);
  return { ...job, calls, until: size.last, expectedRows: size.rows, announcedCalls: calls + pages };
}

/** The job after a page of this many rows, the last of them `after`. */
export function pageOfJob(
  job: FieldJob,
  page: { readonly rows: number; readonly after: string | null; readonly more: boolean },
): FieldJob {
  const calls = job.calls + 1;
  const read = { ...job, calls, rows: job.rows + page.rows, after: page.after ?? job.after };
  const { expectedRows } = job;
  // Salesforce makes the pages of wide rows shorter; how short, the first of them tells.
  const isShort = page.more && page.rows > 0 && page.rows < SCAN_PAGE_ROWS && job.after === null;
  if (!isShort || expectedRows === null) return read;
  return { ...read, announcedCalls: calls + Math.ceil((expectedRows - page.rows) / page.rows) };
}

/** Whether there is nothing left to read. */
export function isRead(job: FieldJob, page: { readonly more: boolean }): boolean {
  return !page.more || job.after === job.until;
}

/** The book after its job has ended. */
export function endedJob(book: JobBook, job: FieldJob, now: string): JobBook {
  return { ...book, running: null, last: { ...job, endedAt: now } };
}

/** The job without the fields that do not sync any more; the same object where all do. */
export function narrowedJob(job: FieldJob, schema: ObjectSchema): FieldJob {
  const fields = job.fields.filter((name) => schema.fields[name]?.pull);
  return fields.length === job.fields.length ? job : { ...job, fields };
}
