import type { Rejection } from '../person/activity.ts';
import { PERSON_ID_FIELD } from '../schema/catalogue.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../sync/errors.ts';
import type { WriteOutcome } from '../sync/ports/salesforce-records.ts';

/** One error as Salesforce words it, of a call or of a record. */
export interface ErrorEntry {
  readonly code: string;
  readonly message: string;
  /** API names. */
  readonly fields: readonly string[];
}

interface Rule<Kind> {
  readonly code: string;
  /** Only for messages like this. */
  readonly message?: RegExp;
  readonly kind: Kind;
}

type CallKind = 'transient' | 'quota' | 'config';

/**
 * What an error of a whole call means; the first rule that fits counts. Codes that are not here go by the HTTP status:
 * Salesforce or a gateway in trouble is transient, any other refusal needs a human.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 */
const CALL_RULES: readonly Rule<CallKind>[] = [
  // The same code tells of the daily limit and of too many long requests at once; only the first lasts.
  { code: 'REQUEST_LIMIT_EXCEEDED', message: /concurrent/i, kind: 'transient' },
  { code: 'REQUEST_LIMIT_EXCEEDED', kind: 'quota' },
  { code: 'SERVER_UNAVAILABLE', kind: 'transient' },
  { code: 'REQUEST_RUNNING_TOO_LONG', kind: 'transient' },
  { code: 'QUERY_TIMEOUT', kind: 'transient' },
  { code: 'UNABLE_TO_LOCK_ROW', kind: 'transient' },
  { code: 'UNKNOWN_EXCEPTION', kind: 'transient' },
  { code: 'PROCESSING_HALTED', kind: 'transient' },
  { code: 'INVALID_QUERY_LOCATOR', kind: 'transient' },
  // The unique field of the product is missing or hidden: it stays so until somebody installs it.
  { code: 'INVALID_FIELD', message: new RegExp(`'${PERSON_ID_FIELD}'`), kind: 'config' },
  // A field was hidden or deleted after the schema was read; the next describe tells.
  { code: 'INVALID_FIELD', kind: 'transient' },
  { code: 'INVALID_SESSION_ID', kind: 'config' },
  { code: 'INVALID_TYPE', kind: 'config' },
  { code: 'API_DISABLED_FOR_ORG', kind: 'config' },
  { code: 'API_CURRENTLY_DISABLED', kind: 'config' },
  { code: 'FUNCTIONALITY_NOT_ENABLED', kind: 'config' },
  { code: 'INSUFFICIENT_ACCESS', kind: 'config' },
  { code: 'LIMIT_EXCEEDED', kind: 'config' },
];

/** What an error of one record means; codes that are not here are rejections: visible, and parked. */
const RECORD_RULES: readonly Rule<'transient' | 'gone'>[] = [
  { code: 'UNABLE_TO_LOCK_ROW', kind: 'transient' },
  { code: 'SERVER_UNAVAILABLE', kind: 'transient' },
  { code: 'REQUEST_RUNNING_TOO_LONG', kind: 'transient' },
  { code: 'QUERY_TIMEOUT', kind: 'transient' },
  { code: 'UNKNOWN_EXCEPTION', kind: 'transient' },
  { code: 'PROCESSING_HALTED', kind: 'transient' },
  { code: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', kind: 'transient' },
  { code: 'INVALID_FIELD', kind: 'transient' },
  // Automation that ran out of its limits or met a lock did so for the company in the batch, not for this record.
  { code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message: /UNABLE_TO_LOCK_ROW|LimitException/, kind: 'transient' },
  { code: 'ENTITY_IS_DELETED', kind: 'gone' },
  { code: 'NOT_FOUND', kind: 'gone' },
  { code: 'CANNOT_UPDATE_CONVERTED_LEAD', kind: 'gone' },
];

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
  const kind = ruleFor(CALL_RULES, entry)?.kind ?? kindOfStatus(status);
  if (kind === 'quota') return new QuotaExceededError('Salesforce: the daily API requests of the org are used up');
  if (kind === 'config') return new ConfigError(`Salesforce refused the request: ${told(entry)}`);
  // A gateway's error page does not say how far the request came; Salesforce's own refusal does.
  const mayHaveCommitted = writes && status >= 500 && entry.code !== 'SERVER_UNAVAILABLE';
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

/** Whether an error told of one record concerns the call: a limit, a missing object, a permission of the user. */
export function concernsCall(entries: readonly ErrorEntry[]): boolean {
  return entries.some((entry) => recordKind(entry) === 'call');
}

/** What became of a record that Salesforce refused. In a batch what concerns the call lets the record wait. */
export function recordOutcome(entries: readonly ErrorEntry[]): Exclude<WriteOutcome, { kind: 'written' | 'modified' }> {
  const kinds = entries.map(recordKind);
  const gone = entries[kinds.indexOf('gone')];
  if (gone !== undefined) return { kind: 'gone', code: gone.code };
  const refusals = entries.filter((_, at) => kinds[at] === 'rejected');
  if (refusals.length > 0) return { kind: 'rejected', rejection: rejectionOf(refusals) };
  return { kind: 'transient', code: entries[0]?.code ?? 'UNKNOWN_EXCEPTION' };
}

/** What a refused write of one record came to; throws where the call, not the record, is at fault. */
export function refusal(status: number, body: unknown): Exclude<WriteOutcome, { kind: 'written' | 'modified' }> {
  const errors = errorEntries(body);
  if (errors.length === 0 || status >= 500 || concernsCall(errors)) throw callError(status, errors, true);
  return recordOutcome(errors);
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

function ruleFor<Kind>(rules: readonly Rule<Kind>[], entry: ErrorEntry): Rule<Kind> | undefined {
  return rules.find(({ code, message }) => code === entry.code && (message?.test(entry.message) ?? true));
}

function kindOfStatus(status: number): CallKind {
  return status >= 500 || TRANSIENT_STATUSES.has(status) ? 'transient' : 'config';
}

function recordKind(entry: ErrorEntry): 'transient' | 'gone' | 'call' | 'rejected' {
  // The id of the record itself leads nowhere; where a field is named, it is that field's reference that is wrong.
  if (entry.code === 'INVALID_CROSS_REFERENCE_KEY') {
    return entry.fields.every((field) => field === 'Id') ? 'gone' : 'rejected';
  }
  const known = ruleFor(RECORD_RULES, entry);
  if (known !== undefined) return known.kind;
  return ruleFor(CALL_RULES, entry) === undefined ? 'rejected' : 'call';
}

function rejectionOf(entries: readonly ErrorEntry[]): Rejection {
  return {
    code: entries[0]?.code ?? 'UNKNOWN_EXCEPTION',
    message: entries.map(({ message }) => message).join('; '),
    fields: [...new Set(entries.flatMap(({ fields }) => fields))],
  };
}

/**
 * Code and text of a refusal. Any text may quote a value of the record or, before its last line, the query: only the
 * last lines of the refusals are told that are known to name objects, fields and permissions.
 */
function told(entry: ErrorEntry): string {
  const text = entry.message.split('\n').at(-1)?.slice(0, 300) ?? '';
  return text === '' || ruleFor(CALL_RULES, entry)?.kind !== 'config' ? entry.code : `${entry.code}: ${text}`;
}

function causeCode(error: unknown): string {
  if (!(error instanceof Error)) return 'NETWORK_ERROR';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'TIMEOUT';
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return error.cause === undefined ? 'NETWORK_ERROR' : causeCode(error.cause);
}
