import * as z from 'zod';
import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import { defineField, type Field, type FieldType } from '../schema/field.ts';
import { usersOfField } from '../store/automation.ts';
import { compileFormula } from '../store/formulas.ts';
import { conditionOf, defineCall, mustHaveField, mustHaveObject, refuse } from './call.ts';

/** Long text cannot be filtered, sorted or grouped by. */
const LONG_TEXT = { filterable: false, sortable: false, groupable: false } as const;

/** The types that a custom field may be given: describe's names, and what Setup calls some of them. */
const TYPES: Readonly<Record<string, { type: FieldType; more?: Partial<Field> }>> = {
  string: { type: 'string' },
  text: { type: 'string' },
  textarea: { type: 'textarea' },
  longtextarea: { type: 'textarea', more: { length: 32_768, ...LONG_TEXT } },
  email: { type: 'email' },
  phone: { type: 'phone' },
  url: { type: 'url' },
  boolean: { type: 'boolean' },
  checkbox: { type: 'boolean' },
  int: { type: 'int', more: { precision: 9 } },
  number: { type: 'double', more: { precision: 18, scale: 0 } },
  double: { type: 'double', more: { precision: 18, scale: 2 } },
  currency: { type: 'currency', more: { precision: 18, scale: 2 } },
  percent: { type: 'percent', more: { precision: 18, scale: 2 } },
  date: { type: 'date' },
  datetime: { type: 'datetime' },
  picklist: { type: 'picklist' },
  multipicklist: { type: 'multipicklist' },
  multiselectpicklist: { type: 'multipicklist' },
  reference: { type: 'reference' },
  lookup: { type: 'reference' },
  time: { type: 'time' },
  encryptedtext: { type: 'encryptedstring' },
  encryptedstring: { type: 'encryptedstring' },
  location: { type: 'location' },
  autonumber: { type: 'string', more: { autoNumber: true, createable: false, updateable: false, length: 30 } },
};

const fieldInput = z.strictObject({
  object: z.string(),
  name: z.string().regex(/^[A-Za-z]\w*__c$/, 'must be an API name that ends in __c'),
  type: z.string().transform((name, context) => {
    const known = TYPES[name.toLowerCase()];
    if (!known) context.addIssue(`must be one of ${Object.keys(TYPES).join(', ')}`);
    return known ?? { type: 'string' as const };
  }),
  label: z.string().optional(),
  length: z.int().min(1).max(131_072).optional(),
  precision: z.int().min(1).max(18).optional(),
  scale: z.int().min(0).max(17).optional(),
  values: z.array(z.string()).optional(),
  restricted: z.boolean().optional(),
  formula: z.string().optional(),
  required: z.boolean().optional(),
  externalId: z.boolean().optional(),
  unique: z.boolean().optional(),
  defaultValue: z.union([z.string(), z.number(), z.boolean()]).optional(),
  referenceTo: z.array(z.string()).optional(),
  /** A SOQL condition on the record that is looked up. */
  lookupFilter: z.string().min(1).optional(),
  /** The picklist or checkbox that this picklist depends on, and for which of its values each value is offered. */
  controller: z.string().optional(),
  validFor: z.record(z.string(), z.array(z.string())).optional(),
  read: z.boolean().optional(),
  edit: z.boolean().optional(),
});

type FieldInput = z.infer<typeof fieldInput>;

const FORMULA: Partial<Field> = { calculated: true, createable: false, updateable: false };

/** What of the wish differs from the type's own attributes. */
function differences(input: FieldInput): Partial<Field> {
  const { label, length, precision, scale, values, restricted, formula, unique, referenceTo, lookupFilter } = input;
  const given = { label, length, precision, scale, values, restricted, unique, referenceTo, lookupFilter };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...input.type.more,
    ...(formula === undefined ? {} : { ...FORMULA, formula }),
    ...(values === undefined ? {} : { restricted: true }),
    ...(length !== undefined && length > 255 ? LONG_TEXT : {}),
    ...(input.required === true ? { nillable: false } : {}),
    ...(input.externalId === true ? { externalId: true, idLookup: true } : {}),
    ...(input.type.type === 'reference' ? { relationshipName: input.name.replace(/__c$/, '__r') } : {}),
    ...dependency(input),
    ...(input.defaultValue === undefined ? {} : { defaultValue: input.defaultValue }),
    ...Object.fromEntries(named),
    custom: true,
  };
}

/** {@link https://help.salesforce.com/s/articleView?id=platform.fields_about_dependent_fields.htm} */
function dependency({ controller, values = [], validFor = {} }: FieldInput): Partial<Field> {
  if (controller === undefined) return {};
  return { controller, choices: values.map((value) => ({ value, label: value, validFor: validFor[value] ?? [] })) };
}

/** Adds a field; rows that are there get its empty or default value, and no stamp moves. */
export function addField(org: OrgState, object: string, field: Field): void {
  if (field.formula !== null) checkFormula(org, object, field);
  org.schema.addField(object, field, org.clock.now());
  org.store.reshape(object);
}

function checkFormula(org: OrgState, object: string, field: Field): void {
  try {
    compileFormula(org, object, field);
  } catch (error) {
    if (error instanceof SyntaxError) refuse(error.message);
    throw error;
  }
}

function addCustomField(org: OrgState, input: FieldInput): unknown {
  const object = mustHaveObject(org, input.object).name;
  if (org.schema.field(object, input.name)) refuse(`${object} has a field ${input.name} already`);
  const field = defineField(input.name, input.type.type, differences(input));
  if (field.type === 'reference' && field.referenceTo.length === 0) refuse('A reference must name its referenceTo');
  if (field.controller !== null) mustHaveField(org, object, field.controller);
  addLookupFilter(org, object, field);
  const access = { read: input.read ?? true, edit: (input.edit ?? true) && (input.read ?? true) };
  for (const part of [field, ...partsOf(field)]) {
    addField(org, object, part);
    org.schema.setAccess(object, part.name, { access, now: org.clock.now() });
  }
  return {};
}

function addLookupFilter(org: OrgState, object: string, { name, lookupFilter, referenceTo }: Field): void {
  const [target] = referenceTo;
  if (lookupFilter === null) return;
  if (target === undefined) refuse('Only a reference has a lookupFilter');
  org.automation.lookupFilters.set(
    `${object}.${name}`,
    conditionOf(org, mustHaveObject(org, target).name, lookupFilter),
  );
}

/**
 * A geolocation is held by two numbers.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/compound_fields_geolocation.htm}
 */
function partsOf({ name, type, label }: Field): Field[] {
  if (type !== 'location') return [];
  const more = { custom: true, precision: 18, scale: 15, compoundFieldName: name };
  return ['Latitude', 'Longitude'].map((part) =>
    defineField(name.replace(/c$/, `${part}__s`), 'double', { ...more, label: `${label} (${part})` }),
  );
}

function removeCustomField(org: OrgState, { object: objectName, name }: { object: string; name: string }): unknown {
  const object = mustHaveObject(org, objectName).name;
  const field = mustHaveField(org, object, name);
  if (!field.custom) throw new ApiError('INVALID_FIELD', `${name} is a standard field and cannot be removed`);
  const word = new RegExp(`\\b${field.name}\\b`, 'i');
  const user = org.schema.object(object)?.fields.find(({ formula }) => formula !== null && word.test(formula));
  if (user) refuse(`${field.name} is used by the formula of ${user.name}`);
  const [automation] = usersOfField(org.automation, object, field.name);
  if (automation !== undefined) refuse(`${field.name} is used by ${automation}`);
  for (const { name: part } of [field, ...partsOf(field)]) org.schema.removeField(object, part, org.clock.now());
  org.automation.lookupFilters.delete(`${object}.${field.name}`);
  org.store.reshape(object);
  return {};
}

/** Custom fields and the sync user's field-level security. */
export const schemaCalls = [
  defineCall('POST fields', fieldInput, addCustomField),
  defineCall('DELETE fields', z.strictObject({ object: z.string(), name: z.string() }), removeCustomField),
  defineCall(
    'POST field-access',
    z.strictObject({ object: z.string(), field: z.string(), read: z.boolean(), edit: z.boolean() }),
    (org, { object, field, read, edit }) => {
      const { name } = mustHaveObject(org, object);
      const found = mustHaveField(org, name, field);
      if (found.alwaysVisible) refuse(`Field-level security does not apply to ${name}.${found.name}`);
      org.schema.setAccess(name, found.name, { access: { read, edit: read && edit }, now: org.clock.now() });
      return {};
    },
  ),
];
