import { describe, expect, it } from 'vitest';
import { control, type Json, signIn, stillOrg } from './org-client.ts';

const admin = () => signIn(stillOrg(), 'admin');

function described(object: string): Json {
  return admin().get(`/sobjects/${object}/describe`).body;
}

function fieldsOf(object: string): ReadonlyMap<string, Json> {
  return new Map(described(object).fields?.map((field) => [String(field.name), field] as const));
}

function namesWhere(object: string, holds: (field: Json) => boolean): string[] {
  return [...fieldsOf(object).values()].filter(holds).map(({ name }) => String(name));
}

/**
 * What orgs of v48 to v59 answered, as CumulusCI has recorded it for its own tests.
 * https://github.com/SFDO-Tooling/CumulusCI/tree/main/cumulusci/tests/shared_cassettes
 */
describe('a describe, compared with recorded ones', () => {
  it('has the members of a recorded one', () => {
    expect(described('Lead')).toMatchObject({
      searchLayoutable: true,
      compactLayoutable: true,
      sobjectDescribeOption: 'FULL',
      defaultImplementation: null,
      extendedBy: null,
      extendsInterfaces: null,
      implementedBy: null,
      implementsInterfaces: null,
    });
  });

  it('names scopes, those of queues only where queues own records', () => {
    const scopes = (object: string) => described(object).supportedScopes?.map(({ label }) => label);
    expect(scopes('Lead')).toEqual([
      'All leads',
      'My leads',
      'Queue owned leads',
      'Filter by scope',
      "My team's leads",
      'User owned leads',
    ]);
    expect(scopes('Contact')).toEqual(['All contacts', 'My contacts', 'Filter by scope', "My team's contacts"]);
  });

  it.each([
    ['Lead', 'Id', { label: 'Lead ID' }],
    ['Contact', 'Id', { label: 'Contact ID' }],
    ['Contact', 'Description', { label: 'Contact Description', groupable: false }],
    ['Lead', 'LastActivityDate', { label: 'Last Activity' }],
    ['Contact', 'LastCURequestDate', { label: 'Last Stay-in-Touch Request Date' }],
    ['Account', 'ParentId', { label: 'Parent Account ID', searchPrefilterable: true }],
    ['Lead', 'Status', { defaultValue: 'Open - Not Contacted', defaultedOnCreate: true }],
    ['Lead', 'IsUnreadByOwner', { defaultValue: false, updateable: true }],
    ['Lead', 'IsConverted', { createable: true, updateable: false }],
    ['Lead', 'EmailBouncedReason', { createable: false, updateable: true, length: 255 }],
    ['Lead', 'EmailBouncedDate', { createable: false, updateable: true, type: 'datetime' }],
    ['Contact', 'EmailBouncedReason', { createable: true, updateable: true }],
    ['Contact', 'EmailBouncedDate', { createable: true, updateable: true }],
    ['Lead', 'CompanyDunsNumber', { length: 9, label: 'Company D-U-N-S Number' }],
    ['Lead', 'DandbCompanyId', { referenceTo: ['DandBCompany'], label: 'D&B Company ID' }],
    ['Lead', 'IndividualId', { referenceTo: ['Individual'], permissionable: false }],
    ['Lead', 'JigsawContactId', { createable: false, relationshipName: 'JigsawContact' }],
    ['Account', 'Jigsaw', { length: 20, label: 'Data.com Key', updateable: true }],
    ['Account', 'JigsawCompanyId', { createable: false, relationshipName: 'JigsawCompany' }],
    ['Account', 'SicDesc', { length: 80, label: 'SIC Description' }],
    ['Account', 'Industry', { length: 40, byteLength: 120 }],
    ['Account', 'IsPartner', { label: 'Partner Account', createable: false, updateable: true, permissionable: false }],
    ['Account', 'IsCustomerPortal', { label: 'Customer Portal Account', createable: false, updateable: true }],
    ['Account', 'ChannelProgramName', { length: 255, filterable: false, sortable: false, groupable: true }],
    ['Account', 'ChannelProgramLevelName', { label: 'Channel Program Level Name', updateable: false }],
    ['Account', 'OperatingHoursId', { label: 'Operating Hour ID', referenceTo: ['OperatingHours'] }],
    ['Lead', 'CleanStatus', { length: 40, restrictedPicklist: true, permissionable: true }],
  ])('tells of %s.%s as the recorded org does', (object, name, attributes) => {
    expect(fieldsOf(object).get(name)).toMatchObject(attributes);
  });

  it('tells which fields stand outside field-level security', () => {
    const outside = namesWhere('Lead', ({ permissionable, custom }) => !permissionable && !custom);
    expect(outside).toEqual(
      expect.arrayContaining(['FirstName', 'Salutation', 'PhotoUrl', 'LastViewedDate', 'EmailBouncedReason']),
    );
    for (const inside of ['Title', 'HasOptedOutOfEmail', 'DoNotCall']) expect(outside).not.toContain(inside);
    expect(outside).toContain('IsUnreadByOwner');
  });

  it('tells how names, pictures and text are shown', () => {
    const kind = (wanted: string) => namesWhere('Contact', ({ extraTypeInfo }) => extraTypeInfo === wanted);
    expect(kind('personname')).toEqual(['LastName', 'FirstName', 'Salutation', 'Name']);
    expect(kind('imageurl')).toEqual(['PhotoUrl']);
    expect(kind('plaintextarea')).toEqual(['OtherStreet', 'MailingStreet', 'Description']);
  });

  it('tells that addresses are searched by distance', () => {
    expect(namesWhere('Contact', ({ queryByDistance }) => queryByDistance === true)).toEqual([
      'OtherAddress',
      'MailingAddress',
    ]);
  });

  it('tells by which references a search can be narrowed', () => {
    expect(namesWhere('Lead', ({ searchPrefilterable }) => searchPrefilterable === true)).toEqual([
      'ConvertedAccountId',
      'ConvertedContactId',
      'ConvertedOpportunityId',
      'DandbCompanyId',
      'IndividualId',
    ]);
  });

  it('labels picklist values apart from what is stored', () => {
    const values = fieldsOf('Contact').get('CleanStatus')?.picklistValues;
    expect(values?.find(({ value }) => value === 'Pending')).toMatchObject({ label: 'Not Compared' });
  });

  it('names what belongs to an Account', () => {
    const children = described('Account').childRelationships?.filter(({ relationshipName }) => relationshipName);
    expect(children).toMatchObject([
      { childSObject: 'Contact', field: 'AccountId', relationshipName: 'Contacts', cascadeDelete: true },
      { childSObject: 'Account', field: 'ParentId', relationshipName: 'ChildAccounts', cascadeDelete: false },
    ]);
  });

  it('has no parent to follow where a relationship leads out of the org', () => {
    expect(admin().query('SELECT JigsawContact.Name FROM Lead')[0]?.errorCode).toBe('INVALID_FIELD');
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_describeGlobal.htm */
describe('the global description', () => {
  it('answers 304 until something of the schema changes', () => {
    const org = stillOrg();
    const client = signIn(org);
    const { headers } = client.get('/sobjects');
    const again = () => client.get('/sobjects', { 'if-modified-since': headers['Last-Modified'] ?? '' });
    expect(again().status).toBe(304);
    org.clock.advance(10);
    control(org, 'POST fields', { object: 'Lead', name: 'Score__c', type: 'number' });
    expect(again().status).toBe(200);
  });

  it('is at most a second ahead of the clock, however much changes at once', () => {
    const org = stillOrg();
    org.clock.advance(60);
    control(org, 'POST seed', { leads: 1 });
    control(org, 'POST features', { personAccounts: true, stateCountryPicklists: true, currencies: true });
    const changedAt = Date.parse(signIn(org).get('/sobjects').headers['Last-Modified'] ?? '');
    expect(changedAt - org.clock.now()).toBeLessThanOrEqual(1000);
  });
});

/** https://help.salesforce.com/s/articleView?id=000393553 (Bounce Management Explained) */
describe('a bounced email', () => {
  it('is forgotten when the address changes, and by nothing else', () => {
    const client = admin();
    const bounced = { EmailBouncedReason: '550 no such user', EmailBouncedDate: '2026-11-20T10:00:00Z' };
    const { id } = client.post('/sobjects/Contact', { LastName: 'Hopper', Email: 'a@example.com', ...bounced }).body;
    const path = `/sobjects/Contact/${String(id)}`;
    expect(client.get(path).body).toMatchObject({ IsEmailBounced: true });
    client.patch(path, { Title: 'Rear Admiral', Email: 'A@example.com' });
    expect(client.get(path).body).toMatchObject({ EmailBouncedReason: '550 no such user' });
    client.patch(path, { Email: 'b@example.com' });
    expect(client.get(path).body).toMatchObject({
      EmailBouncedReason: null,
      EmailBouncedDate: null,
      IsEmailBounced: false,
    });
  });
});

/**
 * Chosen, where the page only says how a Lead is converted: not by the field.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
 */
it('creates no converted Lead', () => {
  const client = admin();
  const lead = (IsConverted: boolean) => client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', IsConverted });
  expect(lead(false).status).toBe(201);
  expect(lead(true).body[0]).toMatchObject({ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['IsConverted'] });
});
