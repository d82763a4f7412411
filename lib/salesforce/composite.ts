import type { SubAnswer, Subrequest } from './client.ts';
import { unexpectedAnswer } from './error-map.ts';
import { isRaw } from './query-answer.ts';

/**
 * The body of a composite request below the root of an API version: in the order given, each subrequest on its own.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm
 */
export function compositeBody(root: string, subrequests: readonly Subrequest[]) {
  const compositeRequest = subrequests.map(({ method, path, headers, body }, at) => ({
    method,
    url: root + path,
    referenceId: `s${at}`,
    ...(headers === undefined ? {} : { httpHeaders: headers }),
    ...(body === undefined ? {} : { body }),
  }));
  return { allOrNone: false, collateSubrequests: false, compositeRequest };
}

/** The answers of a composite request, one for each subrequest. */
export function subAnswers(body: unknown, expected: number, writes: boolean): SubAnswer[] {
  const list: unknown = isRaw(body) ? body.compositeResponse : undefined;
  if (!Array.isArray(list) || list.length !== expected) throw unexpectedAnswer('composite request', writes);
  return list.map((raw: unknown) => {
    if (!isRaw(raw) || typeof raw.httpStatusCode !== 'number') throw unexpectedAnswer('subrequest', writes);
    return { status: raw.httpStatusCode, headers: lowerCased(raw.httpHeaders), body: raw.body };
  });
}

function lowerCased(headers: unknown): Record<string, string> {
  const entries = isRaw(headers) ? Object.entries(headers) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
