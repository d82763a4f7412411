import { type Field, isCompound } from '../schema/field.ts';
import { fieldTypes } from '../schema/field-types.ts';
import type { ObjectDefinition } from '../schema/standard-objects.ts';
import type { Call } from './call.ts';

/** What is the same for every field of this org. */
const CONSTANT = {
  aiPredictionField: false,
  cascadeDelete: false,
  caseSensitive: false,
  defaultValueFormula: null,
  deprecatedAndHidden: false,
  displayLocationInDecimal: false,
  encrypted: false,
  formulaTreatNullNumberAsZero: false,
  highScaleNumber: false,
  htmlFormatted: false,
  inlineHelpText: null,
  referenceTargetField: null,
  relationshipOrder: null,
  restrictedDelete: false,
  writeRequiresMasterRead: false,
} as const;

const TEXT_TYPES: ReadonlySet<string> = new Set([
  'string',
  'textarea',
  'email',
  'phone',
  'url',
  'picklist',
  'multipicklist',
  'encryptedstring',
]);
const NEVER_AGGREGATED: ReadonlySet<string> = new Set(['boolean', 'address', 'location', 'multipicklist']);

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm} */
export function describeField(call: Call, object: ObjectDefinition, field: Field): Record<string, unknown> {
  const { edit } = call.org.schema.access(call.user, object.name, field);
  const writable = object.editable && edit;
  const isInteger = field.type === 'int';
  const polymorphic = field.referenceTo.length > 1;
  return {
    ...CONSTANT,
    aggregatable: !NEVER_AGGREGATED.has(field.type) && field.length <= 4099,
    autoNumber: field.autoNumber,
    byteLength: TEXT_TYPES.has(field.type) ? field.length * 3 : field.length,
    calculated: field.calculated,
    calculatedFormula: field.formula,
    compoundFieldName: field.compoundFieldName,
    controllerName: field.controller,
    createable: writable && field.createable,
    custom: field.custom,
    defaultValue: describedDefault(field),
    defaultedOnCreate: field.defaultValue !== null || field.name === 'Id' || isAudit(field),
    dependentPicklist: field.controller !== null,
    digits: isInteger ? field.precision : 0,
    externalId: field.externalId,
    extraTypeInfo: field.extraTypeInfo,
    filterable: field.filterable,
    filteredLookupInfo: filteredLookup(field),
    groupable: field.groupable,
    idLookup: field.idLookup,
    label: field.label,
    length: field.length,
    ...maskOf(field),
    name: field.name,
    nameField: field.nameField,
    namePointing: polymorphic,
    nillable: field.nillable,
    permissionable: isPermissionable(field),
    picklistValues: picklistValues(call, object, field),
    polymorphicForeignKey: polymorphic,
    precision: isInteger ? 0 : field.precision,
    queryByDistance: isCompound(field),
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    restrictedPicklist: isRestricted(field),
    scale: field.scale,
    searchPrefilterable: field.type === 'reference' && !SEARCHED_WHOLE.has(field.name),
    soapType: fieldTypes[field.type].soapType,
    sortable: field.sortable,
    type: field.type,
    unique: field.unique,
    updateable: writable && field.updateable,
  };
}

/** Field-level security applies to a field that may stay empty, and to a checkbox. */
function isPermissionable({ alwaysVisible, nillable, type }: Field): boolean {
  return !alwaysVisible && (nillable || type === 'boolean');
}

function isAudit(field: Field): boolean {
  return field.alwaysVisible && !field.nillable && field.type !== 'string';
}

function filteredLookup({ lookupFilter }: Field): Record<string, unknown> | null {
  return lookupFilter === null ? null : { controllingFields: [], dependent: false, optionalFilter: false };
}

function maskOf({ type }: Field): { mask: string | null; maskType: string | null } {
  return type === 'encryptedstring' ? { mask: '*', maskType: 'lastFour' } : { mask: null, maskType: null };
}

/** References that a search cannot be narrowed by. */
const SEARCHED_WHOLE: ReadonlySet<string> = new Set(['OwnerId', 'CreatedById', 'LastModifiedById', 'MasterRecordId']);

/** Only checkboxes and picklists say what they start as; a picklist as its default value says. */
function describedDefault({ type, defaultValue }: Field): string | number | boolean | null {
  return type === 'boolean' || type === 'picklist' ? defaultValue : null;
}

/** Codes of states and countries are refused in words of their own. */
function isRestricted({ name, restricted, compoundFieldName }: Field): boolean {
  return restricted || (compoundFieldName !== null && /(?:State|Country)Code$/.test(name));
}

function picklistValues({ org }: Call, object: ObjectDefinition, field: Field): Record<string, unknown>[] {
  const controlling = field.controller === null ? undefined : org.schema.field(object.name, field.controller);
  const offered = controlling?.type === 'boolean' ? ['false', 'true'] : (controlling?.values ?? []);
  if (controlling) return field.choices.map(({ validFor, ...one }) => choice(field, one, bits(offered, validFor)));
  return field.values.map((value) => choice(field, { value, label: field.valueLabels[value] ?? value }, null));
}

function choice(field: Field, one: { value: string; label: string }, validFor: string | null): Record<string, unknown> {
  return { active: true, defaultValue: one.value === field.defaultValue, label: one.label, validFor, value: one.value };
}

/**
 * One bit for each value of the controlling field, the first the highest of its byte.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm}
 */
function bits(offered: readonly string[], validFor: readonly string[]): string {
  const bytes = Buffer.alloc(Math.ceil(offered.length / 8));
  for (const [at, value] of offered.entries()) {
    if (validFor.includes(value)) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (0x80 >> (at & 7));
  }
  return bytes.toString('base64');
}
