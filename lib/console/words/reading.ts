import type { ObjectName, Status } from '../api/shapes.ts';
import { count, localTime } from './format.ts';

/** How an object is read from Salesforce now. */
export interface Reading {
  readonly object: ObjectName;
  readonly text: string;
  /** Undefined without a query job. `max` is undefined if Salesforce did not count the records. */
  readonly bar: { readonly value: number; readonly max: number | undefined } | undefined;
}

/** How every object is read: page by page, or by a query job of the Bulk API with progress. */
export function readingsOf({ objects }: Pick<Status, 'objects'>): readonly Reading[] {
  return Object.entries(objects).flatMap(([name, status]): Reading[] => {
    if (status === undefined) return [];
    const object = name as ObjectName;
    const { bulkQuery, checkpoint } = status;
    if (bulkQuery !== null) {
      const { rows, expectedRows } = bulkQuery;
      const of = expectedRows === null ? '' : ` of ${count(expectedRows)}`;
      const text = `${object}: read by a query job of the Bulk API, ${count(rows)}${of} records queued.`;
      return [{ object, text, bar: { value: rows, max: expectedRows ?? undefined } }];
    }
    const upTo = checkpoint === null ? 'for the first time' : `up to ${localTime(checkpoint)}`;
    return [{ object, text: `${object}: read page by page (REST), ${upTo}.`, bar: undefined }];
  });
}
