import type { Winner } from '../person/activity.ts';
import type { Fields } from '../person/field-value.ts';
import { byType, type SalesforceType } from '../person/row.ts';

/** What an operator decides about fields, by local name. */
export interface SyncPolicy {
  readonly conflictWinner: Readonly<Record<SalesforceType, Winner>>;
  readonly fields: {
    readonly exclude: readonly string[];
    readonly pullOnly: readonly string[];
    readonly pushOnly: readonly string[];
    readonly conflictWinner: Readonly<Record<string, Winner>>;
    /** Text that is too long for Salesforce is cut, and the cut told, instead of being rejected. */
    readonly truncate: readonly string[];
    /** Values are left to Salesforce to judge: automation that runs before it judges may mend them. */
    readonly unchecked: readonly string[];
  };
  /** Values that a new Lead takes where the person has none. */
  readonly defaults?: Fields;
  /** What becomes of a new Lead that a duplicate rule only warns of; left out: `link`. */
  readonly onDuplicateAlert?: 'link' | 'save' | 'reject';
}

/** The marketing side wins, and nothing is left out. */
export const DEFAULT_POLICY: SyncPolicy = {
  conflictWinner: byType(() => 'local' as const),
  fields: { exclude: [], pullOnly: [], pushOnly: [], conflictWinner: {}, truncate: [], unchecked: [] },
};

/** Equal for two policies under which a describe makes the same schema. */
export function schemaPolicyKey({ fields }: SyncPolicy): string {
  const { exclude, pullOnly, pushOnly, truncate, unchecked } = fields;
  return JSON.stringify([exclude, pullOnly, pushOnly, truncate, unchecked].map((names) => [...names].sort()));
}

const API_NAME = /^[A-Za-z](?:_?[A-Za-z0-9])*(?:__[A-Za-z](?:_?[A-Za-z0-9])*){0,2}$/;

/**
 * Lists of which no two may name the same field: to exclude one leaves nothing to say of it, a field has one direction,
 * and what is never pushed is never cut or judged.
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
 * What is wrong with the decisions about fields, one line each that names the field. `localNameOf` knows the local name
 * of a Contact's own API name, which the settings do not go by.
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
