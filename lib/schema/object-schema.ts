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

/** The version of the stored schema form: a schema in a different form is described again. */
export const SCHEMA_FORMAT = 3;

/** One synced field of an object. False flags are omitted, because 800 fields are stored together. */
export interface SyncField {
  /** Local name. */
  readonly name: string;
  /** API name on the object. */
  readonly remoteName: string;
  readonly label: string;
  /** Type name according to describe. */
  readonly type: string;
  readonly shape: FieldShape;
  readonly pull: boolean;
  /** May be sent on creation. */
  readonly create: boolean;
  /** May be sent on update. */
  readonly update: boolean;
  /** Maximum characters of a text. */
  readonly length?: number;
  /** Maximum digits before the decimal point. */
  readonly wholeDigits?: number;
  /** The allowed values of a restricted picklist; omitted if too many to store. */
  readonly values?: readonly string[];
  /** Required: no record is created without a value, and the value cannot be cleared. */
  readonly required?: true;
  /** A formula or roll-up: changes do not move `SystemModstamp`. */
  readonly calculated?: true;
  readonly autoNumber?: true;
  /** A text too long is cut. */
  readonly truncate?: true;
  /** Values are checked by Salesforce only. */
  readonly unchecked?: true;
  /** The field from which Salesforce derives the value. */
  readonly derivedFrom?: string;
  /** Editable by the sync user, but not pushed. */
  readonly heldBack?: true;
  /** Not allowed in query conditions. */
  readonly unfilterable?: true;
  /** The type changed in Salesforce: not synced until a user accepts the new type. */
  readonly retyped?: Retyping;
}

/** The old and new type of a changed field, according to describe. */
export interface Retyping {
  readonly from: string;
  readonly to: string;
}

/** Why a visible field does not sync. */
export type LeftOutWhy = 'configured' | 'catalogue' | 'unknown' | 'type';

/** A field visible to the sync user but not synced. */
export interface LeftOutField {
  readonly label: string;
  readonly type: string;
  readonly why: LeftOutWhy;
  readonly editable: boolean;
}

/** A missing requirement of a field, usually a permission of the sync user. */
export interface MissingPermission {
  readonly apiName: string;
  readonly access: Access;
  readonly without: string;
}

/** The synced fields of one object: made from a describe, stored with the checkpoint. Plain JSON. */
export interface ObjectSchema {
  readonly format: number;
  readonly type: SalesforceType;
  /** By local name. */
  readonly fields: Readonly<Record<string, SyncField>>;
  /** By API name. */
  readonly leftOut: Readonly<Record<string, LeftOutField>>;
  /** The system columns visible to the sync user. */
  readonly systemColumns: readonly string[];
  readonly missing: readonly MissingPermission[];
  /** One line per problem impairing the sync. */
  readonly problems: readonly string[];
  /** Key of the policy used; under a different policy the object is described again. */
  readonly policyKey: string;
}

/**
 * Maximum characters of picklist values stored per schema; the values of further picklists are checked by Salesforce
 * only.
 */
const MAX_VALUES_SIZE = 200_000;

/**
 * The synced fields among the fields visible to the sync user: the catalogue's standard fields and all custom fields.
 */
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
  // Describe already marks formulas and auto-numbers as read-only, but safety must not depend on the description.
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

/** The flags with the value true. */
function holding<Flag extends string>(flags: Readonly<Record<Flag, boolean>>): { readonly [Each in Flag]?: true } {
  const held = Object.entries(flags).filter(([, holds]) => holds);
  return Object.fromEntries(held) as { readonly [Each in Flag]?: true };
}

/** A whole number has `digits`; other numbers have `precision` digits, of these `scale` decimals. */
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
    // A field excluded by the operator is no missing permission.
    if (exclude.includes(name) || (access === 'edit' && pullOnly.includes(name))) return [];
    return has(access, name, visible.get(name)) ? [] : [{ apiName: name, access, without }];
  });
}

/** A hidden field also needed for reading is reported once only. */
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

/** The synced field with the local name. Safe for any text, including `constructor`. */
export function syncFieldOf(schema: ObjectSchema, name: string): SyncField | undefined {
  return Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
}

/** The API names of a query: `Id` and `SystemModstamp` first, as required by the change feed. */
export function feedColumns(schema: ObjectSchema): string[] {
  const pulled = Object.values(schema.fields).filter((field) => field.pull);
  const owner = schema.systemColumns.includes('OwnerId') ? OWNER_COLUMNS : [];
  return [...schema.systemColumns, ...owner, ...pulled.map((field) => field.remoteName)];
}

/** How to parse columns from text; columns of text are omitted. */
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

/** The rules of the merge according to the schema. */
export function mergeRules(schema: ObjectSchema, policy: SyncPolicy): MergeRules {
  const shapes: Record<string, FieldShape> = { __proto__: null as never };
  for (const field of Object.values(schema.fields)) shapes[field.name] = field.shape;
  return {
    shapes,
    canPush: (field) => syncFieldOf(schema, field)?.update === true,
    winnerOf: (field) => winnerOf(schema.type, field, policy),
  };
}

/** The winner of a conflict about a field. */
export function winnerOf(type: SalesforceType, field: string, policy: SyncPolicy) {
  return policy.fields.conflictWinner[field] ?? policy.conflictWinner[type];
}
