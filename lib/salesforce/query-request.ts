import type { RemoteRecord } from '../schema/record.ts';
import { callError, errorEntries, unexpectedAnswer } from './error-map.ts';
import { isRaw, type QueryAnswer, queryAnswer, recordOf } from './query-answer.ts';
import { queryPath } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** A query as a part of a call. */
export function queryRequest(resource: 'query' | 'queryAll', soql: string): Subrequest {
  return { method: 'GET', path: queryPath(resource, soql) };
}

/** The rows of a query. `written`: it was to read what a write in the same call has made. */
export function rowsOf(answer: SubAnswer | undefined, written: boolean): QueryAnswer {
  if (answer?.status === 200 && isRaw(answer.body)) return queryAnswer(answer.body);
  if (answer === undefined || written) throw unexpectedAnswer('query', written);
  throw callError(answer.status, errorEntries(answer.body), false);
}

/** The row that a query for one asks for, where there is one that can be read. */
export function foundRow({ status, body }: SubAnswer, columns: readonly string[]): RemoteRecord | null {
  return status === 200 ? recordOf(queryAnswer(body).records[0], columns) : null;
}
