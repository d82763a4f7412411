import type { Winner } from '../person/activity.ts';
import type { Fields } from '../person/field-value.ts';
import { byType, type SalesforceType } from '../person/row.ts';

/** An operator's decisions about fields, by local name. */
export interface SyncPolicy {
  readonly conflictWinner: Readonly<Record<SalesforceType, Winner>>;
  readonly fields: {
    readonly exclude: readonly string[];
    readonly pullOnly: readonly string[];
    readonly pushOnly: readonly string[];
    readonly conflictWinner: Readonly<Record<string, Winner>>;
    /** Texts too long for Salesforce are cut and logged instead of rejected. */
    readonly truncate: readonly string[];
    /** Values are checked by Salesforce only, because automation running before the checks may correct the values. */
    readonly unchecked: readonly string[];
  };
  /** Values of a new Lead for empty fields of the person. */
  readonly defaults?: Fields;
  /** Handling of a new Lead after a mere warning of a duplicate rule; absent: `link`. */
  readonly onDuplicateAlert?: 'link' | 'save' | 'reject';
}

/** The local side wins, and nothing is excluded. */
export const DEFAULT_POLICY: SyncPolicy = {
  conflictWinner: byType(() => 'local' as const),
  fields: { exclude: [], pullOnly: [], pushOnly: [], conflictWinner: {}, truncate: [], unchecked: [] },
};

/** Equal for policies resulting in the same schema. */
export function schemaPolicyKey({ fields }: SyncPolicy): string {
  const { exclude, pullOnly, pushOnly, truncate, unchecked } = fields;
  return JSON.stringify([exclude, pullOnly, pushOnly, truncate, unchecked].map((names) => [...names].sort()));
}

const API_NAME = /^[A-Za-z](?:_?[A-Za-z0-9])*(?:__[A-Za-z](?:_?[A-Za-z0-9])*){0,2}$/;

/**
 * Pairs of lists not allowed to share a field: an excluded field needs no other setting, a field has one direction, and
 * a field never pushed is never cut or checked.
 */
const OPPOSITES: readonly (readonly [ListName, ListName])[] = [
  ['exclude', 'pullOnly'],
  ['exclude', 'pushOnly'],
  ['exclude', 'conflictWinner'],
  ['exclude', 'truncate'],
  ['exclude', 'unchecked'],
  ['pullOnly', 'pushOnly'],
  ['pullOnly', 'truncate'],
  ['pullOnly', 'unchecked'],
];

type ListName = keyof SyncPolicy['fields'];

const LISTS: readonly ListName[] = ['exclude', 'pullOnly', 'pushOnly', 'conflictWinner', 'truncate', 'unchecked'];

/**
 * Mistakes in the decisions about fields, one line each. `localNameOf` returns the local name for a Contact's API name,
 * not allowed in the settings.
 */
export function policyMistakes(
  fields: SyncPolicy['fields'],
  localNameOf: (apiName: string) => string | undefined,
): string[] {
  const named = (list: ListName): readonly string[] => {
    const given = fields[list];
    return Array.isArray(given) ? given : Object.keys(given);
  };
  const strange = LISTS.flatMap((list) => named(list).flatMap((name) => nameMistake(list, name, localNameOf)));
  const opposed = OPPOSITES.flatMap(([one, other]) =>
    named(one)
      .filter((name) => named(other).includes(name))
      .map((name) => `fields.${other}: ${name} is in fields.${one} too`),
  );
  return [...strange, ...opposed];
}

function nameMistake(
  list: ListName,
  name: string,
  localNameOf: (apiName: string) => string | undefined,
): readonly string[] {
  if (!API_NAME.test(name)) return [`fields.${list}: ${JSON.stringify(name)} is not the API name of a field`];
  const local = localNameOf(name);
  return local === undefined || local === name ? [] : [`fields.${list}: ${name} goes by the Lead’s name, ${local}`];
}
