import { fromStamp, toDate, toStamp } from '../clock.ts';
import { ApiError, refusals } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';
import { takenValues } from './integrity.ts';
import { quietOptions, saveRecord } from './save.ts';

interface Restamp {
  readonly row: Row;
  readonly change: Record<string, Value>;
  readonly origin?: string | undefined;
}

/** Writes a row that the org itself changes, with new stamps. */
function restamp(org: OrgState, object: string, { row, change, origin }: Restamp): Row {
  const stamp = toStamp(Math.max(org.clock.now(), fromStamp(row.SystemModstamp as string)));
  const changed: Row = { ...row, ...change, SystemModstamp: stamp, LastModifiedDate: stamp };
  org.store.put(object, changed, origin);
  if (changed.IsDeleted === true) {
    org.recycleBin.add({ object, id: changed.Id as string, at: org.clock.now(), stamp });
  }
  return changed;
}

function mustFind(org: OrgState, id: string): { object: string; row: Row } {
  const found = org.store.find(id);
  if (!found) throw refusals.notFound();
  return found;
}

function mustBeFree(org: OrgState, ids: readonly string[]): void {
  const locked = ids.find((id) => org.transactions.isLocked(id));
  if (locked !== undefined) throw refusals.locked(locked);
}

/** Who deletes, and the paths of the request, which faults of single records look at. */
export interface Deletion {
  readonly viewer: Viewer;
  readonly paths: readonly string[];
  /** The API and client that delete, as change events name them. */
  readonly origin: string;
}

/** Puts a record, and the Contacts of an Account, into the recycle bin. */
export function deleteRecord(org: OrgState, id: string, { viewer, paths, origin }: Deletion): void {
  const { object, row } = mustFind(org, id);
  if (!org.sharing.isVisible(viewer, id)) throw refusals.outOfReach(id);
  if (row.IsDeleted === true) throw refusals.deleted();
  mustBeFree(org, [id]);
  if (org.faults.locksRow(paths)) throw refusals.locked(id);
  const refused = org.faults.recordError(object, row, paths);
  if (refused) throw refused;
  restamp(org, object, { row, change: { IsDeleted: true, LastModifiedById: viewer.id }, origin });
  org.stats.recordsDeleted += 1;
  if (object !== 'Account') return;
  for (const contact of contactsOf(org, id)) {
    restamp(org, 'Contact', { row: contact, change: { IsDeleted: true, LastModifiedById: viewer.id }, origin });
    org.stats.recordsDeleted += 1;
  }
}

function contactsOf(org: OrgState, accountId: string): Row[] {
  const contacts = org.store.table('Contact').rowsByField('AccountId', accountId);
  return contacts.filter((contact) => contact.IsDeleted === false);
}

/**
 * Takes a record out of the recycle bin, also one that lost a merge: it is a record of its own again.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_dml_undelete.htm}
 */
export function undeleteRecord(org: OrgState, id: string): void {
  const { object, row } = mustFind(org, id);
  if (row.IsDeleted !== true) {
    throw new ApiError('UNDELETE_FAILED', 'Entity is not in the recycle bin');
  }
  const [taken] = takenValues(org, org.standard.admin, { object, row });
  if (taken) throw taken;
  const change: Record<string, Value> = { IsDeleted: false };
  if ('MasterRecordId' in row) change.MasterRecordId = null;
  restamp(org, object, { row, change });
}

/** Empties one record out of the recycle bin: no query finds it again, only `deleted` tells of it. */
export function hardDelete(org: OrgState, id: string): void {
  const { object, row } = mustFind(org, id);
  mustBeFree(org, [id]);
  if (row.IsDeleted !== true) org.stats.recordsDeleted += 1;
  org.store.remove(object, id);
  org.purged.push({ object, id, at: org.clock.now() });
}

/**
 * Merges up to two records into a third: the losers are deleted and name it as their master.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_merge_statements.htm}
 */
export function mergeRecords(
  org: OrgState,
  { object, masterId, loserIds }: { object: string; masterId: string; loserIds: readonly string[] },
): void {
  if (loserIds.length < 1 || loserIds.length > 2) throw new ApiError('LIMIT_EXCEEDED', 'A merge takes 1 or 2 losers');
  const ids = [masterId, ...loserIds];
  mustBeFree(org, ids);
  const rows = ids.map((id) => mustFind(org, id));
  for (const { object: found, row } of rows) {
    if (found !== object) throw new ApiError('INVALID_TYPE', `Every record of this merge must be a ${object}`);
    if (row.IsDeleted === true) throw refusals.deleted();
    if (row.IsConverted === true) throw new ApiError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
  }
  if (new Set(ids).size !== ids.length) throw new ApiError('INVALID_ID_FIELD', 'The same record twice in one merge');
  const [master, ...losers] = rows as [(typeof rows)[number], ...typeof rows];
  for (const { row } of losers) {
    restamp(org, object, { row, change: { IsDeleted: true, MasterRecordId: masterId } });
    org.stats.recordsDeleted += 1;
    if (object === 'Account') moveContacts(org, { from: row.Id as string, to: masterId });
  }
  restamp(org, object, { row: master.row, change: {} });
  org.stats.recordsUpdated += 1;
}

function moveContacts(org: OrgState, { from, to }: { from: string; to: string }): void {
  for (const contact of contactsOf(org, from)) {
    restamp(org, 'Contact', { row: contact, change: { AccountId: to } });
    org.stats.recordsUpdated += 1;
  }
}

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
export function convertLead(org: OrgState, conversion: Conversion): { contactId: string; accountId: string } {
  const { object, row: lead } = mustFind(org, conversion.leadId);
  if (object !== 'Lead') throw new ApiError('INVALID_ID_FIELD', 'leadId does not name a Lead');
  if (lead.IsDeleted === true) throw refusals.deleted();
  if (lead.IsConverted === true) throw new ApiError('CANNOT_CONVERT_CONVERTED_LEAD', 'lead is already converted');
  mustBeFree(org, [conversion.leadId]);
  const contact = conversion.contactId === undefined ? undefined : contactToConvertInto(org, conversion.contactId);
  const known = conversion.accountId ?? (contact?.AccountId as string | null | undefined);
  const accountId = known ?? create(org, 'Account', { lead, names: LEAD_TO_ACCOUNT, fixed: {} });
  const names = { ...LEAD_TO_CONTACT, ...sameCustomFields(org) };
  const contactId = conversion.contactId ?? create(org, 'Contact', { lead, names, fixed: { AccountId: accountId } });
  if (contact) fillEmpty(org, { contact, lead, names, accountId });
  restamp(org, 'Lead', {
    row: lead,
    change: { ...converted(org), ConvertedAccountId: accountId, ConvertedContactId: contactId },
  });
  org.stats.recordsUpdated += 1;
  return { contactId, accountId };
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

function sameCustomFields(org: OrgState): Record<string, string> {
  const shared = (org.schema.object('Lead')?.fields ?? []).filter(
    (field) => field.custom && !field.calculated && !field.autoNumber && org.schema.field('Contact', field.name),
  );
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
