import { describe, expect, it } from 'vitest';
import { BulkClient } from './bulk-client.ts';
import { control, signIn, stillOrg } from './org-client.ts';

const SPAN = '?start=2026-11-21T09%3A00%3A00Z&end=2026-11-21T11%3A00%3A00Z';
const OUT_OF_REACH = 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY';

/** An org with two Leads, of which the sync user does not see the first. */
function orgWithHidden() {
  const org = stillOrg();
  const [client, admin] = [signIn(org), signIn(org, 'admin')];
  const id = client.lead({ Person_Id__c: 'p1', Email: 'ada@example.com', City: 'Bern' });
  const seen = client.lead({ Person_Id__c: 'p2', City: 'Bern' });
  control(org, 'POST sharing', { object: 'Lead', id, visible: false });
  return { org, client, admin, id, seen };
}

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_update.htm */
describe('a record that the sharing settings hide from a user', () => {
  it('is in no query of that user, and in those of an administrator', () => {
    const { client, admin, id, seen } = orgWithHidden();
    for (const where of [
      "City = 'Bern'",
      "Email = 'ada@example.com' OR City = 'Bern'",
      'SystemModstamp > 2020-01-01T00:00:00Z',
    ]) {
      const soql = `SELECT Id FROM Lead WHERE ${where} ORDER BY Id`;
      expect(client.queryAll(soql).records?.map((row) => row.Id)).toEqual([seen]);
      expect(admin.query(soql).records?.map((row) => row.Id)).toEqual([id, seen]);
    }
    expect(client.query(`SELECT Id FROM Lead WHERE Id = '${id}'`).totalSize).toBe(0);
    expect(client.query("SELECT Id FROM Lead WHERE Person_Id__c = 'p1'").totalSize).toBe(0);
    expect(client.get('/parameterizedSearch?q=ada@example.com&sobject=Lead&in=EMAIL').body.searchRecords).toEqual([]);
  });

  it('is answered as one that is not there where it is read', () => {
    const { client, id, seen } = orgWithHidden();
    expect(client.get(`/sobjects/Lead/${id}`)).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
    expect(client.get('/sobjects/Lead/Person_Id__c/p1').status).toBe(404);
    const { body } = client.post('/composite/sobjects/Lead', { ids: [id, seen], fields: ['Id'] });
    expect(body).toMatchObject([null, { Id: seen }]);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm */
  it('is in neither list of changes, deleted or not', () => {
    const { client, admin, id, seen } = orgWithHidden();
    admin.delete(`/sobjects/Lead/${id}`);
    expect(client.get(`/sobjects/Lead/updated${SPAN}`).body.ids).toEqual([seen]);
    expect(client.get(`/sobjects/Lead/deleted${SPAN}`).body.deletedRecords).toEqual([]);
    expect(admin.get(`/sobjects/Lead/deleted${SPAN}`).body.deletedRecords).toHaveLength(1);
  });

  /** https://acesalesforce.com/how-to-debug-insufficient-access-rights-on-cross-reference-id-error/ */
  it('refuses to be written, with its id', () => {
    const { client, id, seen } = orgWithHidden();
    const message = `insufficient access rights on cross-reference id: ${id.slice(0, 15)}`;
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }).body).toMatchObject([
      { errorCode: OUT_OF_REACH, message },
    ]);
    expect(client.delete(`/sobjects/Lead/${id}`).body).toMatchObject([{ errorCode: OUT_OF_REACH }]);
    const records = [id, seen].map((one) => ({ attributes: { type: 'Lead' }, id: one, Title: 'X' }));
    const refused = { success: false, errors: [{ statusCode: OUT_OF_REACH, message }] };
    expect(client.patch('/composite/sobjects', { records }).body).toMatchObject([refused, { success: true }]);
    expect(client.delete(`/composite/sobjects?ids=${id}`).body).toMatchObject([refused]);
  });

  it('refuses to be named by another record', () => {
    const { org, client, admin } = orgWithHidden();
    const id = String(admin.post('/sobjects/Account', { Name: 'A' }).body.id);
    const contact = String(client.post('/sobjects/Contact', { LastName: 'L', AccountId: id }).body.id);
    control(org, 'POST sharing', { object: 'Account', id, visible: false });
    expect(client.post('/sobjects/Contact', { LastName: 'L', AccountId: id }).body[0]?.errorCode).toBe(OUT_OF_REACH);
    expect(client.patch(`/sobjects/Contact/${contact}`, { AccountId: id, Title: 'X' }).status).toBe(204);
    const row = client.query(`SELECT AccountId, Account.Name FROM Contact WHERE Id = '${contact}'`).records?.[0];
    expect(row).toMatchObject({ AccountId: id, Account: null });
  });

  /** https://salesforcedictionary.com/errors/duplicate-value-found */
  it('has its unique values taken, and is not named', () => {
    const { client } = orgWithHidden();
    const message = 'duplicate value found: <unknown> duplicates value on record with id: <unknown>';
    const lead = { LastName: 'L', Company: 'C' };
    const refused = { status: 400, body: [{ errorCode: 'DUPLICATE_VALUE', message }] };
    expect(client.post('/sobjects/Lead', { ...lead, Person_Id__c: 'p1' })).toMatchObject(refused);
    expect(client.patch('/sobjects/Lead/Person_Id__c/p1', lead)).toMatchObject(refused);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm */
  it('is found by duplicate rules, but not where they run as the user', () => {
    const { org, client, admin } = orgWithHidden();
    control(org, 'POST duplicate-rules', { object: 'Lead', matchOn: ['Email'], action: 'block' });
    const lead = { LastName: 'L', Company: 'C', Email: 'ada@example.com' };
    expect(client.post('/sobjects/Lead', lead).body[0]?.errorCode).toBe('DUPLICATES_DETECTED');
    const asUser = { 'sforce-duplicate-rule-header': 'runAsCurrentUser=true' };
    expect(admin.post('/sobjects/Lead', lead, asUser).body[0]?.errorCode).toBe('DUPLICATES_DETECTED');
    expect(client.post('/sobjects/Lead', lead, asUser).status).toBe(201);
  });

  it('is in no bulk query, and no ingest job writes it', () => {
    const { org, id, seen } = orgWithHidden();
    const client = new BulkClient('lockstep', org);
    const rows = client.send('GET', `/jobs/query/${client.query({ query: 'SELECT Id FROM Lead' })}/results`).body;
    expect(String(rows)).toContain(seen);
    expect(String(rows)).not.toContain(id);
    const job = client.ingest({ operation: 'update', object: 'Lead' }, `Id,Title\n${id},X\n${seen},X\n`);
    expect(client.results(job.id, 'failedResults')).toContain(OUT_OF_REACH);
  });

  it('comes back as it was: no stamp moves', () => {
    const { org, client, id } = orgWithHidden();
    org.clock.advance(60);
    control(org, 'POST sharing', { object: 'Lead', id, visible: true });
    expect(client.get(`/sobjects/Lead/${id}`).body.SystemModstamp).toBe('2026-11-21T10:00:00.000+0000');
  });

  it.each([
    [{ object: 'Nope', id: '00Q5g000000000001', visible: false }],
    [{ object: 'Lead', id: '00Q5g0000099999AAA', visible: false }],
    [{ object: 'Lead', visible: false }],
  ])('must be there: %j', (wrong) => {
    expect(control(stillOrg(), 'POST sharing', wrong).status).toBe(400);
  });
});
