import { packIds, packRows } from '../change-message.ts';
import { type Arrival, type Delivery, queuedRow } from './arrivals.ts';

/** A row to be delivered again. */
export interface FailedRow {
  readonly delivery: Delivery;
  readonly row: { readonly id: string };
  /** The row as delivered, if the values still count; otherwise the row is queued by id. */
  readonly arrival?: Arrival;
  /**
   * The error may last: every delivery counts as a try. A row without time left, or failing in an outage, has unlimited
   * tries.
   */
  readonly isSuspect: boolean;
}

/**
 * Messages with a delivery's failed rows, so that the rest of the delivery is not repeated. Empty where all rows
 * failed: the delivery itself is repeated.
 */
export function packFailedRows({ message }: Delivery, failed: readonly FailedRow[]): string[] {
  if (message === undefined || !('type' in message)) return [];
  const suspects = failed.filter(({ isSuspect }) => isSuspect);
  const others = failed.filter(({ isSuspect }) => !isSuspect);
  const isAll = new Set(idsOf(failed)).size === namedIn(message);
  if (isAll && (suspects.length === 0 || others.length === 0)) {
    // The whole message is delivered again; but every suspect of a `rows` message gets a separate message.
    if (message.kind === 'refresh' || others.length > 0 || message.rows.length === 1) return [];
  }
  return [...packNamed(message, suspects), ...packNamed(message, others), ...packArrived(message, suspects, others)];
}

type RowMessage = Extract<Delivery['message'], { kind: 'rows' | 'refresh' }>;

/** A row read by the merge has the present columns, not the message's: queued by id, to be read again. */
function packNamed(message: RowMessage, failed: readonly FailedRow[]): Generator<string> {
  const { type, queuedAt, cycle } = message;
  const { known, gone } = message.kind === 'refresh' ? message : {};
  const marks = { ...(cycle !== undefined && { cycle }), ...(known && { known }), ...(gone && { gone }) };
  const ids = idsOf(failed.filter(({ arrival }) => arrival === undefined));
  return packIds({ kind: 'refresh', type, queuedAt, ...marks }, ids, ids.length);
}

/** One suspect per message: a row failing permanently reaches the dead-letter queue alone. */
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
