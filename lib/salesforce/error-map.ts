import { canonicalId, type FieldValue } from '../person/field-value.ts';
import type { Refusal } from '../person/reject-person.ts';
import { PERSON_ID_FIELD } from '../schema/catalogue.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../sync/errors.ts';
import type { TransientCondition, WriteOutcome } from '../sync/ports/salesforce-records.ts';
import { type CodeClass, STATUS_CODES } from './status-codes.ts';

/** One error returned by Salesforce, for a call or a record. */
export interface ErrorEntry {
  readonly code: string;
  readonly message: string;
  /** API names. */
  readonly fields: readonly string[];
}

type CallKind = 'transient' | 'quota' | 'config';

type RecordKind = 'transient' | 'row' | 'reference' | 'call' | 'rejected';

/** Classes of codes whose message is decisive; the first match counts. */
interface Exception {
  readonly code: string;
  readonly message: RegExp;
  readonly call: CallKind;
  readonly record: RecordKind;
}

const EXCEPTIONS: readonly Exception[] = [
  // The code is used for the daily limit and for too many concurrent long requests; only the daily limit lasts.
  { code: 'REQUEST_LIMIT_EXCEEDED', message: /concurrent/i, call: 'transient', record: 'call' },
  { code: 'REQUEST_LIMIT_EXCEEDED', message: /(?:)/, call: 'quota', record: 'call' },
  // The unique field is missing or hidden, until an administrator installs the field.
  { code: 'INVALID_FIELD', message: new RegExp(`'${PERSON_ID_FIELD}'`), call: 'config', record: 'transient' },
  // Automation hit a limit or a lock because of the batch, not because of the record.
  {
    code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    message: /UNABLE_TO_LOCK_ROW|LimitException/,
    call: 'transient',
    record: 'transient',
  },
];

/** By class of the code (`status-codes.ts`), for the error of a whole call; `byStatus`: the HTTP status decides. */
const CALL_KINDS: Readonly<Record<CodeClass, CallKind | 'byStatus'>> = {
  person: 'byStatus',
  reference: 'byStatus',
  row: 'byStatus',
  moment: 'transient',
  org: 'config',
  configuration: 'config',
};

/** For the error of one record. */
const RECORD_KINDS: Readonly<Record<CodeClass, RecordKind>> = {
  person: 'rejected',
  reference: 'reference',
  row: 'row',
  moment: 'transient',
  org: 'call',
  configuration: 'call',
};

/** Codes refusing a whole batch because of one record's contents, before anything is saved. */
const CONTENT_CODES = new Set([
  'JSON_PARSER_ERROR',
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_TYPE_ON_FIELD_IN_RECORD',
  'INVALID_ID_FIELD',
  'MALFORMED_ID',
  'NUMBER_OUTSIDE_VALID_RANGE',
]);

/** Statuses of network or server trouble, whatever the body. */
const TRANSIENT_STATUSES = new Set([408, 420, 425, 429]);

/** Causes of a failed fetch with certainty that nothing was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The error for a call, or a part of a call, refused as a whole. `writes`: the call would have written. */
export function callError(status: number, entries: readonly ErrorEntry[], writes: boolean): Error {
  const entry = entries[0] ?? { code: `ERROR_HTTP_${status}`, message: '', fields: [] };
  const kind = callKind(entry) ?? kindOfStatus(status);
  if (kind === 'quota') return new QuotaExceededError('Salesforce: the daily API requests of the org are used up');
  // A server error or a gateway's page leaves the progress unknown; Salesforce's own refusal does not.
  const mayHaveCommitted = writes && status >= 500 && entry.code !== 'SERVER_UNAVAILABLE';
  if (kind === 'config' && !mayHaveCommitted) {
    return new ConfigError(`Salesforce refused the request: ${textOf(entry)}`);
  }
  return new TransientError(entry.code, `Salesforce answered ${status} ${entry.code}`, { mayHaveCommitted });
}

/** The error for a call without an answer. */
export function lostAnswer(cause: unknown, writes: boolean): TransientError {
  const code = causeCode(cause);
  const mayHaveCommitted = writes && !NEVER_SENT.has(code);
  return new TransientError(code, `No answer from Salesforce: ${code}`, { mayHaveCommitted, cause });
}

/** Throws the error for a group of calls interrupted after a successful write. */
export function endedAfterWrite(cause: unknown): never {
  const code = cause instanceof TransientError ? cause.code : 'INTERRUPTED';
  throw new TransientError(code, 'The calls to Salesforce ended after a write', { mayHaveCommitted: true, cause });
}

/** The error for an answer not in Salesforce's documented form; usually from a proxy or a maintenance page. */
export function unexpectedAnswer(what: string, mayHaveCommitted = false): TransientError {
  return new TransientError('UNEXPECTED_ANSWER', `Salesforce answered a ${what} in an unknown form`, {
    mayHaveCommitted,
  });
}

/**
 * Whether Salesforce refused a whole batch because of one record's contents, such as a value of the wrong JSON type:
 * the records must then be retried separately.
 */
export function blamesContents(status: number, entries: readonly ErrorEntry[]): boolean {
  return status === 400 && entries[0] !== undefined && CONTENT_CODES.has(entries[0].code);
}

/** Whether an error of one record concerns the whole call: a limit, a missing object, a permission of the sync user. */
export function concernsCall(entries: readonly ErrorEntry[]): boolean {
  return entries.some((entry) => recordKind(entry) === 'call');
}

type Refused = Exclude<WriteOutcome, { kind: 'written' | 'modified' }>;

/** Facts about a refused write besides Salesforce's answer. */
export interface RefusedWrite {
  /**
   * Whether the row exists. For a request to the row's own address: false after a 404, true after any other answer; for
   * a collection, according to the reads in the same call.
   */
  readonly rowStands: boolean;
  /** The sent values, by API name. */
  readonly record: RemoteRecord;
}

/**
 * The outcome for a refused record. A code about a referenced record (`reference`) means the row itself only if the row
 * does not exist; otherwise a lookup or the owner points nowhere, which is a rejection naming the field. An error of
 * the whole call leaves the record pending.
 */
export function recordOutcome(entries: readonly ErrorEntry[], write: RefusedWrite): Refused {
  const kinds = entries.map((entry) => outcomeKind(entry, write));
  const gone = entries[kinds.indexOf('gone')];
  if (gone !== undefined) return { kind: 'gone', code: gone.code };
  const refusals = entries.filter((_, at) => kinds[at] === 'rejected').map((entry) => withFields(entry, write));
  if (refusals.length > 0) return { kind: 'rejected', rejection: rejectionOf(refusals) };
  const [first] = entries;
  if (first === undefined) return { kind: 'transient', code: 'UNKNOWN_EXCEPTION', message: '', condition: 'moment' };
  return { kind: 'transient', code: first.code, message: first.message, condition: conditionOf(first) };
}

/** The outcome of a refused write to an unreadable row, whatever the reason. */
export function goneRow([entry]: readonly ErrorEntry[]): Refused {
  return { kind: 'gone', code: entry?.code ?? 'UNKNOWN_EXCEPTION' };
}

/** The outcome of a refused write of one record; throws where the call is at fault. */
export function refusal(
  { status, body }: { readonly status: number; readonly body: unknown },
  write: RefusedWrite,
): Refused {
  const errors = errorEntries(body);
  if (errors.length === 0 || status >= 500 || concernsCall(errors)) throw callError(status, errors, true);
  return recordOutcome(errors, write);
}

/** The errors in an answer's body: the code is `errorCode` for calls, `statusCode` for records in a collection. */
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

/** Undefined: the code alone is not decisive. */
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
  // A named field means a wrong reference in the field.
  return rowStands || entry.fields.some((field) => field !== 'Id') ? 'rejected' : 'gone';
}

function conditionOf(entry: ErrorEntry): TransientCondition {
  if (callKind(entry) === 'transient') return 'moment';
  const known = STATUS_CODES.get(entry.code)?.class;
  return known === 'org' || known === 'configuration' ? known : 'moment';
}

/**
 * For a reference pointing nowhere Salesforce names no field (`fields: []`): any field holding an id may be the cause.
 */
function withFields(entry: ErrorEntry, { record }: RefusedWrite): ErrorEntry {
  if (entry.fields.length > 0 || recordKind(entry) !== 'reference') return entry;
  return { ...entry, fields: Object.keys(record).filter((name) => name !== 'Id' && isId(record[name])) };
}

/** 15-character ids have no checksum: digits distinguish ids from words. */
function isId(value: FieldValue | undefined): boolean {
  if (typeof value !== 'string' || canonicalId(value.trim()) === undefined) return false;
  return value.trim().length === 18 || /\d\D*\d\D*\d/.test(value);
}

/** A code that nobody knows says nothing about how long the refusal lasts. */
function rejectionOf(entries: readonly ErrorEntry[]): Refusal {
  const isUnknown = entries.some(({ code }) => !STATUS_CODES.has(code));
  return {
    ...(isUnknown && { mayPass: true }),
    code: entries[0]?.code ?? 'UNKNOWN_EXCEPTION',
    message: entries.map(({ message }) => message).join('; '),
    fields: [...new Set(entries.flatMap(({ fields }) => fields))],
  };
}

/** Codes whose message ends with a line naming only objects, fields and permissions, never values. */
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
 * The code of a refusal and the advice. Salesforce's text may quote a value of the record or, before the last line, the
 * query.
 */
function textOf(entry: ErrorEntry): string {
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
