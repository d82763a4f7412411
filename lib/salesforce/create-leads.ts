import { CREATED_TYPE } from '../person/row.ts';
import { PERSON_ID_FIELD } from '../schema/catalogue.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { TransientError } from '../sync/errors.ts';
import type { CreateAnswer, FailedWrite, LeadCreation } from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient } from './client.ts';
import { CONVERTED, createLead, isWithoutKey } from './create-lead.ts';
import {
  blamesContents,
  callError,
  type ErrorEntry,
  endedAfterWrite,
  errorEntries,
  recordOutcome,
  unexpectedAnswer,
} from './error-map.ts';
import type { PushPace } from './push-pace.ts';
import { isRaw, recordOf, withId } from './query-answer.ts';
import { queryRequest, rowsOf } from './query-request.ts';
import { inOneCall, isConverted } from './record-batch.ts';
import { soqlList } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** Leads to be created in one call, each with the key in the unique field. */
export interface NewLeads {
  readonly leads: readonly LeadCreation[];
  readonly columns: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

type Created = CreateAnswer | FailedWrite;

/**
 * Inserts Leads as one collection, then reads by key. A Lead refused without sufficient details is retried alone: a
 * single call names the conflicting record.
 */
export async function createLeads(
  client: SalesforceClient,
  batch: NewLeads,
  pace: PushPace,
): Promise<readonly Created[]> {
  const [only] = batch.leads;
  if (only === undefined) return [];
  if (batch.leads.length === 1) return [await createAlone(client, batch, only)];
  const sent = await insertAndRead(client, batch, pace);
  if (sent === 'contentsRefused') return inHalves(client, batch, pace);
  const created: Created[] = [];
  for (const [at, lead] of batch.leads.entries()) {
    const known = sent.rows.get(lead.key.toLowerCase());
    const answer = known === undefined ? refusedOrLost(lead, sent.results[at]) : standing(known, sent.results[at]);
    created.push(answer ?? (await createAlone(client, batch, lead)));
  }
  return created;
}

interface Sent {
  /** In the order of the Leads. */
  readonly results: readonly unknown[];
  /** Existing Leads, by lower-case key. */
  readonly rows: ReadonlyMap<string, RemoteRecord>;
}

async function insertAndRead(
  client: SalesforceClient,
  { leads, columns, headers }: NewLeads,
  pace: PushPace,
): Promise<Sent | 'contentsRefused'> {
  const type = CREATED_TYPE;
  const records = leads.map(({ key, record }) => ({ attributes: { type }, ...record, [PERSON_ID_FIELD]: key }));
  const write: Subrequest = {
    method: 'POST',
    path: '/composite/sobjects',
    headers,
    body: { allOrNone: false, records },
  };
  const keys = leads.map(({ key }) => key);
  const began = await client.now();
  try {
    const [written, read] = await inOneCall(client, [write, readByKeys(keys, columns)]);
    pace.took(leads.length, (await client.now()) - began);
    if (written.status !== 200) {
      const errors = errorEntries(written.body);
      if (blamesContents(written.status, errors)) return 'contentsRefused';
      throw callError(written.status, errors, true);
    }
    const { body: results } = written;
    if (!Array.isArray(results) || results.length !== leads.length) throw unexpectedAnswer('create', true);
    return { results, rows: await allRows(client, { keys, columns }, read).catch(endedAfterWrite) };
  } catch (error) {
    if (error instanceof TransientError && error.mayHaveCommitted) pace.tookTooLong(leads.length);
    throw error;
  }
}

function readByKeys(keys: readonly string[], columns: readonly string[]): Subrequest {
  const selected = [...withId(columns), ...(columns.includes(PERSON_ID_FIELD) ? [] : [PERSON_ID_FIELD])].join(', ');
  return queryRequest('query', `SELECT ${selected} FROM ${CREATED_TYPE} WHERE ${PERSON_ID_FIELD} IN ${soqlList(keys)}`);
}

/** The Leads with the keys, over several pages: pages of wide rows are short. */
async function allRows(
  client: SalesforceClient,
  { keys, columns }: { readonly keys: readonly string[]; readonly columns: readonly string[] },
  first: SubAnswer,
): Promise<ReadonlyMap<string, RemoteRecord>> {
  const rows = new Map<string, RemoteRecord>();
  for (let answer: SubAnswer | undefined = first; ; ) {
    const { records, done } = rowsOf(answer, true);
    for (const raw of records) {
      const { [PERSON_ID_FIELD]: key } = raw;
      const record = recordOf(raw, columns);
      if (record !== null && typeof key === 'string') rows.set(key.toLowerCase(), record);
    }
    const missing = keys.filter((key) => !rows.has(key.toLowerCase()));
    if (done || records.length === 0 || missing.length === 0) return rows;
    [answer] = (await client.composite([readByKeys(missing, columns)], false)).answers;
  }
}

/** A Lead with the key exists: created now or earlier, or converted since. */
function standing(record: RemoteRecord, result: unknown): Created {
  if (isConverted(record)) return { kind: 'converted', rejection: CONVERTED, record };
  return { kind: isRaw(result) && result.success === true ? 'created' : 'exists', record };
}

/** Undefined where the Lead must be retried alone. */
function refusedOrLost({ key, record }: LeadCreation, result: unknown): Created | undefined {
  const errors = isRaw(result) && result.success === false ? errorEntries(result.errors) : [];
  // The Lead exists, and the next try finds the Lead by key; or the state is unknown.
  if (errors.length === 0) return { kind: 'failed', error: unexpectedAnswer('create', true) };
  if (errors.some(isToldAlone)) return undefined;
  const outcome = recordOutcome(errors, { record: { ...record, [PERSON_ID_FIELD]: key }, rowStands: true });
  if (outcome.kind === 'transient') return outcome;
  return outcome.kind === 'rejected' ? { ...outcome, matches: [] } : undefined;
}

/** A value is in use by a different record, a record is similar, or the key field is not writable. */
function isToldAlone(error: ErrorEntry): boolean {
  return error.code === 'DUPLICATE_VALUE' || error.code === 'DUPLICATES_DETECTED' || isWithoutKey(error);
}

/** A failure must not hide the results of the other Leads. */
async function createAlone(
  client: SalesforceClient,
  { columns, headers }: NewLeads,
  lead: LeadCreation,
): Promise<Created> {
  try {
    return await createLead(client, { ...lead, columns, headers });
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** A collection refused because of one record's contents is halved until the record is alone. */
async function inHalves(client: SalesforceClient, batch: NewLeads, pace: PushPace): Promise<readonly Created[]> {
  const middle = Math.ceil(batch.leads.length / 2);
  const first = await createLeads(client, { ...batch, leads: batch.leads.slice(0, middle) }, pace);
  const rest = { ...batch, leads: batch.leads.slice(middle) };
  const second = createLeads(client, rest, pace).catch((error: unknown) =>
    rest.leads.map((): FailedWrite => ({ kind: 'failed', error })),
  );
  return [...first, ...(await second)];
}
