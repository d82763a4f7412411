import { toIsoInstant, toLongId } from '../person/field-value.ts';
import type { RowName } from '../person/row.ts';
import type { ChangeFeed, ScanRequest } from '../sync/ports/change-feed.ts';
import type { SalesforceClient } from './client.ts';
import { callError, errorEntries } from './error-map.ts';
import { answerOf, countOf, PAGE_ROWS, pageOf } from './feed-page.ts';
import { queryAnswer } from './query-answer.ts';
import { MAX_RETRIEVED, retrieveByIds, retrieved } from './record-batch.ts';
import { queryPath, soqlText } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** Maximum rows, of both objects together, fitting the five collections of a composite request in any proportion. */
const MAX_STAMPS = 4 * MAX_RETRIEVED;

const STAMP_COLUMNS = ['Id', 'SystemModstamp', 'IsDeleted'];

/** Reads of rows beside the feed, in the order of ids. */
export function scanCalls(client: SalesforceClient): Pick<ChangeFeed, 'measure' | 'maxStamps' | 'stamps' | 'scan'> {
  return {
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
      const { answers } = await client.composite(
        [{ ...liveRequest(pageQuery(scan, after, until)), columns: scan.columns }],
        false,
      );
      return pageOf(answers[0], scan.columns);
    },
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

/** Excludes deleted rows. */
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
