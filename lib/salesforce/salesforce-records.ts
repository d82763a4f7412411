import { toLongId } from '../person/field-value.ts';
import type { SalesforceType } from '../person/row.ts';
import type { RemoteRecord } from '../schema/record.ts';
import type { PushAnswer, RecordPush, RemoveAnswer, SalesforceRecords } from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient } from './client.ts';
import { createLead } from './create-lead.ts';
import { createLeads } from './create-leads.ts';
import { endedAfterWrite, refusal, unexpectedAnswer } from './error-map.ts';
import { findRows, MAX_QUERIES } from './find-rows.ts';
import { pushGuarded } from './guarded-push.ts';
import { MOST_ROWS, PushPace } from './push-pace.ts';
import { recordOf, withId } from './query-answer.ts';
import { foundRow, queryRequest, rowsOf } from './query-request.ts';
import {
  type Batch,
  inOneCall,
  MAX_BATCH,
  MAX_UPDATED,
  pushAnswers,
  pushBatch,
  retrieveRequest,
  type Verdict,
  WRITTEN,
} from './record-batch.ts';
import { soqlList } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';
import { withVisibleOwners } from './visible-owners.ts';
import { EDIT, writeHeaders } from './write-headers.ts';

/** Ids per query: with a usual list of columns the query fits a URL. */
const IDS_PER_QUERY = 400;

/** Leads and Contacts over the REST API. */
export function createSalesforceRecords(given: SalesforceClient): SalesforceRecords {
  const client = withVisibleOwners(given);
  const pace = new PushPace();
  const massPace = new PushPace(MAX_BATCH, MAX_UPDATED);
  const createPace = new PushPace(MAX_UPDATED);
  return {
    get maxPushBatch() {
      return pace.rows;
    },
    async push(type, pushes, columns) {
      mustBeAtMost(MOST_ROWS, pushes);
      return pushes.length === 0 ? [] : pushGuarded(client, { type, pushes, columns }, pace);
    },
    get maxMassBatch() {
      return massPace.rows;
    },
    async pushMass(type, pushes, columns) {
      mustBeAtMost(MAX_BATCH, pushes);
      return pushes.length === 0 ? [] : pushEach(client, { type, pushes, columns }, massPace);
    },
    createLead: (key, record, columns, options) =>
      createLead(client, { key, record, columns, headers: writeHeaders(options) }),
    get maxCreateBatch() {
      return createPace.rows;
    },
    async createLeads(leads, columns, options) {
      mustBeAtMost(MAX_UPDATED, leads);
      return createLeads(client, { leads, columns, headers: writeHeaders(options) }, createPace);
    },
    remove: (type, id, columns) => removeRow(client, type, id, columns),
    read: (type, ids, columns) => readRows(client, { type, ids, columns }),
    find: async (query, columns) => (await findRows(client, [query], columns))[0] ?? [],
    findEach: (queries, columns) => findRows(client, queries, columns),
  };
}

function mustBeAtMost(most: number, { length }: readonly unknown[]): void {
  if (length > most) throw new RangeError(`${length} records in a push, ${most} are allowed`);
}

/** Records refused together because of one record's contents are halved until the record is alone. */
async function pushEach(client: SalesforceClient, batch: Batch, pace: PushPace): Promise<readonly PushAnswer[]> {
  const answers = await pushBatch(client, batch, pace);
  const refused = batch.pushes.filter((_, at) => answers[at] === 'contentsRefused');
  if (refused.length === 0) return answers.filter((answer) => answer !== 'contentsRefused');
  const written = answers.some((answer) => answer !== 'contentsRefused' && answer.outcome.kind === 'written');
  const apart = pushApart(client, { ...batch, pushes: refused }, pace);
  const later = (await (written ? apart.catch(endedAfterWrite) : apart)).values();
  return answers.map((answer) => (answer === 'contentsRefused' ? (later.next().value ?? lostRecord()) : answer));
}

async function pushApart(client: SalesforceClient, batch: Batch, pace: PushPace): Promise<readonly PushAnswer[]> {
  const { pushes } = batch;
  const [only] = pushes;
  if (pushes.length === 1 && only !== undefined) return [await pushByItself(client, batch, only)];
  const middle = Math.ceil(pushes.length / 2);
  const first = await pushEach(client, { ...batch, pushes: pushes.slice(0, middle) }, pace);
  const second = pushEach(client, { ...batch, pushes: pushes.slice(middle) }, pace);
  const written = first.some(({ outcome }) => outcome.kind === 'written');
  return [...first, ...(await (written ? second.catch(endedAfterWrite) : second))];
}

function lostRecord(): never {
  throw unexpectedAnswer('update', true);
}

/** Pushes one row through the row's own resource, for a detailed error. */
async function pushByItself(client: SalesforceClient, batch: Batch, { id, record }: RecordPush): Promise<PushAnswer> {
  const headers = writeHeaders(EDIT);
  const write: Subrequest = { method: 'PATCH', path: `/sobjects/${batch.type}/${id}`, headers, body: record };
  const read = retrieveRequest(batch);
  const [before, written, after] = await inOneCall(client, [read, write, read]);
  const [answer] = pushAnswers(batch, [rowVerdict(written, record)], [before, after]);
  if (answer === undefined) throw unexpectedAnswer('update', true);
  return answer;
}

/** The answer at the row's own address shows whether the row exists, without a read. */
function rowVerdict(answer: SubAnswer, record: RemoteRecord): Verdict {
  if (answer.status < 300) return () => WRITTEN;
  const refused = refusal(answer, { record, rowStands: answer.status !== 404 });
  return () => refused;
}

async function removeRow(
  client: SalesforceClient,
  type: SalesforceType,
  id: string,
  columns: readonly string[],
): Promise<RemoveAnswer> {
  const remove: Subrequest = { method: 'DELETE', path: `/sobjects/${type}/${id}` };
  const [removed, read] = await inOneCall(client, [
    remove,
    queryRequest('queryAll', selectByIds({ type, ids: [id], columns })),
  ]);
  const outcome = removed.status < 300 ? WRITTEN : refusal(removed, { record: {}, rowStands: false });
  if (outcome.kind !== 'written' && outcome.kind !== 'gone') return { outcome, after: null };
  // A deletion is final: nothing is in progress any more.
  if (read.status !== 200) throw unexpectedAnswer('query');
  return { outcome, after: foundRow(read, columns) };
}

interface Reading {
  readonly type: SalesforceType;
  readonly ids: readonly string[];
  readonly columns: readonly string[];
}

async function readRows(client: SalesforceClient, reading: Reading): Promise<ReadonlyMap<string, RemoteRecord>> {
  const rows = new Map<string, RemoteRecord>();
  const perCall = MAX_QUERIES * IDS_PER_QUERY;
  let missing = [...new Set(reading.ids.map(toLongId))];
  while (missing.length > 0) {
    const asked = missing.slice(0, perCall);
    const unanswered = await readSome(client, { ...reading, ids: asked }, rows);
    missing = [...unanswered, ...missing.slice(perCall)];
  }
  return rows;
}

function selectByIds({ type, ids, columns }: Reading): string {
  return `SELECT ${withId(columns).join(', ')} FROM ${type} WHERE Id IN ${soqlList(ids)}`;
}

/** Adds the rows found; returns the ids beyond the end of the page. */
async function readSome(
  client: SalesforceClient,
  reading: Reading,
  rows: Map<string, RemoteRecord>,
): Promise<string[]> {
  const chunks: string[][] = [];
  for (let at = 0; at < reading.ids.length; at += IDS_PER_QUERY) chunks.push(reading.ids.slice(at, at + IDS_PER_QUERY));
  const queries = chunks.map((ids) => queryRequest('queryAll', selectByIds({ ...reading, ids })));
  const { answers } = await client.composite(queries, false);
  return chunks.flatMap((ids, at) => {
    const { records, done } = rowsOf(answers[at], false);
    for (const raw of records) {
      const record = recordOf(raw, reading.columns);
      if (record !== null && typeof raw.Id === 'string') rows.set(toLongId(raw.Id), record);
    }
    // Pages of wide rows are short. A page without rows would be requested forever.
    return done || records.length === 0 ? [] : ids.filter((id) => !rows.has(id));
  });
}
