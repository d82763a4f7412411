import type { FieldValue } from '../person/field-value.ts';
import { isSalesforceType, type SalesforceType } from '../person/row.ts';

/** A row to be put on the queue. */
export interface QueuedRow {
  readonly id: string;
  /** Its values in the order of its message's columns, as JSON. */
  readonly text: string;
  /** Of the text in UTF-8, where that is known. */
  readonly bytes?: number;
  /** An earlier state of this row may still be under way. */
  readonly newer: boolean;
}

/**
 * What the poll hands to the merge, as JSON.
 *
 * `rows`: rows as Salesforce gave them; `newer` lists the indexes of the rows with that mark. With `partial`, they have
 * but a few of their columns.
 * `refresh`: rows whose values are not sent along: read them again. With `known`, it is about
 * persons that there are: of a row that is gone and was nobody's none is made. With `gone`, a row that cannot be read is
 * gone: Salesforce has listed it as deleted, or somebody has accepted that it is missing.
 * `pending`: persons with edits to push; with `mass`, without a guard: they are the rest of more than a cycle pushes
 * under it.
 * `persons`: persons of a join that may be half done; with `erases`, of an erasure that may be half done, or was met by
 * writes that had begun before it.
 * `retry`: rejections to be tried again: of these persons, or of all from a place in the list of the rejected on, with
 * `code` only those of that code.
 * `list`: a part of a list of persons to be synced, or null: the listing of them; `tries`: how often the part was tried.
 *
 * `queuedAt` is our clock's, ISO. `cycle` is the number of the cycle that queued the message; absent where no cycle did.
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
 * A message stays under this, for SQS bills each started 64 KiB as a request.
 *
 * @see https://aws.amazon.com/sqs/pricing/
 */
export const MESSAGE_BYTES = 64 * 1024;

/** Persons or rows a message names when it carries only ids. */
const IDS_PER_MESSAGE = 200;

/** What the rows of a message have in common. */
export interface RowsEnvelope {
  readonly type: SalesforceType;
  readonly queuedAt: string;
  readonly cycle?: number;
  readonly columns: readonly string[];
  readonly partial?: true;
}

/** Rows packed into as few message bodies as fit. A row too large for a message of its own is named in a `refresh`. */
export function* packRows(envelope: RowsEnvelope, rows: Iterable<QueuedRow>): Generator<string> {
  const { type, queuedAt, cycle, columns, partial } = envelope;
  const common = { type, queuedAt, ...(cycle !== undefined && { cycle }) };
  const marked = { kind: 'rows', ...common, ...(partial === true && { partial }), columns };
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

/** Ids packed into message bodies, so many to each. */
export function* packIds(
  envelope:
    | { readonly kind: 'pending'; readonly queuedAt: string; readonly cycle?: number; readonly mass?: true }
    | { readonly kind: 'persons'; readonly queuedAt: string; readonly cycle?: number; readonly erases?: true }
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
 * The message in a body, or undefined where it is none of ours. What a row or id says ends in keys and queries, so that a
 * wrong one is refused here: as a whole, for the poll never writes one.
 */
export function parseChangeMessage(body: string): ChangeMessage | undefined {
  const parsed = parsedObject(body);
  if (parsed === undefined || !isInstant(parsed.queuedAt)) return undefined;
  if (parsed.cycle !== undefined && !Number.isInteger(parsed.cycle)) return undefined;
  const kind = String(parsed.kind);
  const fits = Object.hasOwn(CHECKS, kind) && CHECKS[kind]?.(parsed);
  return fits ? (parsed as unknown as ChangeMessage) : undefined;
}

/** What a message of each kind has to hold. */
const CHECKS: Readonly<Record<string, (message: Record<string, unknown>) => boolean>> = {
  rows: (message) =>
    isSalesforceType(message.type) &&
    isListOf(message.columns, isText) &&
    isListOf(message.newer, Number.isInteger) &&
    isTrueOrAbsent(message.partial) &&
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
    (message.cursor === null || isText(message.cursor)),
  list: (message) =>
    isText(message.jobId) && (message.part === null || isCount(message.part)) && isCount(message.tries),
};

function parsedObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON: the caller fails the message, which ends in the dead-letter queue.
    return undefined;
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isTrueOrAbsent = (value: unknown): boolean => value === undefined || value === true;
const isRecordId = (value: unknown): boolean => isText(value) && /^[A-Za-z0-9]{1,18}$/.test(value);
const isInstant = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));

/** A value for each column, an id and a stamp among them. */
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
