import { toDate } from '../clock.ts';
import { ApiError, refusals } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Row, Value } from '../soql/source.ts';
import { mustBeFree, mustFind, restamp } from './lifecycle.ts';
import { PERSON_FIELDS } from './person-accounts.ts';
import { quietOptions, saveRecord } from './save.ts';

/** Lead field → Contact field, where conversion carries a value over. */
const LEAD_TO_CONTACT: Readonly<Record<string, string>> = {
  FirstName: 'FirstName',
  LastName: 'LastName',
  Salutation: 'Salutation',
  Title: 'Title',
  Email: 'Email',
  Phone: 'Phone',
  MobilePhone: 'MobilePhone',
  Fax: 'Fax',
  LeadSource: 'LeadSource',
  Description: 'Description',
  Street: 'MailingStreet',
  City: 'MailingCity',
  State: 'MailingState',
  PostalCode: 'MailingPostalCode',
  Country: 'MailingCountry',
  HasOptedOutOfEmail: 'HasOptedOutOfEmail',
  HasOptedOutOfFax: 'HasOptedOutOfFax',
  DoNotCall: 'DoNotCall',
};

/** Lead field → Account field for a new Account. */
const LEAD_TO_ACCOUNT: Readonly<Record<string, string>> = {
  Company: 'Name',
  Street: 'BillingStreet',
  City: 'BillingCity',
  State: 'BillingState',
  PostalCode: 'BillingPostalCode',
  Country: 'BillingCountry',
  Phone: 'Phone',
  Fax: 'Fax',
  Website: 'Website',
  Industry: 'Industry',
  AnnualRevenue: 'AnnualRevenue',
  NumberOfEmployees: 'NumberOfEmployees',
  Rating: 'Rating',
};

export interface Conversion {
  readonly leadId: string;
  readonly contactId?: string | undefined;
  readonly accountId?: string | undefined;
}

/**
 * Converts a Lead into a new or an existing Contact and Account. An existing Contact keeps its values; only its empty
 * fields are filled. Custom fields travel to the Contact's field of the same name.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm}
 */
export function convertLead(org: OrgState, conversion: Conversion): Converted {
  const lead = leadToConvert(org, conversion.leadId);
  const contact = conversion.contactId === undefined ? undefined : contactToConvertInto(org, conversion.contactId);
  const known = conversion.accountId ?? (contact?.AccountId as string | null | undefined) ?? undefined;
  const isPerson = known === undefined && contact === undefined && lead.Company === null;
  const made = isPerson ? createPerson(org, lead) : createRecords(org, lead, { accountId: known, contact });
  const { accountId: ConvertedAccountId, contactId: ConvertedContactId } = made;
  restamp(org, 'Lead', { row: lead, change: { ...converted(org), ConvertedAccountId, ConvertedContactId } });
  org.stats.recordsUpdated += 1;
  return made;
}

interface Converted {
  readonly accountId: string;
  readonly contactId: string;
}

/** Account and Contact of a converted Lead: those that are given, and new ones in the place of those that are not. */
function createRecords(
  org: OrgState,
  lead: Row,
  given: { readonly accountId: string | undefined; readonly contact: Row | undefined },
): Converted {
  const accountId = given.accountId ?? create(org, 'Account', { lead, names: LEAD_TO_ACCOUNT, fixed: {} });
  const names = { ...LEAD_TO_CONTACT, ...sameCustomFields(org) };
  if (!given.contact)
    return { accountId, contactId: create(org, 'Contact', { lead, names, fixed: { AccountId: accountId } }) };
  fillEmpty(org, { contact: given.contact, lead, names, accountId });
  return { accountId, contactId: given.contact.Id as string };
}

function leadToConvert(org: OrgState, id: string): Row {
  const { object, row } = mustFind(org, id);
  if (object !== 'Lead') throw new ApiError('INVALID_ID_FIELD', 'leadId does not name a Lead');
  if (row.IsDeleted === true) throw refusals.deleted();
  if (row.IsConverted === true) throw new ApiError('CANNOT_CONVERT_CONVERTED_LEAD', 'lead is already converted');
  mustBeFree(org, [id]);
  return row;
}

function contactToConvertInto(org: OrgState, contactId: string): Row {
  mustBeFree(org, [contactId]);
  const { row } = mustFind(org, contactId);
  if (row.IsDeleted === true) throw refusals.deleted();
  return row;
}

function converted(org: OrgState): Record<string, Value> {
  return {
    IsConverted: true,
    Status: 'Closed - Converted',
    ConvertedDate: toDate(org.clock.now()),
    IsUnreadByOwner: false,
  };
}

/**
 * A custom field of a Lead is mapped to one of the same type only.
 * {@link https://help.salesforce.com/s/articleView?id=sales.customize_mapleads.htm}
 */
function sameCustomFields(org: OrgState): Record<string, string> {
  const shared = (org.schema.object('Lead')?.fields ?? []).filter(({ name, type, custom, calculated, autoNumber }) => {
    const target = org.schema.field('Contact', name);
    return custom && !calculated && !autoNumber && target?.type === type && !target.calculated && !target.autoNumber;
  });
  return Object.fromEntries(shared.map((field) => [field.name, field.name]));
}

interface Mapping {
  readonly lead: Row;
  readonly names: Readonly<Record<string, string>>;
  readonly fixed: Record<string, Value>;
}

function create(org: OrgState, object: string, { lead, names, fixed }: Mapping): string {
  const fields: Record<string, Value> = { ...fixed, OwnerId: personOwner(org, lead) };
  for (const [from, to] of Object.entries(names)) {
    const value = lead[from] ?? null;
    if (value !== null) fields[to] = value;
  }
  const outcome = saveRecord(org, { object, fields, options: quietOptions(org.standard.admin) });
  if (outcome.kind === 'saved') return outcome.id;
  throw outcome.errors[0] ?? new ApiError('UNKNOWN_EXCEPTION', 'The record was refused without a reason');
}

/** A Lead without a company is a person: its Account is one. */
function createPerson(org: OrgState, lead: Row): Converted {
  const type = [...org.store.table('RecordType').values()].find(({ IsPersonType }) => IsPersonType === true);
  if (!type) throw new ApiError('REQUIRED_FIELD_MISSING', 'Required fields are missing: [Company]', ['Company']);
  const names = Object.entries(LEAD_TO_CONTACT).flatMap(([from, to]) => {
    const target = PERSON_FIELDS[to];
    return target === undefined ? [] : [[from, target] as const];
  });
  const fixed = { RecordTypeId: type.Id ?? null };
  const accountId = create(org, 'Account', { lead, names: Object.fromEntries(names), fixed });
  return { accountId, contactId: org.store.table('Account').get(accountId)?.PersonContactId as string };
}

/** Contacts and Accounts cannot belong to a queue; the converting user takes those. */
function personOwner(org: OrgState, lead: Row): string {
  const owner = lead.OwnerId as string;
  return owner.startsWith('005') ? owner : org.standard.admin.id;
}

function fillEmpty(
  org: OrgState,
  {
    contact,
    lead,
    names,
    accountId,
  }: { contact: Row; lead: Row; names: Readonly<Record<string, string>>; accountId: string },
): void {
  const change: Record<string, Value> = {};
  for (const [from, to] of Object.entries(names)) {
    if (contact[to] === null && lead[from] !== null) change[to] = lead[from] ?? null;
  }
  if (contact.AccountId === null) change.AccountId = accountId;
  restamp(org, 'Contact', { row: contact, change });
  org.stats.recordsUpdated += 1;
}
