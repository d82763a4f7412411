import { toStamp } from './clock.ts';
import { makeId } from './ids.ts';
import type { OrgState } from './org-state.ts';
import type { Viewer } from './schema/schema.ts';
import type { Row, Value } from './soql/source.ts';

/** A user of the org who may sign in or own records. */
export interface OrgUser extends Viewer {
  readonly name: string;
  readonly username: string;
}

/** The users and queues of a new org. */
export interface StandardRecords {
  readonly organizationId: string;
  readonly lockstep: OrgUser;
  readonly admin: OrgUser;
  /** Sales people, who own records. */
  readonly sales: readonly OrgUser[];
  readonly inactive: OrgUser;
  readonly queues: readonly { readonly id: string; readonly name: string }[];
}

const people = [
  { first: 'Integration', last: 'Lockstep', alias: 'lockstep', title: 'Sync user', active: true, administrator: false },
  { first: 'Alex', last: 'Admin', alias: 'admin', title: 'System Administrator', active: true, administrator: true },
  { first: 'Nora', last: 'Lindqvist', alias: 'nlind', title: 'Account Executive', active: true, administrator: false },
  { first: 'Marcus', last: 'Oyelaran', alias: 'moyel', title: 'Account Executive', active: true, administrator: false },
  { first: 'Priya', last: 'Raman', alias: 'prama', title: 'Sales Development', active: true, administrator: false },
  { first: 'Theo', last: 'Former', alias: 'tform', title: 'Account Executive', active: false, administrator: false },
] as const;

const queueNames = ['Inbound Leads', 'Partner Leads'] as const;

/** Fills the setup objects of a new org. Ids are the same in every org. */
export function createStandardRecords(org: OrgState): StandardRecords {
  const stamp = toStamp(org.clock.now());
  const organizationId = insertSetup(org, 'Organization', { Name: 'Simulated Org', ...organization });
  const adminId = org.store.nextId('User');
  const audit = (row: Record<string, Value>) => ({ ...row, CreatedDate: stamp, CreatedById: adminId });
  const users = people.map((person, at) => {
    const username = `${person.alias}@org.example.com`;
    const id = at === 1 ? adminId : org.store.nextId('User');
    insertSetup(org, 'User', audit({ Id: id, ...userRow(person), Username: username, Email: username }));
    return { id, name: person.alias, username, administrator: person.administrator };
  });
  const queues = queueNames.map((name) => {
    const row = { Name: name, DeveloperName: name.replace(' ', '_'), Type: 'Queue', OwnerId: organizationId };
    return { id: insertSetup(org, 'Group', audit(row)), name };
  });
  const [lockstep, admin, ...sales] = users as [OrgUser, OrgUser, ...OrgUser[]];
  const inactive = sales.pop() as OrgUser;
  org.automation.assignmentRules.push(leadRule({ sales, queues }));
  return { organizationId, lockstep, admin, sales, inactive, queues };
}

const organization = {
  OrganizationType: 'Unlimited Edition',
  InstanceName: 'SIM1',
  IsSandbox: false,
  DefaultLocaleSidKey: 'en_US',
  TimeZoneSidKey: 'GMT',
  LanguageLocaleKey: 'en_US',
  PrimaryContact: 'Alex Admin',
};

function userRow(person: (typeof people)[number]): Record<string, Value> {
  return {
    FirstName: person.first,
    LastName: person.last,
    Name: `${person.first} ${person.last}`,
    Alias: person.alias,
    CommunityNickname: person.alias,
    Title: person.title,
    IsActive: person.active,
    UserType: 'Standard',
    TimeZoneSidKey: 'GMT',
    LocaleSidKey: 'en_US',
    LanguageLocaleKey: 'en_US',
    EmailEncodingKey: 'UTF-8',
    ProfileId: person.administrator ? '00e5g000000000AAAA' : '00e5g000000000BAAQ',
  };
}

/** Puts a setup record in place, as an administrator's work in Setup would. */
export function insertSetup(org: OrgState, object: string, values: Record<string, Value>): string {
  const stamp = toStamp(org.clock.now());
  const id = (values.Id as string | undefined) ?? org.store.nextId(object);
  const row: Row = {
    ...org.store.blank(object),
    CreatedDate: stamp,
    ...values,
    Id: id,
    LastModifiedDate: stamp,
    LastModifiedById: values.CreatedById ?? null,
    SystemModstamp: stamp,
  };
  org.store.put(object, row);
  return id;
}

/**
 * The active assignment rule for Leads: German ones go to a person, partner ones to a queue, and all others to the
 * queue of inbound Leads.
 */
function leadRule({
  sales,
  queues,
}: Pick<StandardRecords, 'sales' | 'queues'>): OrgState['automation']['assignmentRules'][number] {
  const [inbound, partner] = queues;
  const [first] = sales;
  return {
    id: makeId('01Q', 1),
    object: 'Lead',
    entries: [
      { when: (row) => row.Country === 'Germany', ownerId: first?.id ?? '' },
      { when: (row) => row.LeadSource === 'Partner Referral', ownerId: partner?.id ?? '' },
      { when: undefined, ownerId: inbound?.id ?? '' },
    ],
  };
}
