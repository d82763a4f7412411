import type { Rejection } from '../person/activity.ts';
import { canonicalId, type FieldValue } from '../person/field-value.ts';
import { PERSON_ID_FIELD } from '../schema/catalogue.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../sync/errors.ts';
import type { TransientCondition, WriteOutcome } from '../sync/ports/salesforce-records.ts';
import { type CodeClass, STATUS_CODES } from './status-codes.ts';

/** One error as Salesforce words it, of a call or of a record. */
export interface ErrorEntry {
  readonly code: string;
  readonly message: string;
  /** API names. */
  readonly fields: readonly string[];
}

type CallKind = 'transient' | 'quota' | 'config';

type RecordKind = 'transient' | 'row' | 'reference' | 'call' | 'rejected';

/** What a code means where its message says more than the code; the first that fits counts. */
interface Exception {
  readonly code: string;
  readonly message: RegExp;
  readonly call: CallKind;
  readonly record: RecordKind;
}

const EXCEPTIONS: readonly Exception[] = [
  // The same code tells of the daily limit and of too many long requests at once; only the first lasts.
  { code: 'REQUEST_LIMIT_EXCEEDED', message: /concurrent/i, call: 'transient', record: 'call' },
  { code: 'REQUEST_LIMIT_EXCEEDED', message: /(?:)/, call: 'quota', record: 'call' },
  // The unique field of the product is missing or hidden: it stays so until somebody installs it.
  { code: 'INVALID_FIELD', message: new RegExp(`'${PERSON_ID_FIELD}'`), call: 'config', record: 'transient' },
  // Automation that ran out of its limits or met a lock did so for the company in the batch, not for this record.
  {
    code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    message: /UNABLE_TO_LOCK_ROW|LimitException/,
    call: 'transient',
    record: 'transient',
  },
];

/** By class of the code (`status-codes.ts`), for the error of a whole call; others go by the HTTP status. */
const CALL_KINDS: Readonly<Record<CodeClass, CallKind | 'byStatus'>> = {
  person: 'byStatus',
  reference: 'byStatus',
  row: 'byStatus',
  moment: 'transient',
  org: 'config',
  configuration: 'config',
};

/** And for the error of one record. */
const RECORD_KINDS: Readonly<Record<CodeClass, RecordKind>> = {
  person: 'rejected',
  reference: 'reference',
  row: 'row',
  moment: 'transient',
  org: 'call',
  configuration: 'call',
};

/** Codes with which a whole batch is refused for what one record in it holds, before any of them is saved. */
const CONTENT_CODES = new Set([
  'JSON_PARSER_ERROR',
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_TYPE_ON_FIELD_IN_RECORD',
  'INVALID_ID_FIELD',
  'MALFORMED_ID',
  'NUMBER_OUTSIDE_VALID_RANGE',
]);

/** Statuses that tell of trouble on the way or on the other side, whatever the body says. */
const TRANSIENT_STATUSES = new Set([408, 420, 425, 429]);

/** Causes of a failed fetch after which nothing can have been sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The error for a call, or a part of one, that Salesforce refused as a whole. `writes`: it would have written. */
export function callError(status: number, entries: readonly ErrorEntry[], writes: boolean): Error {
  const entry = entries[0] ?? { code: `ERROR_HTTP_${status}`, message: '', fields: [] };
  const kind = callKind(entry) ?? kindOfStatus(status);
  if (kind === 'quota') return new QuotaExceededError('Salesforce: the daily API requests of the org are used up');
  // A server's error, or a gateway's page, does not say how far the request came; a refusal of Salesforce's own does.
  const mayHaveCommitted = writes && status >= 500 && entry.code !== 'SERVER_UNAVAILABLE';
  if (kind === 'config' && !mayHaveCommitted) {
    return new ConfigError(`Salesforce refused the request: ${told(entry)}`);
  }
  return new TransientError(entry.code, `Salesforce answered ${status} ${entry.code}`, { mayHaveCommitted });
}

/** The error for a call that got no answer. */
export function lostAnswer(cause: unknown, writes: boolean): TransientError {
  const code = causeCode(cause);
  const mayHaveCommitted = writes && !NEVER_SENT.has(code);
  return new TransientError(code, `No answer from Salesforce: ${code}`, { mayHaveCommitted, cause });
}

/** Throws the error for calls that belong together, of which a write was answered before another failed. */
export function endedAfterWrite(cause: unknown): never {
  const code = cause instanceof TransientError ? cause.code : 'INTERRUPTED';
  throw new TransientError(code, 'The calls to Salesforce ended after a write', { mayHaveCommitted: true, cause });
}

/** The error for an answer that is not of the form Salesforce documents; a proxy or a maintenance page, mostly. */
export function unexpectedAnswer(what: string, mayHaveCommitted = false): TransientError {
  return new TransientError('UNEXPECTED_ANSWER', `Salesforce answered a ${what} in an unknown form`, {
    mayHaveCommitted,
  });
}

/**
 * Whether Salesforce refused a whole batch because of what a record in it holds, as it does with a value of the wrong
 * JSON type: then each record has to be tried without the others.
 */
export function blamesContents(status: number, entries: readonly ErrorEntry[]): boolean {
  return status === 400 && entries[0] !== undefined && CONTENT_CODES.has(entries[0].code);
}

/** Whether an error of one record concerns the call: a limit, a missing object, a permission of the sync user. */
export function concernsCall(entries: readonly ErrorEntry[]): boolean {
  return entries.some((entry) => recordKind(entry) === 'call');
}

type Refused = Exclude<WriteOutcome, { kind: 'written' | 'modified' }>;

/** What is known of a refused write beside Salesforce's words. */
export interface RefusedWrite {
  /**
   * Whether the row itself is there: after a 404 at the row's own address it is not, after any other answer there it
   * is; in a collection a read of the same call tells.
   */
  readonly rowStands: boolean;
  /** What was sent, by API name. */
  readonly record: RemoteRecord;
}

/**
 * What became of a record that Salesforce refused. A code that speaks of another record (`reference`) means the row
 * itself only where the row is not there; else a lookup or the owner points nowhere, which is a rejection that names
 * the field. What concerns the call lets the record wait.
 */
export function recordOutcome(entries: readonly ErrorEntry[], write: RefusedWrite): Refused {
  const kinds = entries.map((entry) => outcomeKind(entry, write));
  const gone = entries[kinds.indexOf('gone')];
  if (gone !== undefined) return { kind: 'gone', code: gone.code };
  const refusals = entries.filter((_, at) => kinds[at] === 'rejected').map((entry) => withFields(entry, write));
  if (refusals.length > 0) return { kind: 'rejected', rejection: rejectionOf(refusals), ...unknownCode(refusals) };
  const [first] = entries;
  if (first === undefined) return { kind: 'transient', code: 'UNKNOWN_EXCEPTION', message: '', condition: 'moment' };
  return { kind: 'transient', code: first.code, message: first.message, condition: conditionOf(first) };
}

/** The outcome of a write that was refused for whatever reason, to a row that cannot be read. */
export function goneRow([entry]: readonly ErrorEntry[]): Refused {
  return { kind: 'gone', code: entry?.code ?? 'UNKNOWN_EXCEPTION' };
}

/** What a refused write of one record came to; throws where the call, not the record, is at fault. */
export function refusal(
  { status, body }: { readonly status: number; readonly body: unknown },
  write: RefusedWrite,
): Refused {
  const errors = errorEntries(body);
  if (errors.length === 0 || status >= 500 || concernsCall(errors)) throw callError(status, errors, true);
  return recordOutcome(errors, write);
}

/** The errors in an answer's body: calls name the code `errorCode`, records in a collection `statusCode`. */
export function errorEntries(body: unknown): ErrorEntry[] {
  return (Array.isArray(body) ? body : [body]).flatMap((raw: unknown) => {
    if (typeof raw !== 'object' || raw === null) return [];
    const { errorCode, statusCode, message, fields } = raw as Readonly<Record<string, unknown>>;
    const code = errorCode ?? statusCode;
    if (typeof code !== 'string') return [];
    return [{ code, message: typeof message === 'string' ? message : '', fields: texts(fields) }];
  });
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function exceptionFor(entry: ErrorEntry): Exception | undefined {
  return EXCEPTIONS.find(({ code, message }) => code === entry.code && message.test(entry.message));
}

/** Undefined: the code alone does not tell. */
function callKind(entry: ErrorEntry): CallKind | undefined {
  const exception = exceptionFor(entry);
  if (exception !== undefined) return exception.call;
  const known = STATUS_CODES.get(entry.code);
  const kind = known === undefined ? 'byStatus' : CALL_KINDS[known.class];
  return kind === 'byStatus' ? undefined : kind;
}

function kindOfStatus(status: number): CallKind {
  return status >= 500 || TRANSIENT_STATUSES.has(status) ? 'transient' : 'config';
}

function recordKind(entry: ErrorEntry): RecordKind {
  const exception = exceptionFor(entry);
  if (exception !== undefined) return exception.record;
  const known = STATUS_CODES.get(entry.code);
  return known === undefined ? 'rejected' : RECORD_KINDS[known.class];
}

function outcomeKind(entry: ErrorEntry, { rowStands }: RefusedWrite): 'transient' | 'gone' | 'rejected' {
  const kind = recordKind(entry);
  if (kind === 'row') return 'gone';
  if (kind === 'call') return 'transient';
  if (kind !== 'reference') return kind;
  // Where a field is named, the reference in that field is wrong.
  return rowStands || entry.fields.some((field) => field !== 'Id') ? 'rejected' : 'gone';
}

function conditionOf(entry: ErrorEntry): TransientCondition {
  if (callKind(entry) === 'transient') return 'moment';
  const known = STATUS_CODES.get(entry.code)?.class;
  return known === 'org' || known === 'configuration' ? known : 'moment';
}

/** A code that nobody knows says nothing about how long the refusal lasts. */
function unknownCode(entries: readonly ErrorEntry[]): { readonly unknownCode?: true } {
  return entries.some(({ code }) => !STATUS_CODES.has(code)) ? { unknownCode: true } : {};
}

/**
 * Salesforce names no field for a reference that leads nowhere (`fields: []`): every field that holds an id may be
 * meant.
 */
function withFields(entry: ErrorEntry, { record }: RefusedWrite): ErrorEntry {
  if (entry.fields.length > 0 || recordKind(entry) !== 'reference') return entry;
  return { ...entry, fields: Object.keys(record).filter((name) => name !== 'Id' && isId(record[name])) };
}

/** Ids of 15 characters have no checksum: digits tell them from words. */
function isId(value: FieldValue | undefined): boolean {
  if (typeof value !== 'string' || canonicalId(value.trim()) === undefined) return false;
  return value.trim().length === 18 || /\d\D*\d\D*\d/.test(value);
}

function rejectionOf(entries: readonly ErrorEntry[]): Rejection {
  return {
    code: entries[0]?.code ?? 'UNKNOWN_EXCEPTION',
    message: entries.map(({ message }) => message).join('; '),
    fields: [...new Set(entries.flatMap(({ fields }) => fields))],
  };
}

/** Refusals whose last line is known to name objects, fields and permissions, and no value. */
const QUOTED_CODES = new Set([
  'API_CURRENTLY_DISABLED',
  'API_DISABLED_FOR_ORG',
  'FUNCTIONALITY_NOT_ENABLED',
  'INSUFFICIENT_ACCESS',
  'INVALID_FIELD',
  'INVALID_SESSION_ID',
  'INVALID_TYPE',
  'LIMIT_EXCEEDED',
]);

/**
 * Code of a refusal, and what is to be done. Salesforce's own text may quote a value of the record or, before its last
 * line, the query.
 */
function told(entry: ErrorEntry): string {
  const text = QUOTED_CODES.has(entry.code) ? (entry.message.split('\n').at(-1)?.slice(0, 300) ?? '') : '';
  const advice = text === '' ? STATUS_CODES.get(entry.code)?.fix : text;
  return advice === undefined ? entry.code : `${entry.code}: ${advice}`;
}

function causeCode(error: unknown): string {
  if (!(error instanceof Error)) return 'NETWORK_ERROR';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'TIMEOUT';
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return error.cause === undefined ? 'NETWORK_ERROR' : causeCode(error.cause);
}
