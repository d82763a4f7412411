import { describe, expect, it } from 'vitest';
import { control, type Json, signIn, stillOrg } from './org-client.ts';

function fieldOf(described: Json, name: string): Json | undefined {
  return described.fields?.find((field) => String(field.name) === name);
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm */
describe('describing an object', () => {
  it.each([
    ['Lead', 'Id', { type: 'id', length: 18, createable: false, soapType: 'tns:ID', nillable: false }],
    ['Lead', 'LastName', { type: 'string', length: 80, nillable: false, createable: true }],
    ['Lead', 'Email', { type: 'email', length: 80, idLookup: true }],
    ['Lead', 'AnnualRevenue', { type: 'currency', precision: 18, scale: 0, soapType: 'xsd:double' }],
    ['Lead', 'OwnerId', { referenceTo: ['Group', 'User'], relationshipName: 'Owner', polymorphicForeignKey: true }],
    ['Lead', 'Name', { createable: false, updateable: false, nameField: true, length: 121 }],
    ['Lead', 'Address', { type: 'address', createable: false, soapType: 'urn:address' }],
    ['Lead', 'Street', { type: 'textarea', compoundFieldName: 'Address' }],
    ['Lead', 'Description', { type: 'textarea', length: 32_000, filterable: false }],
    ['Lead', 'Person_Id__c', { custom: true, externalId: true, unique: true, idLookup: true }],
    ['Contact', 'AccountId', { referenceTo: ['Account'], relationshipName: 'Account', nillable: true }],
    ['Contact', 'OwnerId', { referenceTo: ['User'], polymorphicForeignKey: false }],
    ['Contact', 'HasOptedOutOfEmail', { type: 'boolean', nillable: false, defaultValue: false }],
  ])('tells of %s.%s', (object, field, attributes) => {
    const { body } = signIn(stillOrg()).get(`/sobjects/${object}/describe`);
    expect(fieldOf(body, field)).toMatchObject(attributes);
  });

  it.each(['Lead', 'Contact', 'Account', 'User', 'Group', 'Organization'])('knows %s', (name) => {
    const client = signIn(stillOrg());
    expect(client.get(`/sobjects/${name}/describe`).body).toMatchObject({ name, queryable: true });
    expect(client.get('/sobjects').body.sobjects?.map((object) => object.name)).toContain(name);
  });

  it('offers the values of a picklist with the default one marked', () => {
    const status = fieldOf(signIn(stillOrg()).get('/sobjects/Lead/describe').body, 'Status');
    expect(status?.picklistValues?.filter((value) => value.defaultValue).map((value) => value.value)).toEqual([
      'Open - Not Contacted',
    ]);
    expect(status?.restrictedPicklist).toBe(false);
  });

  it('answers 304 until something of the schema changes', () => {
    const org = stillOrg();
    const client = signIn(org);
    const first = client.get('/sobjects/Lead/describe');
    const again = () =>
      client.get('/sobjects/Lead/describe', { 'if-modified-since': first.headers['Last-Modified'] ?? '' });
    expect(again().status).toBe(304);
    org.clock.advance(10);
    control(org, 'POST fields', { object: 'Lead', name: 'Score__c', type: 'number' });
    expect(again().status).toBe(200);
  });

  it('never answers 304 over a change, not even over one in the same second', () => {
    const org = stillOrg();
    const client = signIn(org);
    const seen = (headers: Record<string, string>) => client.get('/sobjects/Lead/describe', headers);
    let { headers } = seen({});
    for (const change of ['POST fields', 'DELETE fields', 'POST reset']) {
      const body = change === 'POST reset' ? {} : { object: 'Lead', name: 'A__c' };
      control(org, change, change === 'POST fields' ? { ...body, type: 'string' } : body);
      const again = seen({ 'if-modified-since': headers['Last-Modified'] ?? '' });
      expect(again.status).toBe(200);
      headers = again.headers;
    }
  });

  it('answers 404 for an object that is not there', () => {
    expect(signIn(stillOrg()).get('/sobjects/Nope/describe').status).toBe(404);
  });
});

/** https://help.salesforce.com/s/articleView?id=platform.admin_fls.htm */
describe('field-level security', () => {
  it('hides a field from the sync user everywhere, and from no administrator', () => {
    const org = stillOrg();
    const [sync, admin] = [signIn(org), signIn(org, 'admin')];
    const id = sync.lead({ Title: 'CTO' });
    control(org, 'POST field-access', { object: 'Lead', field: 'Title', read: false, edit: false });
    expect(fieldOf(sync.get('/sobjects/Lead/describe').body, 'Title')).toBeUndefined();
    expect(sync.get(`/sobjects/Lead/${id}`).body).not.toHaveProperty('Title');
    expect(sync.get(`/sobjects/Lead/${id}?fields=Title`).body[0]?.errorCode).toBe('INVALID_FIELD');
    expect(sync.query('SELECT Title FROM Lead')[0]?.errorCode).toBe('INVALID_FIELD');
    expect(sync.query("SELECT Id FROM Lead WHERE Title = 'CTO'")[0]?.errorCode).toBe('INVALID_FIELD');
    expect(sync.patch(`/sobjects/Lead/${id}`, { Title: 'CEO' }).body[0]?.errorCode).toBe('INVALID_FIELD');
    expect(admin.get(`/sobjects/Lead/${id}`).body.Title).toBe('CTO');
  });

  it('shows a read-only field but takes no value for it', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ Title: 'CTO' });
    control(org, 'POST field-access', { object: 'Lead', field: 'Title', read: true, edit: false });
    const field = fieldOf(client.get('/sobjects/Lead/describe').body, 'Title');
    expect(field).toMatchObject({ updateable: false, createable: false });
    expect(client.get(`/sobjects/Lead/${id}`).body.Title).toBe('CTO');
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'CEO' }).body[0]).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      fields: ['Title'],
    });
  });
});

/** https://help.salesforce.com/s/articleView?id=platform.custom_field_attributes.htm */
describe('custom fields', () => {
  it('come with their default, move no stamp, and go again', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    org.clock.advance(60);
    control(org, 'POST fields', { object: 'Lead', name: 'Vip__c', type: 'checkbox' });
    expect(client.get(`/sobjects/Lead/${id}`).body).toMatchObject({
      Vip__c: false,
      SystemModstamp: '2026-11-21T10:00:00.000+0000',
    });
    expect(client.patch(`/sobjects/Lead/${id}`, { Vip__c: true }).status).toBe(204);
    expect(client.query('SELECT Id FROM Lead WHERE Vip__c = TRUE').totalSize).toBe(1);
    control(org, 'DELETE fields', { object: 'Lead', name: 'Vip__c' });
    expect(client.get(`/sobjects/Lead/${id}`).body).not.toHaveProperty('Vip__c');
  });

  it('stay as long as automation or formulas use them', () => {
    const org = stillOrg();
    control(org, 'POST fields', { object: 'Lead', name: 'A__c', type: 'number' });
    control(org, 'POST fields', { object: 'Lead', name: 'F__c', type: 'double', formula: 'A__c * 2' });
    control(org, 'POST validation-rules', { object: 'Lead', name: 'Big', errorWhen: 'F__c > 10', message: 'too big' });
    const remove = (name: string) => control(org, 'DELETE fields', { object: 'Lead', name }).status;
    expect([remove('A__c'), remove('F__c')]).toEqual([400, 400]);
    const { body } = signIn(org).post('/sobjects/Lead', { LastName: 'L', Company: 'C', A__c: 6 });
    expect(body[0]?.message).toBe('too big');
    control(org, 'DELETE validation-rules', { object: 'Lead', name: 'Big' });
    expect([remove('F__c'), remove('A__c')]).toEqual([200, 200]);
  });

  /** https://help.salesforce.com/s/articleView?id=platform.custom_field_types.htm */
  it('number records by themselves', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST fields', { object: 'Lead', name: 'Serial__c', type: 'autonumber' });
    const ids = [client.lead(), client.lead()];
    const serials = ids.map((id) => client.get(`/sobjects/Lead/${id}`).body.Serial__c);
    expect(serials).toEqual(['000001', '000002']);
  });

  it('may be required', () => {
    const org = stillOrg();
    control(org, 'POST fields', { object: 'Lead', name: 'Code__c', type: 'string', length: 10, required: true });
    const { body } = signIn(org).post('/sobjects/Lead', { LastName: 'L', Company: 'C' });
    expect(body[0]?.fields).toEqual(['Code__c']);
  });
});

/** https://help.salesforce.com/s/articleView?id=platform.customize_formulas.htm */
describe('formula fields', () => {
  it('follow what they are made from and move no stamp', () => {
    const org = stillOrg();
    const client = signIn(org, 'admin');
    const accountId = client.post('/sobjects/Account', { Name: 'Engines' }).body.id;
    const created = client.post('/sobjects/Contact', { LastName: 'Hopper', AccountId: accountId });
    const path = `/sobjects/Contact/${String(created.body.id)}`;
    const formula = 'UPPER(Account.Name) & " / " & IF(ISBLANK(Title), "none", Title)';
    control(org, 'POST fields', { object: 'Contact', name: 'Line__c', type: 'string', formula });
    expect(client.get(path).body.Line__c).toBe('ENGINES / none');
    org.clock.advance(60);
    client.patch(`/sobjects/Account/${String(accountId)}`, { Name: 'Machines' });
    expect(
      client.query("SELECT Line__c, SystemModstamp FROM Contact WHERE Line__c LIKE 'MACH%'").records,
    ).toMatchObject([{ Line__c: 'MACHINES / none', SystemModstamp: '2026-11-21T10:00:00.000+0000' }]);
    expect(client.patch(path, { Line__c: 'x' }).body[0]?.errorCode).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');
  });

  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ^ 3 - -1', 9],
    ['ROUND(10 / 4, 1)', 2.5],
    ['IF(AND(NumberOfEmployees >= 10, NOT(DoNotCall)), 1, 0)', 1],
    ['LEN(TRIM("  ab "))', 2],
  ])('%s is %s', (formula, expected) => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST fields', { object: 'Lead', name: 'F__c', type: 'double', formula });
    const id = client.lead({ NumberOfEmployees: 10 });
    expect(client.get(`/sobjects/Lead/${id}`).body.F__c).toBe(expected);
  });

  it.each(['1 +', 'NOPE(1)', 'Nope__c', '"open'])('refuses the formula %s', (formula) => {
    const org = stillOrg();
    expect(control(org, 'POST fields', { object: 'Lead', name: 'F__c', type: 'double', formula }).status).toBe(400);
  });
});
