import type { FeedPage } from '../sync/ports/change-feed.ts';
import { callError, errorEntries, unexpectedAnswer } from './error-map.ts';
import { isRaw, queryAnswer, valuesOf } from './query-answer.ts';
import { rowOfText } from './row-texts.ts';
import type { SubAnswer } from './subrequest.ts';

/** Salesforce's maximum rows per page. */
export const PAGE_ROWS = 2000;

/** The body of an answered query. */
export function answerOf(answer: SubAnswer | undefined): unknown {
  if (answer === undefined) throw unexpectedAnswer('query');
  if (answer.status === 200) return answer.body;
  const errors = errorEntries(answer.body);
  if (errors[0]?.code === 'INVALID_FIELD') return 'invalidField';
  throw callError(answer.status, errors, false);
}

/** The page of an answered query. */
export function pageOf(answer: SubAnswer | undefined, columns: readonly string[]): FeedPage | 'invalidField' {
  const body = answerOf(answer);
  if (body === 'invalidField') return body;
  const { rows, more } = answer?.page ?? pageOfBody(body, columns);
  // Wide rows come in shorter pages with a locator; the last row's position serves as well, and does not expire.
  return { rows, more: more || rows.length >= PAGE_ROWS };
}

/** For an answer parsed as a whole. */
function pageOfBody(body: unknown, columns: readonly string[]): FeedPage {
  const { records, done } = queryAnswer(body);
  const rows = records.map((record) => rowOfText(JSON.stringify(valuesOf(record, columns))));
  return { rows, more: !done };
}

/** The result of a `COUNT()` query. */
export function countOf(body: unknown): number {
  if (isRaw(body) && typeof body.totalSize === 'number') return body.totalSize;
  throw unexpectedAnswer('count');
}
