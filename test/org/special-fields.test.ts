import { describe, expect, it } from 'vitest';
import { control, type Json, type OrgClient, signIn, stillOrg } from './org-client.ts';

function orgWith(...fields: Record<string, unknown>[]) {
  const org = stillOrg();
  for (const field of fields) {
    const { status, body } = control(org, 'POST fields', { object: 'Lead', ...field });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }
  return { org, client: signIn(org), admin: signIn(org, 'admin') };
}

function fieldOf(client: OrgClient, name: string): Json | undefined {
  return client.get('/sobjects/Lead/describe').body.fields?.find((field) => String(field.name) === name);
}

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm */
describe('a time field', () => {
  it.each([
    ['10:15', '10:15:00.000Z'],
    ['23:59:59.5Z', '23:59:59.500Z'],
  ])('keeps %s as %s', (given, kept) => {
    const { client } = orgWith({ name: 'At__c', type: 'time' });
    expect(client.get(`/sobjects/Lead/${client.lead({ At__c: given })}`).body.At__c).toBe(kept);
    expect(fieldOf(client, 'At__c')).toMatchObject({ type: 'time', soapType: 'xsd:time' });
  });

  it('refuses what is no time', () => {
    const { client } = orgWith({ name: 'At__c', type: 'time' });
    expect(client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', At__c: '24:00' }).body[0]?.errorCode).toBe(
      'JSON_PARSER_ERROR',
    );
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/compound_fields_geolocation.htm */
describe('a geolocation field', () => {
  it('is one value of two numbers, which are written one by one', () => {
    const { org, client } = orgWith({ name: 'Home__c', type: 'location' });
    const id = client.lead({ Home__Latitude__s: 46.9, Home__Longitude__s: 7.4 });
    const home = { latitude: 46.9, longitude: 7.4 };
    expect(client.get(`/sobjects/Lead/${id}`).body.Home__c).toEqual(home);
    expect(client.query('SELECT Home__c FROM Lead').records?.[0]?.Home__c).toEqual(home);
    expect(fieldOf(client, 'Home__c')).toMatchObject({ type: 'location', createable: false, queryByDistance: true });
    expect(fieldOf(client, 'Home__Latitude__s')).toMatchObject({ type: 'double', compoundFieldName: 'Home__c' });
    expect(control(org, 'DELETE fields', { object: 'Lead', name: 'Home__c' }).status).toBe(200);
    expect(fieldOf(client, 'Home__Latitude__s')).toBeUndefined();
  });
});

/** https://help.salesforce.com/s/articleView?id=platform.fields_about_encrypted_fields.htm */
describe('an encrypted field', () => {
  it('shows its last four characters to who may not view encrypted data', () => {
    const { client, admin } = orgWith({ name: 'Card__c', type: 'encryptedtext' });
    const id = client.lead({ Card__c: '12345678' });
    expect(client.get(`/sobjects/Lead/${id}`).body.Card__c).toBe('****5678');
    expect(client.query('SELECT Card__c FROM Lead').records?.[0]?.Card__c).toBe('****5678');
    expect(admin.query('SELECT Card__c FROM Lead').records?.[0]?.Card__c).toBe('12345678');
  });

  it('can be neither filtered nor sorted by', () => {
    const { client } = orgWith({ name: 'Card__c', type: 'encryptedtext' });
    expect(client.query("SELECT Id FROM Lead WHERE Card__c = 'x'")[0]?.errorCode).toBe('INVALID_FIELD');
    expect(fieldOf(client, 'Card__c')).toMatchObject({
      type: 'encryptedstring',
      filterable: false,
      sortable: false,
      mask: '*',
      maskType: 'lastFour',
    });
  });
});

/** https://help.salesforce.com/s/articleView?id=platform.fields_about_dependent_fields.htm */
describe('a dependent picklist', () => {
  it('is described with what each value is offered for, and takes any of its values', () => {
    const { client } = orgWith(
      { name: 'Area__c', type: 'picklist', values: ['EMEA', 'APAC'] },
      {
        name: 'Office__c',
        type: 'picklist',
        values: ['Bern', 'Tokyo'],
        controller: 'Area__c',
        validFor: { Bern: ['EMEA'], Tokyo: ['APAC'] },
      },
    );
    const office = fieldOf(client, 'Office__c');
    expect(office).toMatchObject({ controllerName: 'Area__c', dependentPicklist: true });
    const bits = office?.picklistValues?.map(({ validFor }) => Buffer.from(String(validFor), 'base64')[0]);
    expect(bits).toEqual([0b1000_0000, 0b0100_0000]);
    client.lead({ Area__c: 'EMEA', Office__c: 'Tokyo' });
  });

  it('must depend on a field that is there', () => {
    const field = { object: 'Lead', name: 'Office__c', type: 'picklist', values: ['Bern'], controller: 'Nope__c' };
    expect(control(stillOrg(), 'POST fields', field).status).toBe(400);
  });
});

/** https://help.salesforce.com/s/articleView?id=platform.fields_lookup_filters.htm */
describe('a lookup filter', () => {
  it('refuses a record that does not meet it', () => {
    const lookup = { name: 'Partner__c', type: 'lookup', referenceTo: ['Account'], lookupFilter: "Type = 'Other'" };
    const { client } = orgWith(lookup);
    const [fit, unfit] = ['Other', 'Prospect'].map((Type) =>
      String(client.post('/sobjects/Account', { Name: 'A', Type }).body.id),
    );
    const id = client.lead({ Partner__c: fit });
    expect(client.patch(`/sobjects/Lead/${id}`, { Partner__c: unfit })).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'FIELD_FILTER_VALIDATION_EXCEPTION',
          message: 'Value does not exist or does not match filter criteria.',
          fields: ['Partner__c'],
        },
      ],
    });
    expect(fieldOf(client, 'Partner__c')?.filteredLookupInfo).toMatchObject({ optionalFilter: false });
  });

  it('must make sense', () => {
    const lookup = { object: 'Lead', name: 'P__c', type: 'lookup', referenceTo: ['Account'], lookupFilter: 'Nope = 1' };
    expect(control(stillOrg(), 'POST fields', lookup).status).toBe(400);
  });
});
