import { byType, SALESFORCE_TYPES, type SalesforceType } from '../person/row.ts';
import { STANDARD_FIELDS } from './catalogue.ts';
import type { RememberedSchema } from './field-history.ts';

/**
 * Fields, by local name, that the sync user saw once and does not see any more, of a person whose record is of the
 * object `own`. Their values are kept, and shown to nobody until the field is visible again: whoever hid a field from the
 * sync user hid it from everybody who reads here. What the settings exclude is still visible.
 */
function hiddenFields(own: RememberedSchema, all: readonly RememberedSchema[]): ReadonlySet<string> {
  const ofOwn = Object.keys(own.history.gone).filter((name) => !isFieldVisible(own, name));
  const ofOthers = all
    .flatMap(({ history }) => Object.keys(history.gone))
    .filter((name) => !all.some((schema) => isFieldVisible(schema, name)));
  return new Set([...ofOwn, ...ofOthers]);
}

/** The same for persons of each object. Before the first describe of all nothing was seen that could be hidden since. */
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

/** Whether the sync user sees the field on this object; what the settings exclude is seen. */
export function isFieldVisible({ schema: { type, fields, leftOut } }: RememberedSchema, name: string): boolean {
  return Object.hasOwn(fields, name) || Object.hasOwn(leftOut, STANDARD_FIELDS.get(name)?.[type] ?? name);
}
