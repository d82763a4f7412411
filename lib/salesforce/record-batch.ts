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
 * Maximum records of an update by collection.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm
 */
export const MAX_UPDATED = 200;

/** Updates per call beside the two reads: a composite request may have five collections. */
const MAX_UPDATES = 3;

/** Rows read, updated and read again per call. */
export const MAX_BATCH = MAX_UPDATES * MAX_UPDATED;

/** `contentsRefused`: the update was refused as a whole because of one record's contents. */
export type BatchAnswer = PushAnswer | 'contentsRefused';

/** Reads the rows of a batch. */
export function retrieveRequest({ type, pushes, columns }: Batch): Subrequest {
  const ids = pushes.map(({ id }) => id);
  return retrieveByIds(type, ids, columns);
}

/**
 * Maximum rows of a read by ids.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_retrieve_post.htm
 */
export const MAX_RETRIEVED = 2000;

/** Reads rows by id, in the order of the ids, without a limit on the field list. Deleted and hidden rows are null. */
export function retrieveByIds(type: SalesforceType, ids: readonly string[], columns: readonly string[]): Subrequest {
  const body = { ids, fields: withId(columns.filter(isOwnColumn)) };
  return { method: 'POST', path: `/composite/sobjects/${type}`, body };
}

/** A read by ids cannot follow relationships. */
export function isOwnColumn(column: string): boolean {
  return !column.includes('.');
}

/** Background pushes choose no owner, and are saved despite warnings of duplicate rules. */
const BATCH_HEADERS = { 'Sforce-Auto-Assign': 'FALSE', 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };

function updateRequest(type: SalesforceType, pushes: readonly RecordPush[]): Subrequest {
  const records = pushes.map(({ id, record }) => ({ attributes: { type }, ...record, Id: id }));
  return { method: 'PATCH', path: '/composite/sobjects', headers: BATCH_HEADERS, body: { allOrNone: false, records } };
}

/** Reads, updates and reads again, in order. */
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

/** The error stopping all updates; undefined where at least one update was accepted. */
function callErrorOf(answers: readonly (SubAnswer | undefined)[]): Error | undefined {
  const errors = answers.map((answer) => refusedUpdate(answer));
  return errors.every((error) => error instanceof Error) ? errors[0] : undefined;
}

/** The error of an update refused as a whole; `contents`: refused because of one record's contents. */
function refusedUpdate(answer: SubAnswer | undefined): Error | 'contents' | undefined {
  if (answer === undefined) throw unexpectedAnswer('update', true);
  if (answer.status === 200) return undefined;
  const errors = errorEntries(answer.body);
  return blamesContents(answer.status, errors) ? 'contents' : callError(answer.status, errors, true);
}

/**
 * Writes and the reads around the writes. A composite request is one API call, but interprets `@{…}` anywhere in a body
 * as a reference to an earlier answer, without any escape: requests with such a text are sent one by one.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources.htm
 */
export async function inOneCall<const Requests extends readonly Subrequest[]>(
  client: SalesforceClient,
  requests: Requests,
  took?: (milliseconds: number) => void,
): Promise<{ readonly [At in keyof Requests]: SubAnswer }> {
  // The client answers every subrequest or throws.
  type Answers = { readonly [At in keyof Requests]: SubAnswer };
  const quotesReference = requests.some(({ body }) => JSON.stringify(body ?? null).includes('@{'));
  if (quotesReference) return (await client.oneByOne(requests)) as Answers;
  const { answers, tookMs } = await client.composite(requests, true);
  took?.(tookMs);
  return answers as Answers;
}

/** The outcome for one record, given whether the row exists after the write. */
export type Verdict = (rowStands: boolean) => WriteOutcome | FailedWrite;

export const WRITTEN = { kind: 'written' } as const;

/** The answers in the order of the pushes. A write counts only if the rows around the write could be read. */
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

/** The rows of a read by ids, by id. */
export function retrieved(body: unknown, columns: readonly string[]): ReadonlyMap<string, RemoteRecord> {
  const rows = new Map<string, RemoteRecord>();
  for (const raw of Array.isArray(body) ? body : []) {
    const id: unknown = isRaw(raw) ? raw.Id : undefined;
    const record = recordOf(raw, columns);
    if (record !== null && typeof id === 'string') rows.set(toLongId(id), record);
  }
  return rows;
}

/** A write may have succeeded with an unknown result: treated like a lost answer. */
export function unread({ status, body }: SubAnswer, mayHaveCommitted: boolean): TransientError {
  const code = errorEntries(body)[0]?.code ?? `ERROR_HTTP_${status}`;
  return new TransientError(code, `Salesforce could not read the rows around a push: ${status} ${code}`, {
    mayHaveCommitted,
  });
}

export function isUnread({ status, body }: SubAnswer): boolean {
  return status !== 200 || !Array.isArray(body);
}

/** Placeholder for a record still to be tried separately. */
const REFUSED: Verdict = () => ({ kind: 'transient', code: 'CONTENTS_REFUSED', message: '', condition: 'moment' });

function updateVerdicts(answer: SubAnswer | undefined, pushes: readonly RecordPush[]): Verdict[] {
  const refused = refusedUpdate(answer);
  if (refused === 'contents') return pushes.map(() => REFUSED);
  // Other updates of the call may have succeeded: their answers still count.
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

/** The outcome for a record, given the row after the write. */
export function orConverted(
  outcome: WriteOutcome | FailedWrite,
  after: RemoteRecord | null,
): WriteOutcome | FailedWrite {
  if (!isConverted(after)) return outcome;
  return MAY_STAND.has(outcome.kind) ? { ...CONVERTED, mayStand: true } : CONVERTED;
}

const CONVERTED = { kind: 'gone', code: 'CANNOT_UPDATE_CONVERTED_LEAD' } as const;

/** Outcomes with a write, certain or possible. */
const MAY_STAND: ReadonlySet<string> = new Set(['written', 'modified', 'failed']);

/**
 * Whether the row is a converted Lead. With a special permission Salesforce accepts edits of converted Leads, but
 * nobody reads the values.
 *
 * @see https://help.salesforce.com/s/articleView?id=sales.leads_view_edit_converted.htm
 */
export function isConverted(row: RemoteRecord | null): boolean {
  return row?.IsConverted === true;
}
