import { describe, expect, it } from 'vitest';
import { type OrgClient, ROOT, signIn, stillOrg } from './org-client.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info_post.htm */
describe('creating a record', () => {
  it('answers 201 with the id and its location', () => {
    const client = signIn(stillOrg());
    const { status, body, headers } = client.post('/sobjects/Lead', { LastName: 'Lovelace', Company: 'Engines' });
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.stringMatching(/^00Q\w{15}$/), success: true, errors: [] });
    expect(headers.Location).toBe(`${ROOT}/sobjects/Lead/${String(body.id)}`);
  });

  it('names all required fields that are missing', () => {
    const { status, body } = signIn(stillOrg()).post('/sobjects/Lead', { FirstName: 'Ada' });
    expect(status).toBe(400);
    expect(body).toEqual([
      {
        message: 'Required fields are missing: [LastName, Company]',
        errorCode: 'REQUIRED_FIELD_MISSING',
        fields: ['LastName', 'Company'],
      },
    ]);
  });

  it('fills in defaults, owner, stamps and the full name', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ FirstName: 'Ada' });
    expect(client.get(`/sobjects/Lead/${id}`).body).toMatchObject({
      Name: 'Ada Lovelace',
      Status: 'Open - Not Contacted',
      OwnerId: org.state.standard.lockstep.id,
      CreatedById: org.state.standard.lockstep.id,
      CreatedDate: '2026-11-21T10:00:00.000+0000',
      SystemModstamp: '2026-11-21T10:00:00.000+0000',
      IsDeleted: false,
      IsConverted: false,
    });
  });

  it.each([
    ['Nope__c', 'INVALID_FIELD', "No such column 'Nope__c' on sobject of type Lead"],
    [
      'SystemModstamp',
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: SystemModstamp. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
    ],
  ])('refuses the field %s', (field, errorCode, message) => {
    const { status, body } = signIn(stillOrg()).post('/sobjects/Lead', {
      LastName: 'L',
      Company: 'C',
      [field]: '2026-11-21T10:00:00Z',
    });
    expect(status).toBe(400);
    expect(body[0]).toMatchObject({ errorCode, message });
  });

  it.each([['text'], [['list']], [null]])('refuses the body %j as no JSON object', (body) => {
    expect(signIn(stillOrg()).post('/sobjects/Lead', body)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
  });

  it('takes no id, neither for a new record nor for an old one', () => {
    const client = signIn(stillOrg());
    const Id = client.lead();
    expect(client.post('/sobjects/Lead', { Id, LastName: 'L', Company: 'C' }).body[0]).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      message: 'cannot specify Id in an insert call',
    });
    expect(client.patch(`/sobjects/Lead/${Id}`, { Id, Title: 'X' }).body[0]).toMatchObject({
      errorCode: 'INVALID_FIELD',
      message: 'The Id field should not be specified in the sobject data.',
    });
  });

  it('names a parent by its external id', () => {
    const client = signIn(stillOrg());
    const manager = client.patch('/sobjects/Contact/Person_Id__c/boss', { LastName: 'Boss' }).body.id;
    const report = { LastName: 'Report', ReportsTo: { Person_Id__c: 'boss' } };
    const { body } = client.post('/sobjects/Contact', report);
    expect(client.get(`/sobjects/Contact/${String(body.id)}`).body.ReportsToId).toBe(manager);
  });

  it('does not create setup records', () => {
    const { status, body } = signIn(stillOrg()).post('/sobjects/User', { LastName: 'X' });
    expect([status, body[0]?.errorCode]).toEqual([400, 'INSUFFICIENT_ACCESS_OR_READONLY']);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_get.htm */
describe('reading a record', () => {
  it('shows the fields asked for, and finds it by its 15-character id', () => {
    const client = signIn(stillOrg());
    const id = client.lead({ Email: 'ada@example.com' });
    const { body } = client.get(`/sobjects/Lead/${id.slice(0, 15)}?fields=Email,Company`);
    expect(body).toEqual({
      attributes: { type: 'Lead', url: `${ROOT}/sobjects/Lead/${id}` },
      Id: id,
      Email: 'ada@example.com',
      Company: 'Analytical Engines',
    });
  });

  it('shows a compound address as one value', () => {
    const client = signIn(stillOrg());
    const id = client.lead({ Street: '1 Mill Road', City: 'London' });
    const address = { street: '1 Mill Road', city: 'London', state: null, postalCode: null };
    expect(client.get(`/sobjects/Lead/${id}?fields=Address`).body.Address).toMatchObject(address);
    expect(client.query('SELECT Address FROM Lead').records?.[0]?.Address).toMatchObject(address);
  });

  it.each([
    ['00Q5g00000zzzzz', 'NOT_FOUND', 404],
    ['nonsense', 'NOT_FOUND', 404],
  ])('answers %s with %s', (id, code, status) => {
    const answer = signIn(stillOrg()).get(`/sobjects/Lead/${id}`);
    expect([answer.body[0]?.errorCode, answer.status]).toEqual([code, status]);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
  it('does not know a deleted record', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    expect(client.delete(`/sobjects/Lead/${id}`).status).toBe(204);
    expect(client.get(`/sobjects/Lead/${id}`)).toMatchObject({
      status: 404,
      body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
    });
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_patch.htm */
describe('writing to a record that is not there', () => {
  const attempts = (client: OrgClient, id: string) => [
    client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }),
    client.delete(`/sobjects/Lead/${id}`),
  ];

  /** The second deletion of a record, as shown in https://github.com/mohan-chinnappan-n/cli-dx/blob/master/rest.md */
  it('answers ENTITY_IS_DELETED where it is deleted', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    client.delete(`/sobjects/Lead/${id}`);
    for (const { status, body } of attempts(client, id)) {
      expect([status, body]).toEqual([
        404,
        [{ message: 'entity is deleted', errorCode: 'ENTITY_IS_DELETED', fields: [] }],
      ]);
    }
  });

  it('answers INVALID_CROSS_REFERENCE_KEY where it never was', () => {
    for (const { status, body } of attempts(signIn(stillOrg()), '00Q5g00000zzzzz')) {
      expect([status, body]).toEqual([
        404,
        [{ message: 'invalid cross reference id', errorCode: 'INVALID_CROSS_REFERENCE_KEY', fields: [] }],
      ]);
    }
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_patch.htm */
describe('updating a record', () => {
  it('answers 204 and leaves fields alone that it does not name', () => {
    const client = signIn(stillOrg());
    const id = client.lead({ Title: 'CTO' });
    expect(client.patch(`/sobjects/Lead/${id}`, { Company: 'New' })).toMatchObject({ status: 204, body: null });
    expect(client.get(`/sobjects/Lead/${id}`).body).toMatchObject({ Company: 'New', Title: 'CTO' });
  });

  it('clears a field with null, but not a required one', () => {
    const client = signIn(stillOrg());
    const id = client.lead({ Title: 'CTO' });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: null }).status).toBe(204);
    expect(client.get(`/sobjects/Lead/${id}`).body.Title).toBeNull();
    expect(client.patch(`/sobjects/Lead/${id}`, { Company: null }).body[0]).toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      fields: ['Company'],
    });
  });

  it('is open to clients that cannot send PATCH', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    expect(client.post(`/sobjects/Lead/${id}?_HttpMethod=PATCH`, { Title: 'CTO' }).status).toBe(204);
  });

  it('refuses a method that the resource does not have', () => {
    const client = signIn(stillOrg());
    expect(client.send('PUT', `/sobjects/Lead/${client.lead()}`, {})).toMatchObject({
      status: 405,
      body: [{ errorCode: 'METHOD_NOT_ALLOWED' }],
    });
  });

  it('moves the stamps on every save, also one that changes nothing, and never twice within one second', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ Title: 'CTO' });
    const stamp = () => client.get(`/sobjects/Lead/${id}`).body.SystemModstamp;
    client.patch(`/sobjects/Lead/${id}`, { Title: 'CTO' });
    expect(stamp()).toBe('2026-11-21T10:00:00.000+0000');
    org.clock.advance(90.5);
    client.patch(`/sobjects/Lead/${id}`, { Title: 'CTO' });
    expect(stamp()).toBe('2026-11-21T10:01:30.000+0000');
    expect(client.get(`/sobjects/Lead/${id}`).body.LastModifiedDate).toBe(stamp());
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm */
describe('conditional requests', () => {
  const before = 'Sat, 21 Nov 2026 09:59:59 GMT';
  const same = 'Sat, 21 Nov 2026 10:00:00 GMT';

  it('updates only what has not changed since', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    const change = (since: string) =>
      client.patch(`/sobjects/Lead/${id}`, { Title: since }, { 'if-unmodified-since': since }).status;
    expect([change(before), change(same)]).toEqual([412, 204]);
    expect(client.get(`/sobjects/Lead/${id}`).body.Title).toBe(same);
  });

  it('shows only what has changed since', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    const read = (since: string) => client.get(`/sobjects/Lead/${id}`, { 'if-modified-since': since }).status;
    expect([read(before), read(same)]).toEqual([200, 304]);
  });

  it('answers 400 to a date that is none in an update', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    const { status } = client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }, { 'if-unmodified-since': 'yesterday' });
    expect(status).toBe(400);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_upsert_patch.htm */
describe('upsert by external id', () => {
  const fields = { LastName: 'Lovelace', Company: 'Engines' };

  it('creates with 201, then updates with 200', () => {
    const client = signIn(stillOrg());
    const first = client.patch('/sobjects/Lead/Person_Id__c/p%2F1', fields);
    const second = client.patch('/sobjects/Lead/Person_Id__c/p%2F1', { Title: 'Countess' });
    expect([first.status, first.body.created, second.status, second.body.created]).toEqual([201, true, 200, false]);
    expect(second.body.id).toBe(first.body.id);
    const found = client.get('/sobjects/Lead/Person_Id__c/P%2F1').body;
    expect(found).toMatchObject({ Id: first.body.id, Person_Id__c: 'p/1', Title: 'Countess' });
  });

  it('creates nothing with updateOnly', () => {
    const client = signIn(stillOrg());
    expect(client.patch('/sobjects/Lead/Person_Id__c/p1?updateOnly=true', fields).status).toBe(404);
    expect(client.query('SELECT COUNT() FROM Lead').totalSize).toBe(0);
  });

  it('answers 300 with the URLs where several records have the key', () => {
    const client = signIn(stillOrg());
    const ids = [1, 2].map(() => client.lead({ Email: 'twin@example.com' }));
    expect(client.patch('/sobjects/Lead/Email/twin@example.com', { Title: 'X' })).toMatchObject({
      status: 300,
      body: ids.map((id) => `${ROOT}/sobjects/Lead/${id}`),
    });
  });

  it('refuses the key in the body too', () => {
    const client = signIn(stillOrg());
    const { status, body } = client.patch('/sobjects/Lead/Person_Id__c/p1', { ...fields, Person_Id__c: 'p1' });
    expect([status, body[0]?.errorCode]).toEqual([400, 'INVALID_FIELD']);
  });

  it('takes only fields that name records', () => {
    expect(signIn(stillOrg()).patch('/sobjects/Lead/Title/CTO', fields)).toMatchObject({
      status: 404,
      body: [{ message: 'Provided external ID field does not exist or is not accessible: Title' }],
    });
  });

  it('does not see deleted records: the key is free again', () => {
    const client = signIn(stillOrg());
    const first = client.patch('/sobjects/Lead/Person_Id__c/p1', fields).body.id;
    client.delete('/sobjects/Lead/Person_Id__c/p1');
    const second = client.patch('/sobjects/Lead/Person_Id__c/p1', fields);
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first);
  });
});
