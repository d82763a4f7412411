import { toLongId } from '../person/field-value.ts';
import type { SalesforceType } from '../person/row.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { TransientError } from '../sync/errors.ts';
import { chunked } from '../sync/in-parallel.ts';
import type { FailedWrite, PushAnswer, RecordPush, WriteOutcome } from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient } from './client.ts';
import { blamesContents, callError, errorEntries, goneRow, recordOutcome, unexpectedAnswer } from './error-map.ts';
import type { PushPace } from './push-pace.ts';
import { isRaw, recordOf, withId } from './query-answer.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** The rows to push, and the columns to read before and after. */
export interface Batch<Push extends RecordPush = RecordPush> {
  readonly type: SalesforceType;
  readonly pushes: readonly Push[];
  readonly columns: readonly string[];
}

/**
 * Records in one update by collection.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm
 */
export const MAX_UPDATED = 200;

/** Updates by collection beside the two reads: a composite request may hold five collections. */
const MAX_UPDATES = 3;

/** Rows that one call reads, updates and reads again. */
export const MAX_BATCH = MAX_UPDATES * MAX_UPDATED;

/** A record beside another for which Salesforce refused all of their update. */
export type BatchAnswer = PushAnswer | 'contentsRefused';

/** The rows of a batch. */
export function retrieveRequest({ type, pushes, columns }: Batch): Subrequest {
  const ids = pushes.map(({ id }) => id);
  return retrieveByIds(type, ids, columns);
}

/**
 * Rows that one such request reads, at most.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_retrieve_post.htm
 */
export const MAX_RETRIEVED = 2000;

/** Reads rows by id, in the order of the ids, whatever the length of the field list. Null where deleted or hidden. */
export function retrieveByIds(type: SalesforceType, ids: readonly string[], columns: readonly string[]): Subrequest {
  const body = { ids, fields: withId(columns.filter(isOwnColumn)) };
  return { method: 'POST', path: `/composite/sobjects/${type}`, body };
}

/** A read of records by id follows no relationship. */
export function isOwnColumn(column: string): boolean {
  return !column.includes('.');
}

/** Background pushes choose no owner, and are saved where a duplicate rule only warns. */
const BATCH_HEADERS = { 'Sforce-Auto-Assign': 'FALSE', 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };

function updateRequest(type: SalesforceType, pushes: readonly RecordPush[]): Subrequest {
  const records = pushes.map(({ id, record }) => ({ attributes: { type }, ...record, Id: id }));
  return { method: 'PATCH', path: '/composite/sobjects', headers: BATCH_HEADERS, body: { allOrNone: false, records } };
}

/** Reads, updates and reads again, in that order. */
export async function pushBatch(
  client: SalesforceClient,
  batch: Batch,
  pace: PushPace,
): Promise<readonly BatchAnswer[]> {
  const read = retrieveRequest(batch);
  const parts = chunked(batch.pushes, MAX_UPDATED);
  const requests = [read, ...parts.map((part) => updateRequest(batch.type, part)), read];
  const answers = await paced(pace, batch.pushes.length, (took) => inOneCall(client, requests, took));
  const [before, after] = [answers[0], answers.at(-1)];
  if (before === undefined || after === undefined) throw unexpectedAnswer('update', true);
  const updates = parts.map((pushes, at) => ({ pushes, answer: answers[at + 1] }));
  const error = callErrorOf(updates.map(({ answer }) => answer));
  if (error !== undefined) throw error;
  const verdicts = updates.flatMap(({ pushes, answer }) => updateVerdicts(answer, pushes));
  const pushed = pushAnswers(batch, verdicts, [before, after]);
  return pushed.map((answer, at) => (verdicts[at] === REFUSED ? 'contentsRefused' : answer));
}

async function paced<Answers>(
  pace: PushPace,
  rows: number,
  send: (took: (milliseconds: number) => void) => Promise<Answers>,
): Promise<Answers> {
  try {
    return await send((milliseconds) => pace.took(rows, milliseconds));
  } catch (error) {
    if (error instanceof TransientError && error.mayHaveCommitted) pace.tookTooLong(rows);
    throw error;
  }
}

/** What keeps all of them from being tried; undefined where Salesforce took at least one of the updates. */
function callErrorOf(answers: readonly (SubAnswer | undefined)[]): Error | undefined {
  const errors = answers.map((answer) => refusedUpdate(answer));
  return errors.every((error) => error instanceof Error) ? errors[0] : undefined;
}

/** The error of an update that failed as a whole, or that what one record holds is to blame. */
function refusedUpdate(answer: SubAnswer | undefined): Error | 'contents' | undefined {
  if (answer === undefined) throw unexpectedAnswer('update', true);
  if (answer.status === 200) return undefined;
  const errors = errorEntries(answer.body);
  return blamesContents(answer.status, errors) ? 'contents' : callError(answer.status, errors, true);
}

/**
 * Writes and the reads around them. A composite request is one API call, but takes `@{…}` anywhere in a body for a
 * reference to an earlier answer and knows no way to quote it: records that hold such a text go without it.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources.htm
 */
export async function inOneCall<const Requests extends readonly Subrequest[]>(
  client: SalesforceClient,
  requests: Requests,
  took?: (milliseconds: number) => void,
): Promise<{ readonly [At in keyof Requests]: SubAnswer }> {
  // The client answers each subrequest or throws.
  type Answers = { readonly [At in keyof Requests]: SubAnswer };
  const quotesReference = requests.some(({ body }) => JSON.stringify(body ?? null).includes('@{'));
  if (quotesReference) return (await client.oneByOne(requests)) as Answers;
  const { answers, tookMs } = await client.composite(requests, true);
  took?.(tookMs);
  return answers as Answers;
}

/** What became of one record, once it is known whether its row is there after the write. */
export type Verdict = (rowStands: boolean) => WriteOutcome | FailedWrite;

export const WRITTEN = { kind: 'written' } as const;

/** The answers in the order of the pushes. What was written counts only if the rows around it could be read. */
export function pushAnswers(
  batch: Batch,
  verdicts: readonly Verdict[],
  [before, later]: readonly [SubAnswer, SubAnswer],
): PushAnswer[] {
  const written = verdicts.some((verdict) => verdict(true).kind === 'written');
  for (const read of [before, later]) if (isUnread(read)) throw unread(read, written);
  const columns = batch.columns.filter(isOwnColumn);
  const rowsBefore = retrieved(before.body, columns);
  const rowsAfter = retrieved(later.body, columns);
  return batch.pushes.map(({ id }, at) => {
    const verdict = verdicts[at];
    if (verdict === undefined) throw unexpectedAnswer('update', true);
    const key = toLongId(id);
    const after = rowsAfter.get(key) ?? null;
    return { outcome: orConverted(verdict(after !== null), after), before: rowsBefore.get(key) ?? null, after };
  });
}

/** The rows of such an answer, by id. */
export function retrieved(body: unknown, columns: readonly string[]): ReadonlyMap<string, RemoteRecord> {
  const rows = new Map<string, RemoteRecord>();
  for (const raw of Array.isArray(body) ? body : []) {
    const id: unknown = isRaw(raw) ? raw.Id : undefined;
    const record = recordOf(raw, columns);
    if (record !== null && typeof id === 'string') rows.set(toLongId(id), record);
  }
  return rows;
}

/** A write may have gone through, but what it made of the rows is not known: as good as an answer that never came. */
export function unread({ status, body }: SubAnswer, mayHaveCommitted: boolean): TransientError {
  const code = errorEntries(body)[0]?.code ?? `ERROR_HTTP_${status}`;
  return new TransientError(code, `Salesforce could not read the rows around a push: ${status} ${code}`, {
    mayHaveCommitted,
  });
}

export function isUnread({ status, body }: SubAnswer): boolean {
  return status !== 200 || !Array.isArray(body);
}

/** Of a record that is yet to be tried apart from the others. */
const REFUSED: Verdict = () => ({ kind: 'transient', code: 'CONTENTS_REFUSED', message: '', condition: 'moment' });

function updateVerdicts(answer: SubAnswer | undefined, pushes: readonly RecordPush[]): Verdict[] {
  const refused = refusedUpdate(answer);
  if (refused === 'contents') return pushes.map(() => REFUSED);
  // Others of the call may have been written: their answers count all the same.
  if (refused !== undefined) return pushes.map(() => () => ({ kind: 'failed', error: refused }));
  const body = answer?.body;
  if (!Array.isArray(body) || body.length !== pushes.length) throw unexpectedAnswer('update', true);
  return pushes.map(({ record }, at) => {
    const raw: unknown = body[at];
    if (!isRaw(raw)) throw unexpectedAnswer('update', true);
    if (raw.success === true) return () => WRITTEN;
    const errors = errorEntries(raw.errors);
    return (rowStands) => (rowStands ? recordOutcome(errors, { record, rowStands }) : goneRow(errors));
  });
}

/** What became of a record whose row is this one by now. */
export function orConverted(
  outcome: WriteOutcome | FailedWrite,
  after: RemoteRecord | null,
): WriteOutcome | FailedWrite {
  if (!isConverted(after)) return outcome;
  return MAY_STAND.has(outcome.kind) ? { ...CONVERTED, mayStand: true } : CONVERTED;
}

const CONVERTED = { kind: 'gone', code: 'CANNOT_UPDATE_CONVERTED_LEAD' } as const;

/** What Salesforce wrote, or may have written behind an error. */
const MAY_STAND: ReadonlySet<string> = new Set(['written', 'modified', 'failed']);

/**
 * Whether the row is a converted Lead. A sync user with the permission to edit those is not refused; but nobody reads
 * what it writes there.
 *
 * @see https://help.salesforce.com/s/articleView?id=sales.leads_view_edit_converted.htm
 */
export function isConverted(row: RemoteRecord | null): boolean {
  return row?.IsConverted === true;
}
