import { ApiError, refusals } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Field } from '../schema/field.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';
import type { ParentByKey } from './parse-record.ts';
import type { Store } from './store.ts';

/** Finds the parents that a record names by external id. */
export function resolveParents(
  org: OrgState,
  viewer: Viewer,
  parents: readonly ParentByKey[],
): { values: [string, Value][]; refused: ApiError[] } {
  const values: [string, Value][] = [];
  const refused: ApiError[] = [];
  for (const { field, parent, key, value } of parents) {
    const [id] = visibleIds(org, viewer, { object: parent, field: key.name, value });
    if (id !== undefined) values.push([field.name, id]);
    else refused.push(noParent(parent, key, value));
  }
  return { values, refused };
}

function noParent(parent: string, key: Field, value: Value): ApiError {
  return new ApiError(
    'INVALID_FIELD',
    `Foreign key external ID: ${String(value).toLowerCase()} not found for field ${key.name} in entity ${parent}`,
  );
}

/** Ids of records that are not deleted and have the value in the field. */
export function liveIds(
  store: Store,
  object: string,
  { field, value }: { field: string; value: Value },
): readonly string[] {
  const table = store.table(object);
  return table.idsByField(field, value).filter((id) => table.get(id)?.IsDeleted !== true);
}

/** The same, of those that the viewer sees. */
export function visibleIds(
  org: OrgState,
  viewer: Viewer,
  { object, field, value }: { object: string; field: string; value: Value },
): readonly string[] {
  return liveIds(org.store, object, { field, value }).filter((id) => org.sharing.isVisible(viewer, id));
}

/**
 * Checks each reference that the save changes: right kind of record, there, not deleted, and an owner who is active.
 */
export function brokenReferences(
  org: OrgState,
  object: string,
  { row, before, viewer }: { row: Row; before: Row | undefined; viewer: Viewer },
): ApiError[] {
  const errors: ApiError[] = [];
  for (const field of org.schema.object(object)?.fields ?? []) {
    const id = row[field.name];
    if (field.type !== 'reference' || !field.createable || typeof id !== 'string') continue;
    if (field.name === 'RecordTypeId') continue;
    if (before && before[field.name] === id) continue;
    const error = referenceRefusal(org, object, { field, id, viewer });
    if (error) errors.push(error);
  }
  return errors;
}

/** {@link https://help.salesforce.com/s/articleView?id=platform.fields_lookup_filters.htm} */
const FILTERED = 'Value does not exist or does not match filter criteria.';

function referenceRefusal(
  org: OrgState,
  object: string,
  { field, id, viewer }: { field: Field; id: string; viewer: Viewer },
): ApiError | undefined {
  const target = org.schema.objectOfId(id);
  if (!target || !field.referenceTo.includes(target.name)) {
    return new ApiError('MALFORMED_ID', `${field.label}: id value of incorrect type: ${id}`, [field.name]);
  }
  const row = org.store.table(target.name).get(id);
  if (!row) return refusals.crossReference([]);
  if (!org.sharing.isVisible(viewer, id)) return refusals.outOfReach(id);
  if (row.IsDeleted === true) return refusals.deleted();
  if (field.lookupFilter !== null && !org.automation.lookupFilters.get(`${object}.${field.name}`)?.(row)) {
    return new ApiError('FIELD_FILTER_VALIDATION_EXCEPTION', FILTERED, [field.name]);
  }
  if (target.name !== 'User' || row.IsActive === true || field.name !== 'OwnerId') return undefined;
  return new ApiError(
    'INACTIVE_OWNER_OR_USER',
    `operation performed with inactive user [${id}] as owner of ${object.toLowerCase()}`,
  );
}

/** One refusal for each unique field whose value another record has; what the viewer does not see is not named. */
export function takenValues(org: OrgState, viewer: Viewer, { object, row }: { object: string; row: Row }): ApiError[] {
  const errors: ApiError[] = [];
  for (const field of org.schema.object(object)?.fields ?? []) {
    const value = row[field.name];
    if (!field.unique || value === null || value === undefined) continue;
    const other = liveIds(org.store, object, { field: field.name, value }).find((id) => id !== row.Id);
    if (other === undefined) continue;
    const isSeen = org.sharing.isVisible(viewer, other);
    const [name, id] = isSeen ? [field.name, other.slice(0, 15)] : ['<unknown>', '<unknown>'];
    const message = `duplicate value found: ${name} duplicates value on record with id: ${id}`;
    errors.push(new ApiError('DUPLICATE_VALUE', message));
  }
  return errors;
}
