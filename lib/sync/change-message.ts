import type { FieldValue } from '../person/field-value.ts';
import { isSalesforceType, type SalesforceType } from '../person/row.ts';

/** A row to be enqueued. */
export interface QueuedRow {
  readonly id: string;
  /** The values in the order of the message's columns, as JSON. */
  readonly text: string;
  /** Length of `text` in UTF-8, where known. */
  readonly bytes?: number;
  /** An earlier state of the row may still be queued. */
  readonly newer: boolean;
}

/** Fields of an object, by local name. */
export interface ChangedFields {
  readonly type: SalesforceType;
  readonly fields: readonly string[];
}

/**
 * The queue messages of the merge, as JSON.
 *
 * - `rows`: rows as returned by Salesforce; `newer` lists the indexes of rows with the mark `newer`. With `partial`,
 *   the rows have only some columns. With `lasting`, the values count for an hour.
 * - `refresh`: rows to be read again, without values. With `known`, the message concerns existing persons: no trace is
 *   made for a gone row without a holder. With `gone`, unreadable rows count as deleted: listed as deleted by
 *   Salesforce, or accepted as missing by a user.
 * - `pending`: persons with edits to push; with `mass`, pushed without a guard, being more than a cycle's guarded
 *   pushes.
 * - `persons`: persons of a possibly half-done join; with `erases`, of an erasure possibly half done, or concurrent
 *   with earlier writes.
 * - `retry`: rejections to be retried: of the given persons, or of all rejected persons from a list position on; with
 *   `code`, only rejections with the code; with `due`, only rejections whose next try is due; with
 *   `changed`, only rejections naming one of the fields, of persons with a record of the type.
 * - `list`: a part of a list job; part null: the listing of persons. `tries`: the number of tries so far.
 *
 * `queuedAt` is our clock's, ISO. `cycle` is the number of the queueing cycle; absent without a cycle.
 */
export type ChangeMessage =
  | {
      readonly kind: 'rows';
      readonly type: SalesforceType;
      readonly queuedAt: string;
      readonly cycle?: number;
      readonly columns: readonly string[];
      readonly newer: readonly number[];
      readonly partial?: true;
      readonly lasting?: true;
      readonly rows: readonly (readonly FieldValue[])[];
    }
  | {
      readonly kind: 'refresh';
      readonly type: SalesforceType;
      readonly queuedAt: string;
      readonly cycle?: number;
      readonly known?: true;
      readonly gone?: true;
      readonly ids: readonly string[];
    }
  | {
      readonly kind: 'pending';
      readonly queuedAt: string;
      readonly cycle?: number;
      readonly mass?: true;
      readonly personIds: readonly string[];
    }
  | {
      readonly kind: 'persons';
      readonly queuedAt: string;
      readonly cycle?: number;
      readonly erases?: true;
      readonly personIds: readonly string[];
    }
  | {
      readonly kind: 'retry';
      readonly queuedAt: string;
      readonly cycle?: number;
      readonly personIds?: readonly string[];
      readonly code?: string;
      readonly due?: true;
      readonly changed?: ChangedFields;
      readonly cursor: string | null;
    }
  | {
      readonly kind: 'list';
      readonly queuedAt: string;
      readonly cycle?: number;
      readonly jobId: string;
      readonly part: number | null;
      readonly tries: number;
    };

/**
 * Maximum message age (our clock) for merging the values in the message; rows of an older message are read again: a newer
 * state may have been merged without a trace.
 */
export const FRESH_MESSAGE_MS = 10 * 60_000;

/** The same for messages of the backlog with the mark `lasting`: the feed allows for the longer time. */
export const LASTING_MESSAGE_MS = 60 * 60_000;

/**
 * Maximum message size: SQS bills every started 64 KiB as a request.
 *
 * @see https://aws.amazon.com/sqs/pricing/
 */
export const MESSAGE_BYTES = 64 * 1024;

/** Persons or rows per message of ids. */
const IDS_PER_MESSAGE = 200;

/** The common part of a `rows` message. */
export interface RowsEnvelope {
  readonly type: SalesforceType;
  readonly queuedAt: string;
  readonly cycle?: number;
  readonly columns: readonly string[];
  readonly partial?: true;
  readonly lasting?: true;
}

/** Packs rows into as few message bodies as possible. A row too large for a message is named in a `refresh`. */
export function* packRows(envelope: RowsEnvelope, rows: Iterable<QueuedRow>): Generator<string> {
  const { type, queuedAt, cycle, columns, partial, lasting } = envelope;
  const common = { type, queuedAt, ...(cycle !== undefined && { cycle }) };
  const marked = { kind: 'rows', ...common, ...(partial && { partial }), ...(lasting && { lasting }), columns };
  const head = `${JSON.stringify(marked).slice(0, -1)},`;
  const room = MESSAGE_BYTES - byteLength(head) - 64;
  let packed: string[] = [];
  let newer: number[] = [];
  let bytes = 0;
  const body = () => `${head}"newer":[${newer.join()}],"rows":[${packed.join()}]}`;
  for (const row of rows) {
    const size = (row.bytes ?? byteLength(row.text)) + 1 + (row.newer ? 6 : 0);
    if (size > room) {
      yield* packIds({ kind: 'refresh', ...common }, [row.id]);
      continue;
    }
    if (bytes + size > room) {
      yield body();
      packed = [];
      newer = [];
      bytes = 0;
    }
    if (row.newer) newer.push(packed.length);
    packed.push(row.text);
    bytes += size;
  }
  if (packed.length > 0) yield body();
}

/** Packs ids into message bodies of `perMessage` ids. */
export function* packIds(
  envelope:
    | { readonly kind: 'pending'; readonly queuedAt: string; readonly cycle?: number; readonly mass?: true }
    | { readonly kind: 'persons'; readonly queuedAt: string; readonly cycle?: number; readonly erases?: true }
    | {
        readonly kind: 'retry';
        readonly queuedAt: string;
        readonly cycle?: number;
        readonly due: true;
        readonly cursor: null;
      }
    | {
        readonly kind: 'refresh';
        readonly type: SalesforceType;
        readonly queuedAt: string;
        readonly cycle?: number;
        readonly known?: true;
        readonly gone?: true;
      },
  ids: readonly string[],
  perMessage = IDS_PER_MESSAGE,
): Generator<string> {
  for (let start = 0; start < ids.length; start += perMessage) {
    const some = ids.slice(start, start + perMessage);
    yield JSON.stringify(envelope.kind === 'refresh' ? { ...envelope, ids: some } : { ...envelope, personIds: some });
  }
}

type RetryOrder = Omit<Extract<ChangeMessage, { kind: 'retry' }>, 'kind'>;

/** The body of a message about rejections. */
export function retryMessage(order: RetryOrder): string {
  return JSON.stringify({ kind: 'retry', ...order });
}

type ListOrder = Omit<Extract<ChangeMessage, { kind: 'list' }>, 'kind' | 'cycle'>;

/** The body of a message about a list. */
export function listMessage({ queuedAt, jobId, part, tries }: ListOrder): string {
  return JSON.stringify({ kind: 'list', queuedAt, jobId, part, tries });
}

/**
 * The message in a body; undefined for an unknown or invalid body. Ids and rows are used in keys and queries, so
 * invalid content is refused here, for the whole message: the poll never writes invalid messages.
 */
export function parseChangeMessage(body: string): ChangeMessage | undefined {
  const parsed = parsedObject(body);
  if (parsed === undefined || !isInstant(parsed.queuedAt)) return undefined;
  if (parsed.cycle !== undefined && !Number.isInteger(parsed.cycle)) return undefined;
  const kind = String(parsed.kind);
  const fits = Object.hasOwn(CHECKS, kind) && CHECKS[kind]?.(parsed);
  return fits ? (parsed as unknown as ChangeMessage) : undefined;
}

/** Validation per kind of message. */
const CHECKS: Readonly<Record<string, (message: Record<string, unknown>) => boolean>> = {
  rows: (message) =>
    isSalesforceType(message.type) &&
    isListOf(message.columns, isText) &&
    isListOf(message.newer, Number.isInteger) &&
    isTrueOrAbsent(message.partial) &&
    isTrueOrAbsent(message.lasting) &&
    isListOf(message.rows, isRowOf(message.columns as readonly string[])),
  refresh: (message) =>
    isSalesforceType(message.type) &&
    isTrueOrAbsent(message.known) &&
    isTrueOrAbsent(message.gone) &&
    isListOf(message.ids, isRecordId),
  pending: (message) => isTrueOrAbsent(message.mass) && isListOf(message.personIds, isText),
  persons: (message) => isTrueOrAbsent(message.erases) && isListOf(message.personIds, isText),
  retry: (message) =>
    (message.personIds === undefined || isListOf(message.personIds, isText)) &&
    (message.code === undefined || isText(message.code)) &&
    isTrueOrAbsent(message.due) &&
    (message.changed === undefined || isChangedFields(message.changed)) &&
    (message.cursor === null || isText(message.cursor)),
  list: (message) =>
    isText(message.jobId) && (message.part === null || isCount(message.part)) && isCount(message.tries),
};

function parsedObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON: the caller fails the message, and the queue moves the message to the dead-letter queue.
    return undefined;
  }
}

function isChangedFields(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, fields } = value as Readonly<Record<string, unknown>>;
  return isSalesforceType(type) && isListOf(fields, isText);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isTrueOrAbsent = (value: unknown): boolean => value === undefined || value === true;
const isRecordId = (value: unknown): boolean => isText(value) && /^[A-Za-z0-9]{1,18}$/.test(value);
const isInstant = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));

/** A value per column, including an id and a stamp. */
function isRowOf(columns: readonly string[]): (row: unknown) => boolean {
  const id = columns.indexOf('Id');
  const stamp = columns.indexOf('SystemModstamp');
  return (row) =>
    Array.isArray(row) &&
    row.length === columns.length &&
    row.every((value: unknown) => value === null || typeof value !== 'object') &&
    isRecordId(row[id]) &&
    isInstant(row[stamp]);
}

function isListOf(value: unknown, holds: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

const BEYOND_ASCII = /[^\p{ASCII}]/u;

/** Bytes of a text in UTF-8. */
function byteLength(text: string): number {
  if (!BEYOND_ASCII.test(text)) return text.length;
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
