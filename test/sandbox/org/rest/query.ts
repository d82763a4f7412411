import { ApiError, refusals } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import { columnMetadata, type QueryResult, type RecordsResult, runQuery } from '../soql/index.ts';
import { createSource } from '../store/soql-source.ts';
import type { Call, Route } from './call.ts';
import { askedBatchSize } from './headers.ts';
import type { Cursor } from './locators.ts';
import { withCompounds } from './render.ts';

/** A page holds this many records, and fewer of wide ones: no page has more than so many values. */
const PAGE_SIZE = 2000;
const SMALLEST_PAGE = 200;
const VALUES_PER_PAGE = 20_000;
/** Text areas of more characters are long. */
const SHORT_TEXT = 255;

/**
 * Query plans (`explain`) are left out.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm}
 */
function runText(call: Call, includeDeleted: boolean): OrgResponse {
  if (call.query.has('explain')) throw refusals.notFound();
  const soql = call.query.get('q');
  if (soql === null) throw new ApiError('MALFORMED_QUERY', 'A query string has to be specified');
  if (soql.trim() === '') throw new ApiError('MALFORMED_QUERY', 'SOQL statements cannot be empty or null');
  const source = createSource(call.org, call.user);
  const result = runQuery(source, soql, { includeDeleted, urlPrefix: `${call.root}/sobjects` });
  return call.query.get('columns') === 'true' ? describeColumns(call, result) : answer(call, result);
}

function describeColumns(call: Call, result: QueryResult): OrgResponse {
  const { keyPrefix = null } = call.org.schema.object(result.object) ?? {};
  return json(200, { ...columnMetadata(result), keyPrefix });
}

function answer(call: Call, result: QueryResult): OrgResponse {
  switch (result.kind) {
    case 'count':
      return json(200, { totalSize: result.total, done: true, records: [] });
    case 'aggregate':
      return json(200, { totalSize: result.records.length, done: true, records: result.records });
    case 'records':
      return firstPage(call, result);
  }
}

function firstPage(call: Call, result: RecordsResult): OrgResponse {
  const rows = [...result.rows];
  const batchSize = Math.min(askedBatchSize(call) ?? PAGE_SIZE, widthLimit(call, result));
  const cursor: Cursor = { rows, render: withCompounds(result), userId: call.user.id, batchSize };
  return page(call, { cursor, position: 0, locator: undefined });
}

/**
 * Two custom fields of long text make the smallest page.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_changing_batch_size.htm}
 */
function widthLimit({ org }: Call, { object, columns }: RecordsResult): number {
  const longTexts = columns.filter(({ custom, type, path: [name = '', ...more] }) => {
    const isLong = custom && type === 'textarea' && more.length === 0;
    return isLong && (org.schema.field(object, name)?.length ?? 0) > SHORT_TEXT;
  });
  if (longTexts.length > 1) return SMALLEST_PAGE;
  return Math.max(SMALLEST_PAGE, Math.min(PAGE_SIZE, Math.floor(VALUES_PER_PAGE / Math.max(1, columns.length))));
}

interface Place {
  readonly cursor: Cursor;
  readonly position: number;
  readonly locator: string | undefined;
}

function page(call: Call, { cursor, position, locator }: Place): OrgResponse {
  const end = Math.min(position + cursor.batchSize, cursor.rows.length);
  const records = cursor.rows.slice(position, end).map(cursor.render);
  const totalSize = cursor.rows.length;
  if (end >= totalSize) return json(200, { totalSize, done: true, records });
  const id = locator ?? call.org.locators.open(cursor, call.org.clock.now());
  return json(200, { totalSize, done: false, nextRecordsUrl: `${call.root}/query/${id}-${end}`, records });
}

/** The next page of a query. A page may be asked for again until the locator expires. */
function nextPage(call: Call): OrgResponse {
  const [, locator, position] = /^(\w+)-(\d+)$/.exec(call.params.locator ?? '') ?? [];
  const cursor = locator === undefined ? undefined : call.org.locators.find(locator, call.org.clock.now());
  if (locator === undefined || cursor?.userId !== call.user.id || Number(position) > cursor.rows.length) {
    throw new ApiError('INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
  return page(call, { cursor, position: Number(position), locator });
}

export const queryRoutes: readonly Route[] = [
  { method: 'GET', path: '/query', kind: 'query', handle: (call) => runText(call, false) },
  { method: 'GET', path: '/queryAll', kind: 'query', handle: (call) => runText(call, true) },
  { method: 'GET', path: '/query/:locator', kind: 'query', handle: nextPage },
  { method: 'GET', path: '/queryAll/:locator', kind: 'query', handle: nextPage },
];
