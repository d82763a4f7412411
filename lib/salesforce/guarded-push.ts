import { toLongId } from '../person/field-value.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { TransientError } from '../sync/errors.ts';
import type { FailedWrite, GuardedPush, PushAnswer, WriteOutcome } from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient } from './client.ts';
import {
  callError,
  concernsCall,
  type ErrorEntry,
  errorEntries,
  goneRow,
  recordOutcome,
  unexpectedAnswer,
} from './error-map.ts';
import type { PushPace } from './push-pace.ts';
import {
  type Batch,
  isOwnColumn,
  isUnread,
  orConverted,
  retrieved,
  retrieveRequest,
  unread,
  WRITTEN,
} from './record-batch.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';
import { EDIT, writeHeaders } from './write-headers.ts';

type GuardedBatch = Batch<GuardedPush>;

/** `If-Unmodified-Since` has whole seconds. */
const SECOND_MS = 1000;

/** Maximum wait: no org's clock is further ahead of the reported time. */
const LONGEST_WAIT_MS = 3000;

/**
 * Reads, updates every row separately if unchanged since the row's instant, and reads again; in one call, except for
 * rows with a text resembling a composite reference, which are pushed alone.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources.htm
 */
export async function pushGuarded(
  client: SalesforceClient,
  batch: GuardedBatch,
  pace: PushPace,
): Promise<readonly PushAnswer[]> {
  await untilOver(client, batch.pushes);
  const alone = batch.pushes.filter(quotesReference);
  const together = batch.pushes.filter((push) => !alone.includes(push));
  const answers = new Map<GuardedPush, PushAnswer>();
  if (together.length > 0) {
    const answered = await pushTogether(client, { ...batch, pushes: together }, pace);
    for (const [at, push] of together.entries()) answers.set(push, answerAt(answered, at));
  }
  for (const push of alone) answers.set(push, await pushAlone(client, { ...batch, pushes: [push] }));
  return batch.pushes.map((push) => answers.get(push) ?? lostRecord());
}

/**
 * Waits for the end of the latest second: a save by others within the second, after the row was read, carries the same
 * stamp, and would be overwritten undetected if saved after the first read.
 */
async function untilOver(client: SalesforceClient, pushes: readonly GuardedPush[]): Promise<void> {
  const youngest = Math.max(...pushes.map(({ ifUnmodifiedSince }) => Date.parse(ifUnmodifiedSince)));
  const left = Math.floor(youngest / SECOND_MS) * SECOND_MS + SECOND_MS - (await client.now());
  if (left > 0) await client.wait(Math.min(left, LONGEST_WAIT_MS));
}

async function pushTogether(
  client: SalesforceClient,
  batch: GuardedBatch,
  pace: PushPace,
): Promise<readonly PushAnswer[]> {
  try {
    const { answers, tookMs } = await client.composite(requestsOf(batch), true);
    pace.took(batch.pushes.length, tookMs);
    return pushAnswers(batch, answers);
  } catch (error) {
    if (error instanceof TransientError && error.mayHaveCommitted) pace.tookTooLong(batch.pushes.length);
    throw error;
  }
}

/** A failure must not hide the results of the other rows. */
async function pushAlone(client: SalesforceClient, batch: GuardedBatch): Promise<PushAnswer> {
  try {
    return answerAt(pushAnswers(batch, await client.oneByOne(requestsOf(batch))), 0);
  } catch (error) {
    return { outcome: { kind: 'failed', error }, before: null, after: null };
  }
}

function requestsOf(batch: GuardedBatch): readonly Subrequest[] {
  const read = retrieveRequest(batch);
  const writes = batch.pushes.map(
    ({ id, record, ifUnmodifiedSince }): Subrequest => ({
      method: 'PATCH',
      path: `/sobjects/${batch.type}/${id}`,
      headers: writeHeaders(EDIT, ifUnmodifiedSince),
      body: record,
    }),
  );
  return [read, ...writes, read];
}

function quotesReference({ record }: GuardedPush): boolean {
  return JSON.stringify(record).includes('@{');
}

function pushAnswers(batch: GuardedBatch, answers: readonly SubAnswer[]): readonly PushAnswer[] {
  const [before, after] = [answers[0], answers.at(-1)];
  if (before === undefined || after === undefined) throw unexpectedAnswer('update', true);
  const writes = answers.slice(1, -1);
  const failed = [before, after].find(isUnread);
  if (failed !== undefined) {
    const error = unread(failed, true);
    return batch.pushes.map((push, at) => {
      return { outcome: outcomeOf(push, writes[at]), before: null, after: null, unread: error };
    });
  }
  const columns = batch.columns.filter(isOwnColumn);
  const rowsBefore = retrieved(before.body, columns);
  const rowsAfter = retrieved(after.body, columns);
  return batch.pushes.map((push, at) => {
    const key = toLongId(push.id);
    const rows = { before: rowsBefore.get(key) ?? null, after: rowsAfter.get(key) ?? null };
    return { ...rows, outcome: orConverted(outcomeOf(push, writes[at], rows), rows.after) };
  });
}

interface Rows {
  readonly before: RemoteRecord | null;
  readonly after: RemoteRecord | null;
}

/** `rows`: the rows read around the write; absent where unreadable. */
function outcomeOf({ record }: GuardedPush, answer: SubAnswer | undefined, rows?: Rows): WriteOutcome | FailedWrite {
  if (answer === undefined) throw unexpectedAnswer('update', true);
  const { status, body } = answer;
  if (status < 300) return WRITTEN;
  if (status === 412) return { kind: 'modified' };
  const errors = errorEntries(body);
  if (errors.length > 0 && status < 500 && !concernsCall(errors)) {
    return refused(errors, { record, rowStands: rows === undefined ? undefined : isThere(rows) }, status);
  }
  const error = callError(status, errors, true);
  if (!(error instanceof TransientError) || !isThere(rows)) return { kind: 'failed', error };
  // The save has ended before the second read, which shows whether the write succeeded.
  if (stampOf(rows.before) !== stampOf(rows.after)) return { kind: 'modified' };
  return { kind: 'transient', code: error.code, message: error.message, condition: 'moment' };
}

/** A 404 may concern a lookup, and errors for unreadable rows vary: the read decides. */
function refused(
  errors: readonly ErrorEntry[],
  { record, rowStands }: { readonly record: RemoteRecord; readonly rowStands: boolean | undefined },
  status: number,
): WriteOutcome {
  return rowStands === false
    ? goneRow(errors)
    : recordOutcome(errors, { record, rowStands: rowStands ?? status !== 404 });
}

function isThere(
  rows: Rows | undefined,
): rows is { readonly before: RemoteRecord | null; readonly after: RemoteRecord } {
  return rows !== undefined && rows.after !== null;
}

function stampOf(row: RemoteRecord | null): unknown {
  return row?.SystemModstamp;
}

function answerAt(answers: readonly PushAnswer[], at: number): PushAnswer {
  return answers[at] ?? lostRecord();
}

function lostRecord(): never {
  throw unexpectedAnswer('update', true);
}
