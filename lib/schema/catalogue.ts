import { byType, CREATED_TYPE, OBJECTS, SALESFORCE_TYPES, type SalesforceType } from '../person/row.ts';

/** The unique external-id text field holding the person id on Lead and Contact. */
export const PERSON_ID_FIELD = 'Person_Id__c';

/**
 * Kinds of access needed: the sync user sees the field, may fill the field on creation (`create`) or edit the field
 * always (`edit`); values are unique (`unique`).
 */
export type Access = 'read' | 'create' | 'edit' | 'unique';

/**
 * Owner columns beside the owner's id, for users and queues. Only queries follow relationships; a read of records by id
 * does not.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_and_polymorph_keys.htm
 */
export const OWNER_COLUMNS = ['Owner.Name', 'Owner.Email'] as const;

/** A permission needed by the sync, and the consequence of lacking the permission. */
export interface NeededAccess {
  readonly name: string;
  readonly on: readonly SalesforceType[];
  readonly access: Access;
  /** Whether the field is a system column: read with every row, beside the synced fields. */
  readonly column: boolean;
  readonly without: string;
}

const CREATED: readonly SalesforceType[] = [CREATED_TYPE];
const CONVERTED = SALESFORCE_TYPES.filter((type) => OBJECTS[type].convertsTo !== null);

const column = (name: string, without: string, on = SALESFORCE_TYPES): NeededAccess => {
  return { name, on, access: 'read', column: true, without };
};
const needed = (name: string, access: Access, without: string, on = SALESFORCE_TYPES): NeededAccess => {
  return { name, on, access, column: false, without };
};

/**
 * A person's refusals of contact. Salesforce hides the fields from many users (administrators too) until added to a
 * page or permission set, so a sync user may never have seen the fields.
 */
const OPT_OUTS = [
  ['HasOptedOutOfEmail', 'mail'],
  ['HasOptedOutOfFax', 'faxes'],
  ['DoNotCall', 'calls'],
] as const;

const optOuts = OPT_OUTS.flatMap(([name, what]) => [
  needed(name, 'read', `whoever opted out of ${what} in Salesforce is not known here, nor the other way round`),
  needed(name, 'edit', `whoever opts out of ${what} here is not known in Salesforce`),
]);

/** In the order of a query's columns: `Id` and `SystemModstamp` first, as required by the change feed. */
export const NEEDED_ACCESS: readonly NeededAccess[] = [
  column('Id', 'no row can be told from another'),
  column('SystemModstamp', 'no change can be found'),
  column('IsDeleted', 'deleted records are taken for living ones'),
  column('MasterRecordId', 'a merge looks like a deletion'),
  column('IsConverted', 'converted Leads are taken for open ones', CONVERTED),
  column('ConvertedContactId', 'the person of a converted Lead does not become the Contact', CONVERTED),
  column('OwnerId', 'the owner of a record is not known'),
  column(PERSON_ID_FIELD, 'a record does not name the person'),
  needed(PERSON_ID_FIELD, 'create', 'no Lead can be created: a repeated try would make a second one'),
  needed(PERSON_ID_FIELD, 'unique', 'two workers at once could create two Leads of one person', CREATED),
  needed('Email', 'read', 'persons are not found by email, and duplicates are created'),
  needed('LastName', 'create', 'no Lead can be created: Salesforce demands it', CREATED),
  needed('Company', 'create', 'no Lead can be created: Salesforce demands it', CREATED),
  ...optOuts,
];

/** Columns read beside the synced fields. */
export const SYSTEM_COLUMNS: Readonly<Record<SalesforceType, readonly string[]>> = byType(systemColumns);

function systemColumns(type: SalesforceType): readonly string[] {
  return NEEDED_ACCESS.filter((each) => each.column && each.on.includes(type)).map(({ name }) => name);
}

/** The API name on every object; null: the object lacks the field. */
export interface StandardField extends Readonly<Record<SalesforceType, string | null>> {
  /** Why the field is useful. */
  readonly reason: string;
  /** The field from which Salesforce derives the value: only the source field is edited and sent. */
  readonly derivedFrom?: string;
}

const OF_COMPANY = 'of the company; on a Contact the Account’s value';
const IN_ADDRESS = 'a part of the address';
const REACH = 'how to reach the person';

type Entry = readonly [string, StandardField];

/** The same API name on both objects. */
const both = (name: string, reason: string): Entry => [name, { Lead: name, Contact: name, reason }];
const leadOnly = (name: string, reason: string): Entry => [name, { Lead: name, Contact: null, reason }];
const contactOnly = (name: string, reason: string): Entry => [name, { Lead: null, Contact: name, reason }];
const mailing = (name: string, reason: string): Entry => [name, { Lead: name, Contact: `Mailing${name}`, reason }];

/**
 * The code beside a state or country. Salesforce keeps text and code in step, but on creation the code wins, and an
 * update of both to contradicting values is refused: an old code must never be sent beside an edited text.
 *
 * @see https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm
 */
const codeOf = (derivedFrom: string): Entry => {
  const name = `${derivedFrom}Code`;
  const reason = 'a part of the address, where the org has State and Country/Territory picklists';
  return [name, { Lead: name, Contact: `Mailing${name}`, reason, derivedFrom }];
};

/**
 * The synced standard fields, by local name (the Lead's API name), with the API name on every object. Custom fields
 * sync without an entry; a standard field without an entry does not sync.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm
 */
export const STANDARD_FIELDS: ReadonlyMap<string, StandardField> = new Map([
  both('Salutation', 'how to address the person'),
  both('FirstName', 'a part of the name'),
  both('MiddleName', 'a part of the name, if enabled in the org'),
  both('LastName', 'a part of the name; Salesforce demands it'),
  both('Suffix', 'a part of the name, if enabled in the org'),
  both('Title', 'what the person does'),
  leadOnly('Company', 'the employer, required by Salesforce. A Contact has an Account instead'),
  contactOnly('Department', 'where in the company the person works'),
  both('Email', 'the mail address, also used to find a person'),
  both('Phone', REACH),
  both('MobilePhone', REACH),
  both('Fax', REACH),
  leadOnly('Website', OF_COMPANY),
  mailing('Street', 'a part of the address; a Contact’s mailing address'),
  mailing('City', IN_ADDRESS),
  mailing('State', IN_ADDRESS),
  codeOf('State'),
  mailing('PostalCode', IN_ADDRESS),
  mailing('Country', IN_ADDRESS),
  codeOf('Country'),
  both('LeadSource', 'where the person came from'),
  leadOnly('Status', 'how far sales has come with the Lead'),
  leadOnly('Rating', 'how promising sales takes the Lead to be'),
  leadOnly('Industry', OF_COMPANY),
  leadOnly('AnnualRevenue', OF_COMPANY),
  leadOnly('NumberOfEmployees', OF_COMPANY),
  both('CurrencyIsoCode', 'the currency of the amounts, where the org has several'),
  both('Description', 'notes about the person'),
  contactOnly('Birthdate', 'when to congratulate'),
  both('HasOptedOutOfEmail', 'whether mail may be sent'),
  both('HasOptedOutOfFax', 'whether faxes may be sent'),
  both('DoNotCall', 'whether the person may be called'),
  both('EmailBouncedReason', 'why mail does not arrive'),
  both('EmailBouncedDate', 'since when mail does not arrive'),
  both('CreatedDate', 'how long sales has known the person'),
]);

/** Local names of standard fields by the API name on every object. */
export const LOCAL_NAMES: Readonly<Record<SalesforceType, ReadonlyMap<string, string>>> = byType(localNames);

function localNames(type: SalesforceType): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [local, field] of STANDARD_FIELDS) {
    const remote = field[type];
    if (remote !== null) names.set(remote, local);
  }
  return names;
}
