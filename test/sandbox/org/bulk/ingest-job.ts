import type { OrgState } from '../org-state.ts';
import { endsLinesAs, formatLine, parseCsv } from './csv.ts';
import { checkColumns, type IngestOutcome, ingestRecord } from './ingest-record.ts';
import { abort, fail, type Job, moveTo, QUEUE_MS } from './job.ts';

export const ingestOperations = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const;
export type IngestOperation = (typeof ingestOperations)[number];

/** A job that writes records. */
export interface IngestJob extends Job {
  readonly kind: 'ingest';
  readonly operation: IngestOperation;
  readonly externalIdFieldName: string | undefined;
  readonly assignmentRuleId: string | undefined;
  uploads: number;
  data: string;
  closedAt: number;
  header: readonly string[];
  records: readonly (readonly string[])[];
  outcomes: IngestOutcome[];
}

/** The org divides a job's data into batches of this many records. */
const BATCH_SIZE = 10_000;
/** Batches run in parallel: so many begin at once, and each takes so long of the org's clock. */
const PARALLEL_BATCHES = 5;
const BATCH_MS = 100;

/** Ends the upload: the job waits to be processed. */
export function closeUpload(job: IngestJob, now: number): void {
  job.closedAt = now;
  moveTo(job, 'UploadComplete', now);
}

/** Aborts a job: batches that have not run yet stay unprocessed. */
export function abortIngest(job: IngestJob, now: number): void {
  if (job.state === 'UploadComplete') readData(job, undefined);
  abort(job, now);
}

/** Takes an ingest job as far as it has come by now: each batch is saved when it is due. */
export function advanceIngest(org: OrgState, job: IngestJob, now: number): void {
  const startsAt = job.closedAt + QUEUE_MS;
  if (job.state === 'UploadComplete' && now >= startsAt) begin(org, job, startsAt);
  while (job.state === 'InProgress') {
    const doneAt = startsAt + BATCH_MS * Math.ceil((job.processed + 1) / (BATCH_SIZE * PARALLEL_BATCHES));
    if (now < doneAt) return;
    runBatch(org, job);
    job.processingMs = doneAt - startsAt;
    job.changedAt = doneAt;
    if (job.processed === job.records.length) moveTo(job, 'JobComplete', doneAt);
  }
}

function begin(org: OrgState, job: IngestJob, at: number): void {
  const problem = readData(job, org);
  if (problem === undefined) moveTo(job, 'InProgress', at);
  else fail(job, problem, at);
}

/** Reads the uploaded file into header and records, and tells what is wrong with it as a whole. */
function readData(job: IngestJob, org: OrgState | undefined): string | undefined {
  const { lineEnding } = job.dialect;
  if (!endsLinesAs(job.data, lineEnding)) {
    return `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${lineEnding}`;
  }
  const [header = [], ...records] = parseCsv(job.data, job.dialect);
  job.header = header;
  job.records = records;
  job.data = '';
  // An upload without a line succeeds, as jsforce's suite expects it; a header with no record below it is a mistake.
  if (records.length === 0) return header.join('') === '' ? undefined : 'InvalidBatch : Records not found';
  return org && checkColumns(org, job);
}

function runBatch(org: OrgState, job: IngestJob): void {
  const batch = job.records.slice(job.processed, job.processed + BATCH_SIZE);
  for (const values of batch) {
    const outcome = ingestRecord(org, job, values);
    if (outcome.kind === 'failed') job.failed += 1;
    job.outcomes.push(outcome);
  }
  job.processed += batch.length;
  org.bulk.count('ingestBatch', org.clock.now());
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_successful_results.htm} */
export function successfulResults(job: IngestJob): string {
  return results(job, ['sf__Id', 'sf__Created'], (outcome) =>
    outcome.kind === 'saved' ? [outcome.id, String(outcome.created)] : undefined,
  );
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_failed_results.htm} */
export function failedResults(job: IngestJob): string {
  return results(job, ['sf__Id', 'sf__Error'], (outcome) =>
    outcome.kind === 'failed' ? [outcome.id, outcome.error] : undefined,
  );
}

function results(
  job: IngestJob,
  columns: readonly string[],
  tell: (outcome: IngestOutcome) => string[] | undefined,
): string {
  const lines = [formatLine([...columns, ...job.header], job.dialect)];
  job.outcomes.forEach((outcome, index) => {
    const told = tell(outcome);
    if (told) lines.push(formatLine([...told, ...(job.records[index] ?? [])], job.dialect));
  });
  return lines.join('');
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_unprocessed_results.htm} */
export function unprocessedRecords(job: IngestJob): string {
  if (job.data !== '' || job.header.length === 0) return job.data;
  return [job.header, ...job.records.slice(job.processed)].map((values) => formatLine(values, job.dialect)).join('');
}
