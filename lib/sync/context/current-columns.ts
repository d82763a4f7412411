import type { SalesforceType } from '../../person/row.ts';
import { TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { SalesforceRecords } from '../ports/salesforce-records.ts';
import { type DescribePorts, describedSchemas, INVALID_FIELD, type Schemas } from './schemas.ts';

/**
 * The same records, tolerating columns hidden or deleted after the schemas were made: after one describe the read is
 * repeated without the column, and later pushes omit the column in their reads. An omitted column is absent from the
 * rows and counts as unread.
 */
export function withCurrentColumns(ports: DescribePorts & Pick<Ports, 'records'>): SalesforceRecords {
  const { records } = ports;
  let known: Promise<Schemas> | undefined;
  const visible = async (type: SalesforceType, columns: readonly string[]) => {
    const current = (await known)?.[type].columns;
    return current === undefined ? columns : columns.filter((column) => current.includes(column));
  };
  const read: SalesforceRecords['read'] = async (type, ids, columns) => {
    return records.read(type, ids, await visible(type, columns));
  };
  return {
    ...records,
    get maxPushBatch() {
      return records.maxPushBatch;
    },
    get maxMassBatch() {
      return records.maxMassBatch;
    },
    push: async (type, pushes, columns) => records.push(type, pushes, await visible(type, columns)),
    pushMass: async (type, pushes, columns) => records.pushMass(type, pushes, await visible(type, columns)),
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
