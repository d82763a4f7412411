import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Row, Value } from '../soql/source.ts';

/** A record type, beside its row in the table of the same name. */
export interface RecordTypeRule {
  readonly id: string;
  readonly object: string;
  readonly name: string;
  readonly developerName: string;
  /** Whether the sync user may give it to a record. */
  readonly available: boolean;
  /** New records get it where they name none. */
  readonly isDefault: boolean;
  /** The values that picklists offer for it; others offer all. */
  readonly picklists: Readonly<Record<string, readonly string[]>>;
}

/** The record type of records that have none. */
export const MASTER_RECORD_TYPE = '012000000000000AAA';

export function recordTypesOf(org: OrgState, object: string): readonly RecordTypeRule[] {
  return org.recordTypes.filter((type) => type.object === object);
}

interface Saving {
  readonly row: Record<string, Value>;
  readonly before: Row | undefined;
}

/**
 * Gives a new record its default record type, and refuses a record type that the user may not give, or a value that a
 * restricted picklist does not offer for it. What was there before stays, also under another record type.
 * {@link https://gearset.com/blog/data-deployments-and-picklist-errors/}
 */
export function followRecordType(org: OrgState, object: string, { row, before }: Saving): ApiError[] {
  if (!('RecordTypeId' in row)) return [];
  const types = recordTypesOf(org, object);
  if (!before && row.RecordTypeId === null) row.RecordTypeId = types.find(({ isDefault }) => isDefault)?.id ?? null;
  if (row.RecordTypeId === MASTER_RECORD_TYPE) row.RecordTypeId = null;
  if (row.RecordTypeId === null) return [];
  const type = types.find(({ id }) => id === row.RecordTypeId);
  const isNew = before?.RecordTypeId !== row.RecordTypeId;
  if (!type || (isNew && !type.available)) return [notValid(String(row.RecordTypeId))];
  return Object.entries(type.picklists).flatMap(([name, offered]) => {
    const field = org.schema.field(object, name);
    const value = row[name];
    const isChanged = value !== (before?.[name] ?? null);
    if (!field?.restricted || typeof value !== 'string' || !isChanged) return [];
    const wrong = value.split(';').find((part) => !offered.includes(part));
    return wrong === undefined ? [] : [badValue(field.label, name, wrong)];
  });
}

/** {@link https://salesforce.stackexchange.com/questions/296055/bulk-api-fails-to-insert-w-null-recordtypeid-but-rest-api-succeeds} */
function notValid(id: string): ApiError {
  const message = `Record Type ID: this ID value isn't valid for the user: ${id}`;
  return new ApiError('INVALID_CROSS_REFERENCE_KEY', message, ['RecordTypeId']);
}

function badValue(label: string, name: string, value: string): ApiError {
  const message = `${label}: bad value for restricted picklist field: ${value}`;
  return new ApiError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [name]);
}
