import { defineField, type Field } from './field.ts';
import { accountTypes, cleanStatuses, industries, leadSources, leadStatuses, ratings } from './picklists.ts';
import { currencyType, group, organization, recordType, user } from './setup-objects.ts';
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

const lastActivityDate = readOnly('LastActivityDate', 'date', { label: 'Last Activity', alwaysVisible: true });

const viewDates = [
  readOnly('LastViewedDate', 'datetime', { alwaysVisible: true }),
  readOnly('LastReferencedDate', 'datetime', { alwaysVisible: true }),
];

const photoUrl = readOnly('PhotoUrl', 'url', { label: 'Photo URL', extraTypeInfo: 'imageurl', alwaysVisible: true });

const dataDotComKey = defineField('Jigsaw', 'string', { length: 20, label: 'Data.com Key' });

const cleanStatus = defineField('CleanStatus', 'picklist', {
  length: 40,
  restricted: true,
  values: Object.keys(cleanStatuses),
  valueLabels: cleanStatuses,
});

const dandbCompany = reference('DandbCompanyId', ['DandBCompany'], { label: 'D&B Company ID' });

/** Of the Data Protection and Privacy settings; field-level security does not apply to it. */
const individual = reference('IndividualId', ['Individual'], { alwaysVisible: true });

function jigsawIdField(name: string): Field {
  return readOnly(name, 'string', { length: 20, relationshipName: name.replace(/Id$/, ''), alwaysVisible: true });
}

const NOT_SORTED: Partial<Field> = { filterable: false, sortable: false, groupable: false };

function description(label: string): Field {
  return defineField('Description', 'textarea', { ...NOT_SORTED, length: 32_000, label });
}

/** Filled in by bounce management; a new address clears them. The API may set them, a Contact's on creation too. */
function bounceFields(differences: Partial<Field>): Field[] {
  return [
    defineField('EmailBouncedReason', 'string', { alwaysVisible: true, ...differences }),
    defineField('EmailBouncedDate', 'datetime', { alwaysVisible: true, ...differences }),
  ];
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm} */
const lead: readonly Field[] = [
  idField('Lead'),
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
  photoUrl,
  description('Description'),
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
  defineField('IsConverted', 'boolean', { label: 'Converted', updateable: false, alwaysVisible: true }),
  readOnly('ConvertedDate', 'date', { alwaysVisible: true }),
  reference('ConvertedAccountId', ['Account'], { createable: false, updateable: false, alwaysVisible: true }),
  reference('ConvertedContactId', ['Contact'], { createable: false, updateable: false, alwaysVisible: true }),
  reference('ConvertedOpportunityId', ['Opportunity'], { createable: false, updateable: false, alwaysVisible: true }),
  defineField('IsUnreadByOwner', 'boolean', { label: 'Unread By Owner', alwaysVisible: true }),
  ...auditFields,
  lastActivityDate,
  ...viewDates,
  dataDotComKey,
  jigsawIdField('JigsawContactId'),
  cleanStatus,
  defineField('CompanyDunsNumber', 'string', { length: 9, label: 'Company D-U-N-S Number' }),
  dandbCompany,
  ...bounceFields({ createable: false }),
  individual,
];

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm} */
const contact: readonly Field[] = [
  idField('Contact'),
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
  defineField('AssistantPhone', 'phone', { label: 'Asst. Phone' }),
  reference('ReportsToId', ['Contact']),
  defineField('Email', 'email', { idLookup: true }),
  defineField('Title', 'string', { length: 128 }),
  defineField('Department', 'string', { length: 80 }),
  defineField('AssistantName', 'string', { length: 40, label: "Assistant's Name" }),
  defineField('LeadSource', 'picklist', { values: leadSources }),
  defineField('Birthdate', 'date'),
  description('Contact Description'),
  ownerField(['User']),
  defineField('HasOptedOutOfEmail', 'boolean', { label: 'Email Opt Out' }),
  defineField('HasOptedOutOfFax', 'boolean', { label: 'Fax Opt Out' }),
  defineField('DoNotCall', 'boolean', { label: 'Do Not Call' }),
  ...auditFields,
  lastActivityDate,
  readOnly('LastCURequestDate', 'datetime', { label: 'Last Stay-in-Touch Request Date', alwaysVisible: true }),
  readOnly('LastCUUpdateDate', 'datetime', { label: 'Last Stay-in-Touch Save Date', alwaysVisible: true }),
  ...viewDates,
  ...bounceFields({}),
  readOnly('IsEmailBounced', 'boolean', { alwaysVisible: true }),
  photoUrl,
  dataDotComKey,
  jigsawIdField('JigsawContactId'),
  cleanStatus,
  individual,
];

/** Of Accounts whose people sign in to the sites of the org. */
const partnerFields = [
  defineField('IsPartner', 'boolean', { label: 'Partner Account', createable: false, alwaysVisible: true }),
  defineField('IsCustomerPortal', 'boolean', {
    label: 'Customer Portal Account',
    createable: false,
    alwaysVisible: true,
  }),
  readOnly('ChannelProgramName', 'string', { filterable: false, sortable: false, alwaysVisible: true }),
  readOnly('ChannelProgramLevelName', 'string', { filterable: false, sortable: false, alwaysVisible: true }),
];

/** The picklists of an Account are shorter than those of a Lead. */
function accountPicklist(name: string, differences: Partial<Field>): Field {
  return defineField(name, 'picklist', { length: 40, ...differences });
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm} */
const account: readonly Field[] = [
  idField('Account'),
  isDeletedField,
  masterRecordField('Account'),
  defineField('Name', 'string', {
    nillable: false,
    nameField: true,
    label: 'Account Name',
    compoundFieldName: 'Name',
    extraTypeInfo: 'switchablepersonname',
    alwaysVisible: true,
  }),
  accountPicklist('Type', { values: accountTypes, label: 'Account Type' }),
  reference('ParentId', ['Account'], { label: 'Parent Account ID' }),
  ...addressFields('Billing'),
  ...addressFields('Shipping'),
  defineField('Phone', 'phone', { label: 'Account Phone' }),
  defineField('Fax', 'phone', { label: 'Account Fax' }),
  defineField('AccountNumber', 'string', { length: 40 }),
  defineField('Website', 'url'),
  photoUrl,
  defineField('Sic', 'string', { length: 20, label: 'SIC Code' }),
  accountPicklist('Industry', { values: industries }),
  defineField('AnnualRevenue', 'currency'),
  defineField('NumberOfEmployees', 'int', { label: 'Employees' }),
  accountPicklist('Ownership', { values: ['Public', 'Private', 'Subsidiary', 'Other'] }),
  defineField('TickerSymbol', 'string', { length: 20 }),
  description('Account Description'),
  accountPicklist('Rating', { values: ratings, label: 'Account Rating' }),
  defineField('Site', 'string', { length: 80, label: 'Account Site' }),
  ownerField(['User']),
  ...auditFields,
  lastActivityDate,
  ...viewDates,
  ...partnerFields,
  dataDotComKey,
  jigsawIdField('JigsawCompanyId'),
  cleanStatus,
  accountPicklist('AccountSource', { values: leadSources }),
  defineField('DunsNumber', 'string', { length: 9, label: 'D-U-N-S Number' }),
  defineField('Tradestyle', 'string'),
  defineField('NaicsCode', 'string', { length: 8, label: 'NAICS Code' }),
  defineField('NaicsDesc', 'string', { length: 120, label: 'NAICS Description' }),
  defineField('YearStarted', 'string', { length: 4 }),
  defineField('SicDesc', 'string', { length: 80, label: 'SIC Description' }),
  dandbCompany,
  reference('OperatingHoursId', ['OperatingHours'], { label: 'Operating Hour ID' }),
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
  {
    name: 'RecordType',
    label: 'Record Type',
    labelPlural: 'Record Types',
    keyPrefix: '012',
    ...setup,
    fields: recordType,
  },
];

/** There only where an org has several currencies. */
export const currencyTypeObject: ObjectDefinition = {
  name: 'CurrencyType',
  label: 'Currency Type',
  labelPlural: 'Currency Types',
  keyPrefix: '01L',
  ...setup,
  fields: currencyType,
};

/** Ships with every org here: the key by which an integration finds its own records again. */
export const personIdField: Field = defineField('Person_Id__c', 'string', {
  length: 64,
  custom: true,
  externalId: true,
  unique: true,
  idLookup: true,
  label: 'Person Id',
});
