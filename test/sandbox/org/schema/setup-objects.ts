import { defineField, type Field } from './field.ts';
import { timeZones } from './picklists.ts';
import { addressFields, auditFields, idField, personNameFields, readOnly, reference } from './system-fields.ts';

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm} */
export const user: readonly Field[] = [
  idField('User'),
  defineField('Username', 'string', { length: 80, nillable: false, idLookup: true }),
  ...personNameFields().filter((field) => field.name !== 'Salutation'),
  defineField('CompanyName', 'string', { length: 80 }),
  defineField('Department', 'string', { length: 80 }),
  defineField('Title', 'string', { length: 80 }),
  defineField('Email', 'email', { length: 128, nillable: false, idLookup: true }),
  defineField('Phone', 'phone'),
  defineField('MobilePhone', 'phone'),
  defineField('Alias', 'string', { length: 8, nillable: false }),
  defineField('CommunityNickname', 'string', { length: 40, nillable: false, label: 'Nickname' }),
  defineField('IsActive', 'boolean', { label: 'Active', alwaysVisible: true }),
  defineField('TimeZoneSidKey', 'picklist', { length: 40, nillable: false, restricted: true, values: timeZones }),
  defineField('LocaleSidKey', 'picklist', { length: 40, nillable: false, restricted: true, values: ['en_US'] }),
  defineField('LanguageLocaleKey', 'picklist', { length: 40, nillable: false, restricted: true, values: ['en_US'] }),
  defineField('EmailEncodingKey', 'picklist', { length: 40, nillable: false, restricted: true, values: ['UTF-8'] }),
  reference('ProfileId', ['Profile'], { nillable: false }),
  readOnly('UserType', 'picklist', { length: 40, restricted: true, values: ['Standard'] }),
  ...auditFields,
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_group.htm} */
export const group: readonly Field[] = [
  idField('Group'),
  defineField('Name', 'string', { length: 40, nillable: false, nameField: true }),
  defineField('DeveloperName', 'string', { length: 80 }),
  reference('RelatedId', ['User', 'UserRole'], { createable: false, updateable: false }),
  defineField('Type', 'picklist', { length: 40, nillable: false, restricted: true, values: ['Regular', 'Queue'] }),
  defineField('Email', 'email'),
  reference('OwnerId', ['Organization', 'User'], { createable: false, updateable: false }),
  ...auditFields,
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_recordtype.htm} */
export const recordType: readonly Field[] = [
  idField('Record Type'),
  defineField('Name', 'string', { length: 80, nillable: false, nameField: true }),
  defineField('DeveloperName', 'string', { length: 80, nillable: false, label: 'Record Type Name' }),
  readOnly('NamespacePrefix', 'string', { length: 15 }),
  defineField('Description', 'string'),
  defineField('SobjectType', 'picklist', { length: 40, nillable: false, restricted: true, label: 'SObject Type Name' }),
  defineField('IsActive', 'boolean', { label: 'Active', alwaysVisible: true }),
  readOnly('IsPersonType', 'boolean', { alwaysVisible: true }),
  ...auditFields,
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_currencytype.htm} */
export const currencyType: readonly Field[] = [
  idField('Currency Type'),
  defineField('IsoCode', 'string', { length: 3, nillable: false, nameField: true, label: 'Currency ISO Code' }),
  defineField('ConversionRate', 'double', { precision: 18, scale: 6, nillable: false }),
  defineField('DecimalPlaces', 'int', { nillable: false }),
  defineField('IsActive', 'boolean', { label: 'Active', alwaysVisible: true }),
  defineField('IsCorporate', 'boolean', { label: 'Corporate Currency', alwaysVisible: true }),
  ...auditFields,
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_organization.htm} */
export const organization: readonly Field[] = [
  idField('Organization'),
  defineField('Name', 'string', { length: 80, nillable: false, nameField: true }),
  ...addressFields(''),
  defineField('Phone', 'phone'),
  defineField('PrimaryContact', 'string', { length: 80 }),
  defineField('DefaultLocaleSidKey', 'picklist', { length: 40, nillable: false }),
  defineField('TimeZoneSidKey', 'picklist', { length: 40, nillable: false }),
  defineField('LanguageLocaleKey', 'picklist', { length: 40, nillable: false }),
  readOnly('OrganizationType', 'picklist', { length: 40 }),
  readOnly('InstanceName', 'string', { length: 5 }),
  readOnly('IsSandbox', 'boolean', { alwaysVisible: true }),
  readOnly('NamespacePrefix', 'string', { length: 15 }),
  readOnly('TrialExpirationDate', 'datetime'),
  ...auditFields,
];
