import type { SalesforceType } from '../person/row.ts';
import { LOCAL_NAMES, STANDARD_FIELDS } from './catalogue.ts';
import { EXCLUDED_FIELDS } from './excluded-fields.ts';
import type { RememberedSchema } from './field-history.ts';
import type { SyncPolicy } from './sync-policy.ts';

/**
 * One line per field named in the settings but missing from every synced object: most likely a typing error, which only
 * a describe can reveal. A hidden field looks the same.
 */
export function policyProblems(described: readonly RememberedSchema[], policy: SyncPolicy): string[] {
  const known = new Set(described.flatMap(namesOf));
  const objects = described.map(({ schema }) => schema.type).join(' and ');
  return Object.entries(policy.fields).flatMap(([list, given]) => {
    const names: readonly string[] = Array.isArray(given) ? given : Object.keys(given);
    return names
      .filter((name) => !known.has(name) && !isStandard(name))
      .map((name) => `fields.${list} names ${name}: no such field of ${objects} is visible to the sync user`);
  });
}

/** By local name, synced or not. */
function namesOf({ schema, history }: RememberedSchema): string[] {
  const { type, fields, leftOut } = schema;
  return [
    ...Object.keys(fields),
    ...Object.keys(history.gone),
    ...Object.keys(leftOut).map((name) => localName(type, name)),
  ];
}

function localName(type: SalesforceType, apiName: string): string {
  return LOCAL_NAMES[type].get(apiName) ?? apiName;
}

/** A hidden standard field is reported elsewhere, and excluding a standard field is no mistake. */
function isStandard(name: string): boolean {
  return STANDARD_FIELDS.has(name) || EXCLUDED_FIELDS.has(name);
}
