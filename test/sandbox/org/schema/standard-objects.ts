import { defineField, type Field } from './field.ts';
import { accountTypes, industries, leadSources, leadStatuses, ratings } from './picklists.ts';
import {
  addressFields,
  auditFields,
  idField,
  isDeletedField,
  masterRecordField,
  ownerField,
  personNameFields,
  readOnly,
  reference,
} from './system-fields.ts';

/** An object and what may be done with it through the API. */
export interface ObjectDefinition {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  /** Records are created, updated and deleted through the API; setup objects are only read here. */
  readonly editable: boolean;
  readonly mergeable: boolean;
  readonly fields: readonly Field[];
}

const activityDates = [
  readOnly('LastActivityDate', 'date', { alwaysVisible: true }),
  readOnly('LastViewedDate', 'datetime'),
  readOnly('LastReferencedDate', 'datetime'),
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm} */
const lead: readonly Field[] = [
  idField,
  isDeletedField,
  masterRecordField('Lead'),
  ...personNameFields(),
  defineField('Title', 'string', { length: 128 }),
  defineField('Company', 'string', { nillable: false }),
  ...addressFields(''),
  defineField('Phone', 'phone'),
  defineField('MobilePhone', 'phone'),
  defineField('Fax', 'phone'),
  defineField('Email', 'email', { idLookup: true }),
  defineField('Website', 'url'),
  readOnly('PhotoUrl', 'url', { label: 'Photo URL' }),
  defineField('Description', 'textarea', { length: 32_000, filterable: false, sortable: false }),
  defineField('LeadSource', 'picklist', { values: leadSources }),
  defineField('Status', 'picklist', { nillable: false, values: leadStatuses, defaultValue: leadStatuses[0] ?? null }),
  defineField('Industry', 'picklist', { values: industries }),
  defineField('Rating', 'picklist', { values: ratings }),
  defineField('AnnualRevenue', 'currency'),
  defineField('NumberOfEmployees', 'int', { label: 'Employees' }),
  ownerField(['Group', 'User']),
  defineField('HasOptedOutOfEmail', 'boolean', { label: 'Email Opt Out' }),
  defineField('HasOptedOutOfFax', 'boolean', { label: 'Fax Opt Out' }),
  defineField('DoNotCall', 'boolean', { label: 'Do Not Call' }),
  readOnly('IsConverted', 'boolean', { label: 'Converted', alwaysVisible: true }),
  readOnly('ConvertedDate', 'date', { alwaysVisible: true }),
  reference('ConvertedAccountId', ['Account'], { createable: false, updateable: false, alwaysVisible: true }),
  reference('ConvertedContactId', ['Contact'], { createable: false, updateable: false, alwaysVisible: true }),
  reference('ConvertedOpportunityId', ['Opportunity'], { createable: false, updateable: false, alwaysVisible: true }),
  defineField('IsUnreadByOwner', 'boolean', { label: 'Unread By Owner', defaultValue: true }),
  ...auditFields,
  ...activityDates,
  defineField('Jigsaw', 'string', { length: 20, label: 'Data.com Key' }),
  readOnly('EmailBouncedReason', 'string'),
  readOnly('EmailBouncedDate', 'datetime'),
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm} */
const contact: readonly Field[] = [
  idField,
  isDeletedField,
  masterRecordField('Contact'),
  reference('AccountId', ['Account']),
  ...personNameFields(),
  ...addressFields('Other'),
  ...addressFields('Mailing'),
  defineField('Phone', 'phone', { label: 'Business Phone' }),
  defineField('Fax', 'phone', { label: 'Business Fax' }),
  defineField('MobilePhone', 'phone'),
  defineField('HomePhone', 'phone'),
  defineField('OtherPhone', 'phone'),
  defineField('AssistantPhone', 'phone'),
  reference('ReportsToId', ['Contact']),
  defineField('Email', 'email', { idLookup: true }),
  defineField('Title', 'string', { length: 128 }),
  defineField('Department', 'string', { length: 80 }),
  defineField('AssistantName', 'string', { length: 40, label: "Assistant's Name" }),
  defineField('LeadSource', 'picklist', { values: leadSources }),
  defineField('Birthdate', 'date'),
  defineField('Description', 'textarea', { length: 32_000, filterable: false, sortable: false }),
  ownerField(['User']),
  defineField('HasOptedOutOfEmail', 'boolean', { label: 'Email Opt Out' }),
  defineField('HasOptedOutOfFax', 'boolean', { label: 'Fax Opt Out' }),
  defineField('DoNotCall', 'boolean', { label: 'Do Not Call' }),
  ...auditFields,
  ...activityDates,
  readOnly('LastCURequestDate', 'datetime'),
  readOnly('LastCUUpdateDate', 'datetime'),
  readOnly('EmailBouncedReason', 'string'),
  readOnly('EmailBouncedDate', 'datetime'),
  readOnly('IsEmailBounced', 'boolean'),
  readOnly('PhotoUrl', 'url', { label: 'Photo URL' }),
  defineField('Jigsaw', 'string', { length: 20, label: 'Data.com Key' }),
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm} */
const account: readonly Field[] = [
  idField,
  isDeletedField,
  masterRecordField('Account'),
  defineField('Name', 'string', { nillable: false, nameField: true, label: 'Account Name', alwaysVisible: true }),
  defineField('Type', 'picklist', { values: accountTypes, label: 'Account Type' }),
  reference('ParentId', ['Account']),
  ...addressFields('Billing'),
  ...addressFields('Shipping'),
  defineField('Phone', 'phone', { label: 'Account Phone' }),
  defineField('Fax', 'phone', { label: 'Account Fax' }),
  defineField('AccountNumber', 'string', { length: 40 }),
  defineField('Website', 'url'),
  defineField('Sic', 'string', { length: 20, label: 'SIC Code' }),
  defineField('Industry', 'picklist', { values: industries }),
  defineField('AnnualRevenue', 'currency'),
  defineField('NumberOfEmployees', 'int', { label: 'Employees' }),
  defineField('Ownership', 'picklist', { values: ['Public', 'Private', 'Subsidiary', 'Other'] }),
  defineField('TickerSymbol', 'string', { length: 20 }),
  defineField('Description', 'textarea', { length: 32_000, filterable: false, sortable: false }),
  defineField('Rating', 'picklist', { values: ratings }),
  defineField('Site', 'string', { length: 80, label: 'Account Site' }),
  ownerField(['User']),
  ...auditFields,
  ...activityDates,
  defineField('AccountSource', 'picklist', { values: leadSources }),
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm} */
const user: readonly Field[] = [
  idField,
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
  defineField('IsActive', 'boolean', { label: 'Active' }),
  defineField('TimeZoneSidKey', 'picklist', { length: 40, nillable: false, restricted: true, values: ['GMT'] }),
  defineField('LocaleSidKey', 'picklist', { length: 40, nillable: false, restricted: true, values: ['en_US'] }),
  defineField('LanguageLocaleKey', 'picklist', { length: 40, nillable: false, restricted: true, values: ['en_US'] }),
  defineField('EmailEncodingKey', 'picklist', { length: 40, nillable: false, restricted: true, values: ['UTF-8'] }),
  reference('ProfileId', ['Profile'], { nillable: false }),
  readOnly('UserType', 'picklist', { length: 40, restricted: true, values: ['Standard'] }),
  ...auditFields,
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_group.htm} */
const group: readonly Field[] = [
  idField,
  defineField('Name', 'string', { length: 40, nillable: false, nameField: true }),
  defineField('DeveloperName', 'string', { length: 80 }),
  reference('RelatedId', ['User', 'UserRole'], { createable: false, updateable: false }),
  defineField('Type', 'picklist', { length: 40, nillable: false, restricted: true, values: ['Regular', 'Queue'] }),
  defineField('Email', 'email'),
  reference('OwnerId', ['Organization', 'User'], { createable: false, updateable: false }),
  ...auditFields,
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_organization.htm} */
const organization: readonly Field[] = [
  idField,
  defineField('Name', 'string', { length: 80, nillable: false, nameField: true }),
  ...addressFields(''),
  defineField('Phone', 'phone'),
  defineField('PrimaryContact', 'string', { length: 80 }),
  defineField('DefaultLocaleSidKey', 'picklist', { length: 40, nillable: false }),
  defineField('TimeZoneSidKey', 'picklist', { length: 40, nillable: false }),
  defineField('LanguageLocaleKey', 'picklist', { length: 40, nillable: false }),
  readOnly('OrganizationType', 'picklist', { length: 40 }),
  readOnly('InstanceName', 'string', { length: 5 }),
  readOnly('IsSandbox', 'boolean'),
  readOnly('NamespacePrefix', 'string', { length: 15 }),
  readOnly('TrialExpirationDate', 'datetime'),
  ...auditFields,
];

const setup = { editable: false, mergeable: false } as const;
const data = { editable: true, mergeable: true } as const;

/** The objects of a new org. */
export const standardObjects: readonly ObjectDefinition[] = [
  { name: 'Lead', label: 'Lead', labelPlural: 'Leads', keyPrefix: '00Q', ...data, fields: lead },
  { name: 'Contact', label: 'Contact', labelPlural: 'Contacts', keyPrefix: '003', ...data, fields: contact },
  { name: 'Account', label: 'Account', labelPlural: 'Accounts', keyPrefix: '001', ...data, fields: account },
  { name: 'User', label: 'User', labelPlural: 'Users', keyPrefix: '005', ...setup, fields: user },
  { name: 'Group', label: 'Group', labelPlural: 'Groups', keyPrefix: '00G', ...setup, fields: group },
  {
    name: 'Organization',
    label: 'Organization',
    labelPlural: 'Organizations',
    keyPrefix: '00D',
    ...setup,
    fields: organization,
  },
];

/** Ships with every org here: the key by which an integration finds its own records again. */
export const personIdField: Field = defineField('Person_Id__c', 'string', {
  length: 64,
  custom: true,
  externalId: true,
  unique: true,
  idLookup: true,
  label: 'Person Id',
});
