import type { Buffer } from 'node:buffer';
import type { FeedPage, FeedRow } from '../sync/ports/change-feed.ts';
import { unexpectedAnswer } from './error-map.ts';
import { eachItem, eachMember, OtherJson, parsedBetween, skipValue } from './json-bytes.ts';
import { JsonRows } from './json-rows.ts';
import { isRaw } from './query-answer.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

const OPEN_LIST = 0x5b;
const OPEN = 0x7b;

/**
 * The body of a composite request below `root`: subrequests in the given order, independent of each other.
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

/** The answers of a composite request, one per subrequest. */
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

/**
 * The same from the bytes of the answer. For a subrequest with columns the records are returned as rows, and removed
 * from the body; an answer not in Salesforce's compact JSON is parsed as a whole.
 */
export function subAnswersOfBytes(bytes: Buffer, subrequests: readonly Subrequest[], writes: boolean): SubAnswer[] {
  try {
    return readComposite(bytes, subrequests);
  } catch (error) {
    if (!(error instanceof OtherJson)) throw error;
    return subAnswers(parsedOr(bytes, writes), subrequests.length, writes);
  }
}

function readComposite(bytes: Buffer, subrequests: readonly Subrequest[]): SubAnswer[] {
  const answers: SubAnswer[] = [];
  const end = eachMember(bytes, 0, (name, at) => {
    if (name !== 'compositeResponse') return skipValue(bytes, at);
    return eachItem(bytes, at, (from) => {
      const { answer, end: itemEnd } = readAnswer(bytes, from, subrequests[answers.length]);
      answers.push(answer);
      return itemEnd;
    });
  });
  if (end !== bytes.length || answers.length !== subrequests.length) throw new OtherJson('answers are missing');
  return answers;
}

function readAnswer(bytes: Buffer, at: number, subrequest: Subrequest | undefined) {
  const parts: Record<string, unknown> = {};
  let page: FeedPage | undefined;
  const end = eachMember(bytes, at, (name, from) => {
    if (name === 'body' && subrequest?.columns !== undefined && bytes[from] === OPEN) {
      const answer = readPage(bytes, from, new JsonRows(subrequest.columns, subrequest.absent));
      page = answer.page;
      parts.body = answer.body;
      return answer.end;
    }
    const to = skipValue(bytes, from);
    parts[name] = parsedBetween(bytes, from, to);
    return to;
  });
  if (typeof parts.httpStatusCode !== 'number') throw new OtherJson('a status was expected');
  const answer = { status: parts.httpStatusCode, headers: lowerCased(parts.httpHeaders), body: parts.body };
  return { answer: page === undefined ? answer : { ...answer, page }, end };
}

/** The body of a query's answer: records as rows, the remaining members parsed. */
function readPage(bytes: Buffer, at: number, reader: JsonRows) {
  const body: Record<string, unknown> = {};
  let rows: readonly FeedRow[] | undefined;
  const end = eachMember(bytes, at, (name, from) => {
    if (name === 'records' && bytes[from] === OPEN_LIST) {
      const read = reader.read(bytes, from);
      rows = read.rows;
      return read.end;
    }
    const to = skipValue(bytes, from);
    body[name] = parsedBetween(bytes, from, to);
    return to;
  });
  if (rows === undefined) throw new OtherJson('records were expected');
  return { body, page: { rows, more: body.done === false }, end };
}

function parsedOr(bytes: Buffer, writes: boolean): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw unexpectedAnswer('composite request', writes);
  }
}
