import { toIsoInstant, toLongId } from '../person/field-value.ts';
import type { SalesforceType } from '../person/row.ts';
import type { ChangeFeed, Deletions, FeedOpening, FeedRequest } from '../sync/ports/change-feed.ts';
import type { FeedPosition } from '../sync/state/feed-state.ts';
import { LASTING_HORIZON_MS } from '../sync/state/in-flight.ts';
import type { SalesforceClient } from './client.ts';
import { describeRequest, descriptionOf } from './describe-answer.ts';
import { errorEntries } from './error-map.ts';
import { answerOf, countOf, PAGE_ROWS, pageOf } from './feed-page.ts';
import { isRaw } from './query-answer.ts';
import { scanCalls } from './scan-rows.ts';
import { queryPath, soqlInstant, soqlText, spanOf } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';
import { withVisibleOwners } from './visible-owners.ts';

const MINUTE_MS = 60_000;

const ORDER = `ORDER BY SystemModstamp, Id LIMIT ${PAGE_ROWS}`;
const NEWEST_FIRST = `ORDER BY SystemModstamp DESC, Id DESC LIMIT ${PAGE_ROWS}`;

/**
 * The change feed over the REST API. Queries are sent in composite requests, because the columns of a wide object
 * exceed a URL.
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
      const { answers } = await client.composite([pageRequest(nextQuery(request, after, before), request)], false);
      return pageOf(answers[0], request.columns);
    },

    async newest(request, before) {
      const soql = `${select(request)} WHERE ${spanOf(request.from, before)} ${NEWEST_FIRST}`;
      const { answers } = await client.composite([pageRequest(soql, request)], false);
      return isTimedOut(answers[0]) ? null : pageOf(answers[0], request.columns);
    },

    async count(type, from, before) {
      const soql = `SELECT COUNT() FROM ${type} WHERE ${spanOf(from, before)}`;
      const { answers } = await client.composite([queryRequest(soql)], false);
      return isTimedOut(answers[0]) ? null : countOf(answerOf(answers[0]));
    },

    openBulk: async (request) => (await bulkQuery()).openBulk(client, request),

    readBulk: async (query, reader) => (await bulkQuery()).readBulk(client, query, reader),

    ...scanCalls(client),
  };
}

/** Loaded on demand: rarely needed. */
const bulkQuery = () => import('./bulk-query.ts');

/** The order matters: everything covered according to `updated` is visible to the following query. */
function opening(request: FeedRequest, updated: string): Subrequest[] {
  return [
    { method: 'GET', path: `/sobjects/${request.type}/updated/${updated}` },
    pageRequest(`${select(request)} WHERE SystemModstamp >= ${soqlInstant(request.from)} ${ORDER}`, request),
    describeRequest(request.type, request.schemaLastModified),
  ];
}

/** Salesforce cuts off seconds and then refuses spans of a minute or less. */
const UPDATED_SPAN_MS = 5 * MINUTE_MS;

/**
 * The last whole minutes: only the covered date is used, so the span is short, and does not extend into the future.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm
 */
function updatedQuery(now: number): string {
  const end = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const [start, until] = [end - UPDATED_SPAN_MS, end].map((at) => encodeURIComponent(new Date(at).toISOString()));
  return `?start=${start}&end=${until}`;
}

/** Overlap with earlier deletions, whose first state may still have been queued at the previous request. */
const DELETED_OVERLAP_MS = LASTING_HORIZON_MS;

/**
 * Asks for deleted rows, in whole minutes of Salesforce's time; a span is at least one minute.
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

/** Codes for a period too old, or with too many deletions. */
const TOO_OLD = new Set(['INVALID_REPLICATION_DATE', 'EXCEEDED_ID_LIMIT']);

/** Null where Salesforce does not answer: the next cycle asks again. */
function deletionsOf(answer: SubAnswer | undefined, { deletedSince }: FeedRequest, now: number): Deletions | null {
  const body = answer?.status === 200 && isRaw(answer.body) ? answer.body : {};
  const { deletedRecords, earliestDateAvailable, latestDateCovered } = body;
  if (!Array.isArray(deletedRecords) || typeof latestDateCovered !== 'string') {
    const isTooOld = TOO_OLD.has(errorEntries(answer?.body)[0]?.code ?? '');
    return isTooOld ? { ids: [], until: new Date(minuteOf(now)).toISOString(), complete: false } : null;
  }
  const ids = deletedRecords.flatMap((record: unknown) =>
    isRaw(record) && typeof record.id === 'string' ? toLongId(record.id) : [],
  );
  // A busy org truncates the log of deletions much sooner.
  const earliest = typeof earliestDateAvailable === 'string' ? toIsoInstant(earliestDateAvailable) : '';
  const complete = earliest <= new Date(minuteOf(Date.parse(deletedSince ?? ''))).toISOString();
  return {
    ids: [...new Set(ids)],
    until: new Date(Date.parse(toIsoInstant(latestDateCovered))).toISOString(),
    complete,
  };
}

/** Salesforce gave up the query after two minutes. */
function isTimedOut(answer: SubAnswer | undefined): boolean {
  return errorEntries(answer?.body)[0]?.code === 'QUERY_TIMEOUT';
}

function pageRequest(soql: string, { columns }: FeedRequest): Subrequest {
  return { ...queryRequest(soql), columns };
}

function queryRequest(soql: string): Subrequest {
  return { method: 'GET', path: queryPath('queryAll', soql) };
}

function select({ columns, type }: FeedRequest): string {
  return `SELECT ${columns.join(', ')} FROM ${type}`;
}

/** The bounds on SystemModstamp are separate conditions, so that Salesforce can use the index. */
function nextQuery(request: FeedRequest, after: FeedPosition, before: string): string {
  const span = spanOf(after.systemModstamp, before);
  const stamp = soqlInstant(after.systemModstamp);
  const beyond = after.id === '' ? '' : ` AND (SystemModstamp > ${stamp} OR Id > ${soqlText(after.id)})`;
  return `${select(request)} WHERE ${span}${beyond} ${ORDER}`;
}

/** Null where Salesforce gives no date: the poll then relies on the lookback. */
function coveredDate(answer: SubAnswer | undefined): string | null {
  const body = answer?.status === 200 && isRaw(answer.body) ? answer.body : {};
  const at = typeof body.latestDateCovered === 'string' ? Date.parse(toIsoInstant(body.latestDateCovered)) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
