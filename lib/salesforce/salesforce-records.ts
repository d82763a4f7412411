import type { Rejection } from '../person/activity.ts';
import { toLongId } from '../person/field-value.ts';
import type { SalesforceType } from '../person/row.ts';
import { PERSON_ID_FIELD } from '../schema/catalogue.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { ConfigError } from '../sync/errors.ts';
import type {
  CreateAnswer,
  PushAnswer,
  RemoveAnswer,
  SalesforceRecords,
  WriteOptions,
  WriteOutcome,
} from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient, SubAnswer, Subrequest } from './client.ts';
import { duplicatesIn } from './duplicates.ts';
import {
  callError,
  concernsCall,
  type ErrorEntry,
  endedAfterWrite,
  errorEntries,
  recordOutcome,
  unexpectedAnswer,
} from './error-map.ts';
import { isRaw, type QueryAnswer, queryAnswer, recordOf, withId } from './query-answer.ts';
import { type Batch, inOneCall, isConverted, pushAnswers, pushBatch, retrieveRequest } from './record-batch.ts';
import { queryPath, soqlList, soqlText } from './soql.ts';
import { withVisibleOwners } from './visible-owners.ts';

/**
 * Records in one sObject Collections request.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm
 */
const MAX_BATCH = 200;

/** Query subrequests that one composite request may hold. */
const MAX_QUERIES = 5;

/** Ids asked for in one query: with a usual list of columns it stays below the length of a URL. */
const IDS_PER_QUERY = 400;

/** Leads and Contacts over the REST API. */
export function createSalesforceRecords(given: SalesforceClient): SalesforceRecords {
  const client = withVisibleOwners(given);
  return {
    maxPushBatch: MAX_BATCH,
    async push(type, pushes, columns) {
      if (pushes.length > MAX_BATCH)
        throw new RangeError(`${pushes.length} records in a push, ${MAX_BATCH} are allowed`);
      return pushes.length === 0 ? [] : pushEach(client, { type, pushes, columns });
    },
    pushNow: (type, push, columns, options) =>
      pushNow(client, { type, pushes: [push], columns }, writeHeaders(options, push.ifUnmodifiedSince)),
    createLead: (key, record, columns, options) =>
      createLead(client, { key, record, columns, headers: writeHeaders(options) }),
    remove: (type, id, columns) => removeRow(client, { type, ids: [id], columns }),
    read: (type, ids, columns) => readRows(client, { type, ids, columns }),
    find: (query, columns) => findRows(client, query, columns),
  };
}

/** A batch that is refused for what one record holds is halved until that record stands alone. */
async function pushEach(client: SalesforceClient, batch: Batch): Promise<readonly PushAnswer[]> {
  const { pushes } = batch;
  const [only] = pushes;
  const answer = await pushBatch(client, batch);
  if (answer !== 'contentsRefused') return answer;
  if (pushes.length === 1 && only !== undefined) return [await pushNow(client, batch, writeHeaders(NO_RULES))];
  const middle = Math.ceil(pushes.length / 2);
  const first = await pushEach(client, { ...batch, pushes: pushes.slice(0, middle) });
  const second = pushEach(client, { ...batch, pushes: pushes.slice(middle) });
  const written = first.some(({ outcome }) => outcome.kind === 'written');
  return [...first, ...(await (written ? second.catch(endedAfterWrite) : second))];
}

const WRITTEN = { kind: 'written' } as const;

const NO_RULES: WriteOptions = { runAssignmentRules: false };

/**
 * `If-Unmodified-Since` is compared with `LastModifiedDate`, to the second.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm
 */
function writeHeaders(options: WriteOptions, ifUnmodifiedSince?: string): Record<string, string> {
  const headers = {
    'Sforce-Auto-Assign': options.runAssignmentRules ? 'TRUE' : 'FALSE',
    'Sforce-Duplicate-Rule-Header': 'allowSave=false; includeRecordDetails=true',
  };
  if (ifUnmodifiedSince === undefined) return headers;
  return { ...headers, 'If-Unmodified-Since': new Date(ifUnmodifiedSince).toUTCString() };
}

/** One row by its own resource. */
async function pushNow(
  client: SalesforceClient,
  batch: Batch,
  headers: Readonly<Record<string, string>>,
): Promise<PushAnswer> {
  const [push] = batch.pushes;
  if (push === undefined) throw new RangeError('nothing to push');
  const path = `/sobjects/${batch.type}/${push.id}`;
  const write: Subrequest = { method: 'PATCH', path, headers, body: push.record };
  const read = retrieveRequest(batch);
  const [before, written, after] = await inOneCall(client, [read, write, read]);
  const [answer] = pushAnswers(batch, [rowOutcome(written)], [before, after]);
  if (answer === undefined) throw unexpectedAnswer('update', true);
  return answer;
}

function rowOutcome({ status, body }: SubAnswer): WriteOutcome {
  if (status < 300) return WRITTEN;
  if (status === 412) return { kind: 'modified' };
  return refusal(status, body);
}

/** What a refused write of one record came to; throws where the call, not the record, is at fault. */
function refusal(status: number, body: unknown): Exclude<WriteOutcome, { kind: 'written' | 'modified' }> {
  const errors = errorEntries(body);
  if (errors.length === 0 || status >= 500 || concernsCall(errors)) throw callError(status, errors, true);
  return recordOutcome(errors);
}

async function removeRow(client: SalesforceClient, { type, ids, columns }: Reading): Promise<RemoveAnswer> {
  const [id = ''] = ids;
  const remove: Subrequest = { method: 'DELETE', path: `/sobjects/${type}/${id}` };
  const [removed, read] = await inOneCall(client, [
    remove,
    queryRequest('queryAll', selectByIds({ type, ids, columns })),
  ]);
  const outcome = removed.status < 300 ? WRITTEN : refusal(removed.status, removed.body);
  if (outcome.kind !== 'written' && outcome.kind !== 'gone') return { outcome, after: null };
  // What is deleted stays so: nothing is under way any more.
  if (read.status !== 200) throw unexpectedAnswer('query');
  return { outcome, after: foundRow(read, columns) };
}

interface NewLead {
  readonly key: string;
  readonly record: RemoteRecord;
  readonly columns: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An insert, and no upsert: whoever is outrun, or comes again, finds the Lead as somebody may have edited it since, and
 * an upsert would write over that.
 */
async function createLead(client: SalesforceClient, lead: NewLead): Promise<CreateAnswer> {
  const body = { ...lead.record, [PERSON_ID_FIELD]: lead.key };
  const write: Subrequest = { method: 'POST', path: '/sobjects/Lead', headers: lead.headers, body };
  const hasKey = `${PERSON_ID_FIELD} = ${soqlText(lead.key)}`;
  const read = queryRequest('query', `SELECT ${lead.columns.join(', ')} FROM Lead WHERE ${hasKey}`);
  const [written, after] = await inOneCall(client, [write, read]);
  if (written.status >= 300) return refusedCreate(written, foundRow(after, lead.columns));
  const [raw] = rowsOf(after, true).records;
  const record = recordOf(raw, lead.columns);
  // The Lead stands, and is found by its key the next time.
  if (record === null) throw unexpectedAnswer('create', true);
  return { kind: 'created', record };
}

/** `known`: the Lead that has the key. Whatever else the insert was refused for, the person's Lead is there. */
function refusedCreate({ status, body }: SubAnswer, known: RemoteRecord | null): CreateAnswer {
  const errors = errorEntries(body);
  if (errors.some(isWithoutKey)) {
    throw new ConfigError(`Lead.${PERSON_ID_FIELD} is missing, or not visible to and editable by the sync user`);
  }
  const outcome = errors.some(isKeyTaken) ? OUTRUN : refusal(status, body);
  if (known !== null && isConverted(known)) return { kind: 'converted', rejection: CONVERTED, record: known };
  if (known !== null) return { kind: 'exists', record: known };
  if (outcome.kind === 'transient') return outcome;
  if (outcome.kind === 'rejected') return { ...outcome, matches: duplicatesIn(body) };
  const { code, message, fields } = errors[0] ?? { code: outcome.code, message: '', fields: [] };
  return { kind: 'rejected', rejection: { code, message, fields }, matches: [] };
}

/** Whether the field that holds the key cannot be written. */
function isWithoutKey({ code, message }: ErrorEntry): boolean {
  return code.startsWith('INVALID_FIELD') && message.includes(PERSON_ID_FIELD);
}

/** Another insert of the same key came first, and its Lead cannot be read yet: it is found the next time. */
const OUTRUN = { kind: 'transient', code: 'DUPLICATE_VALUE' } as const;

/** What Salesforce would say of an edit of the Lead. */
const CONVERTED: Rejection = {
  code: 'CANNOT_UPDATE_CONVERTED_LEAD',
  message: 'cannot reference converted lead',
  fields: [],
};

/** The row that a query for one asks for, where there is one that can be read. */
function foundRow({ status, body }: SubAnswer, columns: readonly string[]): RemoteRecord | null {
  return status === 200 ? recordOf(queryAnswer(body).records[0], columns) : null;
}

/**
 * Whether the key is taken. Of two inserts at the very same time the second is told no field and no record.
 *
 * @see https://salesforcedictionary.com/errors/duplicate-value-found
 */
function isKeyTaken({ code, message }: ErrorEntry): boolean {
  return code === 'DUPLICATE_VALUE' && (message.includes(PERSON_ID_FIELD) || message.includes('<unknown>'));
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

/** Adds the rows found; returns ids that a page ended before. */
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
    // A page ends early where rows are wide. One without rows would be asked for again for ever.
    return done || records.length === 0 ? [] : ids.filter((id) => !rows.has(id));
  });
}

/** What still lives and could be this person, by object. */
const LIVE: Readonly<Record<SalesforceType, string>> = {
  Lead: 'IsDeleted = false AND IsConverted = false',
  Contact: 'IsDeleted = false',
};

const TYPES: readonly SalesforceType[] = ['Lead', 'Contact'];

type Found = Awaited<ReturnType<SalesforceRecords['find']>>[number];

async function findRows(
  client: SalesforceClient,
  who: Parameters<SalesforceRecords['find']>[0],
  columns: Parameters<SalesforceRecords['find']>[1],
): Promise<readonly Found[]> {
  // An object that does not sync has no columns.
  const types = TYPES.filter((type) => columns[type].length > 0);
  const queries = types.map((type) => queryRequest('query', findQuery(type, who, columns[type])));
  const { answers } = await client.composite(queries, false);
  return types.flatMap((type, at) =>
    rowsOf(answers[at], false).records.flatMap((raw): Found[] => {
      const record = recordOf(raw, columns[type]);
      return record === null ? [] : [{ type, record }];
    }),
  );
}

function findQuery(
  type: SalesforceType,
  { keys, email }: Parameters<SalesforceRecords['find']>[0],
  columns: readonly string[],
): string {
  const byKey = `${PERSON_ID_FIELD} IN ${soqlList(keys)}`;
  // Salesforce refuses conditions on a field that the sync user may not see.
  const byEmail = email !== null && columns.includes('Email') ? ` OR Email = ${soqlText(email)}` : '';
  return `SELECT ${columns.join(', ')} FROM ${type} WHERE ${LIVE[type]} AND (${byKey}${byEmail})`;
}

function queryRequest(resource: 'query' | 'queryAll', soql: string): Subrequest {
  return { method: 'GET', path: queryPath(resource, soql) };
}

/** The rows of a query. `written`: it was to read what a write in the same call has made. */
function rowsOf(answer: SubAnswer | undefined, written: boolean): QueryAnswer {
  if (answer?.status === 200 && isRaw(answer.body)) return queryAnswer(answer.body);
  if (answer === undefined || written) throw unexpectedAnswer('query', written);
  throw callError(answer.status, errorEntries(answer.body), false);
}
