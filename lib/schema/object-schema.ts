import type { FieldShape } from '../person/field-value.ts';
import type { MergeRules } from '../person/merge-row.ts';
import type { SalesforceType } from '../person/row.ts';
import {
  type Access,
  LOCAL_NAMES,
  NEEDED_ACCESS,
  OWNER_COLUMNS,
  PERSON_ID_FIELD,
  STANDARD_FIELDS,
  SYSTEM_COLUMNS,
} from './catalogue.ts';
import type { DescribedField, DescribedObject } from './describe.ts';
import { EXCLUDED_FIELDS } from './excluded-fields.ts';
import { fieldTypeOf, syncedType } from './field-types.ts';
import { type SyncPolicy, schemaPolicyKey } from './sync-policy.ts';

/** Of the stored form of a schema: one of another format is described again. */
export const SCHEMA_FORMAT = 3;

/** One field that syncs, as this object has it. What does not hold is left out: 800 of them are stored together. */
export interface SyncField {
  /** Local name. */
  readonly name: string;
  /** API name on this object. */
  readonly remoteName: string;
  readonly label: string;
  /** As describe names it. */
  readonly type: string;
  readonly shape: FieldShape;
  readonly pull: boolean;
  /** May be sent when a record is created. */
  readonly create: boolean;
  /** May be sent when a record is updated. */
  readonly update: boolean;
  /** The most characters of a text. */
  readonly length?: number;
  /** The most digits of a number before the point. */
  readonly wholeDigits?: number;
  /** The only values that a restricted picklist takes; left out where there are too many to be kept. */
  readonly values?: readonly string[];
  /** No record is created without a value, and none may lose it. */
  readonly required?: true;
  /** A formula or a roll-up: its changes move no `SystemModstamp`. */
  readonly calculated?: true;
  readonly autoNumber?: true;
  /** Too long a text is cut. */
  readonly truncate?: true;
  /** Only Salesforce judges its values. */
  readonly unchecked?: true;
  /** The field from which Salesforce derives this one. */
  readonly derivedFrom?: string;
  /** The sync user may edit it, and it is not pushed all the same. */
  readonly heldBack?: true;
  /** No query may have a condition on it. */
  readonly unfilterable?: true;
  /** Its type changed in Salesforce: it does not sync until somebody accepts the new one. */
  readonly retyped?: Retyping;
}

/** The types of a field that changed, as describe names them. */
export interface Retyping {
  readonly from: string;
  readonly to: string;
}

/** Why a visible field does not sync. */
export type LeftOutWhy = 'configured' | 'catalogue' | 'unknown' | 'type';

/** A field that the sync user sees and that does not sync. */
export interface LeftOutField {
  readonly label: string;
  readonly type: string;
  readonly why: LeftOutWhy;
  readonly editable: boolean;
}

/** Something that the sync needs of a field and does not have, a permission of its user mostly. */
export interface MissingPermission {
  readonly apiName: string;
  readonly access: Access;
  readonly without: string;
}

/** What syncs of one object, and how: made from a describe, kept with the checkpoint. Plain JSON. */
export interface ObjectSchema {
  readonly format: number;
  readonly type: SalesforceType;
  /** By local name. */
  readonly fields: Readonly<Record<string, SyncField>>;
  /** By API name. */
  readonly leftOut: Readonly<Record<string, LeftOutField>>;
  /** The system columns that the sync user may see. */
  readonly systemColumns: readonly string[];
  readonly missing: readonly MissingPermission[];
  /** One line for each thing that keeps the sync from working as it should. */
  readonly problems: readonly string[];
  /** Of the policy under which it was made: under another, it is described again. */
  readonly policyKey: string;
}

/** Characters of picklist values that one schema keeps: the values of further picklists are for Salesforce to judge. */
const MAX_VALUES_SIZE = 200_000;

/** The fields that sync, from what the sync user may see: the listed standard fields and all custom ones. */
export function objectSchema(type: SalesforceType, described: DescribedObject, policy: SyncPolicy): ObjectSchema {
  const fields: Record<string, SyncField> = {};
  const leftOut: Record<string, LeftOutField> = {};
  let valuesSize = 0;
  for (const field of described.fields) {
    const name = LOCAL_NAMES[type].get(field.name) ?? field.name;
    const why = whyLeftOut(type, field, policy.fields.exclude);
    if (why === 'system') continue;
    if (why !== null) {
      const { label, type: fieldType, updateable } = field;
      leftOut[field.name] = { label, type: fieldType, why, editable: updateable };
      continue;
    }
    if (field.restrictedPicklist) valuesSize += field.picklistValues.join().length;
    fields[name] = syncField(name, field, { policy, keepValues: valuesSize <= MAX_VALUES_SIZE });
  }
  const visible = new Map(described.fields.map((field) => [field.name, field]));
  const systemColumns = SYSTEM_COLUMNS[type].filter((name) => visible.has(name));
  const missing = missingPermissions(type, visible, policy);
  const problems = missing.map((each) => problemOf(type, each));
  const policyKey = schemaPolicyKey(policy);
  return { format: SCHEMA_FORMAT, type, fields, leftOut, systemColumns, missing, problems, policyKey };
}

function whyLeftOut(
  type: SalesforceType,
  field: DescribedField,
  exclude: readonly string[],
): LeftOutWhy | 'system' | null {
  const local = LOCAL_NAMES[type].get(field.name);
  if (field.name === PERSON_ID_FIELD || SYSTEM_COLUMNS[type].includes(field.name)) return 'system';
  if (local === undefined && EXCLUDED_FIELDS.has(field.name)) return 'catalogue';
  if (local === undefined && !field.custom) return 'unknown';
  if (fieldTypeOf(field.type) === undefined) return 'type';
  return exclude.includes(local ?? field.name) ? 'configured' : null;
}

function syncField(
  name: string,
  field: DescribedField,
  { policy, keepValues }: { readonly policy: SyncPolicy; readonly keepValues: boolean },
): SyncField {
  const { pullOnly, pushOnly, truncate, unchecked } = policy.fields;
  const { kind } = syncedType(field.type);
  // Describe says so of formulas and auto-numbers by itself; a field that nobody can write must not depend on it.
  const derivedFrom = STANDARD_FIELDS.get(name)?.derivedFrom;
  const push = derivedFrom === undefined && !pullOnly.includes(name) && !field.calculated && !field.autoNumber;
  return {
    name,
    remoteName: field.name,
    label: field.label,
    type: field.type,
    shape: kind === 'number' ? { kind, scale: field.scale } : { kind },
    pull: !pushOnly.includes(name),
    create: push && field.createable,
    update: push && field.updateable,
    ...limits(field, keepValues),
    ...(derivedFrom === undefined ? {} : { derivedFrom }),
    ...holding({
      required: isRequired(field),
      calculated: field.calculated,
      autoNumber: field.autoNumber,
      truncate: truncate.includes(name),
      unchecked: unchecked.includes(name),
      unfilterable: !field.filterable,
      heldBack: field.updateable && !push,
    }),
  };
}

/** The flags that hold. */
function holding<Flag extends string>(flags: Readonly<Record<Flag, boolean>>): { readonly [Each in Flag]?: true } {
  const held = Object.entries(flags).filter(([, holds]) => holds);
  return Object.fromEntries(held) as { readonly [Each in Flag]?: true };
}

/** A whole number has `digits`; another has `precision` of them, `scale` of which stand behind the point. */
function limits(field: DescribedField, keepValues: boolean): Pick<SyncField, 'length' | 'wholeDigits' | 'values'> {
  const { length, digits, precision, scale, restrictedPicklist, picklistValues } = field;
  const wholeDigits = digits > 0 ? digits : precision - scale;
  return {
    ...(length > 0 ? { length } : {}),
    ...(wholeDigits > 0 ? { wholeDigits } : {}),
    ...(restrictedPicklist && keepValues ? { values: picklistValues } : {}),
  };
}

/** A checkbox is never empty, and never missing. */
function isRequired(field: DescribedField): boolean {
  return !field.nillable && field.createable && !field.defaultedOnCreate && field.type !== 'boolean';
}

function missingPermissions(
  type: SalesforceType,
  visible: ReadonlyMap<string, DescribedField>,
  { fields: { exclude, pullOnly } }: SyncPolicy,
): readonly MissingPermission[] {
  return NEEDED_ACCESS.filter((each) => each.on.includes(type)).flatMap(({ name, access, without }) => {
    // What the operator leaves out is not missed.
    if (exclude.includes(name) || (access === 'edit' && pullOnly.includes(name))) return [];
    return has(access, name, visible.get(name)) ? [] : [{ apiName: name, access, without }];
  });
}

/** A hidden field whose reading is needed too is told only once. */
function has(access: Access, name: string, field: DescribedField | undefined): boolean {
  if (access === 'read') return field !== undefined;
  if (field === undefined) return NEEDED_ACCESS.some((each) => each.name === name && each.access === 'read');
  return { create: field.createable, edit: field.updateable, unique: field.unique }[access];
}

const LACKS: Readonly<Record<Access, string>> = {
  read: 'not visible to the sync user',
  create: 'not editable by the sync user',
  edit: 'not editable by the sync user',
  unique: 'not unique in Salesforce',
};

function problemOf(type: SalesforceType, { apiName, access, without }: MissingPermission): string {
  return `${type}.${apiName} is ${LACKS[access]}: ${without}`;
}

/** The field of this local name, if it syncs. Any text may be asked for, `constructor` too. */
export function syncFieldOf(schema: ObjectSchema, name: string): SyncField | undefined {
  return Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
}

/** The API names that a query asks for: `Id` and `SystemModstamp` first, as the change feed relies on. */
export function feedColumns(schema: ObjectSchema): string[] {
  const pulled = Object.values(schema.fields).filter((field) => field.pull);
  const owner = schema.systemColumns.includes('OwnerId') ? OWNER_COLUMNS : [];
  return [...schema.systemColumns, ...owner, ...pulled.map((field) => field.remoteName)];
}

/** How these columns are read from a text, where they are no texts themselves. */
export function columnKinds(schema: ObjectSchema): Readonly<Record<string, 'number' | 'boolean' | 'datetime'>> {
  const kinds: Record<string, 'number' | 'boolean' | 'datetime'> = {
    SystemModstamp: 'datetime',
    IsDeleted: 'boolean',
    IsConverted: 'boolean',
  };
  for (const { remoteName, shape } of Object.values(schema.fields)) {
    const { kind } = shape;
    if (kind === 'number' || kind === 'boolean' || kind === 'datetime') kinds[remoteName] = kind;
  }
  return kinds;
}

/** The schema as the merge needs it. */
export function mergeRules(schema: ObjectSchema, policy: SyncPolicy): MergeRules {
  const shapes: Record<string, FieldShape> = { __proto__: null as never };
  for (const field of Object.values(schema.fields)) shapes[field.name] = field.shape;
  return {
    shapes,
    canPush: (field) => syncFieldOf(schema, field)?.update === true,
    winnerOf: (field) => winnerOf(schema.type, field, policy),
  };
}

/** Who wins a conflict about a field. */
export function winnerOf(type: SalesforceType, field: string, policy: SyncPolicy) {
  return policy.fields.conflictWinner[field] ?? policy.conflictWinner[type];
}
