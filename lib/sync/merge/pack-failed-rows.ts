import { packIds, packRows } from '../change-message.ts';
import { type Arrival, type Delivery, queuedRow } from './arrivals.ts';

/** A row that must come again: by its name, or as it arrived. */
export type FailedRow = Arrival | { readonly delivery: Delivery; readonly row: { readonly id: string } };

/**
 * Messages of the rows of a delivery that failed, so that the rest of it is not delivered again; none where it holds
 * nothing else.
 */
export function* packFailedRows({ message }: Delivery, failed: readonly FailedRow[]): Generator<string> {
  if (message === undefined || !('type' in message)) return;
  const { type, queuedAt, cycle } = message;
  const envelope = { kind: 'refresh', type, queuedAt, ...(cycle !== undefined && { cycle }) } as const;
  if (message.kind === 'rows') {
    if (message.rows.length === 1) return;
    // One row a message: a row that never succeeds reaches the dead-letter queue alone.
    for (const each of failed) if (isArrival(each)) yield* packRows(message, [queuedRow(each)]);
    // A row that was read now has the columns of now, not those of its message: it is named, to be read again.
    const names = idsOf(failed.filter((each) => !isArrival(each)));
    yield* packIds(envelope, names);
    return;
  }
  const ids = idsOf(failed);
  if (ids.length === new Set(message.ids).size) return;
  // Together, for they are read in one call; each try leaves behind those that succeed.
  const { known, gone } = message;
  yield* packIds({ ...envelope, ...(known && { known }), ...(gone && { gone }) }, ids, ids.length);
}

/** Whether the row failed with its values at hand. */
export function isArrival(failed: FailedRow): failed is Arrival {
  return 'values' in failed;
}

function idsOf(rows: readonly FailedRow[]): string[] {
  return [...new Set(rows.map(({ row }) => row.id))];
}
