import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import { type Column, type RecordsResult, runQuery, SoqlError } from '../soql/index.ts';
import type { Row } from '../soql/source.ts';
import { createSource } from '../store/soql-source.ts';
import { formatLine } from './csv.ts';
import { formatValue } from './format-value.ts';
import { fail, type Job, moveTo, QUEUE_MS } from './job.ts';

/** A query job; its rows are those of the moment at which it ran. */
export interface QueryJob extends Job {
  readonly kind: 'query';
  readonly soql: string;
  readonly operation: 'query' | 'queryAll';
  columns: readonly Column[];
  rows: readonly Row[];
  doneAt: number;
}

/** Rows that a query job reads in a millisecond of the org's clock. */
const ROWS_PER_MS = 500;

/**
 * What a query job may not ask for. ORDER BY and LIMIT are let through, as the guide's note says they work.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_create_job.htm}
 */
const UNSUPPORTED: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /\bGROUP\s+BY\b/i, what: 'GROUP BY' },
  { pattern: /\bOFFSET\s+\d/i, what: 'OFFSET' },
  { pattern: /\bTYPEOF\b/i, what: 'TYPEOF' },
  { pattern: /\(\s*SELECT\b[^)]*\)\s*(?:,|FROM\b)/i, what: 'Aggregate relationship' },
];

/** Refuses a query that no job may run or that is wrong; returns the object that it reads. */
export function checkQuery(org: OrgState, user: Job['user'], soql: string): string {
  const bare = soql.replace(/'(?:\\.|[^'\\])*'/g, "''");
  const unsupported = UNSUPPORTED.find(({ pattern }) => pattern.test(bare));
  if (unsupported) throw notSupported(unsupported.what);
  return prepare(org, user, { soql, includeDeleted: false }).object;
}

function notSupported(what: string): ApiError {
  return new ApiError('API_ERROR', `${what} not supported in Bulk V2 Query with CSV content type`);
}

interface Question {
  soql: string;
  includeDeleted: boolean;
}

function prepare(org: OrgState, user: Job['user'], { soql, includeDeleted }: Question): RecordsResult {
  const result = runQuery(createSource(org, user), soql, { includeDeleted });
  if (result.kind !== 'records') throw notSupported('Aggregate functions');
  const compound = result.columns.find(({ type }) => type === 'address' || type === 'location');
  if (compound) throw notSupported(`Selecting compound data (${compound.path.join('.')})`);
  return result;
}

/** Takes a query job as far as it has come by now. */
export function advanceQuery(org: OrgState, job: QueryJob, now: number): void {
  const startsAt = job.createdAt + QUEUE_MS;
  if (job.state === 'UploadComplete' && now >= startsAt) read(org, job, startsAt);
  if (job.state !== 'InProgress' || now < job.doneAt) return;
  job.processed = job.rows.length;
  job.processingMs = job.doneAt - startsAt;
  moveTo(job, 'JobComplete', job.doneAt);
}

function read(org: OrgState, job: QueryJob, at: number): void {
  try {
    const result = prepare(org, job.user, { soql: job.soql, includeDeleted: job.operation === 'queryAll' });
    job.columns = result.columns;
    job.rows = [...result.rows];
    job.doneAt = at + QUEUE_MS + Math.ceil(job.rows.length / ROWS_PER_MS);
    moveTo(job, 'InProgress', at);
  } catch (error) {
    // The query was right when the job was created: a field or its visibility has gone since.
    if (!(error instanceof SoqlError)) throw error;
    fail(job, `${error.code}: ${error.message.trim()}`, at);
  }
}

/** A page of results: its header and its rows. */
export function renderPage(job: QueryJob, from: number, to: number): string {
  const { columns, dialect, rows } = job;
  let page = formatLine(
    columns.map(({ path }) => path.join('.')),
    dialect,
  );
  const cells = columns.map(() => '');
  for (let at = from; at < to; at += 1) {
    const row = rows[at];
    if (!row) break;
    columns.forEach(({ read: value, type }, index) => {
      cells[index] = formatValue(value(row), type);
    });
    page += formatLine(cells, dialect);
  }
  return page;
}
