import { describe, expect, it } from 'vitest';
import { control, type Json, type OrgClient, signIn, stillOrg } from './org-client.ts';

function featureOrg(features: Record<string, boolean>) {
  const org = stillOrg();
  const before = signIn(org).lead({ Title: 'before' });
  control(org, 'POST features', features);
  return { org, before, client: signIn(org), admin: signIn(org, 'admin') };
}

function fieldOf(client: OrgClient, object: string, name: string): Json | undefined {
  return client.get(`/sobjects/${object}/describe`).body.fields?.find((field) => String(field.name) === name);
}

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_recordtype.htm */
describe('record types', () => {
  function typedOrg() {
    const made = featureOrg({ recordTypes: true });
    const picklist = { object: 'Lead', name: 'Size__c', type: 'picklist', values: ['S', 'M', 'L'] };
    control(made.org, 'POST fields', picklist);
    const rule = { object: 'Lead', developerName: 'Consumer', picklists: { Size__c: ['S', 'M'] } };
    const consumer = String(control(made.org, 'POST record-types', rule).body.id);
    return { ...made, consumer };
  }

  it('give a new record the default one, and are described and queried', () => {
    const { client, before, consumer } = typedOrg();
    const id = client.lead();
    const soql = `SELECT RecordType.DeveloperName FROM Lead WHERE Id = '${id}'`;
    expect(client.query(soql).records?.[0]?.RecordType).toMatchObject({ DeveloperName: 'Business' });
    expect(client.get(`/sobjects/Lead/${before}`).body.RecordTypeId).toBeNull();
    const infos = client.get('/sobjects/Lead/describe').body.recordTypeInfos;
    expect(infos?.map(({ name, defaultRecordTypeMapping }) => [name, defaultRecordTypeMapping])).toEqual(
      expect.arrayContaining([
        ['Business', true],
        ['Consumer', false],
        ['Master', false],
      ]),
    );
    expect(infos?.find(({ name }) => String(name) === 'Consumer')).toMatchObject({
      recordTypeId: consumer,
      master: false,
    });
    expect(client.query("SELECT Id FROM RecordType WHERE SobjectType = 'Lead'").totalSize).toBe(2);
  });

  /** https://gearset.com/blog/data-deployments-and-picklist-errors/ */
  it('refuse a value that a restricted picklist does not offer for them', () => {
    const { client, consumer } = typedOrg();
    const id = client.lead({ RecordTypeId: consumer, Size__c: 'M' });
    expect(client.patch(`/sobjects/Lead/${id}`, { Size__c: 'L' }).body[0]).toMatchObject({
      errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      message: 'Size: bad value for restricted picklist field: L',
      fields: ['Size__c'],
    });
    expect(client.patch(`/sobjects/Lead/${client.lead()}`, { Size__c: 'L' }).status).toBe(204);
  });

  it('leave a value alone that was there before the record type', () => {
    const { client, consumer } = typedOrg();
    const id = client.lead({ Size__c: 'L' });
    expect(client.patch(`/sobjects/Lead/${id}`, { RecordTypeId: consumer, Title: 'X' }).status).toBe(204);
    expect(client.patch(`/sobjects/Lead/${id}`, { Size__c: 'L' }).status).toBe(204);
  });

  /** https://salesforce.stackexchange.com/questions/296055 */
  it("are refused where they are of another object, or not the user's", () => {
    const { org, client } = typedOrg();
    const contact = client.query("SELECT Id FROM RecordType WHERE SobjectType = 'Contact'").records?.[0]?.Id;
    const { id } = control(org, 'POST record-types', {
      object: 'Lead',
      developerName: 'Secret',
      available: false,
    }).body;
    for (const wrong of [contact, id]) {
      expect(client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', RecordTypeId: wrong }).body[0]).toMatchObject(
        {
          errorCode: 'INVALID_CROSS_REFERENCE_KEY',
          message: `Record Type ID: this ID value isn't valid for the user: ${wrong}`,
          fields: ['RecordTypeId'],
        },
      );
    }
  });

  it('go away with their field', () => {
    const { org, client } = typedOrg();
    control(org, 'POST features', { recordTypes: false });
    expect(fieldOf(client, 'Lead', 'RecordTypeId')).toBeUndefined();
    expect(client.query('SELECT Id FROM RecordType').totalSize).toBe(0);
    expect(control(org, 'POST record-types', { object: 'Lead', developerName: 'X' }).status).toBe(400);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_currencytype.htm */
describe('several currencies', () => {
  it('give every record one of its own, the corporate one at first', () => {
    const { client, before } = featureOrg({ currencies: true });
    const id = client.lead({ CurrencyIsoCode: 'eur', AnnualRevenue: 10 });
    const rows = client.query('SELECT Id, CurrencyIsoCode FROM Lead ORDER BY Id').records;
    expect(rows).toMatchObject([
      { Id: before, CurrencyIsoCode: 'USD' },
      { Id: id, CurrencyIsoCode: 'EUR' },
    ]);
    expect(fieldOf(client, 'Contact', 'CurrencyIsoCode')).toMatchObject({ type: 'picklist', restrictedPicklist: true });
    expect(client.query('SELECT IsoCode FROM CurrencyType WHERE IsCorporate = true').records).toMatchObject([
      { IsoCode: 'USD' },
    ]);
  });

  it('refuse one that is not active', () => {
    const { client } = featureOrg({ currencies: true });
    const { body } = client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', CurrencyIsoCode: 'CHF' });
    expect(body[0]).toMatchObject({
      errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      fields: ['CurrencyIsoCode'],
    });
  });

  it('are off in a new org', () => {
    const { org, client } = featureOrg({ currencies: true });
    control(org, 'POST features', { currencies: false });
    expect(fieldOf(client, 'Lead', 'CurrencyIsoCode')).toBeUndefined();
    expect(client.get('/sobjects/CurrencyType/describe').status).toBe(404);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_namesettings.htm */
describe('middle names and suffixes', () => {
  it('are parts of the name', () => {
    const { client } = featureOrg({ middleNames: true });
    const id = client.lead({ FirstName: 'Ada', MiddleName: 'King', Suffix: 'Jr.' });
    expect(client.get(`/sobjects/Lead/${id}`).body.Name).toBe('Ada King Lovelace Jr.');
    expect(fieldOf(client, 'Contact', 'MiddleName')).toMatchObject({ length: 40, compoundFieldName: 'Name' });
  });
});

/** https://university.act-on.com/Product_Features/Connectors/CRM_Integrations/Integrating_and_Managing_Salesforce/Enabling_Opt-Out_Permissions_in_Salesforce */
describe('opt-out fields', () => {
  it('can be hidden from the sync user, as a new org hides them', () => {
    const { org, client, admin } = featureOrg({ optOutsHidden: true });
    expect(
      ['HasOptedOutOfEmail', 'HasOptedOutOfFax', 'DoNotCall'].map((name) => fieldOf(client, 'Lead', name)),
    ).toEqual([undefined, undefined, undefined]);
    expect(fieldOf(admin, 'Contact', 'DoNotCall')).toBeDefined();
    control(org, 'POST features', { optOutsHidden: false });
    expect(fieldOf(client, 'Lead', 'DoNotCall')).toMatchObject({ updateable: true });
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_personaccounts.htm */
describe('person accounts', () => {
  function personOrg() {
    const made = featureOrg({ personAccounts: true });
    const soql = 'SELECT Id FROM RecordType WHERE IsPersonType = true';
    const RecordTypeId = made.client.query(soql).records?.[0]?.Id;
    const fields = { RecordTypeId, FirstName: 'Ada', LastName: 'Lovelace', PersonEmail: 'ada@example.com' };
    const id = String(made.client.post('/sobjects/Account', fields).body.id);
    const account = () => made.client.get(`/sobjects/Account/${id}`).body;
    const contactId = String(account().PersonContactId);
    const contact = () => made.client.get(`/sobjects/Contact/${contactId}`).body;
    return { ...made, id, contactId, account, contact };
  }

  it('are an Account and a Contact in one', () => {
    const { client, id, contactId, account, contact } = personOrg();
    expect(account()).toMatchObject({ IsPersonAccount: true, Name: 'Ada Lovelace' });
    expect(contact()).toMatchObject({
      IsPersonAccount: true,
      AccountId: id,
      Name: 'Ada Lovelace',
      Email: 'ada@example.com',
    });
    client.patch(`/sobjects/Account/${id}`, { PersonEmail: 'new@example.com', PersonMailingCity: 'Bern' });
    expect(contact()).toMatchObject({ Email: 'new@example.com', MailingCity: 'Bern' });
    client.patch(`/sobjects/Contact/${contactId}`, { LastName: 'King', Title: 'Countess' });
    expect(account()).toMatchObject({ Name: 'Ada King', PersonTitle: 'Countess' });
    expect(account().SystemModstamp).toBe(contact().SystemModstamp);
  });

  /** https://help.salesforce.com/s/articleView?id=005305352 */
  it('keep the record type of their Contact, and the Contact itself', () => {
    const { client, contactId, id } = personOrg();
    const refused = {
      body: [{ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'insufficient access rights on object id' }],
    };
    expect(client.delete(`/sobjects/Contact/${contactId}`)).toMatchObject(refused);
    client.delete(`/sobjects/Account/${id}`);
    expect(client.queryAll(`SELECT IsDeleted FROM Contact WHERE Id = '${contactId}'`).records).toMatchObject([
      { IsDeleted: true },
    ]);
  });

  /** https://github.com/SFDO-Tooling/CumulusCI/blob/main/cumulusci/tests/cassettes/GET_sobjects_Account_PersonAccount_describe.yaml */
  it('have every field of a person that the recorded describe has', () => {
    const { admin } = personOrg();
    const described = (name: string) => fieldOf(admin, 'Account', name);
    expect(described('PersonMailingState')).toMatchObject({ length: 80, compoundFieldName: 'PersonMailingAddress' });
    expect(described('PersonOtherAddress')).toMatchObject({ type: 'address', label: 'Other Address' });
    expect(described('PersonLeadSource')).toMatchObject({ type: 'picklist', length: 255, nillable: true });
    expect(described('PersonHasOptedOutOfEmail')).toMatchObject({ type: 'boolean', nillable: false, updateable: true });
    expect(described('PersonEmailBouncedReason')).toMatchObject({ permissionable: false, createable: true });
    expect(described('PersonLastCURequestDate')).toMatchObject({ createable: false, updateable: false });
    expect(described('PersonContactId')).toMatchObject({ label: 'Contact ID', updateable: false });
    expect(described('LastName')).toMatchObject({ extraTypeInfo: 'switchablepersonname', nillable: true });
  });

  it('take the opt-outs, the source and the bounce of a person along, both ways', () => {
    const { client, id, contactId, contact, account } = personOrg();
    const bounce = { PersonEmailBouncedReason: 'unknown', PersonEmailBouncedDate: '2026-11-20T10:00:00Z' };
    client.patch(`/sobjects/Account/${id}`, { PersonHasOptedOutOfEmail: true, PersonLeadSource: 'Web', ...bounce });
    expect(contact()).toMatchObject({ HasOptedOutOfEmail: true, LeadSource: 'Web', EmailBouncedReason: 'unknown' });
    expect(contact().IsEmailBounced).toBe(true);
    client.patch(`/sobjects/Contact/${contactId}`, { DoNotCall: true, Email: 'new@example.com' });
    expect(account()).toMatchObject({ PersonDoNotCall: true, PersonEmailBouncedReason: null });
    client.patch(`/sobjects/Account/${id}`, { ...bounce });
    client.patch(`/sobjects/Account/${id}`, { PersonEmail: 'newer@example.com' });
    expect(contact()).toMatchObject({ EmailBouncedReason: null, IsEmailBounced: false });
  });

  it('have the fields of a person, and other Accounts have not', () => {
    const { client, id } = personOrg();
    expect(client.post('/sobjects/Account', { Name: 'Acme', LastName: 'L' }).body[0]).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      message: 'Account: bad field names on insert/update call: LastName',
    });
    expect(client.patch(`/sobjects/Account/${id}`, { Name: 'Acme' }).body[0]?.message).toContain('call: Name');
    const { id: business } = client.post('/sobjects/Account', { Name: 'Acme' }).body;
    expect(client.get(`/sobjects/Account/${business}`).body).toMatchObject({
      IsPersonAccount: false,
      PersonContactId: null,
    });
  });

  it('are what a Lead without a company becomes', () => {
    const { org, client } = personOrg();
    expect(fieldOf(client, 'Lead', 'Company')).toMatchObject({ nillable: true });
    const id = client.lead({ Company: null, Email: 'king@example.com', HasOptedOutOfEmail: true, LeadSource: 'Web' });
    const { accountId, contactId } = control(org, 'POST convert', { leadId: id }).body;
    expect(client.get(`/sobjects/Contact/${contactId}`).body).toMatchObject({
      IsPersonAccount: true,
      AccountId: accountId,
      Email: 'king@example.com',
      HasOptedOutOfEmail: true,
      LeadSource: 'Web',
    });
    const business = control(org, 'POST convert', { leadId: client.lead() }).body;
    expect(client.get(`/sobjects/Contact/${business.contactId}`).body.IsPersonAccount).toBe(false);
  });

  it('are off in a new org', () => {
    const { org, client } = personOrg();
    control(org, 'POST features', { personAccounts: false });
    expect(fieldOf(client, 'Lead', 'Company')).toMatchObject({ nillable: false });
    expect(fieldOf(client, 'Contact', 'IsPersonAccount')).toBeUndefined();
    expect(client.post('/sobjects/Account', { Name: 'Acme' }).status).toBe(201);
  });
});
