import { packIds, packRows } from '../change-message.ts';
import { type Arrival, type Delivery, queuedRow } from './arrivals.ts';

/** A row that must come again. */
export interface FailedRow {
  readonly delivery: Delivery;
  readonly row: { readonly id: string };
  /** As it arrived, where these values still count; otherwise it comes again by its name. */
  readonly arrival?: Arrival;
  /**
   * Its error may last: each delivery is one of its tries. A row for which there was no time, or that met an outage, has
   * as many as it needs.
   */
  readonly isSuspect: boolean;
}

/**
 * Messages of the rows of a delivery that failed, so that the rest of it is not delivered again; none where it holds
 * nothing else, so that it comes again as it is.
 */
export function packFailedRows({ message }: Delivery, failed: readonly FailedRow[]): string[] {
  if (message === undefined || !('type' in message)) return [];
  const suspects = failed.filter(({ isSuspect }) => isSuspect);
  const others = failed.filter(({ isSuspect }) => !isSuspect);
  const isAll = new Set(idsOf(failed)).size === namedIn(message);
  if (isAll && (suspects.length === 0 || others.length === 0)) {
    // It comes again as it is; but the suspects of a message of rows get a message each.
    if (message.kind === 'refresh' || others.length > 0 || message.rows.length === 1) return [];
  }
  return [...packNamed(message, suspects), ...packNamed(message, others), ...packArrived(message, suspects, others)];
}

type RowMessage = Extract<Delivery['message'], { kind: 'rows' | 'refresh' }>;

/** A row that was read now has the columns of now, not those of its message: it is named, to be read again. */
function packNamed(message: RowMessage, failed: readonly FailedRow[]): Generator<string> {
  const { type, queuedAt, cycle } = message;
  const { known, gone } = message.kind === 'refresh' ? message : {};
  const marks = { ...(cycle !== undefined && { cycle }), ...(known && { known }), ...(gone && { gone }) };
  const ids = idsOf(failed.filter(({ arrival }) => arrival === undefined));
  return packIds({ kind: 'refresh', type, queuedAt, ...marks }, ids, ids.length);
}

/** One suspect a message: a row that never succeeds reaches the dead-letter queue alone. */
function packArrived(message: RowMessage, suspects: readonly FailedRow[], others: readonly FailedRow[]): string[] {
  if (message.kind === 'refresh') return [];
  const arrived = (rows: readonly FailedRow[]) => rows.flatMap(({ arrival }) => arrival ?? []).map(queuedRow);
  return [...arrived(suspects).flatMap((row) => [...packRows(message, [row])]), ...packRows(message, arrived(others))];
}

function namedIn(message: RowMessage): number {
  if (message.kind === 'refresh') return new Set(message.ids).size;
  const id = message.columns.indexOf('Id');
  return new Set(message.rows.map((values) => values[id])).size;
}

function idsOf(rows: readonly FailedRow[]): string[] {
  return [...new Set(rows.map(({ row }) => row.id))];
}
