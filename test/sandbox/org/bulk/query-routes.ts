import { ApiError } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import type { Call, Route } from '../rest/call.ts';
import {
  badRequest,
  checkVersion,
  csv,
  deleteJob,
  findJob,
  jsonBody,
  listJobs,
  newJob,
  oneOf,
  textOf,
} from './bulk-call.ts';
import { abort, describeJob, wrongState } from './job.ts';
import { checkQuery, type QueryJob, renderPage } from './query-job.ts';

const JOB_TYPE = 'V2Query';

/** Result pages whose addresses one answer tells. */
const PAGES_AT_ONCE = 5;

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_create_job.htm} */
function createJob(call: Call): OrgResponse {
  const body = jsonBody(call);
  const operation = oneOf(body, 'operation', ['query', 'queryAll'] as const);
  const soql = textOf(body, 'query');
  if (operation === undefined) throw badRequest('operation is required');
  if (soql === undefined || soql.trim() === '') throw badRequest('query is required');
  const object = checkQuery(call.org, call.user, soql);
  const job: QueryJob = {
    ...newJob(call, body),
    kind: 'query',
    operation,
    object,
    soql,
    state: 'UploadComplete',
    columns: [],
    rows: [],
    doneAt: Number.POSITIVE_INFINITY,
  };
  call.org.bulk.add(job);
  call.org.bulk.count('queryJob', job.createdAt);
  return json(200, describeJob(job));
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_one_job.htm} */
function readJob(call: Call): OrgResponse {
  const job = findJob(call, 'query');
  return json(200, {
    ...describeJob(job),
    jobType: JOB_TYPE,
    numberRecordsProcessed: job.processed,
    retries: 0,
    totalProcessingTime: job.processingMs,
    isPkChunkingSupported: true,
    ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
  });
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_abort_job.htm} */
function abortJob(call: Call): OrgResponse {
  const job = findJob(call, 'query');
  if (oneOf(jsonBody(call), 'state', ['Aborted'] as const) === undefined) throw badRequest('state is required');
  abort(job, call.org.clock.now());
  return json(200, describeJob(job));
}

function completeJob(call: Call): QueryJob {
  const job = findJob(call, 'query');
  if (job.state === 'JobComplete') return job;
  throw wrongState(`Results are not available: the job is in state ${job.state}`);
}

/** A locator stands for the position at which its page begins. */
function locatorOf(position: number): string {
  return Buffer.from(String(position)).toString('base64').replaceAll('=', '');
}

function positionOf(job: QueryJob, locator: string | null): number {
  if (locator === null) return 0;
  const position = Number(Buffer.from(locator, 'base64').toString());
  if (locatorOf(position) === locator && position <= job.rows.length) return position;
  throw new ApiError('INVALID_QUERY_LOCATOR', `Invalid locator: ${locator}`);
}

function pageSize(call: Call): number {
  const given = call.query.get('maxRecords');
  if (given === null) return call.org.bulk.pageRows;
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  throw badRequest(`Invalid maxRecords: ${given}`);
}

/**
 * One page of results. Every page begins with the header; the locator of the next page is the word "null" on the last.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm}
 */
function readResults(call: Call): OrgResponse {
  const job = completeJob(call);
  const from = positionOf(job, call.query.get('locator'));
  const to = Math.min(from + pageSize(call), job.rows.length);
  return (
    checkVersion(call, job) ??
    csv(renderPage(job, from, to), {
      'Sforce-NumberOfRecords': String(to - from),
      'Sforce-Locator': to < job.rows.length ? locatorOf(to) : 'null',
    })
  );
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_parallel_job_results.htm} */
function readResultPages(call: Call): OrgResponse {
  const job = completeJob(call);
  const first = positionOf(job, call.query.get('locator'));
  const path = `${call.root}/jobs/query/${job.id}`;
  const { pageRows } = call.org.bulk;
  const starts = Array.from({ length: PAGES_AT_ONCE }, (_, index) => first + index * pageRows);
  const pages = starts.filter((start) => start < job.rows.length || start === 0);
  const next = first + PAGES_AT_ONCE * pageRows;
  const done = next >= job.rows.length;
  return (
    checkVersion(call, job) ??
    json(200, {
      resultPages: pages.map((start) => ({ resultUrl: `${path}/results?locator=${locatorOf(start)}` })),
      nextRecordsUrl: done ? null : `${path}/resultPages?locator=${locatorOf(next)}`,
      done,
    })
  );
}

export const bulkQueryRoutes: readonly Route[] = [
  { method: 'POST', path: '/jobs/query', kind: 'bulk', handle: createJob },
  { method: 'GET', path: '/jobs/query', kind: 'bulk', handle: (call) => listJobs(call, JOB_TYPE, 'query') },
  { method: 'GET', path: '/jobs/query/:job', kind: 'bulk', handle: readJob },
  { method: 'PATCH', path: '/jobs/query/:job', kind: 'bulk', handle: abortJob },
  { method: 'DELETE', path: '/jobs/query/:job', kind: 'bulk', handle: (call) => deleteJob(call, 'query') },
  { method: 'GET', path: '/jobs/query/:job/results', kind: 'bulk', handle: readResults },
  { method: 'GET', path: '/jobs/query/:job/resultPages', kind: 'bulk', handle: readResultPages },
];
