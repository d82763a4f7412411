import { type FieldValue, toIsoInstant, toLongId } from '../person/field-value.ts';
import type { FeedPage, FeedRow } from '../sync/ports/change-feed.ts';
import type { SubAnswer } from './client.ts';
import { callError, errorEntries, unexpectedAnswer } from './error-map.ts';
import { isRaw, queryAnswer, valuesOf } from './query-answer.ts';

/** The most rows that Salesforce answers at once. */
export const PAGE_ROWS = 2000;

/** The body of an answered query. */
export function answerOf(answer: SubAnswer | undefined): unknown {
  if (answer === undefined) throw unexpectedAnswer('query');
  if (answer.status === 200) return answer.body;
  const errors = errorEntries(answer.body);
  if (errors[0]?.code === 'INVALID_FIELD') return 'invalidField';
  throw callError(answer.status, errors, false);
}

/** The page that a query answers. */
export function pageOf(answer: SubAnswer | undefined, columns: readonly string[]): FeedPage | 'invalidField' {
  const body = answerOf(answer);
  if (body === 'invalidField') return body;
  const { records, done } = queryAnswer(body);
  const rows = records.map((record) => rowOf(valuesOf(record, columns)));
  // Wide rows come in shorter pages, with a locator to go on by; the position of the last row does as well, and lasts.
  return { rows, more: !done || rows.length >= PAGE_ROWS };
}

function rowOf(values: readonly FieldValue[]): FeedRow {
  const [id, systemModstamp] = values;
  return {
    id: toLongId(String(id)),
    systemModstamp: toIsoInstant(String(systemModstamp)),
    text: JSON.stringify(values),
  };
}

/** How many rows a query counts. */
export function countOf(body: unknown): number {
  if (isRaw(body) && typeof body.totalSize === 'number') return body.totalSize;
  throw unexpectedAnswer('count');
}
