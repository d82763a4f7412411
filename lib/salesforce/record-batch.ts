import { toLongId } from '../person/field-value.ts';
import type { SalesforceType } from '../person/row.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { TransientError } from '../sync/errors.ts';
import type { PushAnswer, RecordPush, WriteOutcome } from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient, SubAnswer, Subrequest } from './client.ts';
import { blamesContents, callError, errorEntries, recordOutcome, unexpectedAnswer } from './error-map.ts';
import { isRaw, recordOf, withId } from './query-answer.ts';

/** The rows to push, and the columns to read before and after. */
export interface Batch<Push extends RecordPush = RecordPush> {
  readonly type: SalesforceType;
  readonly pushes: readonly Push[];
  readonly columns: readonly string[];
}

/** A batch that Salesforce refused as a whole because of something that one of its records holds. */
export type BatchAnswer = readonly PushAnswer[] | 'contentsRefused';

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

function updateRequest({ type, pushes }: Batch): Subrequest {
  const records = pushes.map(({ id, record }) => ({ attributes: { type }, ...record, Id: id }));
  return { method: 'PATCH', path: '/composite/sobjects', headers: BATCH_HEADERS, body: { allOrNone: false, records } };
}

/** Reads, updates and reads again, in that order. */
export async function pushBatch(client: SalesforceClient, batch: Batch): Promise<BatchAnswer> {
  const read = retrieveRequest(batch);
  const [before, updated, after] = await inOneCall(client, [read, updateRequest(batch), read]);
  if (updated.status !== 200) {
    const errors = errorEntries(updated.body);
    if (blamesContents(updated.status, errors)) return 'contentsRefused';
    throw callError(updated.status, errors, true);
  }
  return pushAnswers(batch, updateVerdicts(updated.body, batch.pushes), [before, after]);
}

/**
 * A write and the reads around it. A composite request is one API call, but takes `@{…}` anywhere in a body for a
 * reference to an earlier answer and knows no way to quote it: records that hold such a text go without it.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources.htm
 */
export async function inOneCall<const Requests extends readonly Subrequest[]>(
  client: SalesforceClient,
  requests: Requests,
): Promise<{ readonly [At in keyof Requests]: SubAnswer }> {
  const quotesReference = requests.some(({ body }) => JSON.stringify(body ?? null).includes('@{'));
  const answers = quotesReference ? await client.oneByOne(requests) : (await client.composite(requests, true)).answers;
  // The client answers each subrequest or throws.
  return answers as { readonly [At in keyof Requests]: SubAnswer };
}

/** What became of one record, once it is known whether its row is there after the write. */
export type Verdict = (rowStands: boolean) => WriteOutcome;

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

function updateVerdicts(body: unknown, pushes: readonly RecordPush[]): Verdict[] {
  if (!Array.isArray(body) || body.length !== pushes.length) throw unexpectedAnswer('update', true);
  return pushes.map(({ record }, at) => {
    const raw: unknown = body[at];
    if (!isRaw(raw)) throw unexpectedAnswer('update', true);
    if (raw.success === true) return () => WRITTEN;
    const errors = errorEntries(raw.errors);
    return (rowStands) => recordOutcome(errors, { record, rowStands });
  });
}

/** What became of a record whose row is this one by now. */
export function orConverted<Outcome>(outcome: Outcome, after: RemoteRecord | null): Outcome | WriteOutcome {
  return isConverted(after) ? CONVERTED : outcome;
}

const CONVERTED: WriteOutcome = { kind: 'gone', code: 'CANNOT_UPDATE_CONVERTED_LEAD' };

/**
 * Whether the row is a converted Lead. A sync user with the permission to edit those is not refused; but nobody reads
 * what it writes there.
 *
 * @see https://help.salesforce.com/s/articleView?id=sales.leads_view_edit_converted.htm
 */
export function isConverted(row: RemoteRecord | null): boolean {
  return row?.IsConverted === true;
}
