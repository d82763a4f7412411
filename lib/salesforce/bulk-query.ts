import type { BulkOutcome, BulkReader, FeedRow } from '../sync/ports/change-feed.ts';
import type { BulkQuery, BulkRequest, ColumnKinds } from '../sync/state/bulk-query.ts';
import type { SalesforceClient } from './client.ts';
import { CsvRows } from './csv-rows.ts';
import { callError, errorEntries, unexpectedAnswer } from './error-map.ts';
import { isRaw } from './query-answer.ts';
import { spanOf } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** Successive pauses between polls of a job's state; after the last pause the caller returns later. */
const WAITS_MS = [1000, 2000, 4000, 8000, 16_000];

/** Rows passed to the reader at a time. */
const ROWS_AT_ONCE = 2000;

/**
 * Starts a job reading a window; `invalidField` where a column is not visible.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_create_job.htm
 */
export async function openBulk(client: SalesforceClient, request: BulkRequest): Promise<BulkQuery | 'invalidField'> {
  const { type, from, before, columns } = request;
  const query = `SELECT ${columns.join(', ')} FROM ${type} WHERE ${spanOf(from, before)}`;
  const body = { operation: 'queryAll', query, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' };
  const answer = await call(client, { method: 'POST', path: '/jobs/query', body });
  if (answer.status >= 300) {
    const errors = errorEntries(answer.body);
    if (errors[0]?.code === 'INVALID_FIELD') return 'invalidField';
    throw callError(answer.status, errors, false);
  }
  const jobId = textOf(answer.body, 'id');
  if (jobId === undefined) throw unexpectedAnswer('query job');
  return { jobId, request, isComplete: false, pages: [], morePages: `/jobs/query/${jobId}/resultPages`, rows: 0 };
}

/** Continues a query while the reader has time. */
export async function readBulk(client: SalesforceClient, given: BulkQuery, reader: BulkReader): Promise<BulkOutcome> {
  const end = given.isComplete ? given : await completed(client, given, reader);
  if (!('jobId' in end)) return end;
  const reading = new BulkReading(client, end, reader);
  try {
    return await reading.readOn();
  } catch (error) {
    if (error instanceof JobLost) return { kind: 'lost', why: error.message };
    throw error;
  }
}

/** The query with a finished job, or the outcome if unfinished. */
async function completed(
  client: SalesforceClient,
  query: BulkQuery,
  reader: BulkReader,
): Promise<BulkQuery | BulkOutcome> {
  for (const wait of [...WAITS_MS, null]) {
    const answer = await call(client, { method: 'GET', path: `/jobs/query/${query.jobId}` });
    if (answer.status === 404) return { kind: 'lost', why: 'Salesforce does not know the job' };
    if (answer.status !== 200) throw callError(answer.status, errorEntries(answer.body), false);
    const state = textOf(answer.body, 'state');
    if (state === 'JobComplete') return { ...query, isComplete: true };
    if (state === 'Failed' || state === 'Aborted') {
      return { kind: 'lost', why: `${state}: ${codeOf(textOf(answer.body, 'errorMessage'))}` };
    }
    if (wait === null || !reader.hasTime()) break;
    await client.wait(wait);
  }
  return { kind: 'working', query };
}

/** The code at the start of a failed job's message; the remaining message may quote the query. */
function codeOf(message: string | undefined): string {
  return /^[A-Z_a-z]+/.exec(message ?? '')?.[0] ?? 'no reason given';
}

/** The job or the results have expired. */
class JobLost extends Error {}

class BulkReading {
  readonly #client: SalesforceClient;
  readonly #reader: BulkReader;
  #query: BulkQuery;
  /** Serializes the calls of `reached`. */
  #saved: Promise<void> = Promise.resolve();

  constructor(client: SalesforceClient, query: BulkQuery, reader: BulkReader) {
    this.#client = client;
    this.#query = query;
    this.#reader = reader;
  }

  async readOn(): Promise<BulkOutcome> {
    for (;;) {
      const { pages, morePages } = this.#query;
      if (pages.length === 0 && morePages === null) return { kind: 'done', query: this.#query };
      if (!this.#reader.hasTime()) return { kind: 'stopped', query: this.#query };
      if (morePages !== null && pages.length === 0) this.#query = await this.#withPages(morePages);
      const ends = await Promise.allSettled(this.#query.pages.map((page) => this.#readPage(page)));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  /**
   * Up to five pages, readable concurrently.
   *
   * @see https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_parallel_job_results.htm
   */
  async #withPages(path: string): Promise<BulkQuery> {
    const { status, body } = await call(this.#client, { method: 'GET', path });
    if (status !== 200) throw lostOr(status, body);
    const list: unknown = isRaw(body) ? body.resultPages : undefined;
    if (!Array.isArray(list)) throw unexpectedAnswer('query job');
    const pages = list.map((each: unknown) => belowRoot(textOf(each, 'resultUrl')));
    const more = textOf(body, 'nextRecordsUrl');
    return { ...this.#query, pages, morePages: more === undefined ? null : belowRoot(more) };
  }

  async #readPage(page: string): Promise<void> {
    if (!this.#reader.hasTime()) return;
    const { columns, kinds } = this.#query.request;
    const rows = await this.#takeRows(page, { columns, kinds });
    this.#saved = this.#saved.then(async () => {
      const query = this.#query;
      const pages = query.pages.filter((each) => each !== page);
      this.#query = { ...query, pages, rows: query.rows + rows };
      await this.#reader.reached(this.#query);
    });
    await this.#saved;
  }

  /** Returns the number of rows of the page. */
  async #takeRows(
    page: string,
    { columns, kinds }: { columns: readonly string[]; kinds: ColumnKinds },
  ): Promise<number> {
    const answer = await this.#client.stream({ method: 'GET', path: page, headers: { accept: 'text/csv' } });
    if (!('chunks' in answer)) throw lostOr(answer.status, answer.body);
    const { headers, chunks } = answer;
    const csv = new CsvRows(columns, kinds);
    let waiting: FeedRow[] = [];
    let count = 0;
    const take = async (rows: readonly FeedRow[], least: number) => {
      for (const row of rows) waiting.push(row);
      if (waiting.length < least) return;
      const taken = waiting;
      waiting = [];
      count += taken.length;
      await this.#reader.take(taken);
    };
    for await (const chunk of chunks) await take(csv.push(chunk), ROWS_AT_ONCE);
    await take(csv.end(), 1);
    const expected = headers['sforce-numberofrecords'];
    if (expected !== undefined && Number(expected) !== count) throw unexpectedAnswer('query job');
    return count;
  }
}

async function call(client: SalesforceClient, request: Subrequest): Promise<SubAnswer> {
  const [answer] = await client.oneByOne([request]);
  if (answer === undefined) throw unexpectedAnswer('query job');
  return answer;
}

function lostOr(status: number, body: unknown): Error {
  const errors = errorEntries(body);
  const code = errors[0]?.code ?? '';
  return status === 404 || code === 'INVALID_QUERY_LOCATOR' || code === 'INVALIDJOBSTATE'
    ? new JobLost(`the results are kept no longer: ${code}`)
    : callError(status, errors, false);
}

function textOf(body: unknown, name: string): string | undefined {
  const value = isRaw(body) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

const ROOT = /^\/services\/data\/v[\d.]+(?=\/)/;

function belowRoot(url: string | undefined): string {
  if (url === undefined || !ROOT.test(url)) throw unexpectedAnswer('query job');
  return url.replace(ROOT, '');
}
