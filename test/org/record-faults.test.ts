import { describe, expect, it } from 'vitest';
import { BulkClient } from './bulk-client.ts';
import { control, type OrgClient, signIn, stillOrg } from './org-client.ts';

/** Refusals as public answers quote them; the page or thread is in the last column. */
const REFUSALS = [
  [
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'LeadTrigger: execution of BeforeUpdate caused by: System.NullPointerException: Attempt to de-reference a null object',
    'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
  ],
  [
    'TXN_SECURITY_NO_ACCESS',
    "The operation you requested was blocked by your organization's security policy",
    'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
  ],
  [
    'STORAGE_LIMIT_EXCEEDED',
    'storage limit exceeded',
    'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
  ],
  [
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    'insufficient access rights on cross-reference id',
    'https://support.revenue.io/hc/en-us/articles/36030127589403',
  ],
  [
    'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE',
    "Updates can't be made during maintenance. Try again when maintenance is complete.",
    'https://salesforce.stackexchange.com/questions/194022',
  ],
] as const;

function updates(client: OrgClient, ids: readonly string[], fields: Record<string, unknown>) {
  const records = ids.map((id) => ({ attributes: { type: 'Lead' }, id, ...fields }));
  return client.patch('/composite/sobjects', { records }).body;
}

describe('a recordError fault', () => {
  it.each(REFUSALS)('refuses a record of a collection with %s, and saves the others', (statusCode, message) => {
    const org = stillOrg();
    const client = signIn(org);
    const ids = [client.lead({ City: 'Bern' }), client.lead(), client.lead({ City: 'Bern' })];
    const when = "City = 'Bern'";
    control(org, 'POST faults', { kind: 'recordError', object: 'Lead', when, statusCode, message });
    const refused = { success: false, errors: [{ statusCode, message, fields: [] }] };
    expect(updates(client, ids, { Title: 'X' })).toMatchObject([refused, { success: true }, refused]);
    expect(client.query("SELECT COUNT() FROM Lead WHERE Title = 'X'").totalSize).toBe(1);
  });

  it('answers a single record with its words and fields, and strikes as often as it is told', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    const statusCode = 'FIELD_INTEGRITY_EXCEPTION';
    const fault = { kind: 'recordError', object: 'Lead', statusCode, message: 'no', fields: ['Title'], times: 1 };
    control(org, 'POST faults', fault);
    expect(control(org, 'GET faults').body).toEqual({ faults: [fault] });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'X' })).toMatchObject({
      status: 400,
      body: [{ errorCode: statusCode, message: 'no', fields: ['Title'] }],
    });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }).status).toBe(204);
  });

  it('looks at the record as it would be saved, and strikes nothing else', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ Title: 'CTO' });
    const words = { statusCode: 'STORAGE_LIMIT_EXCEEDED', message: 'storage limit exceeded' };
    control(org, 'POST faults', { kind: 'recordError', object: 'Lead', when: "Title = 'CEO'", ...words, times: 1 });
    expect(client.patch(`/sobjects/Lead/${id}`, { City: 'Bern' }).status).toBe(204);
    expect(client.post('/sobjects/Contact', { LastName: 'L', Title: 'CEO' }).status).toBe(201);
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'CEO' }).body[0]).toMatchObject({
      errorCode: 'STORAGE_LIMIT_EXCEEDED',
      fields: [],
    });
  });

  it('refuses deletions, and never what the org does itself', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [id, other] = [client.lead(), client.lead()];
    const words = { statusCode: 'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', message: 'maintenance' };
    control(org, 'POST faults', { kind: 'recordError', object: 'Lead', ...words });
    expect(client.delete(`/sobjects/Lead/${id}`).body[0]?.errorCode).toBe(words.statusCode);
    expect(client.delete(`/composite/sobjects?ids=${id},${other}`).body).toMatchObject([
      { id, success: false, errors: [words] },
      { id: other, success: false, errors: [words] },
    ]);
    expect(control(org, 'POST merge', { object: 'Lead', masterId: id, loserIds: [other] }).status).toBe(200);
  });

  it('refuses a row of an ingest job', () => {
    const org = stillOrg();
    const words = { statusCode: 'TXN_SECURITY_NO_ACCESS', message: 'blocked' };
    control(org, 'POST faults', { kind: 'recordError', object: 'Lead', when: "LastName = 'B'", ...words });
    const client = new BulkClient('admin', org);
    const { id, info } = client.ingest({ operation: 'insert', object: 'Lead' }, 'LastName,Company\nA,C\nB,C\n');
    expect(info).toMatchObject({ numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    expect(client.results(id, 'failedResults')).toContain('TXN_SECURITY_NO_ACCESS:blocked:--');
  });

  it.each([
    [{ kind: 'recordError', object: 'Nope', statusCode: 'X', message: 'm' }],
    [{ kind: 'recordError', object: 'Lead', statusCode: 'X', message: 'm', when: 'Nope = 1' }],
    [{ kind: 'recordError', object: 'Lead', statusCode: 'not a code', message: 'm' }],
    [{ kind: 'recordError', object: 'Lead', message: 'm' }],
    [{ kind: 'betweenSubrequests' }],
  ])('must be written well: %j', (wrong) => {
    expect(control(stillOrg(), 'POST faults', wrong).status).toBe(400);
  });
});
