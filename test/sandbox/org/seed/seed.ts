import { toDate, toStamp } from '../clock.ts';
import { addField } from '../control/schema-calls.ts';
import type { OrgState } from '../org-state.ts';
import { createRandom, pick, type Random } from '../random.ts';
import { defineField, type Field } from '../schema/field.ts';
import { industries, leadSources, leadStatuses, ratings } from '../schema/picklists.ts';
import type { Value } from '../soql/source.ts';
import { adoptCodes } from '../store/address-codes.ts';
import {
  companyEnds,
  companyStarts,
  firstNames,
  interests,
  lastNames,
  places,
  segments,
  streets,
  titles,
} from './names.ts';

export interface Seed {
  readonly leads: number;
  readonly contacts: number;
  readonly seed: number;
}

/** Records come in as imports do: so many with one stamp, then a pause. */
const PER_SECOND = 200;
const PAUSE_SECONDS = 37;
const CONTACTS_PER_ACCOUNT = 4;
const DAY = 24 * 3_600_000;

/** The custom fields that seeded orgs have on Leads and Contacts. */
const seedFields: readonly Field[] = [
  defineField('Score__c', 'double', { custom: true, precision: 18, scale: 0 }),
  defineField('Product_Interest__c', 'multipicklist', { custom: true, restricted: true, values: interests }),
  defineField('Newsletter__c', 'boolean', { custom: true }),
  defineField('Birthday__c', 'date', { custom: true }),
  defineField('Segment__c', 'picklist', { custom: true, restricted: true, values: segments }),
];

/** Fills the org with realistic records; the same seed gives the same records. */
export function seedOrg(
  org: OrgState,
  { leads, contacts, seed }: Seed,
): { leads: number; contacts: number; accounts: number } {
  org.schema.asOne(() => addSeedFields(org));
  const random = createRandom(seed);
  const accounts = Math.ceil(contacts / CONTACTS_PER_ACCOUNT);
  const batch = { org, random, next: stampsBefore(org, leads + contacts + accounts) };
  const accountIds = Array.from({ length: accounts }, () => insert(batch, 'Account', account(batch)));
  const first = org.store.table('Lead').size + org.store.table('Contact').size;
  for (let at = 0; at < contacts; at += 1) {
    const accountId = accountIds[Math.floor(at / CONTACTS_PER_ACCOUNT)] ?? null;
    insert(batch, 'Contact', { AccountId: accountId, ...contact(batch, first + at) });
  }
  for (let at = 0; at < leads; at += 1) insert(batch, 'Lead', lead(batch, first + contacts + at));
  return { leads, contacts, accounts };
}

function addSeedFields(org: OrgState): void {
  for (const object of ['Lead', 'Contact']) {
    for (const field of seedFields) if (!org.schema.field(object, field.name)) addField(org, object, field);
  }
}

interface Batch {
  readonly org: OrgState;
  readonly random: Random;
  /** The stamp of the next record. */
  readonly next: () => string;
}

/** Stamps that end an hour ago, so that new edits are the newest. */
function stampsBefore(org: OrgState, total: number): () => string {
  const steps = Math.ceil(total / PER_SECOND);
  const start = org.clock.now() - 3_600_000 - steps * PAUSE_SECONDS * 1000;
  let count = 0;
  let stamp = '';
  return () => {
    if (count % PER_SECOND === 0) stamp = toStamp(start + (count / PER_SECOND) * PAUSE_SECONDS * 1000);
    count += 1;
    return stamp;
  };
}

function insert({ org, next }: Batch, object: string, values: Record<string, Value>): string {
  const stamp = next();
  const { admin } = org.standard;
  const row = org.store.blank(object);
  const id = org.store.nextId(object);
  for (const name in values) row[name] = values[name] ?? null;
  row.Id = id;
  row.CreatedDate = stamp;
  row.CreatedById = admin.id;
  row.LastModifiedDate = stamp;
  row.LastModifiedById = admin.id;
  row.SystemModstamp = stamp;
  org.store.put(object, adoptCodes(org, object, row, false));
  return id;
}

function companyName(random: Random): string {
  return `${pick(random, companyStarts)} ${pick(random, companyEnds)}`;
}

function phone(random: Random, diallingCode: string): string {
  const digits = String(Math.floor(random() * 10_000_000)).padStart(7, '0');
  return `+${diallingCode} 555 ${digits.slice(0, 3)} ${digits.slice(3)}`;
}

function maybe<T>(random: Random, probability: number, value: () => T): T | null {
  return random() < probability ? value() : null;
}

function account({ org, random }: Batch): Record<string, Value> {
  const [city, state, postalCode, country, code] = pick(random, places);
  const name = companyName(random);
  return {
    Name: name,
    Industry: pick(random, industries),
    Phone: phone(random, code),
    Website: `https://www.${slug(name)}.example.com`,
    BillingStreet: `${1 + Math.floor(random() * 200)} ${pick(random, streets)}`,
    BillingCity: city,
    BillingState: state,
    BillingPostalCode: postalCode,
    BillingCountry: country,
    NumberOfEmployees: Math.floor(random() * random() * 20_000) + 1,
    OwnerId: pick(random, org.standard.sales).id,
  };
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** What Leads and Contacts have in common. The number in the address keeps it unique. */
function person({ org, random }: Batch, serial: number): Record<string, Value> {
  const FirstName = pick(random, firstNames);
  const LastName = pick(random, lastNames);
  const chosen = interests.filter(() => random() < 0.3);
  return {
    FirstName,
    LastName,
    Name: `${FirstName} ${LastName}`,
    Title: maybe(random, 0.85, () => pick(random, titles)),
    Email: `${slug(FirstName)}.${slug(LastName)}.${serial + 1}@example.com`,
    LeadSource: maybe(random, 0.8, () => pick(random, leadSources)),
    HasOptedOutOfEmail: random() < 0.05,
    DoNotCall: random() < 0.04,
    Score__c: maybe(random, 0.9, () => Math.floor(random() * 100)),
    Product_Interest__c: chosen.length > 0 ? chosen.join(';') : null,
    Newsletter__c: random() < 0.4,
    Birthday__c: maybe(random, 0.3, () => toDate(org.clock.now() - Math.floor((20 + random() * 45) * 365) * DAY)),
    Segment__c: maybe(random, 0.7, () => pick(random, segments)),
  };
}

function contact(batch: Batch, serial: number): Record<string, Value> {
  const { org, random } = batch;
  const [city, state, postalCode, country, code] = pick(random, places);
  return {
    ...person(batch, serial),
    Phone: phone(random, code),
    MobilePhone: maybe(random, 0.5, () => phone(random, code)),
    MailingStreet: `${1 + Math.floor(random() * 200)} ${pick(random, streets)}`,
    MailingCity: city,
    MailingState: state,
    MailingPostalCode: postalCode,
    MailingCountry: country,
    Department: maybe(random, 0.4, () => pick(random, ['Marketing', 'Sales', 'IT', 'Finance', 'Operations'])),
    OwnerId: pick(random, org.standard.sales).id,
  };
}

function lead(batch: Batch, serial: number): Record<string, Value> {
  const { org, random } = batch;
  const [city, state, postalCode, country, code] = pick(random, places);
  const company = companyName(random);
  const [inbound] = org.standard.queues;
  return {
    ...person(batch, serial),
    Company: company,
    Phone: phone(random, code),
    MobilePhone: maybe(random, 0.4, () => phone(random, code)),
    Street: maybe(random, 0.7, () => `${1 + Math.floor(random() * 200)} ${pick(random, streets)}`),
    City: city,
    State: state,
    PostalCode: postalCode,
    Country: country,
    Website: maybe(random, 0.6, () => `https://www.${slug(company)}.example.com`),
    Status: pick(
      random,
      leadStatuses.filter((status) => status !== 'Closed - Converted'),
    ),
    Industry: pick(random, industries),
    Rating: maybe(random, 0.5, () => pick(random, ratings)),
    NumberOfEmployees: maybe(random, 0.6, () => Math.floor(random() * random() * 5_000) + 1),
    IsUnreadByOwner: random() < 0.3,
    OwnerId: random() < 0.2 && inbound ? inbound.id : pick(random, org.standard.sales).id,
  };
}
