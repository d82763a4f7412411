import type { FieldShape, ValueKind } from '../person/field-value.ts';
import type { MergeRules } from '../person/merge-row.ts';
import type { SalesforceType } from '../person/person.ts';
import { LOCAL_NAMES, OWNER_COLUMNS, PERSON_ID_FIELD, SYSTEM_COLUMNS } from './catalogue.ts';
import type { DescribedField, DescribedObject } from './describe.ts';
import type { SyncPolicy } from './sync-policy.ts';

/** One field that syncs, as this object has it. */
export interface SyncField {
  /** Local name. */
  readonly name: string;
  /** API name on this object. */
  readonly remoteName: string;
  readonly shape: FieldShape;
  readonly pull: boolean;
  /** May be sent when a record is created. */
  readonly create: boolean;
  /** May be sent when a record is updated. */
  readonly update: boolean;
}

/** What syncs of one object, and how: made from a describe, kept with the checkpoint. Plain JSON. */
export interface ObjectSchema {
  readonly type: SalesforceType;
  /** By local name. */
  readonly fields: Readonly<Record<string, SyncField>>;
  /** The system columns that the sync user may see. */
  readonly systemColumns: readonly string[];
  /** One line for each thing that keeps the sync from working as it should. */
  readonly problems: readonly string[];
}

/** Types that do not sync: compound values, whose parts sync, and files. */
const VALUE_KINDS: Readonly<Record<string, ValueKind>> = {
  string: 'text',
  textarea: 'text',
  phone: 'text',
  url: 'text',
  picklist: 'text',
  combobox: 'text',
  encryptedstring: 'text',
  time: 'text',
  email: 'email',
  int: 'number',
  long: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  multipicklist: 'picklists',
  reference: 'reference',
};

/** The fields that sync, from what the sync user may see: the listed standard fields and all custom ones. */
export function objectSchema(type: SalesforceType, described: DescribedObject, policy: SyncPolicy): ObjectSchema {
  const fields: Record<string, SyncField> = {};
  for (const field of described.fields) {
    const synced = syncField(type, field, policy);
    if (synced !== undefined) fields[synced.name] = synced;
  }
  const visible = new Map(described.fields.map((field) => [field.name, field]));
  const systemColumns = SYSTEM_COLUMNS[type].filter((name) => visible.has(name));
  return { type, fields, systemColumns, problems: problemsOf(type, visible) };
}

function syncField(type: SalesforceType, field: DescribedField, policy: SyncPolicy): SyncField | undefined {
  const name = LOCAL_NAMES[type].get(field.name) ?? (field.custom ? field.name : undefined);
  const kind = VALUE_KINDS[field.type];
  const { exclude, pullOnly, pushOnly } = policy.fields;
  if (name === undefined || kind === undefined || name === PERSON_ID_FIELD || exclude.includes(name)) return undefined;
  const push = !pullOnly.includes(name);
  return {
    name,
    remoteName: field.name,
    shape: kind === 'number' ? { kind, scale: field.scale } : { kind },
    pull: !pushOnly.includes(name),
    create: push && field.createable,
    update: push && field.updateable,
  };
}

function problemsOf(type: SalesforceType, visible: ReadonlyMap<string, DescribedField>): string[] {
  const hidden = SYSTEM_COLUMNS[type].filter((name) => !visible.has(name));
  const problems = hidden.map((name) => `${type}.${name} is not visible to the sync user`);
  const personId = visible.get(PERSON_ID_FIELD);
  if (personId !== undefined && !personId.createable) {
    problems.push(`${type}.${PERSON_ID_FIELD} is not editable by the sync user`);
  }
  return problems;
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

/** The schema as the merge needs it. */
export function mergeRules(schema: ObjectSchema, policy: SyncPolicy): MergeRules {
  const shapes: Record<string, FieldShape> = { __proto__: null as never };
  for (const field of Object.values(schema.fields)) shapes[field.name] = field.shape;
  return {
    shapes,
    canPush: (field) => syncFieldOf(schema, field)?.update === true,
    winnerOf: (field) => policy.fields.conflictWinner[field] ?? policy.conflictWinner[schema.type],
  };
}
