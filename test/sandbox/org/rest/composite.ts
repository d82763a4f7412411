import * as z from 'zod';
import { ApiError, refusals } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import { allOrNone } from '../store/all-or-none.ts';
import { atOnce, pause, type Working } from '../working.ts';
import { type Call, isObject, type Route } from './call.ts';
import { resolveReferences } from './references.ts';

const MAX_SUBREQUESTS = 25;
/** Subrequests that read or write many records at once. */
const MAX_COLLECTIONS = 5;
const COLLECTION_PATH = /\/(?:query|queryAll|composite\/sobjects)(?:[/?]|$)/;

const subrequestSchema = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']),
  url: z.string(),
  referenceId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_]*$/),
  body: z.unknown().optional(),
  httpHeaders: z.record(z.string(), z.string()).optional(),
});

const compositeSchema = z.object({
  allOrNone: z.boolean().optional(),
  collateSubrequests: z.boolean().optional(),
  compositeRequest: z.array(subrequestSchema),
});

type Subrequest = z.infer<typeof subrequestSchema>;

interface SubResponse {
  readonly body: unknown;
  readonly httpHeaders: Record<string, string>;
  readonly httpStatusCode: number;
  readonly referenceId: string;
}

/**
 * Up to 25 subrequests in one call, in order, later ones using the answers of earlier ones.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm}
 */
function* composite(call: Call): Working<OrgResponse> {
  const parsed = compositeSchema.safeParse(call.body);
  if (!parsed.success) throw refusals.badForm('a composite request');
  const { compositeRequest, allOrNone: wanted = false } = parsed.data;
  checkLimits(compositeRequest);
  checkHeaders(compositeRequest);
  if (!wanted) return json(200, { compositeResponse: yield* runAll(call, compositeRequest, wanted) });
  const isWhole = (answers: SubResponse[]) => answers.every(isSuccess);
  const answers = allOrNone(call.org, () => atOnce(runAll(call, compositeRequest, wanted)), isWhole);
  if (isWhole(answers)) return json(200, { compositeResponse: answers });
  return json(200, { compositeResponse: answers.map((answer) => (isSuccess(answer) ? halted(answer) : answer)) });
}

function checkLimits(subrequests: readonly Subrequest[]): void {
  const collections = subrequests.filter(({ url }) => COLLECTION_PATH.test(url)).length;
  if (subrequests.length > MAX_SUBREQUESTS) {
    throw new ApiError(
      'LIMIT_EXCEEDED',
      `The maximum number of subrequests in a composite request is ${MAX_SUBREQUESTS}`,
    );
  }
  if (collections > MAX_COLLECTIONS) {
    throw new ApiError(
      'LIMIT_EXCEEDED',
      `A composite request may hold ${MAX_COLLECTIONS} query and collections subrequests, not ${collections}`,
    );
  }
  const names = new Set(subrequests.map(({ referenceId }) => referenceId));
  if (names.size < subrequests.length) throw new ApiError('INVALID_INPUT', 'Every referenceId must be unique');
}

/** A subrequest has these of the whole request, and may not name them itself. */
const INHERITED: ReadonlySet<string> = new Set(['accept', 'authorization', 'content-type']);

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_subrequest.htm} */
function checkHeaders(subrequests: readonly Subrequest[]): void {
  for (const { httpHeaders = {}, referenceId } of subrequests) {
    const name = Object.keys(httpHeaders).find((header) => INHERITED.has(header.toLowerCase()));
    if (name !== undefined) {
      throw new ApiError('INVALID_INPUT', `The header ${name} is not allowed in a subrequest: ${referenceId}`);
    }
  }
}

/** What a composite request may hold: records, queries, searches and collections, but no limits, jobs or composites. */
const SUPPORTED =
  /^\/services\/data\/v\d+\.\d\/(?:sobjects|query|queryAll|search|parameterizedSearch|composite\/sobjects)(?:[/?]|$)/;

/**
 * A subrequest fails with its status, and a collection with any of its records where the whole request is all or none.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_allornone.htm}
 */
function isSuccess({ httpStatusCode, body }: SubResponse): boolean {
  if (httpStatusCode >= 300 && httpStatusCode !== 304) return false;
  return !Array.isArray(body) || !body.some((result) => isObject(result) && result.success === false);
}

function halted({ referenceId }: SubResponse | Subrequest): SubResponse {
  const message = 'The transaction was rolled back since another operation in the same transaction failed.';
  return {
    body: [{ errorCode: 'PROCESSING_HALTED', message }],
    httpHeaders: {},
    httpStatusCode: 400,
    referenceId,
  };
}

/** Each subrequest commits on its own and others' requests come in between, unless all are one transaction. */
function* runAll(call: Call, subrequests: readonly Subrequest[], wanted: boolean): Working<SubResponse[]> {
  const answers = new Map<string, unknown>();
  const done: SubResponse[] = [];
  for (const [at, subrequest] of subrequests.entries()) {
    if (at > 0) yield* betweenSubrequests(call);
    const failed = wanted && done.some((answer) => !isSuccess(answer));
    const answer = failed
      ? halted(subrequest)
      : yield* runOne(call, wanted ? allOrNoneInside(subrequest) : subrequest, answers);
    done.push(answer);
    if (answer.httpStatusCode < 400) answers.set(subrequest.referenceId, answer.body);
  }
  return done;
}

function* betweenSubrequests({ org, path }: Call): Working<void> {
  const milliseconds = org.faults.pauseWithin(path);
  if (milliseconds > 0) yield* pause(org, { for: 'subrequest', milliseconds });
}

/** The outer flag, where it is set, overrides that of a collection. */
function allOrNoneInside(subrequest: Subrequest): Subrequest {
  if (!isObject(subrequest.body) || !/\/composite\/sobjects\b/.test(subrequest.url)) return subrequest;
  return { ...subrequest, body: { ...subrequest.body, allOrNone: true } };
}

function* runOne(call: Call, subrequest: Subrequest, answers: ReadonlyMap<string, unknown>): Working<SubResponse> {
  const { referenceId } = subrequest;
  try {
    const path = String(resolveReferences(subrequest.url, answers));
    if (!SUPPORTED.test(path)) throw new ApiError('INVALID_INPUT', `A composite request does not support ${path}`);
    const { status, headers, body } = yield* call.dispatch({
      method: subrequest.method,
      path,
      headers: subrequestHeaders(call, subrequest.httpHeaders),
      body: resolveReferences(subrequest.body, answers),
    });
    const { 'Content-Type': _type, ...httpHeaders } = headers;
    return { body: body ?? null, httpHeaders: unpadded(httpHeaders), httpStatusCode: status, referenceId };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { body: [error.toEntry()], httpHeaders: {}, httpStatusCode: error.status, referenceId };
  }
}

/** Inside a composite answer days have no leading zero: `Wed, 6 May 2026 07:00:00 GMT`. */
function unpadded(headers: Readonly<Record<string, string>>): Record<string, string> {
  const modified = headers['Last-Modified'];
  return modified === undefined ? headers : { ...headers, 'Last-Modified': modified.replace(', 0', ', ') };
}

/** Headers of the whole request hold for each subrequest, except conditional ones; its own come first. */
function subrequestHeaders(call: Call, own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(call.headers).filter(([name]) => name.startsWith('sforce-'));
  const named = Object.entries(own).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries([...inherited, ...named]);
}

const batchSchema = z.object({
  haltOnError: z.boolean().optional(),
  batchRequests: z.array(
    z.object({
      method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']),
      url: z.string(),
      richInput: z.unknown().optional(),
    }),
  ),
});

/**
 * Up to 25 independent subrequests in one call; their URLs are relative to `/services/data/`.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_batch.htm}
 */
function* batch(call: Call): Working<OrgResponse> {
  const parsed = batchSchema.safeParse(call.body);
  if (!parsed.success) throw refusals.badForm('a batch request');
  const { batchRequests, haltOnError = false } = parsed.data;
  if (batchRequests.length > MAX_SUBREQUESTS) {
    throw new ApiError('LIMIT_EXCEEDED', `The maximum number of subrequests in a batch is ${MAX_SUBREQUESTS}`);
  }
  const results: { statusCode: number; result: unknown }[] = [];
  for (const [at, { method, url, richInput }] of batchRequests.entries()) {
    if (at > 0) yield* betweenSubrequests(call);
    if (haltOnError && results.some(({ statusCode }) => statusCode >= 400)) {
      const result = [{ errorCode: 'BATCH_PROCESSING_HALTED', message: 'Batch processing halted per request' }];
      results.push({ statusCode: 412, result });
      continue;
    }
    const path = url.startsWith('/services/') ? url : `/services/data/${url.replace(/^\//, '')}`;
    const { status, body } = yield* call.dispatch({ method, path, headers: subrequestHeaders(call), body: richInput });
    results.push({ statusCode: status, result: body ?? null });
  }
  return json(200, { hasErrors: results.some(({ statusCode }) => statusCode >= 400), results });
}

export const compositeRoutes: readonly Route[] = [
  { method: 'POST', path: '/composite', kind: 'composite', handle: composite },
  { method: 'POST', path: '/composite/batch', kind: 'composite', handle: batch },
];
