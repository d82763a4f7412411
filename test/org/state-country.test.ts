import { describe, expect, it } from 'vitest';
import { control, type OrgClient, signIn, stillOrg } from './org-client.ts';

const ADDRESS = 'State, StateCode, Country, CountryCode';
const CALIFORNIA = { State: 'California', StateCode: 'CA', Country: 'United States', CountryCode: 'US' };
const MISMATCH = 'Mismatched integration value and ISO code for field: State/Province';

function picklistOrg() {
  const org = stillOrg();
  control(org, 'POST features', { stateCountryPicklists: true });
  return { org, client: signIn(org) };
}

function addressOf(client: OrgClient, id: string) {
  const {
    attributes: _,
    Id: __,
    ...address
  } = client.get(`/sobjects/Lead/${id}?fields=${ADDRESS.replaceAll(' ', '')}`).body as unknown as Record<
    string,
    unknown
  >;
  return address;
}

/** https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm */
describe('State and Country/Territory picklists', () => {
  it.each([
    ['by text', { State: 'california', Country: 'United States' }],
    ['by code', { StateCode: 'ca', CountryCode: 'US' }],
    ['by both, where the code wins', { State: 'Texas', StateCode: 'CA', Country: 'Mexico', CountryCode: 'US' }],
    ['by either', { StateCode: 'CA', Country: 'United States' }],
  ])('fill in text and code of a new record %s', (_, fields) => {
    const { client } = picklistOrg();
    expect(addressOf(client, client.lead(fields))).toEqual(CALIFORNIA);
  });

  it('have text and code follow each other in an update', () => {
    const { client } = picklistOrg();
    const id = client.lead(CALIFORNIA);
    client.patch(`/sobjects/Lead/${id}`, { State: 'Texas' });
    expect(addressOf(client, id)).toEqual({ ...CALIFORNIA, State: 'Texas', StateCode: 'TX' });
    client.patch(`/sobjects/Lead/${id}`, { StateCode: 'NV' });
    expect(addressOf(client, id)).toEqual({ ...CALIFORNIA, State: 'Nevada', StateCode: 'NV' });
    client.patch(`/sobjects/Lead/${id}`, { State: null });
    expect(addressOf(client, id)).toEqual({ ...CALIFORNIA, State: null, StateCode: null });
  });

  it('take the state away with the country', () => {
    const { client } = picklistOrg();
    const [byCode, byText] = [client.lead(CALIFORNIA), client.lead(CALIFORNIA)];
    client.patch(`/sobjects/Lead/${byCode}`, { CountryCode: null });
    client.patch(`/sobjects/Lead/${byText}`, { Country: null });
    const none = { State: null, StateCode: null, Country: null, CountryCode: null };
    expect([addressOf(client, byCode), addressOf(client, byText)]).toEqual([none, none]);
  });

  it.each([
    ['an update of both with differing values', { State: 'Texas', StateCode: 'CA' }, 'State', MISMATCH],
    [
      'a country that is not offered',
      { Country: 'USA' },
      'Country',
      "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.: Country",
    ],
    [
      'a state that is not offered',
      { State: 'TX' },
      'State',
      "There's a problem with this state, even though it may appear correct. Please select a state from the list of valid states.: State/Province",
    ],
    [
      'a country that has not got the state',
      { Country: 'Canada' },
      'State',
      "The existing country/territory doesn't recognize the state value for field: State/Province",
    ],
    [
      'the code of a state in another country',
      { StateCode: 'ON' },
      'StateCode',
      "The existing country/territory doesn't recognize the state value for field: State/Province Code",
    ],
    [
      'a code that is not offered',
      { StateCode: 'XX' },
      'StateCode',
      "The StateCode field contains XX, which isn't an available state. Your administrator can add it for you.",
    ],
  ])('refuse %s', (_, fields, field, message) => {
    const { client } = picklistOrg();
    const id = client.lead(CALIFORNIA);
    expect(client.patch(`/sobjects/Lead/${id}`, fields)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'FIELD_INTEGRITY_EXCEPTION', message, fields: [field] }],
    });
    expect(addressOf(client, id)).toEqual(CALIFORNIA);
  });

  it('refuse a state without a country', () => {
    const { client } = picklistOrg();
    const lead = { LastName: 'L', Company: 'C' };
    const message = 'A country/territory must be specified before specifying a state value for field: State/Province';
    expect(client.post('/sobjects/Lead', { ...lead, State: 'Texas' }).body[0]).toMatchObject({
      message,
      fields: ['State'],
    });
    expect(client.post('/sobjects/Lead', { ...lead, StateCode: 'TX' }).body[0]?.fields).toEqual(['StateCode']);
  });

  it('take an unchanged state along with its own country', () => {
    const { client } = picklistOrg();
    const id = client.lead(CALIFORNIA);
    client.patch(`/sobjects/Lead/${id}`, { Country: 'Canada', State: 'Ontario' });
    expect(addressOf(client, id)).toEqual({ State: 'Ontario', StateCode: 'ON', Country: 'Canada', CountryCode: 'CA' });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }).status).toBe(204);
  });

  it('keep to the addresses of a Contact one by one, and show the codes in the compound field', () => {
    const { client } = picklistOrg();
    const fields = { LastName: 'L', MailingCountryCode: 'US', MailingStateCode: 'CA', OtherCountry: 'Germany' };
    const { id } = client.post('/sobjects/Contact', fields).body;
    expect(client.get(`/sobjects/Contact/${id}`).body).toMatchObject({
      MailingState: 'California',
      OtherCountryCode: 'DE',
      MailingAddress: { state: 'California', stateCode: 'CA', countryCode: 'US' },
    });
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm */
  it('are described as picklists, states as depending on countries', () => {
    const { client } = picklistOrg();
    const fields = client.get('/sobjects/Contact/describe').body.fields;
    const state = fields?.find(({ name }) => String(name) === 'MailingStateCode');
    const country = fields?.find(({ name }) => String(name) === 'MailingCountryCode');
    expect(state).toMatchObject({
      type: 'picklist',
      controllerName: 'MailingCountryCode',
      dependentPicklist: true,
      restrictedPicklist: true,
    });
    expect(country?.picklistValues).toContainEqual(expect.objectContaining({ value: 'US', label: 'United States' }));
    const at = country?.picklistValues?.findIndex(({ value }) => String(value) === 'US') ?? -1;
    const texas = state?.picklistValues?.find(({ label }) => String(label) === 'Texas');
    const bytes = Buffer.from(String(texas?.validFor), 'base64');
    const valid = [...bytes].flatMap((byte, index) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (0x80 >> bit)).map((bit) => index * 8 + bit),
    );
    expect(valid).toEqual([at]);
    expect(fields?.find(({ name }) => String(name) === 'MailingState')).toMatchObject({ type: 'string' });
  });

  it('give rows that were there the codes of their texts, unstamped, and go away again', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [known, unknown] = [
      client.lead({ State: 'CA', Country: 'United States' }),
      client.lead({ Country: 'Narnia' }),
    ];
    org.clock.advance(60);
    control(org, 'POST features', { stateCountryPicklists: true });
    expect(addressOf(client, known)).toEqual(CALIFORNIA);
    expect(addressOf(client, unknown)).toMatchObject({ Country: 'Narnia', CountryCode: null });
    expect(client.patch(`/sobjects/Lead/${unknown}`, { Title: 'X' }).status).toBe(204);
    expect(client.get(`/sobjects/Lead/${known}`).body.SystemModstamp).toBe('2026-11-21T10:00:00.000+0000');
    expect(control(org, 'POST features', { stateCountryPicklists: false }).body.stateCountryPicklists).toBe(false);
    expect(client.query('SELECT StateCode FROM Lead')[0]?.errorCode).toBe('INVALID_FIELD');
  });

  it('fit the seed records', () => {
    const { org, client } = picklistOrg();
    control(org, 'POST seed', { leads: 30, contacts: 30, seed: 3 });
    const rows = client.query(`SELECT Id, ${ADDRESS} FROM Lead`).records ?? [];
    expect(rows).toHaveLength(30);
    for (const row of rows) {
      expect(client.patch(`/sobjects/Lead/${row.Id}`, { Country: row.Country, State: row.State }).status).toBe(204);
    }
  });

  it('are off in a new org', () => {
    const { org } = picklistOrg();
    control(org, 'POST reset');
    expect(control(org, 'GET features').body.stateCountryPicklists).toBe(false);
    expect(control(org, 'POST features', { nope: true }).status).toBe(400);
  });
});
