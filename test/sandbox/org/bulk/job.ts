import { toStamp } from '../clock.ts';
import { ApiError } from '../errors.ts';
import type { OrgUser } from '../standard-records.ts';
import type { CsvDialect } from './csv.ts';

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_info.htm} */
export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

/** What query and ingest jobs have in common. Times are the org's, in milliseconds. */
export interface Job {
  readonly id: string;
  readonly operation: string;
  readonly object: string;
  readonly user: OrgUser;
  /** "62.0", from the path that the job was created under. */
  readonly version: string;
  readonly createdAt: number;
  readonly dialect: CsvDialect;
  state: JobState;
  changedAt: number;
  errorMessage: string | undefined;
  processed: number;
  failed: number;
  processingMs: number;
}

/** How long a job waits in the org's queue before its first step. */
export const QUEUE_MS = 100;

/** Has a job nothing more to do? */
export function isOver({ state }: Job): boolean {
  return state === 'JobComplete' || state === 'Failed' || state === 'Aborted';
}

/** Moves a job to a state. */
export function moveTo(job: Job, state: JobState, at: number): void {
  job.state = state;
  job.changedAt = at;
}

/** Puts an end to a job that could not do its work. */
export function fail(job: Job, errorMessage: string, at: number): void {
  job.errorMessage = errorMessage;
  moveTo(job, 'Failed', at);
}

/** Aborts a job; what it has done stays done. */
export function abort(job: Job, at: number): void {
  if (isOver(job)) throw wrongState(`Aborting already ${job.state} Job not allowed`);
  moveTo(job, 'Aborted', at);
}

export function wrongState(message: string): ApiError {
  return new ApiError('INVALIDJOBSTATE', message);
}

/** The members that every description of a job has. */
export function describeJob(job: Job): Record<string, unknown> {
  const { id, operation, object, user, state, version, dialect } = job;
  return {
    id,
    operation,
    object,
    createdById: user.id,
    createdDate: toStamp(job.createdAt),
    systemModstamp: toStamp(job.changedAt),
    state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(version),
    lineEnding: dialect.lineEnding,
    columnDelimiter: dialect.columnDelimiter,
  };
}
