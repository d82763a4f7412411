import { empty, json, type OrgResponse } from '../http-message.ts';
import type { ObjectDefinition } from '../schema/standard-objects.ts';
import { MASTER_RECORD_TYPE, recordTypesOf } from '../store/record-types.ts';
import { type Call, objectOf, type Route } from './call.ts';
import { describeField } from './describe-field.ts';
import { conditionDate } from './headers.ts';

/**
 * Global description: every object, without its fields.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_describeGlobal.htm}
 */
function describeGlobal(call: Call): OrgResponse {
  return unlessUnchanged(call, () => ({
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: call.org.schema.objects().map((object) => summary(call, object)),
  }));
}

/** Answers 304 while nothing of the schema has changed since the client last looked. */
function unlessUnchanged(call: Call, body: () => Record<string, unknown>): OrgResponse {
  const since = conditionDate(call, 'if-modified-since');
  const { changedAt } = call.org.schema;
  const headers = { 'Last-Modified': new Date(changedAt).toUTCString() };
  return since !== undefined && changedAt <= since ? empty(304, headers) : json(200, body(), headers);
}

/**
 * What the user has looked at lately: nobody looks at records here.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_recent_items.htm}
 */
function recentItems(): OrgResponse {
  return json(200, []);
}

/** The object in short, and what was looked at lately (nobody looks here). */
function basicInformation(call: Call): OrgResponse {
  return json(200, { objectDescribe: summary(call, objectOf(call)), recentItems: [] });
}

/**
 * In the form that orgs of v59 answer with, as CumulusCI has recorded it.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm}
 * {@link https://github.com/SFDO-Tooling/CumulusCI/tree/main/cumulusci/tests/shared_cassettes}
 */
function describeObject(call: Call): OrgResponse {
  const object = objectOf(call);
  return unlessUnchanged(call, () => {
    const visible = call.org.schema.visible(call.user, object.name)?.fields.values() ?? [];
    return {
      ...summary(call, object),
      actionOverrides: [],
      childRelationships: childRelationships(call, object),
      compactLayoutable: object.editable,
      defaultImplementation: null,
      extendedBy: null,
      extendsInterfaces: null,
      fields: [...visible].map((field) => describeField(call, object, field)),
      implementedBy: null,
      implementsInterfaces: null,
      listviewable: null,
      lookupLayoutable: null,
      namedLayoutInfos: [],
      networkScopeFieldName: null,
      recordTypeInfos: recordTypeInfos(call, object),
      searchLayoutable: object.editable,
      sobjectDescribeOption: 'FULL',
      supportedScopes: scopes(object),
    };
  });
}

function scopes({ labelPlural, fields }: ObjectDefinition): Record<string, string>[] {
  const plural = labelPlural.toLowerCase();
  const ownedByQueues = fields.some(({ name, referenceTo }) => name === 'OwnerId' && referenceTo.includes('Group'));
  return [
    { label: `All ${plural}`, name: 'everything' },
    { label: `My ${plural}`, name: 'mine' },
    ...(ownedByQueues ? [{ label: `Queue owned ${plural}`, name: 'queue_owned' }] : []),
    { label: 'Filter by scope', name: 'scopingRule' },
    { label: `My team's ${plural}`, name: 'team' },
    ...(ownedByQueues ? [{ label: `User owned ${plural}`, name: 'user_owned' }] : []),
  ];
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

/** Its record types and the one of records without; the sync user's choice among them is the default. */
function recordTypeInfos({ root, org, user }: Call, object: ObjectDefinition): Record<string, unknown>[] {
  const types = recordTypesOf(org, object.name);
  const hasDefault = types.some(({ isDefault }) => isDefault);
  const info = (id: string, name: string, developerName: string) => ({
    active: true,
    developerName,
    master: id === MASTER_RECORD_TYPE,
    name,
    recordTypeId: id,
    urls: { layout: `${root}/sobjects/${object.name}/describe/layouts/${id}` },
  });
  return [
    ...types.map(({ id, name, developerName, available, isDefault }) => ({
      ...info(id, name, developerName),
      available: available || user.administrator,
      defaultRecordTypeMapping: isDefault,
    })),
    { ...info(MASTER_RECORD_TYPE, 'Master', 'Master'), available: true, defaultRecordTypeMapping: !hasDefault },
  ];
}

/** How an object calls those that refer to it; the other references have no name. */
const CHILDREN: Readonly<Record<string, string>> = {
  'Contact.AccountId': 'Contacts',
  'Account.ParentId': 'ChildAccounts',
};

/** The references that other objects hold to this one. */
function childRelationships(call: Call, object: ObjectDefinition): Record<string, unknown>[] {
  return call.org.schema.objects().flatMap((child) =>
    child.fields
      .filter((field) => field.referenceTo.includes(object.name))
      .map((field) => ({
        cascadeDelete: child.name === 'Contact' && field.name === 'AccountId',
        childSObject: child.name,
        deprecatedAndHidden: false,
        field: field.name,
        junctionIdListNames: [],
        junctionReferenceTo: [],
        relationshipName: CHILDREN[`${child.name}.${field.name}`] ?? null,
        restrictedDelete: false,
      })),
  );
}

export const describeRoutes: readonly Route[] = [
  { method: 'GET', path: '/sobjects', kind: 'describe', handle: describeGlobal },
  { method: 'GET', path: '/recent', kind: 'read', handle: recentItems },
  { method: 'GET', path: '/sobjects/:object', kind: 'describe', handle: basicInformation },
  { method: 'GET', path: '/sobjects/:object/describe', kind: 'describe', handle: describeObject },
];
