import { empty, json, type OrgResponse } from '../http-message.ts';
import type { Field } from '../schema/field.ts';
import { fieldTypes } from '../schema/field-types.ts';
import type { ObjectDefinition } from '../schema/standard-objects.ts';
import { type Call, objectOf, type Route } from './call.ts';
import { conditionDate } from './headers.ts';

/** Global description: every object, without its fields. */
function describeGlobal(call: Call): OrgResponse {
  const sobjects = call.org.schema.objects().map((object) => summary(call, object));
  return json(200, { encoding: 'UTF-8', maxBatchSize: 200, sobjects });
}

/** The object in short, and what was looked at lately (nobody looks here). */
function basicInformation(call: Call): OrgResponse {
  return json(200, { objectDescribe: summary(call, objectOf(call)), recentItems: [] });
}

/**
 * Answers 304 while nothing of the schema has changed since the client last looked.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm}
 */
function describeObject(call: Call): OrgResponse {
  const object = objectOf(call);
  const { schema } = call.org;
  const since = conditionDate(call, 'if-modified-since');
  const { changedAt } = schema;
  const headers = { 'Last-Modified': new Date(changedAt).toUTCString() };
  if (since !== undefined && changedAt <= since) return empty(304, headers);
  const visible = schema.visible(call.user, object.name)?.fields.values() ?? [];
  const fields = [...visible].map((field) => describeField(call, object, field));
  const more = {
    actionOverrides: [],
    childRelationships: childRelationships(call, object),
    fields,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [masterRecordType(call, object)],
    searchLayoutable: 'true',
    supportedScopes: [
      { label: `All ${object.labelPlural}`, name: 'everything' },
      { label: `My ${object.labelPlural}`, name: 'mine' },
    ],
  };
  return json(200, { ...summary(call, object), ...more }, headers);
}

function summary({ root }: Call, object: ObjectDefinition): Record<string, unknown> {
  const url = `${root}/sobjects/${object.name}`;
  const { editable } = object;
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: editable,
    custom: false,
    customSetting: false,
    deepCloneable: false,
    deletable: editable,
    deprecatedAndHidden: false,
    feedEnabled: editable,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: true,
    mergeable: object.mergeable,
    mruEnabled: true,
    name: object.name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: true,
    triggerable: editable,
    undeletable: editable,
    updateable: editable,
    urls: {
      sobject: url,
      describe: `${url}/describe`,
      rowTemplate: `${url}/{ID}`,
    },
  };
}

function masterRecordType({ root }: Call, object: ObjectDefinition): Record<string, unknown> {
  const recordTypeId = '012000000000000AAA';
  return {
    active: true,
    available: true,
    defaultRecordTypeMapping: true,
    developerName: 'Master',
    master: true,
    name: 'Master',
    recordTypeId,
    urls: { layout: `${root}/sobjects/${object.name}/describe/layouts/${recordTypeId}` },
  };
}

/** What is the same for every field of this org. */
const CONSTANT = {
  aiPredictionField: false,
  cascadeDelete: false,
  caseSensitive: false,
  controllerName: null,
  defaultValueFormula: null,
  dependentPicklist: false,
  deprecatedAndHidden: false,
  displayLocationInDecimal: false,
  encrypted: false,
  filteredLookupInfo: null,
  formulaTreatNullNumberAsZero: false,
  highScaleNumber: false,
  htmlFormatted: false,
  inlineHelpText: null,
  mask: null,
  maskType: null,
  queryByDistance: false,
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
]);
const NEVER_AGGREGATED: ReadonlySet<string> = new Set(['boolean', 'address', 'multipicklist']);

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm} */
function describeField(call: Call, object: ObjectDefinition, field: Field): Record<string, unknown> {
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
    createable: writable && field.createable,
    custom: field.custom,
    defaultValue: typeof field.defaultValue === 'boolean' ? field.defaultValue : null,
    defaultedOnCreate: field.defaultValue !== null || field.name === 'Id' || isAudit(field),
    digits: isInteger ? field.precision : 0,
    externalId: field.externalId,
    extraTypeInfo: extraType(field),
    filterable: field.filterable,
    groupable: field.groupable,
    idLookup: field.idLookup,
    label: field.label,
    length: field.length,
    name: field.name,
    nameField: field.nameField,
    namePointing: polymorphic,
    nillable: field.nillable,
    permissionable: !field.alwaysVisible && field.nillable,
    picklistValues: field.values.map((value) => choice(field, value)),
    polymorphicForeignKey: polymorphic,
    precision: isInteger ? 0 : field.precision,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    restrictedPicklist: field.restricted,
    scale: field.scale,
    searchPrefilterable: field.type === 'reference',
    soapType: fieldTypes[field.type].soapType,
    sortable: field.sortable,
    type: field.type,
    unique: field.unique,
    updateable: writable && field.updateable,
  };
}

function isAudit(field: Field): boolean {
  return field.alwaysVisible && !field.nillable && field.type !== 'string';
}

function extraType(field: Field): string | null {
  if (field.compoundFieldName === 'Name') return 'personname';
  return field.type === 'textarea' ? 'plaintextarea' : null;
}

function choice(field: Field, value: string): Record<string, unknown> {
  return { active: true, defaultValue: value === field.defaultValue, label: value, validFor: null, value };
}

/** The references that other objects hold to this one. */
function childRelationships(call: Call, object: ObjectDefinition): Record<string, unknown>[] {
  return call.org.schema.objects().flatMap((child) =>
    child.fields
      .filter((field) => field.referenceTo.includes(object.name))
      .map((field) => ({
        cascadeDelete: false,
        childSObject: child.name,
        deprecatedAndHidden: false,
        field: field.name,
        junctionIdListNames: [],
        junctionReferenceTo: [],
        relationshipName: field.name === 'AccountId' ? child.labelPlural : null,
        restrictedDelete: false,
      })),
  );
}

export const describeRoutes: readonly Route[] = [
  { method: 'GET', path: '/sobjects', kind: 'describe', handle: describeGlobal },
  { method: 'GET', path: '/sobjects/:object', kind: 'describe', handle: basicInformation },
  { method: 'GET', path: '/sobjects/:object/describe', kind: 'describe', handle: describeObject },
];
