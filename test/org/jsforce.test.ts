import { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrg } from '../sandbox/org/create-org.ts';

/** jsforce, unmodified, over HTTP: https://jsforce.github.io/document/ */
describe('jsforce against the simulated org', () => {
  const org = createOrg();
  let connection: Connection;

  beforeAll(async () => {
    org.seed({ leads: 4500, contacts: 30, seed: 11 });
    const url = await org.listen(0);
    connection = new Connection({ loginUrl: url, version: '62.0' });
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'lockstep',
      client_secret: 'lockstep',
    });
    const token = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: form });
    const { access_token: accessToken, instance_url: instanceUrl } = (await token.json()) as Record<string, string>;
    if (accessToken === undefined || instanceUrl === undefined) throw new Error('No token');
    connection = new Connection({ instanceUrl, accessToken, version: '62.0' });
  });

  afterAll(() => org.close());

  it('fetches all pages of a query by itself', async () => {
    const result = await connection.query('SELECT Id FROM Lead', { autoFetch: true, maxFetch: 10_000 });
    expect(result.records).toHaveLength(4500);
    expect(new Set(result.records.map((record) => record.Id)).size).toBe(4500);
  });

  it('creates, retrieves, updates and destroys a record', async () => {
    const created = await connection.sobject('Contact').create({ LastName: 'Hopper', Email: 'Grace@Example.com' });
    if (!created.success) throw new Error('not created');
    const { id } = created;
    expect(await connection.sobject('Contact').retrieve(id)).toMatchObject({ Email: 'grace@example.com' });
    expect(await connection.sobject('Contact').update({ Id: id, Title: 'Rear Admiral' })).toMatchObject({
      success: true,
    });
    expect(await connection.sobject('Contact').retrieve(id)).toMatchObject({ Title: 'Rear Admiral', Name: 'Hopper' });
    expect(await connection.sobject('Contact').destroy(id)).toMatchObject({ success: true });
    await expect(connection.sobject('Contact').retrieve(id)).rejects.toMatchObject({ name: 'NOT_FOUND' });
  });

  it('works off collections and tells of each record', async () => {
    const results = await connection
      .sobject('Lead')
      .create([{ LastName: 'One', Company: 'A' }, { LastName: 'Two' }, { LastName: 'Three', Company: 'C' }]);
    expect(results.map(({ success }) => success)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({
      errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Company'] }],
    });
    const ids = results.flatMap((result) => (result.success ? [result.id] : []));
    const records = await connection.sobject('Lead').retrieve(ids);
    expect(records.map((record) => record.LastName)).toEqual(['One', 'Three']);
    const destroyed = await connection.sobject('Lead').destroy(ids);
    expect(destroyed.map(({ success }) => success)).toEqual([true, true]);
  });

  it('upserts by external id, one record and many', async () => {
    const leads = connection.sobject('Lead');
    const one = { Person_Id__c: 'p-1', LastName: 'Upsert', Company: 'U' };
    expect(await leads.upsert(one, 'Person_Id__c')).toMatchObject({ success: true, created: true });
    expect(await leads.upsert(one, 'Person_Id__c')).toMatchObject({ success: true, created: false });
    const many = await leads.upsert([one, { ...one, Person_Id__c: 'p-2' }], 'Person_Id__c');
    expect(many.map((result) => ('created' in result ? result.created : undefined))).toEqual([false, true]);
  });

  it('describes an object and the org', async () => {
    const lead = await connection.sobject('Lead').describe();
    const byName = new Map(lead.fields.map((field) => [field.name, field]));
    expect(byName.get('Email')).toMatchObject({ type: 'email', length: 80, updateable: true });
    expect(byName.get('Person_Id__c')).toMatchObject({ externalId: true, unique: true, custom: true });
    const all = await connection.describeGlobal();
    expect(all.sobjects.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Lead', 'Contact', 'Account', 'User']),
    );
  });

  it('reads limits, also from the header of each answer', async () => {
    const limits = (await connection.limits()) as unknown as { DailyApiRequests: { Max: number; Remaining: number } };
    const used = limits.DailyApiRequests.Max - limits.DailyApiRequests.Remaining;
    expect(connection.limitInfo.apiUsage).toEqual({ used, limit: limits.DailyApiRequests.Max });
  });

  it.each([
    ['INVALID_FIELD', 'SELECT Nope FROM Lead'],
    ['INVALID_TYPE', 'SELECT Id FROM Nope'],
    ['MALFORMED_QUERY', 'SELECT Id FROM Lead WHERE'],
  ])('throws an error named %s', async (name, soql) => {
    await expect(connection.query(soql)).rejects.toMatchObject({ name, errorCode: name });
  });

  it('throws NOT_FOUND for a record that is not there', async () => {
    await expect(connection.sobject('Lead').retrieve('00Q5g00000zzzzz')).rejects.toMatchObject({ name: 'NOT_FOUND' });
  });

  it('asks what was updated and what was deleted', async () => {
    const start = new Date(Date.now() - 3_600_000).toISOString();
    const end = new Date(Date.now() + 60_000).toISOString();
    const updated = await connection.sobject('Lead').updated(start, end);
    expect(updated.ids.length).toBeGreaterThan(0);
    const deleted = await connection.sobject('Contact').deleted(start, end);
    expect(deleted.deletedRecords).toHaveLength(1);
  });
});
