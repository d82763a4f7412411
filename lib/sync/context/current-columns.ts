import { TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { SalesforceRecords } from '../ports/salesforce-records.ts';
import { type DescribePorts, describedSchemas, INVALID_FIELD, type Schemas } from './schemas.ts';

/**
 * The same records, whose reads leave out a column that was hidden or deleted since the schemas were made: one describe,
 * and the read once more. What was left out is missing in the rows, and counts as unread.
 */
export function withCurrentColumns(ports: DescribePorts & Pick<Ports, 'records'>): SalesforceRecords {
  const { records } = ports;
  let known: Promise<Schemas> | undefined;
  const read: SalesforceRecords['read'] = async (type, ids, columns) => {
    const visible = (await known)?.[type].columns ?? columns;
    return records.read(
      type,
      ids,
      columns.filter((column) => visible.includes(column)),
    );
  };
  return {
    ...records,
    get maxPushBatch() {
      return records.maxPushBatch;
    },
    get maxMassBatch() {
      return records.maxMassBatch;
    },
    read: async (type, ids, columns) => {
      try {
        return await read(type, ids, columns);
      } catch (error) {
        if (!(error instanceof TransientError) || error.code !== INVALID_FIELD || known !== undefined) throw error;
        known = describedSchemas(ports);
        return read(type, ids, columns);
      }
    },
  };
}
