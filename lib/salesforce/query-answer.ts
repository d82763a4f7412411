import type { FieldValue } from '../person/field-value.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { unexpectedAnswer } from './error-map.ts';

type RawRecord = Readonly<Record<string, unknown>>;

/** One page of a query's answer. */
export interface QueryAnswer {
  readonly records: readonly RawRecord[];
  /** Whether the page is the last: pages of wide rows are short. */
  readonly done: boolean;
}

/** The body of a successful query. */
export function queryAnswer(body: unknown): QueryAnswer {
  if (isRaw(body) && Array.isArray(body.records)) return { records: body.records, done: body.done !== false };
  throw unexpectedAnswer('query');
}

/** The values of a record in the order of the columns. */
export function valuesOf(record: RawRecord, columns: readonly string[]): FieldValue[] {
  return columns.map((column) => scalar(valueAt(record, column)));
}

/** A record with the given columns, without Salesforce's attributes; null where `raw` is not a record. */
export function recordOf(raw: unknown, columns: readonly string[]): RemoteRecord | null {
  if (!isRaw(raw)) return null;
  const record: Record<string, FieldValue> = {};
  for (const column of columns) record[column] = scalar(valueAt(raw, column));
  return record;
}

/** The columns with `Id` added, to identify rows. */
export function withId(columns: readonly string[]): readonly string[] {
  return columns.includes('Id') ? columns : ['Id', ...columns];
}

/** A column of a related record (`Owner.Name`) is in a nested object. */
function valueAt(record: RawRecord, column: string): unknown {
  const dot = column.indexOf('.');
  if (dot < 0) return record[column];
  const related = record[column.slice(0, dot)];
  return isRaw(related) ? related[column.slice(dot + 1)] : null;
}

function scalar(value: unknown): FieldValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

export function isRaw(value: unknown): value is RawRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
