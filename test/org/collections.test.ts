import { describe, expect, it } from 'vitest';
import { control, type OrgClient, signIn, stillOrg } from './org-client.ts';

const lead = (fields: Record<string, unknown> = {}) => ({
  attributes: { type: 'Lead' },
  LastName: 'Lovelace',
  Company: 'Engines',
  ...fields,
});
const contact = { attributes: { type: 'Contact' }, LastName: 'Hopper' };

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_create.htm */
describe('creating a collection', () => {
  it('answers in the order of the records and saves the good ones', () => {
    const org = stillOrg();
    const client = signIn(org);
    const records = [lead(), { attributes: { type: 'Lead' }, LastName: 'X' }, contact];
    const { status, body } = client.post('/composite/sobjects', { allOrNone: false, records });
    expect(status).toBe(200);
    expect(body).toEqual([
      { id: expect.stringMatching(/^00Q/), success: true, errors: [] },
      {
        success: false,
        errors: [
          {
            statusCode: 'REQUIRED_FIELD_MISSING',
            message: 'Required fields are missing: [Company]',
            fields: ['Company'],
          },
        ],
      },
      { id: expect.stringMatching(/^003/), success: true, errors: [] },
    ]);
    expect(org.state.stats.recordsCreated).toBe(2);
  });

  it('takes everything back with allOrNone where one record is refused', () => {
    const org = stillOrg();
    const client = signIn(org);
    const { body } = client.post('/composite/sobjects', {
      allOrNone: true,
      records: [lead(), lead({ Company: null })],
    });
    expect([0, 1].map((at) => body[at]?.errors?.[0]?.statusCode)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'REQUIRED_FIELD_MISSING',
    ]);
    expect(client.query('SELECT COUNT() FROM Lead').totalSize).toBe(0);
    expect(org.state.stats.recordsCreated).toBe(0);
  });

  it('takes 200 records and no more', () => {
    const client = signIn(stillOrg());
    const post = (count: number) =>
      client.post('/composite/sobjects', { records: Array.from({ length: count }, () => lead()) });
    expect(post(200).body).toHaveLength(200);
    expect(post(201)).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'EXCEEDED_ID_LIMIT',
          message: 'record limit reached. cannot submit more than 200 records into this call',
        },
      ],
    });
  });

  it('takes at most ten runs of one object each', () => {
    const client = signIn(stillOrg());
    const alternate = (count: number) => Array.from({ length: count }, (_, at) => (at % 2 ? contact : lead()));
    expect(client.post('/composite/sobjects', { records: alternate(10) }).status).toBe(200);
    expect(client.post('/composite/sobjects', { records: alternate(11) }).body[0]).toMatchObject({
      message: 'Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.',
    });
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm */
describe('updating a collection', () => {
  it('tells of each record by itself', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [good, gone, converted] = [client.lead(), client.lead(), client.lead()];
    client.delete(`/sobjects/Lead/${gone}`);
    control(org, 'POST convert', { leadId: converted });
    const ids = [good, gone, converted, '00Q5g00000zzzzz', 'zzz'];
    const records = [...ids.map((id) => ({ attributes: { type: 'Lead' }, id, Title: 'CTO' })), lead()];
    const { body } = client.patch('/composite/sobjects', { records });
    expect(body.map((result) => result.errors?.[0]?.statusCode ?? null)).toEqual([
      null,
      'ENTITY_IS_DELETED',
      'CANNOT_UPDATE_CONVERTED_LEAD',
      'INVALID_CROSS_REFERENCE_KEY',
      'MALFORMED_ID',
      'MISSING_ARGUMENT',
    ]);
  });

  it('restores values and stamps with allOrNone', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [one, other] = [client.lead({ Title: 'Old' }), client.lead()];
    org.clock.advance(60);
    const records = [
      { attributes: { type: 'Lead' }, id: one, Title: 'New' },
      { attributes: { type: 'Lead' }, id: other, Email: 'nonsense' },
    ];
    client.patch('/composite/sobjects', { allOrNone: true, records });
    expect(client.get(`/sobjects/Lead/${one}`).body).toMatchObject({
      Title: 'Old',
      SystemModstamp: '2026-11-21T10:00:00.000+0000',
    });
    const inOrder = client.query('SELECT Id FROM Lead ORDER BY SystemModstamp, Id').records;
    expect(inOrder?.map((record) => record.Id)).toEqual([one, other]);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm */
describe('upserting a collection', () => {
  it('creates, updates and refuses, record by record', () => {
    const client = signIn(stillOrg());
    client.patch('/sobjects/Lead/Person_Id__c/known', { LastName: 'L', Company: 'C' });
    const records = [
      lead({ Person_Id__c: 'known' }),
      lead({ Person_Id__c: 'new' }),
      lead({ Person_Id__c: 'NEW' }),
      lead({}),
      lead({ Person_Id__c: 'bad', Email: 'nonsense' }),
    ];
    const { body } = client.patch('/composite/sobjects/Lead/Person_Id__c', { records });
    expect(body.map((result) => result.errors?.[0]?.statusCode ?? result.created)).toEqual([
      false,
      true,
      'DUPLICATE_VALUE',
      'MISSING_ARGUMENT',
      'INVALID_EMAIL_ADDRESS',
    ]);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_retrieve.htm */
describe('retrieving a collection', () => {
  it('answers in the order of the ids, with null for what is not there', () => {
    const client = signIn(stillOrg());
    const [one, gone, other] = [client.lead(), client.lead(), client.lead()];
    client.delete(`/sobjects/Lead/${gone}`);
    const ids = [other, gone, '00Q5g00000zzzzz', one.slice(0, 15)];
    const expected = [other, null, null, one];
    const posted = client.post('/composite/sobjects/Lead', { ids, fields: ['Id'] }).body;
    const got = client.get(`/composite/sobjects/Lead?ids=${ids.join(',')}&fields=Id`).body;
    expect(posted.map((record) => record?.Id ?? null)).toEqual(expected);
    expect(got).toEqual(posted);
  });

  it('takes 2,000 ids and no more', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    const post = (count: number) =>
      client.post('/composite/sobjects/Lead', { ids: Array.from({ length: count }, () => id), fields: ['Id'] });
    expect(post(2000).body).toHaveLength(2000);
    expect(post(2001).body[0]?.errorCode).toBe('EXCEEDED_ID_LIMIT');
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_delete.htm */
describe('deleting a collection', () => {
  it('deletes records of several objects', () => {
    const org = stillOrg();
    const client = signIn(org);
    const one = client.lead();
    const other = String(client.post('/sobjects/Contact', { LastName: 'Hopper' }).body.id);
    const { body } = client.delete(`/composite/sobjects?ids=${one},${other},00Q5g00000zzzzz&allOrNone=false`);
    expect(body.map((result) => result.success)).toEqual([true, true, false]);
    expect(org.state.stats.recordsDeleted).toBe(2);
  });

  it('deletes nothing with allOrNone where one is not there', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    client.delete(`/composite/sobjects?ids=${id},00Q5g00000zzzzz&allOrNone=true`);
    expect(client.get(`/sobjects/Lead/${id}`).status).toBe(200);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm (400: the body cannot be read) */
describe('a collection with a record that cannot be read', () => {
  it('is refused as a whole, and nothing of it is saved', () => {
    const client = signIn(stillOrg());
    const records = [lead(), lead({ NumberOfEmployees: 'many' })];
    const { status, body } = client.post('/composite/sobjects', { records });
    expect([status, body[0]?.errorCode]).toEqual([400, 'JSON_PARSER_ERROR']);
    expect(client.query('SELECT COUNT() FROM Lead').totalSize).toBe(0);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_create.htm */
describe('a collection with a record that names a field which is not there', () => {
  const message = "No such column 'Nope__c' on sobject of type Lead";
  const unknownField = { success: false, errors: [{ statusCode: 'INVALID_FIELD', message, fields: [] }] };

  it('creates the others', () => {
    const client = signIn(stillOrg());
    const { status, body } = client.post('/composite/sobjects', { records: [lead({ Nope__c: 1 }), lead()] });
    expect(status).toBe(200);
    expect(body).toMatchObject([unknownField, { success: true }]);
  });

  it('updates the others', () => {
    const client = signIn(stillOrg());
    const ids = [client.lead(), client.lead()];
    const records = ids.map((id, at) => ({
      attributes: { type: 'Lead' },
      id,
      Title: 'CTO',
      ...(at ? { Nope__c: 1 } : {}),
    }));
    expect(client.patch('/composite/sobjects', { records }).body).toMatchObject([{ success: true }, unknownField]);
    expect(ids.map((id) => client.get(`/sobjects/Lead/${id}`).body.Title)).toEqual(['CTO', null]);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm */
describe('the result of an upsert in a collection', () => {
  const upsert = (client: OrgClient, records: unknown[], more = {}) =>
    client.patch('/composite/sobjects/Lead/Person_Id__c', { records, ...more }).body;

  /** https://github.com/jsforce/jsforce/blob/main/test/connection-crud.test.ts ("expect rollback") */
  it('says also of a refused record whether it would have been a new one', () => {
    const client = signIn(stillOrg());
    client.lead({ Person_Id__c: 'old' });
    const bad = { OwnerId: 'INVALID_OWNER' };
    const records = [
      lead({ Person_Id__c: 'old', ...bad }),
      lead({ Person_Id__c: 'new', ...bad }),
      lead({ Person_Id__c: 'ok' }),
    ];
    expect(upsert(client, records, { allOrNone: true })).toMatchObject([
      { success: false, created: false, errors: [{ statusCode: 'MALFORMED_ID' }] },
      { success: false, created: true, errors: [{ statusCode: 'MALFORMED_ID' }] },
      { success: false, created: true, errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] },
    ]);
  });

  it('by Id creates a record whose id is null', () => {
    const client = signIn(stillOrg());
    const { body } = client.patch('/composite/sobjects/Lead/Id', { records: [lead({ Id: null }), lead()] });
    expect(body).toMatchObject([
      { success: true, created: true },
      { success: true, created: true },
    ]);
  });
});

/**
 * As an org answered: an empty list is a required field without a value.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_create.htm
 */
it('creates nothing of no records', () => {
  expect(signIn(stillOrg()).post('/composite/sobjects', { records: [] })).toMatchObject({
    status: 400,
    body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }],
  });
});
