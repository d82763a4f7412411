import { describe, expect, it } from 'vitest';
import { control, type Json, signIn, stillOrg } from './org-client.ts';

const DAY = 24 * 3_600;

function ids(page: Json): unknown[] {
  return page.records?.map((record) => record.Id) ?? [];
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm */
describe('pages of a query', () => {
  it('hold 2,000 records and lead on to the next', () => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 4001 });
    const client = signIn(org);
    const first = client.query('SELECT Id FROM Lead ORDER BY Id');
    const second = client.get(String(first.nextRecordsUrl)).body;
    const third = client.get(String(second.nextRecordsUrl)).body;
    expect([first, second, third].map((page) => [page.records?.length, page.done, page.totalSize])).toEqual([
      [2000, false, 4001],
      [2000, false, 4001],
      [1, true, 4001],
    ]);
    expect(new Set([first, second, third].flatMap(ids)).size).toBe(4001);
    expect(third).not.toHaveProperty('nextRecordsUrl');
  });

  it('go on with what was there when the query ran', () => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 2500 });
    const client = signIn(org);
    const first = client.query('SELECT Id, Title FROM Lead ORDER BY SystemModstamp, Id');
    const later = String(client.query('SELECT Id FROM Lead ORDER BY Id DESC LIMIT 1').records?.[0]?.Id);
    client.patch(`/sobjects/Lead/${later}`, { Title: 'changed in between' });
    client.lead();
    const second = client.get(String(first.nextRecordsUrl)).body;
    expect(ids(first).length + ids(second).length).toBe(2500);
    expect(ids(second)).toContain(later);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm */
  it.each([
    [250, 250],
    [10, 200],
    [5000, 2000],
  ])('with batchSize=%i hold %i records', (asked, given) => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 2100 });
    const path = `/query?q=${encodeURIComponent('SELECT Id FROM Lead')}`;
    const page = signIn(org).get(path, { 'sforce-query-options': `batchSize=${asked}` });
    expect(page.body.records).toHaveLength(given);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_changing_batch_size.htm */
  it('hold 200 records with two custom fields of long text', () => {
    const org = stillOrg();
    const text = { object: 'Lead', type: 'longtextarea', length: 1000 };
    for (const name of ['One__c', 'Two__c']) control(org, 'POST fields', { ...text, name });
    control(org, 'POST fields', { object: 'Lead', name: 'Short__c', type: 'textarea' });
    control(org, 'POST seed', { leads: 300 });
    const sizeOf = (fields: string) => signIn(org).query(`SELECT ${fields} FROM Lead`).records?.length;
    expect([sizeOf('One__c, Two__c'), sizeOf('One__c, Short__c, Description')]).toEqual([200, 300]);
  });

  it('shrink where the records are wide', () => {
    const org = stillOrg();
    for (let at = 0; at < 80; at += 1) {
      control(org, 'POST fields', { object: 'Lead', name: `Wide_${at}__c`, type: 'string' });
    }
    control(org, 'POST seed', { leads: 2000 });
    const client = signIn(org);
    const names = client.get('/sobjects/Lead/describe').body.fields?.map((field) => field.name) ?? [];
    const page = client.query(`SELECT ${names.join(',')} FROM Lead`);
    expect(page.done).toBe(false);
    expect(page.records?.length).toBeLessThan(2000);
  });

  /**
   * The page of the documentation lets a page shrink with the size of its records, without numbers. These two are what
   * an org answered: 2,000 records of two columns, 1,000 of twenty.
   * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_changing_batch_size.htm
   */
  it.each([
    [2, 2000],
    [20, 1000],
  ])('of %i columns hold %i records', (columns, records) => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 2100 });
    const client = signIn(org);
    const fields = client.get('/sobjects/Lead/describe').body.fields?.filter(({ type }) => type !== 'address') ?? [];
    const names = fields.slice(0, columns).map(({ name }) => name);
    expect(client.query(`SELECT ${names.join(',')} FROM Lead`).records).toHaveLength(records);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_apicursors.htm */
  it('are lost after two days, and to every other user', () => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 2001 });
    const next = String(signIn(org).query('SELECT Id FROM Lead').nextRecordsUrl);
    expect(signIn(org, 'admin').get(next).body[0]?.errorCode).toBe('INVALID_QUERY_LOCATOR');
    org.clock.advance(2 * DAY - 1);
    expect(signIn(org).get(next).status).toBe(200);
    org.clock.advance(1);
    expect(signIn(org).get(next)).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_QUERY_LOCATOR' }] });
  });

  it('show parents with the URL of what they are', () => {
    const org = stillOrg();
    const client = signIn(org);
    client.lead();
    const [record] = client.query('SELECT Owner.Name, Owner.Type FROM Lead').records ?? [];
    expect(record?.Owner).toMatchObject({
      attributes: { type: 'Name', url: expect.stringContaining('/sobjects/User/005') },
      Name: 'Integration Lockstep',
      Type: 'User',
    });
  });

  it('count without records', () => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 30 });
    expect(signIn(org).query('SELECT COUNT() FROM Lead')).toEqual({ totalSize: 30, done: true, records: [] });
  });

  it('show deleted records to queryAll alone', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    client.delete(`/sobjects/Lead/${id}`);
    expect(client.query('SELECT Id FROM Lead').totalSize).toBe(0);
    expect(client.queryAll('SELECT Id, IsDeleted FROM Lead').records).toMatchObject([{ Id: id, IsDeleted: true }]);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_record_count.htm */
describe('the record count resource', () => {
  it('counts records that are not deleted', () => {
    const client = signIn(stillOrg());
    client.lead();
    client.delete(`/sobjects/Lead/${client.lead()}`);
    expect(client.get('/limits/recordCount?sObjects=Lead,Contact,Nope').body).toEqual({
      sObjects: [
        { count: 1, name: 'Lead' },
        { count: 0, name: 'Contact' },
      ],
    });
  });
});

describe('the order of changes', () => {
  /** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_orderby.htm */
  it('is by stamp and then by id, also where rows are saved again and again', () => {
    const org = stillOrg();
    const client = signIn(org);
    const leads = Array.from({ length: 20 }, () => client.lead());
    for (let round = 0; round < 200; round += 1) {
      const id = leads[(round * 7) % leads.length] ?? '';
      client.patch(`/sobjects/Lead/${id}`, { Title: `round ${round}` });
      if (round % 5 === 0) org.clock.advance(1);
    }
    const records = client.query('SELECT Id, SystemModstamp FROM Lead ORDER BY SystemModstamp, Id').records;
    const keys = records?.map((record) => `${String(record.SystemModstamp)} ${String(record.Id)}`) ?? [];
    expect(keys).toEqual(keys.toSorted());
    expect(keys).toHaveLength(20);
  });
});
