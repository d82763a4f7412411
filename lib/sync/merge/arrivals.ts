import type { FieldValue } from '../../person/field-value.ts';
import type { Row, SalesforceType } from '../../person/row.ts';
import { rowOfValues } from '../../schema/record.ts';
import type { ChangeMessage, QueuedRow } from '../change-message.ts';
import type { Schemas } from '../context/schemas.ts';

/** One message as delivered by the queue; `message` is undefined for an unknown body. */
export interface Delivery {
  readonly id: string;
  readonly message: ChangeMessage | undefined;
  /** After a failure of this delivery the queue moves the message to the dead-letter queue. */
  readonly lastTry: boolean;
}

/** A row of a delivery, on the way to the holder. */
export interface Arrival {
  readonly delivery: Delivery;
  readonly type: SalesforceType;
  readonly columns: readonly string[];
  readonly values: readonly FieldValue[];
  /** Whether `columns` are only some of the object's columns. */
  readonly partial: boolean;
  /** An earlier state of the row may still be queued. */
  readonly newer: boolean;
  readonly row: Row;
}

export function arrivalsOf(
  delivery: Delivery,
  message: Extract<ChangeMessage, { kind: 'rows' }>,
  schemas: Schemas,
): Arrival[] {
  const newer = new Set(message.newer);
  const { schema } = schemas[message.type];
  return message.rows.map((values, index) => ({
    delivery,
    type: message.type,
    columns: message.columns,
    values,
    partial: message.partial === true,
    newer: newer.has(index),
    row: rowOfValues(schema, message.columns, values),
  }));
}

export function queuedRow({ row, values, newer }: Arrival): QueuedRow {
  return { id: row.id, text: JSON.stringify(values), newer };
}

/** Keeps only the newest of several states of a row with the same columns. */
export function newestOfEach(arrivals: readonly Arrival[]): Arrival[] {
  const newest = new Map<string, Arrival>();
  for (const arrival of arrivals) {
    const key = arrival.partial ? `${arrival.row.id} ${arrival.columns.join()}` : arrival.row.id;
    const known = newest.get(key);
    if (known === undefined || known.row.systemModstamp <= arrival.row.systemModstamp) newest.set(key, arrival);
  }
  return [...newest.values()];
}
