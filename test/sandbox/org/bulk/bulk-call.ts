import { ApiError, refusals } from '../errors.ts';
import { empty, json, type OrgResponse } from '../http-message.ts';
import { type Call, isObject, objectBody } from '../rest/call.ts';
import { jsonMistake } from '../rest/json-mistake.ts';
import type { BulkJob } from './bulk-jobs.ts';
import { type CsvDialect, columnDelimiters, lineEndings } from './csv.ts';
import { describeJob, isOver, type Job, wrongState } from './job.ts';

/** The list of jobs is told in pages of this many. */
const LIST_PAGE = 1_000;

/** The version of the call's path, "62.0". */
export function versionOf(call: Call): string {
  return call.root.slice(call.root.lastIndexOf('/v') + 2);
}

/** The job that the path names, as far as it has come by now. */
export function findJob<Kind extends BulkJob['kind']>(call: Call, kind: Kind): Extract<BulkJob, { kind: Kind }> {
  call.org.bulk.advance(call.org);
  return call.org.bulk.find(kind, call.params.job ?? '', call.user);
}

/** The body of a request as a JSON object, also where it came as the text of one. */
export function jsonBody(call: Call): Record<string, unknown> {
  if (typeof call.body !== 'string') return objectBody(call);
  try {
    const parsed: unknown = JSON.parse(call.body);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refusals.badJson(jsonMistake(call.body));
}

/** What every new job has. */
export function newJob(call: Call, body: Record<string, unknown>): Omit<Job, 'operation' | 'object' | 'state'> {
  const now = call.org.clock.now();
  if ((body.contentType ?? 'CSV') !== 'CSV') throw badRequest(`Invalid contentType: ${String(body.contentType)}`);
  return {
    id: call.org.bulk.nextId(),
    user: call.user,
    version: versionOf(call),
    createdAt: now,
    changedAt: now,
    dialect: readDialect(body),
    errorMessage: undefined,
    processed: 0,
    failed: 0,
    processingMs: 0,
  };
}

function readDialect(body: Record<string, unknown>): CsvDialect {
  return {
    columnDelimiter: oneOf(body, 'columnDelimiter', columnDelimiters) ?? 'COMMA',
    lineEnding: oneOf(body, 'lineEnding', lineEndings) ?? 'LF',
  };
}

/** A member that may only be one of a few words. */
export function oneOf<Word extends string>(
  body: Record<string, unknown>,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const given = body[name];
  if (given === undefined || given === null) return undefined;
  const word = words.find((known) => known === given);
  if (word !== undefined) return word;
  throw badRequest(`Unable to parse ${name}: ${JSON.stringify(given)}`);
}

/** A member that must be text, if it is there. */
export function textOf(body: Record<string, unknown>, name: string): string | undefined {
  const given = body[name];
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'string') return given;
  throw badRequest(`Unable to parse ${name}: ${JSON.stringify(given)}`);
}

export function badRequest(message: string): ApiError {
  return new ApiError('BAD_REQUEST', message);
}

/** Results are those of the version that the job was created under. */
export function checkVersion(call: Call, job: Job): OrgResponse | undefined {
  if (job.version === versionOf(call)) return undefined;
  const message = `Job ${job.id} was created with API version ${job.version}; use the same version to get its results`;
  return json(409, [{ errorCode: 'API_VERSION_MISMATCH', message }]);
}

/** The list of jobs of a kind, newest first. */
export function listJobs(call: Call, jobType: string, kind: BulkJob['kind']): OrgResponse {
  call.org.bulk.advance(call.org);
  const { query } = call;
  const wantedType = query.get('jobType');
  const jobs =
    wantedType === null || wantedType === jobType ? [...call.org.bulk.list(kind, call.user)].toReversed() : [];
  const from = Number(query.get('queryLocator') ?? 0) || 0;
  const page = jobs.slice(from, from + LIST_PAGE);
  const done = from + page.length >= jobs.length;
  const nextRecordsUrl = done ? null : `${call.root}/jobs/${kind}?queryLocator=${from + page.length}`;
  return json(200, { done, nextRecordsUrl, records: page.map((job) => ({ ...describeJob(job), jobType })) });
}

/** Deletes a job that is over, with its data and results. */
export function deleteJob(call: Call, kind: BulkJob['kind']): OrgResponse {
  const job = findJob(call, kind);
  if (!isOver(job)) throw wrongState(`Job cannot be deleted in state ${job.state}`);
  call.org.bulk.remove(job);
  return empty(204);
}

/** A CSV answer. */
export function csv(body: string, headers: Record<string, string> = {}): OrgResponse {
  return { status: 200, headers: { 'Content-Type': 'text/csv', ...headers }, body };
}
