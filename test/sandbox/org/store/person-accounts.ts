import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Row, Value } from '../soql/source.ts';

const ADDRESS_PARTS = [
  'Street',
  'City',
  'State',
  'PostalCode',
  'Country',
  'Latitude',
  'Longitude',
  'GeocodeAccuracy',
] as const;

/** What an Account has under the name of the Contact's field with `Person` before it, in the order of a recorded describe. */
const PREFIXED = [
  ...ADDRESS_PARTS.map((part) => `Mailing${part}`),
  ...ADDRESS_PARTS.map((part) => `Other${part}`),
  'MobilePhone',
  'HomePhone',
  'OtherPhone',
  'AssistantPhone',
  'Email',
  'Title',
  'Department',
  'AssistantName',
  'LeadSource',
  'Birthdate',
  'HasOptedOutOfEmail',
  'HasOptedOutOfFax',
  'DoNotCall',
  'LastCURequestDate',
  'LastCUUpdateDate',
  'EmailBouncedReason',
  'EmailBouncedDate',
  'IndividualId',
];

/**
 * Contact field → Account field of the one person that both stand for.
 * {@link https://github.com/SFDO-Tooling/CumulusCI/tree/main/cumulusci/tests/cassettes}
 */
export const PERSON_FIELDS: Readonly<Record<string, string>> = {
  LastName: 'LastName',
  FirstName: 'FirstName',
  Salutation: 'Salutation',
  ...Object.fromEntries(PREFIXED.map((name) => [name, `Person${name}`])),
  Phone: 'Phone',
  Fax: 'Fax',
};

const OF_PERSON_ALONE = Object.values(PERSON_FIELDS).filter((name) => name !== 'Phone' && name !== 'Fax');

interface Saving {
  readonly row: Record<string, Value>;
  readonly before: Row | undefined;
  readonly given: ReadonlyMap<string, Value>;
}

/**
 * An Account with a record type of persons has a person's name and fields, another has not; the Contact of a person
 * keeps the record type that it has.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_personaccounts.htm}
 */
export function followPerson(org: OrgState, object: string, { row, before, given }: Saving): ApiError[] {
  if (!org.features.has('personAccounts')) return [];
  if (object === 'Contact') return row.IsPersonAccount === true ? fixedRecordType(given) : [];
  if (object !== 'Account') return [];
  const type = org.store.table('RecordType').get(String(row.RecordTypeId));
  const isPerson = type?.IsPersonType === true;
  const names = isPerson ? ['Name'] : OF_PERSON_ALONE;
  const wrong = names.filter((name) => given.has(name) && (given.get(name) ?? null) !== (before?.[name] ?? null));
  if (wrong.length > 0) return [badNames(wrong)];
  row.IsPersonAccount = isPerson;
  if (!isPerson) return [];
  row.Name = [row.FirstName, row.LastName].filter((part) => part !== null).join(' ') || null;
  return row.LastName === null
    ? [new ApiError('REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName'])]
    : [];
}

function badNames(names: readonly string[]): ApiError {
  const message = `Account: bad field names on insert/update call: ${names.join(', ')}`;
  return new ApiError('INVALID_FIELD_FOR_INSERT_UPDATE', message, names);
}

/** {@link https://help.salesforce.com/s/articleView?id=005305352} */
function fixedRecordType(given: ReadonlyMap<string, Value>): ApiError[] {
  if (!given.has('RecordTypeId')) return [];
  return [new ApiError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id')];
}

/** Brings the other record of a person account into step with the one that was saved. */
export function mirrorPerson(org: OrgState, object: string, row: Row): void {
  if (!org.features.has('personAccounts') || row.IsPersonAccount !== true) return;
  if (object === 'Contact') mirrorContact(org, row);
  else if (object === 'Account') mirrorAccount(org, row);
}

function stampsOf({ LastModifiedDate, LastModifiedById, SystemModstamp }: Row): Record<string, Value> {
  return {
    LastModifiedDate: LastModifiedDate ?? null,
    LastModifiedById: LastModifiedById ?? null,
    SystemModstamp: SystemModstamp ?? null,
  };
}

function mirrorContact(org: OrgState, contact: Row): void {
  const account = org.store.table('Account').get(String(contact.AccountId));
  if (!account) return;
  const values = Object.entries(PERSON_FIELDS).map(([from, to]) => [to, contact[from] ?? null] as const);
  org.store.put('Account', {
    ...account,
    ...Object.fromEntries(values),
    Name: contact.Name ?? null,
    ...stampsOf(contact),
  });
}

function mirrorAccount(org: OrgState, account: Row): void {
  const known = org.store.table('Contact').get(String(account.PersonContactId));
  const values = Object.entries(PERSON_FIELDS).map(([to, from]) => [to, account[from] ?? null] as const);
  const person = {
    ...Object.fromEntries(values),
    Name: account.Name ?? null,
    IsEmailBounced: (account.PersonEmailBouncedReason ?? null) !== null,
    ...stampsOf(account),
  };
  if (known) {
    org.store.put('Contact', { ...known, ...person });
    return;
  }
  const id = org.store.nextId('Contact');
  const made = { Id: id, AccountId: account.Id ?? null, IsPersonAccount: true, OwnerId: account.OwnerId ?? null };
  const audit = { CreatedDate: account.CreatedDate ?? null, CreatedById: account.CreatedById ?? null };
  org.store.put('Contact', { ...org.store.blank('Contact'), ...made, ...person, ...audit });
  org.store.put('Account', { ...account, PersonContactId: id });
}
