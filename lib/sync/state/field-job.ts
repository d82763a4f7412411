import type { FieldHistory } from '../../schema/field-history.ts';
import type { ObjectSchema } from '../../schema/object-schema.ts';
import { addMs } from '../instants.ts';

/** Maximum rows per scan page, used to estimate the calls of a job. */
const SCAN_PAGE_ROWS = 2000;

/**
 * Reads some fields of every row of an object, ordered by id, beside the change feed: newly synced fields, and formulas
 * (a formula change does not move `SystemModstamp`). One job runs per object; further fields join the job and restart
 * the scan.
 */
export interface FieldJob {
  readonly reason: 'newFields' | 'formulas';
  /** Local names. */
  readonly fields: readonly string[];
  /** Whether rows without a value in any of the fields are omitted. */
  readonly onlyFilled: boolean;
  /** The last durably queued row; null before the first. */
  readonly after: string | null;
  /** The last row at the time of the count: later rows come through the feed. Null before the count. */
  readonly until: string | null;
  /** Number of rows at the time of the count; null before. */
  readonly expectedRows: number | null;
  /** The expected total of the job's calls; null before the count. */
  readonly announcedCalls: number | null;
  readonly calls: number;
  /** Rows read. */
  readonly rows: number;
  /** Number of restarts. */
  readonly restarts: number;
  readonly startedAt: string;
}

export interface EndedJob extends FieldJob {
  readonly endedAt: string;
}

/** Hidden fields whose values are being removed, with the progress. */
export interface FieldPurge {
  /** Local names. */
  readonly fields: readonly string[];
  /** Store position of the present pass; null before the first page. */
  readonly after: string | null;
  /** Whether the pass has found no value so far. */
  readonly isClean: boolean;
  readonly startedAt: string;
}

export function beginPurge(fields: readonly string[], now: string): FieldPurge {
  return { fields, after: null, isClean: true, startedAt: now };
}

export function isOfSameFields(purge: FieldPurge, fields: readonly string[]): boolean {
  return purge.fields.length === fields.length && fields.every((field) => purge.fields.includes(field));
}

/** Edits kept without a place are looked for, whose fields have begun to sync. */
export interface Placing {
  /** Local names. */
  readonly fields: readonly string[];
  /** The place in the store up to which persons were looked at; null before the first page. */
  readonly after: string | null;
}

/** The jobs of one object. */
export interface JobBook {
  readonly running: FieldJob | null;
  readonly last: EndedJob | null;
  /** Start of the last read of formulas from every row (our clock, ISO). */
  readonly formulasReadAt: string | null;
  /** Fields whose values are being removed from every person of the object. */
  readonly purge?: FieldPurge;
  readonly placing?: Placing;
}

export const EMPTY_BOOK: JobBook = { running: null, last: null, formulasReadAt: null };

/** More fields would make the query condition too long. */
const MAX_CONDITIONS = 20;

/** The book with a job for owed fields and due formulas; the same object where nothing is due. */
export function plannedJobs(
  book: JobBook,
  { schema, history }: { readonly schema: ObjectSchema; readonly history: FieldHistory },
  formulaRefreshHours: number,
  now: string,
): JobBook {
  const withOwed = withOwedFields(book, schema, history, now);
  const formulas = Object.values(schema.fields).filter((field) => field.calculated === true && field.pull);
  if (formulaRefreshHours === 0 || formulas.length === 0) return withOwed;
  // The first sync reads every row, formulas included.
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
  const placing = { fields: [...new Set([...(book.placing?.fields ?? []), ...names])], after: null };
  if (running === null) return { ...book, placing, running: newJob('newFields', names, { onlyFilled, now }) };
  const fields = [...new Set([...running.fields, ...names])];
  const joined = { ...running, reason: 'newFields' as const, fields, onlyFilled: running.onlyFilled && onlyFilled };
  return { ...book, placing, running: restarted(joined) };
}

/** A job before the first call. */
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

/** The job restarted from the first row; the counts so far are kept. */
export function restarted(job: FieldJob): FieldJob {
  const onlyFilled = job.onlyFilled && job.fields.length <= MAX_CONDITIONS;
  const { calls, rows, restarts } = job;
  const begun = calls > 0;
  const anew = { ...job, onlyFilled, after: null, until: null, expectedRows: null, announcedCalls: null };
  return { ...anew, calls, rows, restarts: begun ? restarts + 1 : restarts };
}

/** The job with the expected calls: the counting call, and one call per page. */
export function countedJob(job: FieldJob, size: { readonly rows: number; readonly last: string | null }): FieldJob {
  const calls = job.calls + 1;
  const pages = Math.ceil(size.rows / SCAN_PAGE_ROWS);
  return { ...job, calls, until: size.last, expectedRows: size.rows, announcedCalls: calls + pages };
}

/** The job after a page of `rows` rows, the last with the id `after`. */
export function pageOfJob(
  job: FieldJob,
  page: { readonly rows: number; readonly after: string | null; readonly more: boolean },
): FieldJob {
  const calls = job.calls + 1;
  const read = { ...job, calls, rows: job.rows + page.rows, after: page.after ?? job.after };
  const { expectedRows } = job;
  // Salesforce shortens pages of wide rows; the first page shows the actual size.
  const isShort = page.more && page.rows > 0 && page.rows < SCAN_PAGE_ROWS && job.after === null;
  if (!isShort || expectedRows === null) return read;
  return { ...read, announcedCalls: calls + Math.ceil((expectedRows - page.rows) / page.rows) };
}

/** Whether all rows are read. */
export function isRead(job: FieldJob, page: { readonly more: boolean }): boolean {
  return !page.more || job.after === job.until;
}

/** The book after the end of the job. */
export function endedJob(book: JobBook, job: FieldJob, now: string): JobBook {
  return { ...book, running: null, last: { ...job, endedAt: now } };
}

/** The job without fields no longer synced; the same object where all fields are synced. */
export function narrowedJob(job: FieldJob, schema: ObjectSchema): FieldJob {
  const fields = job.fields.filter((name) => schema.fields[name]?.pull);
  return fields.length === job.fields.length ? job : { ...job, fields };
}
