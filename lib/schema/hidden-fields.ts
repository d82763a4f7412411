import type { SalesforceType } from '../person/row.ts';
import { STANDARD_FIELDS } from './catalogue.ts';
import type { RememberedSchema } from './field-history.ts';

/**
 * Fields, by local name, that the sync user saw once and does not see any more, of a person whose record is of the
 * object `own`. Their values are kept, and shown to nobody until the field is visible again: whoever hid a field from the
 * sync user hid it from everybody who reads here. What the settings exclude is still visible.
 */
function hiddenFields(own: RememberedSchema, other: RememberedSchema): ReadonlySet<string> {
  const ofOwn = Object.keys(own.history.gone).filter((name) => !isVisible(own, name));
  const ofOther = Object.keys(other.history.gone).filter((name) => !isVisible(own, name) && !isVisible(other, name));
  return new Set([...ofOwn, ...ofOther]);
}

/** The same for persons of either object. Before the first describe of both nothing was seen that could be hidden since. */
export function hiddenByObject(
  lead: RememberedSchema | undefined,
  contact: RememberedSchema | undefined,
): Readonly<Record<SalesforceType, ReadonlySet<string>>> {
  if (lead === undefined || contact === undefined) return { Lead: new Set(), Contact: new Set() };
  return { Lead: hiddenFields(lead, contact), Contact: hiddenFields(contact, lead) };
}

function isVisible({ schema: { type, fields, leftOut } }: RememberedSchema, name: string): boolean {
  return Object.hasOwn(fields, name) || Object.hasOwn(leftOut, STANDARD_FIELDS.get(name)?.[type] ?? name);
}
