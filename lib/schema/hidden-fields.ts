import { byType, SALESFORCE_TYPES, type SalesforceType } from '../person/row.ts';
import { STANDARD_FIELDS } from './catalogue.ts';
import type { RememberedSchema } from './field-history.ts';

/**
 * Fields, by local name, once visible to the sync user but not any more, for a person with a record of the object
 * `own`. Values are kept, but hidden from every reader until the field is visible again: hiding a field from the sync
 * user hides the field from all readers. Fields excluded by the settings are still visible.
 */
function hiddenFields(own: RememberedSchema, all: readonly RememberedSchema[]): ReadonlySet<string> {
  const ofOwn = Object.keys(own.history.gone).filter((name) => !isFieldVisible(own, name));
  const ofOthers = all
    .flatMap(({ history }) => Object.keys(history.gone))
    .filter((name) => !all.some((schema) => isFieldVisible(schema, name)));
  return new Set([...ofOwn, ...ofOthers]);
}

/** The same for every object. Before the first describe of all objects no field can have been hidden. */
export function hiddenByObject(
  stored: Readonly<Record<SalesforceType, RememberedSchema | undefined>>,
): Readonly<Record<SalesforceType, ReadonlySet<string>>> {
  const all = SALESFORCE_TYPES.flatMap((type) => stored[type] ?? []);
  const isDescribed = all.length === SALESFORCE_TYPES.length;
  return byType((type) => {
    const own = stored[type];
    return isDescribed && own !== undefined ? hiddenFields(own, all) : new Set();
  });
}

/** Whether the sync user sees the field on the object; excluded fields count as visible. */
export function isFieldVisible({ schema: { type, fields, leftOut } }: RememberedSchema, name: string): boolean {
  return Object.hasOwn(fields, name) || Object.hasOwn(leftOut, STANDARD_FIELDS.get(name)?.[type] ?? name);
}
