import { describe, expect, it } from 'vitest';
import { control, signIn, stillOrg } from './org-client.ts';

/** https://help.salesforce.com/s/articleView?id=platform.fields_about_field_validation.htm */
describe('validation rules', () => {
  const rule = {
    object: 'Lead',
    name: 'NoFreeMail',
    errorWhen: "Email LIKE '%@free.example.com'",
    message: 'Business mail only',
  };

  it('refuse a record for which the condition is true, with their own words', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST validation-rules', { ...rule, field: 'Email' });
    const { status, body } = client.post('/sobjects/Lead', {
      LastName: 'L',
      Company: 'C',
      Email: 'x@free.example.com',
    });
    expect(status).toBe(400);
    expect(body).toEqual([
      { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Business mail only', fields: ['Email'] },
    ]);
  });

  it('see the whole row, not just what an update names', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ Email: 'x@free.example.com' });
    control(org, 'POST validation-rules', rule);
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'CTO' }).body[0]).toMatchObject({ fields: [] });
    control(org, 'DELETE validation-rules', { object: 'Lead', name: rule.name });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'CTO' }).status).toBe(204);
  });

  it('are all told of at once', () => {
    const org = stillOrg();
    control(org, 'POST validation-rules', { ...rule, name: 'a', errorWhen: 'Title = null', message: 'Title please' });
    control(org, 'POST validation-rules', { ...rule, name: 'b', errorWhen: 'Phone = null', message: 'Phone please' });
    const { body } = signIn(org).post('/sobjects/Lead', { LastName: 'L', Company: 'C' });
    expect(body.map((error) => error.message)).toEqual(['Title please', 'Phone please']);
  });

  it.each([
    [{ ...rule, errorWhen: 'Nope__c = 1' }],
    [{ ...rule, errorWhen: 'Email LIKE' }],
    [{ ...rule, object: 'Nope' }],
    [{ ...rule, field: 'Nope' }],
    [{ ...rule, message: undefined }],
    [{ ...rule, extra: 1 }],
  ])('must make sense: %j', (wrong) => {
    expect(control(stillOrg(), 'POST validation-rules', wrong)).toMatchObject({
      status: 400,
      body: { error: expect.any(String) },
    });
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm */
describe('before-save automation', () => {
  it('rewrites what is saved, before validation rules see it', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST triggers', {
      object: 'Lead',
      name: 'Normalise',
      set: { LastName: { upper: 'LastName' }, Rating: 'Hot' },
    });
    control(org, 'POST validation-rules', {
      object: 'Lead',
      name: 'NeverHot',
      errorWhen: "Rating = 'Hot' AND Title = 'Cold caller'",
      message: 'no',
    });
    const id = client.lead();
    expect(client.get(`/sobjects/Lead/${id}`).body).toMatchObject({
      LastName: 'LOVELACE',
      Name: 'LOVELACE',
      Rating: 'Hot',
    });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'Cold caller', Rating: 'Cold' }).status).toBe(400);
    control(org, 'DELETE triggers', { object: 'Lead', name: 'Normalise' });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'Cold caller', Rating: 'Cold' }).status).toBe(204);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm */
describe('duplicate rules', () => {
  const twin = { LastName: 'Twin', Company: 'C', Email: 'ADA@example.com' };
  const header = (value: string) => ({ 'sforce-duplicate-rule-header': value });

  function orgWith(action: 'block' | 'alert') {
    const org = stillOrg();
    control(org, 'POST duplicate-rules', { object: 'Lead', matchOn: ['Email'], action });
    const client = signIn(org);
    return { client, id: client.lead({ Email: 'ada@example.com', Title: 'Countess' }) };
  }

  it('name the records that match', () => {
    const { client, id } = orgWith('alert');
    const { status, body } = client.post('/sobjects/Lead', twin);
    expect([status, body[0]?.errorCode]).toEqual([400, 'DUPLICATES_DETECTED']);
    expect(body[0]).not.toHaveProperty('fields');
    const [match] = body[0]?.duplicateResut?.matchResults?.[0]?.matchRecords ?? [];
    expect(match?.record).toEqual({ attributes: expect.objectContaining({ type: 'Lead' }), Id: id });
  });

  /**
   * Public clients quote such answers of v54 and v56 with addresses of these versions.
   * https://salesforcedictionary.com/errors/duplicates-detected-api
   */
  it('address the records that match in the version of the request', () => {
    const { client, id } = orgWith('alert');
    const { body } = client.post('/services/data/v54.0/sobjects/Lead', twin);
    const [match] = body[0]?.duplicateResut?.matchResults?.[0]?.matchRecords ?? [];
    expect(match?.record?.attributes?.url).toBe(`/services/data/v54.0/sobjects/Lead/${id}`);
  });

  it('show the matching records where the header asks for details', () => {
    const { client } = orgWith('block');
    const { body } = client.post('/sobjects/Lead', twin, header('includeRecordDetails=true'));
    const [match] = body[0]?.duplicateResut?.matchResults?.[0]?.matchRecords ?? [];
    expect(match?.record).toMatchObject({ Title: 'Countess' });
  });

  it.each([
    ['alert', 201],
    ['block', 400],
  ] as const)('that %s answer allowSave with %i', (action, status) => {
    const { client } = orgWith(action);
    expect(client.post('/sobjects/Lead', twin, header('allowSave=true; runAsCurrentUser=true')).status).toBe(status);
  });

  it('do not match a record with itself, nor deleted ones', () => {
    const { client, id } = orgWith('block');
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }).status).toBe(204);
    client.delete(`/sobjects/Lead/${id}`);
    expect(client.post('/sobjects/Lead', twin).status).toBe(201);
  });

  it('run on an edit only where it changes a field that they match', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [one, other] = [client.lead({ Email: 'a@example.com' }), client.lead({ Email: 'a@example.com' })];
    control(org, 'POST duplicate-rules', { object: 'Lead', matchOn: ['Email'], action: 'block' });
    expect(client.patch(`/sobjects/Lead/${one}`, { Title: 'X' }).status).toBe(204);
    expect(client.patch(`/sobjects/Lead/${one}`, { Email: 'A@example.com' }).status).toBe(204);
    expect(client.patch(`/sobjects/Lead/${one}`, { Email: 'b@example.com' }).status).toBe(204);
    expect(client.patch(`/sobjects/Lead/${one}`, { Email: 'a@example.com' }).body[0]?.errorCode).toBe(
      'DUPLICATES_DETECTED',
    );
    expect(client.get(`/sobjects/Lead/${other}`).status).toBe(200);
  });

  /** https://help.salesforce.com/apex/HTViewHelpDoc?id=sales.duplicate_detection_and_handling.htm */
  it('compare a Lead with Contacts too, where they say so', () => {
    const org = stillOrg();
    const client = signIn(org);
    const { id } = client.post('/sobjects/Contact', { LastName: 'L', Email: 'a@example.com' }).body;
    const rule = { object: 'Lead', matchOn: ['Email'], action: 'block', against: ['Lead', 'Contact'] };
    control(org, 'POST duplicate-rules', rule);
    const { body } = client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', Email: 'a@example.com' });
    expect(body[0]?.duplicateResut).toMatchObject({
      duplicateRuleEntityType: 'Lead',
      matchResults: [{ entityType: 'Contact', size: 1, matchRecords: [{ record: { Id: id } }] }],
    });
    expect(control(org, 'POST duplicate-rules', { ...rule, matchOn: ['Company'] }).status).toBe(400);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm */
describe('assignment rules', () => {
  const lead = { LastName: 'L', Company: 'C' };
  const header = (value: string) => ({ 'sforce-auto-assign': value });

  it.each([
    ['without the header', {}, 'Inbound Leads'],
    ['with TRUE', header('TRUE'), 'Inbound Leads'],
    ['with the id of a rule', header('01Q5g0000000001'), 'Inbound Leads'],
    ['with the id of no rule', header('01Q5g00000zzzzz'), 'Integration Lockstep'],
    ['with FALSE', header('FALSE'), 'Integration Lockstep'],
  ])('%s give a new Lead to the right owner', (_how, headers, owner) => {
    const client = signIn(stillOrg());
    client.post('/sobjects/Lead', lead, headers);
    expect(client.query('SELECT Owner.Name FROM Lead').records?.[0]?.Owner?.Name).toBe(owner);
  });

  it('take the first entry that fits', () => {
    const client = signIn(stillOrg());
    client.post('/sobjects/Lead', { ...lead, Country: 'Germany', LeadSource: 'Partner Referral' });
    expect(client.query('SELECT Owner.Name FROM Lead').records?.[0]?.Owner?.Name).toBe('Nora Lindqvist');
  });

  it('re-own a Lead on every update that does not forbid it', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    const owner = () => client.get(`/sobjects/Lead/${id}`).body.OwnerId;
    client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }, header('FALSE'));
    expect(owner()).toBe(org.state.standard.lockstep.id);
    client.patch(`/sobjects/Lead/${id}`, { Title: 'X' });
    expect(owner()).toBe(org.state.standard.queues[0]?.id);
  });

  it('are there for Leads alone', () => {
    const org = stillOrg();
    const client = signIn(org);
    const { body } = client.post('/sobjects/Contact', { LastName: 'L' });
    expect(client.get(`/sobjects/Contact/${String(body.id)}`).body.OwnerId).toBe(org.state.standard.lockstep.id);
  });
});
