import type { SalesforceType } from '../person/person.ts';

/** The unique external-id text field that carries our `personId` on Lead and Contact. */
export const PERSON_ID_FIELD = 'Person_Id__c';

/** Columns that are asked for beside the synced fields; the row's place in the feed and in its life. */
export const SYSTEM_COLUMNS: Readonly<Record<SalesforceType, readonly string[]>> = {
  Lead: [
    'Id',
    'SystemModstamp',
    'IsDeleted',
    'MasterRecordId',
    'IsConverted',
    'ConvertedContactId',
    'OwnerId',
    PERSON_ID_FIELD,
  ],
  Contact: ['Id', 'SystemModstamp', 'IsDeleted', 'MasterRecordId', 'OwnerId', PERSON_ID_FIELD],
};

/**
 * What a query may ask of a row's owner, a user or a queue, beside its id. Only queries follow relationships: a read of
 * records by id cannot tell.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_and_polymorph_keys.htm
 */
export const OWNER_COLUMNS = ['Owner.Name', 'Owner.Email'] as const;

interface StandardField {
  readonly Lead: string | null;
  readonly Contact: string | null;
}

/** The same API name on both objects. */
const both = (name: string): [string, StandardField] => [name, { Lead: name, Contact: name }];
const leadOnly = (name: string): [string, StandardField] => [name, { Lead: name, Contact: null }];
const contactOnly = (name: string): [string, StandardField] => [name, { Lead: null, Contact: name }];
const renamed = (lead: string, contact: string): [string, StandardField] => [lead, { Lead: lead, Contact: contact }];

/**
 * The standard fields that sync, by local name (the Lead's API name), with their API name on each object. Every custom
 * field syncs without being listed. Not listed, and so not synced: compound fields (`Name`, `Address`: their parts are
 * here), audit fields, activity dates and the links to other objects, which say nothing about the person.
 */
export const STANDARD_FIELDS: ReadonlyMap<string, StandardField> = new Map([
  both('Salutation'),
  both('FirstName'),
  both('MiddleName'),
  both('LastName'),
  both('Suffix'),
  both('Title'),
  leadOnly('Company'),
  contactOnly('Department'),
  both('Email'),
  both('Phone'),
  both('MobilePhone'),
  both('Fax'),
  leadOnly('Website'),
  renamed('Street', 'MailingStreet'),
  renamed('City', 'MailingCity'),
  renamed('State', 'MailingState'),
  renamed('StateCode', 'MailingStateCode'),
  renamed('PostalCode', 'MailingPostalCode'),
  renamed('Country', 'MailingCountry'),
  renamed('CountryCode', 'MailingCountryCode'),
  both('LeadSource'),
  leadOnly('Status'),
  leadOnly('Rating'),
  leadOnly('Industry'),
  leadOnly('AnnualRevenue'),
  leadOnly('NumberOfEmployees'),
  both('Description'),
  contactOnly('Birthdate'),
  both('HasOptedOutOfEmail'),
  both('HasOptedOutOfFax'),
  both('DoNotCall'),
  both('EmailBouncedReason'),
  both('EmailBouncedDate'),
  both('CreatedDate'),
]);

/** Local names of standard fields by the API name on each object. */
export const LOCAL_NAMES: Readonly<Record<SalesforceType, ReadonlyMap<string, string>>> = {
  Lead: localNames('Lead'),
  Contact: localNames('Contact'),
};

function localNames(type: SalesforceType): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [local, field] of STANDARD_FIELDS) {
    const remote = field[type];
    if (remote !== null) names.set(remote, local);
  }
  return names;
}
