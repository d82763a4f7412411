import { ApiError, refusals } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import { normaliseId } from '../ids.ts';
import { type Call, mustBeEditable, type Route } from '../rest/call.ts';
import { badRequest, csv, deleteJob, findJob, jsonBody, listJobs, newJob, oneOf, textOf } from './bulk-call.ts';
import {
  abortIngest,
  closeUpload,
  failedResults,
  type IngestJob,
  ingestOperations,
  successfulResults,
  unprocessedRecords,
} from './ingest-job.ts';
import { describeJob, isOver, wrongState } from './job.ts';
import { readMultipart } from './multipart.ts';

const JOB_TYPE = 'V2Ingest';

/**
 * A job's data is at most this large once it is in base64, which adds a third.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/upload_job_data.htm}
 */
const MAX_BASE64_BYTES = 150 * 1024 * 1024;
const MAX_DATA_BYTES = (MAX_BASE64_BYTES / 4) * 3;

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/create_job.htm} */
function createJob(call: Call): OrgResponse {
  const parts = readMultipart(call.headers['content-type'], call.body);
  const job = openJob(call, parts ? parts.job : jsonBody(call));
  if (parts) {
    upload(job, parts.content);
    closeUpload(job, call.org.clock.now());
  }
  call.org.bulk.add(job);
  return json(200, { ...describeJob(job), ...openMembers(call, job) });
}

function openJob(call: Call, body: Record<string, unknown>): IngestJob {
  const operation = oneOf(body, 'operation', ingestOperations);
  if (operation === undefined) throw badRequest('operation is required');
  const object = call.org.schema.object(textOf(body, 'object') ?? '');
  if (!object) throw new ApiError('INVALIDENTITY', `Unable to find object: ${textOf(body, 'object') ?? ''}`);
  mustBeEditable(object);
  if (operation === 'hardDelete' && !call.user.administrator) {
    throw new ApiError('FEATURENOTENABLED', 'hardDelete operation requires special user profile permission');
  }
  const externalIdFieldName = textOf(body, 'externalIdFieldName');
  if (operation === 'upsert') checkKey(call, object.name, externalIdFieldName);
  return {
    ...newJob(call, body),
    kind: 'ingest',
    operation,
    object: object.name,
    externalIdFieldName,
    assignmentRuleId: assignmentRule(body),
    state: 'Open',
    uploads: 0,
    data: '',
    closedAt: Number.POSITIVE_INFINITY,
    header: [],
    records: [],
    outcomes: [],
  };
}

function checkKey(call: Call, object: string, name: string | undefined): void {
  if (name === undefined) throw new ApiError('INVALIDJOB', `External ID was blank for ${object}`);
  const field = call.org.schema.visible(call.user, object)?.fields.get(name.toLowerCase());
  if (field?.idLookup || field?.externalId) return;
  throw new ApiError(
    'INVALIDJOB',
    `InvalidJob : Field name provided, ${name} does not match an External ID, Salesforce Id, or indexed field for ${object}`,
  );
}

function assignmentRule(body: Record<string, unknown>): string | undefined {
  const given = textOf(body, 'assignmentRuleId');
  return given === undefined ? undefined : (normaliseId(given) ?? given);
}

/** Where the data of an open job goes; the address has no leading slash. */
function openMembers(call: Call, job: IngestJob): Record<string, unknown> {
  return {
    ...(job.state === 'Open' ? { contentUrl: `${call.root.slice(1)}/jobs/ingest/${job.id}/batches` } : {}),
    ...(job.externalIdFieldName === undefined ? {} : { externalIdFieldName: job.externalIdFieldName }),
    ...(job.assignmentRuleId === undefined ? {} : { assignmentRuleId: job.assignmentRuleId }),
  };
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/upload_job_data.htm} */
function uploadData(call: Call): OrgResponse {
  const job = findJob(call, 'ingest');
  if (job.state !== 'Open') throw wrongState(`Data cannot be added to a job in state ${job.state}`);
  const data = call.body ?? '';
  if (typeof data !== 'string') throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be text/csv');
  if (Buffer.byteLength(data) > MAX_DATA_BYTES) {
    return json(413, [{ errorCode: 'REQUEST_ENTITY_TOO_LARGE', message: 'Job data is larger than 150 MB in base64' }]);
  }
  upload(job, data);
  return { status: 201, headers: {} };
}

function upload(job: IngestJob, data: string): void {
  job.uploads += 1;
  job.data = data;
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/close_job.htm} */
function changeState(call: Call): OrgResponse {
  const job = findJob(call, 'ingest');
  const state = oneOf(jsonBody(call), 'state', ['UploadComplete', 'Aborted'] as const);
  const now = call.org.clock.now();
  if (state === undefined) throw badRequest('state is required');
  if (state === 'Aborted') abortIngest(job, now);
  else close(job, now);
  return json(200, { ...describeJob(job), ...openMembers(call, job) });
}

function close(job: IngestJob, now: number): void {
  if (job.state !== 'Open') throw wrongState(`Closing already ${job.state} Job not allowed`);
  if (job.uploads > 1) {
    throw new ApiError(
      'INVALIDJOB',
      `Found multiple contents for job: <${job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
    );
  }
  closeUpload(job, now);
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_info.htm} */
function readJob(call: Call): OrgResponse {
  const job = findJob(call, 'ingest');
  return json(200, {
    ...describeJob(job),
    ...openMembers(call, job),
    jobType: JOB_TYPE,
    numberRecordsProcessed: job.processed,
    numberRecordsFailed: job.failed,
    retries: 0,
    totalProcessingTime: job.processingMs,
    apiActiveProcessingTime: job.processingMs,
    apexProcessingTime: 0,
    ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
  });
}

function results(tell: (job: IngestJob) => string): (call: Call) => OrgResponse {
  return (call) => {
    const job = findJob(call, 'ingest');
    if (!isOver(job)) throw refusals.notFound();
    return csv(tell(job));
  };
}

export const bulkIngestRoutes: readonly Route[] = [
  { method: 'POST', path: '/jobs/ingest', kind: 'bulk', handle: createJob },
  { method: 'GET', path: '/jobs/ingest', kind: 'bulk', handle: (call) => listJobs(call, JOB_TYPE, 'ingest') },
  { method: 'GET', path: '/jobs/ingest/:job', kind: 'bulk', handle: readJob },
  { method: 'PATCH', path: '/jobs/ingest/:job', kind: 'bulk', handle: changeState },
  { method: 'DELETE', path: '/jobs/ingest/:job', kind: 'bulk', handle: (call) => deleteJob(call, 'ingest') },
  { method: 'PUT', path: '/jobs/ingest/:job/batches', kind: 'bulk', handle: uploadData },
  { method: 'GET', path: '/jobs/ingest/:job/successfulResults', kind: 'bulk', handle: results(successfulResults) },
  { method: 'GET', path: '/jobs/ingest/:job/failedResults', kind: 'bulk', handle: results(failedResults) },
  { method: 'GET', path: '/jobs/ingest/:job/unprocessedrecords', kind: 'bulk', handle: results(unprocessedRecords) },
];
