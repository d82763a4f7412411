import { type FieldValue, toIsoInstant, toLongId } from '../person/field-value.ts';
import type { RowName, SalesforceType } from '../person/row.ts';
import type {
  ChangeFeed,
  Deletions,
  FeedOpening,
  FeedPage,
  FeedRequest,
  FeedRow,
  ScanRequest,
} from '../sync/ports/change-feed.ts';
import type { FeedPosition } from '../sync/state/feed-state.ts';
import type { SalesforceClient, SubAnswer, Subrequest } from './client.ts';
import { describeRequest, descriptionOf } from './describe-answer.ts';
import { callError, errorEntries, unexpectedAnswer } from './error-map.ts';
import { isRaw, queryAnswer, valuesOf } from './query-answer.ts';
import { MAX_RETRIEVED, retrieveByIds, retrieved } from './record-batch.ts';
import { queryPath, soqlInstant, soqlText } from './soql.ts';
import { withVisibleOwners } from './visible-owners.ts';

/** The most rows that Salesforce answers at once. */
const PAGE_ROWS = 2000;

const MINUTE_MS = 60_000;

/** Of both objects, whatever their shares, so many rows go into the five collections of one composite request. */
const MAX_STAMPS = 4 * MAX_RETRIEVED;

const STAMP_COLUMNS = ['Id', 'SystemModstamp', 'IsDeleted'];

const ORDER = `ORDER BY SystemModstamp, Id LIMIT ${PAGE_ROWS}`;

/**
 * The change feed over the REST API. Queries travel in the body of composite requests: the columns of a wide object do
 * not fit a URL.
 *
 * @see https://help.salesforce.com/s/articleView?id=000386264
 */
export function createSalesforceChangeFeed(given: SalesforceClient): ChangeFeed {
  const client = withVisibleOwners(given);
  return {
    usage: () => client.usage(),

    async describe(types) {
      const requests = types.map((type) => describeRequest(type, null));
      const { answers } = await client.composite(requests, false);
      return new Map(
        types.flatMap((type, at) => {
          const description = descriptionOf(answers[at]);
          return description === null ? [] : [[type, description] as const];
        }),
      );
    },

    async open(requests) {
      const updated = updatedQuery(await client.now());
      const now = await client.now();
      const deleted = requests.map((request) => deletedRequest(request, now));
      const { answers, beganAt } = await client.composite(
        [...requests.flatMap((request) => opening(request, updated)), ...deleted.flatMap((request) => request ?? [])],
        false,
      );
      const deletions = answers.slice(requests.length * 3);
      const openings = new Map<SalesforceType, FeedOpening>();
      requests.forEach((request, at) => {
        const [covered, page, described] = answers.slice(at * 3, at * 3 + 3);
        openings.set(request.type, {
          latestDateCovered: coveredDate(covered),
          page: pageOf(page, request.columns),
          described: descriptionOf(described),
          ...(deleted[at] === null ? {} : { deleted: deletionsOf(deletions.shift(), request, now) }),
        });
      });
      return { readAt: new Date(beganAt).toISOString(), openings };
    },

    async next(request, after, before) {
      const { answers } = await client.composite([queryRequest(nextQuery(request, after, before))], false);
      return pageOf(answers[0], request.columns);
    },

    async measure(scan) {
      const queries = [scanQuery('COUNT()', scan), `${scanQuery('Id', scan)} ORDER BY Id DESC LIMIT 1`];
      const { answers } = await client.composite(queries.map(liveRequest), false);
      const [count, last] = answers.map(answerOf);
      if (count === 'invalidField' || last === 'invalidField') return 'invalidField';
      const id: unknown = queryAnswer(last).records[0]?.Id;
      return { rows: countOf(count), last: typeof id === 'string' ? toLongId(id) : null };
    },

    maxStamps: MAX_STAMPS,

    async stamps(rows) {
      if (rows.length > MAX_STAMPS) throw new RangeError(`${rows.length} rows at once, ${MAX_STAMPS} are allowed`);
      const { answers } = await client.composite(retrievals(rows), false);
      return new Map(answers.flatMap(stampsOf));
    },

    async scan(scan, after, until) {
      const { answers } = await client.composite([liveRequest(pageQuery(scan, after, until))], false);
      return pageOf(answers[0], scan.columns);
    },
  };
}

/** In this order: what `updated` calls covered is visible to the query that follows. */
function opening(request: FeedRequest, updated: string): Subrequest[] {
  return [
    { method: 'GET', path: `/sobjects/${request.type}/updated/${updated}` },
    queryRequest(`${select(request)} WHERE SystemModstamp >= ${soqlInstant(request.from)} ${ORDER}`),
    describeRequest(request.type, request.schemaLastModified),
  ];
}

/** Salesforce cuts seconds off and refuses a span that is no longer than a minute then. */
const UPDATED_SPAN_MS = 5 * MINUTE_MS;

/**
 * The last whole minutes: only the covered date is of use, so the span is short, and it does not reach into the future.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm
 */
function updatedQuery(now: number): string {
  const end = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const [start, until] = [end - UPDATED_SPAN_MS, end].map((at) => encodeURIComponent(new Date(at).toISOString()));
  return `?start=${start}&end=${until}`;
}

/**
 * Rows deleted before the instant asked for, whose first state may have been under way when they were told of last
 * time.
 */
const DELETED_OVERLAP_MS = 60 * MINUTE_MS;

/**
 * Which rows were deleted, in whole minutes of Salesforce's time; the span takes one minute at least.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
 */
function deletedRequest({ type, deletedSince }: FeedRequest, now: number): Subrequest | null {
  if (deletedSince === null || deletedSince === undefined) return null;
  const span = [minuteOf(Date.parse(deletedSince)), minuteOf(now)] as const;
  if (span[0] >= span[1]) return null;
  const [from, until] = [span[0] - DELETED_OVERLAP_MS, span[1]].map((at) =>
    encodeURIComponent(new Date(at).toISOString()),
  );
  return { method: 'GET', path: `/sobjects/${type}/deleted/?start=${from}&end=${until}` };
}

function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

/** What was asked for goes back further than Salesforce remembers, or is more than it tells. */
const UNTOLD = new Set(['INVALID_REPLICATION_DATE', 'EXCEEDED_ID_LIMIT']);

/** Null where Salesforce does not answer: it is asked again by the next cycle. */
function deletionsOf(answer: SubAnswer | undefined, { deletedSince }: FeedRequest, now: number): Deletions | null {
  const body = answer?.status === 200 && isRaw(answer.body) ? answer.body : {};
  const { deletedRecords, earliestDateAvailable, latestDateCovered } = body;
  if (!Array.isArray(deletedRecords) || typeof latestDateCovered !== 'string') {
    const isUntold = UNTOLD.has(errorEntries(answer?.body)[0]?.code ?? '');
    return isUntold ? { ids: [], until: new Date(minuteOf(now)).toISOString(), complete: false } : null;
  }
  const ids = deletedRecords.flatMap((record: unknown) =>
    isRaw(record) && typeof record.id === 'string' ? toLongId(record.id) : [],
  );
  // In a busy org the log of deletions is cut back much sooner.
  const earliest = typeof earliestDateAvailable === 'string' ? toIsoInstant(earliestDateAvailable) : '';
  const complete = earliest <= new Date(minuteOf(Date.parse(deletedSince ?? ''))).toISOString();
  return {
    ids: [...new Set(ids)],
    until: new Date(Date.parse(toIsoInstant(latestDateCovered))).toISOString(),
    complete,
  };
}

function retrievals(rows: readonly RowName[]): Subrequest[] {
  const byType = Map.groupBy(rows, ({ type }) => type);
  return [...byType].flatMap(([type, ofType]) => {
    const ids = ofType.map(({ id }) => id);
    const count = Math.ceil(ids.length / MAX_RETRIEVED);
    return Array.from({ length: count }, (_, at) =>
      retrieveByIds(type, ids.slice(at * MAX_RETRIEVED, (at + 1) * MAX_RETRIEVED), STAMP_COLUMNS),
    );
  });
}

function stampsOf({ status, body }: SubAnswer): [id: string, stamp: string][] {
  if (status !== 200 || !Array.isArray(body)) throw callError(status, errorEntries(body), false);
  return [...retrieved(body, STAMP_COLUMNS)].flatMap(([id, { SystemModstamp: stamp, IsDeleted }]) =>
    typeof stamp === 'string' && IsDeleted !== true ? [[id, toIsoInstant(stamp)]] : [],
  );
}

function queryRequest(soql: string): Subrequest {
  return { method: 'GET', path: queryPath('queryAll', soql) };
}

/** Deleted rows are not asked for. */
function liveRequest(soql: string): Subrequest {
  return { method: 'GET', path: queryPath('query', soql) };
}

function scanQuery(columns: string, { type, filled }: ScanRequest, bounds: readonly string[] = []): string {
  const holdsOne = filled.map((name) => `${name} != null`).join(' OR ');
  const conditions = [...bounds, ...(holdsOne === '' ? [] : [`(${holdsOne})`])];
  return `SELECT ${columns} FROM ${type}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`;
}

function pageQuery(scan: ScanRequest, after: string | null, until: string): string {
  const bounds = [...(after === null ? [] : [`Id > ${soqlText(after)}`]), `Id <= ${soqlText(until)}`];
  return `${scanQuery(scan.columns.join(', '), scan, bounds)} ORDER BY Id LIMIT ${PAGE_ROWS}`;
}

function countOf(body: unknown): number {
  if (isRaw(body) && typeof body.totalSize === 'number') return body.totalSize;
  throw unexpectedAnswer('count');
}

function select({ columns, type }: FeedRequest): string {
  return `SELECT ${columns.join(', ')} FROM ${type}`;
}

/** The bounds on SystemModstamp stand alone beside the rest, so that its index serves. */
function nextQuery(request: FeedRequest, after: FeedPosition, before: string): string {
  const stamp = soqlInstant(after.systemModstamp);
  const span = `SystemModstamp >= ${stamp} AND SystemModstamp < ${soqlInstant(before)}`;
  const beyond = after.id === '' ? '' : ` AND (SystemModstamp > ${stamp} OR Id > ${soqlText(after.id)})`;
  return `${select(request)} WHERE ${span}${beyond} ${ORDER}`;
}

/** The body of an answered query. */
function answerOf(answer: SubAnswer | undefined): unknown {
  if (answer === undefined) throw unexpectedAnswer('query');
  if (answer.status === 200) return answer.body;
  const errors = errorEntries(answer.body);
  if (errors[0]?.code === 'INVALID_FIELD') return 'invalidField';
  throw callError(answer.status, errors, false);
}

function pageOf(answer: SubAnswer | undefined, columns: readonly string[]): FeedPage | 'invalidField' {
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

/** Null where Salesforce does not tell: the poll then relies on its lookback. */
function coveredDate(answer: SubAnswer | undefined): string | null {
  const body = answer?.status === 200 && isRaw(answer.body) ? answer.body : {};
  const at = typeof body.latestDateCovered === 'string' ? Date.parse(toIsoInstant(body.latestDateCovered)) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
