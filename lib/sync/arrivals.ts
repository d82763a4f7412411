import type { FieldValue } from '../person/field-value.ts';
import type { SalesforceType } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import { type RemoteRecord, rowOfValues } from '../schema/record.ts';
import type { ChangeMessage, QueuedRow } from './change-message.ts';
import type { ObjectRules, Schemas } from './schemas.ts';

/** One message as the queue delivered it; `message` is undefined where the body is none of ours. */
export interface Delivery {
  readonly id: string;
  readonly message: ChangeMessage | undefined;
  /** If it fails now, it goes to the dead-letter queue. */
  readonly lastTry: boolean;
}

/** A row of a delivery, on its way to its person. */
export interface Arrival {
  readonly delivery: Delivery;
  readonly type: SalesforceType;
  readonly values: readonly FieldValue[];
  /** An earlier state of the row may still be under way. */
  readonly newer: boolean;
  /** It was just read. */
  readonly fresh: boolean;
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
    values,
    newer: newer.has(index),
    fresh: false,
    row: rowOfValues(schema, message.columns, values),
  }));
}

/** A row that was just read for a delivery. */
export function readArrival(delivery: Delivery, object: ObjectRules, record: RemoteRecord): Arrival {
  const values = object.columns.map((column) => record[column] ?? null);
  const row = rowOfValues(object.schema, object.columns, values);
  return { delivery, type: object.schema.type, values, newer: true, fresh: true, row };
}

export function queuedRow({ row, values, newer }: Arrival): QueuedRow {
  return { id: row.id, text: JSON.stringify(values), newer };
}

/** Of several states of one row only the newest counts; it takes the others' place. */
export function newestOfEach(arrivals: readonly Arrival[]): Arrival[] {
  const newest = new Map<string, Arrival>();
  for (const arrival of arrivals) {
    const known = newest.get(arrival.row.id);
    if (known === undefined || known.row.systemModstamp <= arrival.row.systemModstamp)
      newest.set(arrival.row.id, arrival);
  }
  return [...newest.values()];
}
