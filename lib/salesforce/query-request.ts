import type { RemoteRecord } from '../schema/record.ts';
import { callError, errorEntries, unexpectedAnswer } from './error-map.ts';
import { isRaw, type QueryAnswer, queryAnswer, recordOf } from './query-answer.ts';
import { queryPath } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** A query as a subrequest. */
export function queryRequest(resource: 'query' | 'queryAll', soql: string): Subrequest {
  return { method: 'GET', path: queryPath(resource, soql) };
}

/** The rows of a query. `written`: the query was to read the result of a write in the same call. */
export function rowsOf(answer: SubAnswer | undefined, written: boolean): QueryAnswer {
  if (answer?.status === 200 && isRaw(answer.body)) return queryAnswer(answer.body);
  if (answer === undefined || written) throw unexpectedAnswer('query', written);
  throw callError(answer.status, errorEntries(answer.body), false);
}

/** The row of a query for a single row; null where unreadable. */
export function foundRow({ status, body }: SubAnswer, columns: readonly string[]): RemoteRecord | null {
  return status === 200 ? recordOf(queryAnswer(body).records[0], columns) : null;
}
