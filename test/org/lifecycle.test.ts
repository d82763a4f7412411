import { describe, expect, it } from 'vitest';
import { control, signIn, stillOrg } from './org-client.ts';

const MINUTE = 60;

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm */
describe('converting a Lead', () => {
  it('makes a Contact and an Account and closes the Lead', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ Email: 'ada@example.com', City: 'London', Person_Id__c: 'p1' });
    org.clock.advance(MINUTE);
    const { contactId, accountId } = control(org, 'POST convert', { leadId: id }).body as never;
    expect(client.get(`/sobjects/Lead/${id}`).body).toMatchObject({
      IsConverted: true,
      ConvertedDate: '2026-11-21',
      ConvertedContactId: contactId,
      ConvertedAccountId: accountId,
      Status: 'Closed - Converted',
      SystemModstamp: '2026-11-21T10:01:00.000+0000',
    });
    expect(client.get(`/sobjects/Contact/${String(contactId)}`).body).toMatchObject({
      Email: 'ada@example.com',
      MailingCity: 'London',
      Person_Id__c: 'p1',
      AccountId: accountId,
    });
    expect(client.get(`/sobjects/Account/${String(accountId)}`).body.Name).toBe('Analytical Engines');
  });

  it('fills only empty fields of an existing Contact', () => {
    const org = stillOrg();
    const client = signIn(org);
    const contactId = client.post('/sobjects/Contact', { LastName: 'Byron', Title: 'Poet' }).body.id;
    const id = client.lead({ Title: 'CTO', Phone: '123' });
    control(org, 'POST convert', { leadId: id, contactId });
    expect(client.get(`/sobjects/Contact/${String(contactId)}`).body).toMatchObject({
      LastName: 'Byron',
      Title: 'Poet',
      Phone: '123',
    });
  });

  it('leaves a Lead that refuses edits and further conversion', () => {
    const org = stillOrg();
    const client = signIn(org);
    const leadId = client.lead();
    control(org, 'POST convert', { leadId });
    expect(client.patch(`/sobjects/Lead/${leadId}`, { Title: 'X' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead' }],
    });
    expect(control(org, 'POST convert', { leadId }).status).toBe(400);
  });

  it('does nothing at all where one of the new records is refused', () => {
    const org = stillOrg();
    const client = signIn(org);
    const leadId = client.lead();
    const rule = { object: 'Contact', name: 'Never', errorWhen: 'LastName != null', message: 'never' };
    control(org, 'POST validation-rules', rule);
    const before = control(org, 'GET stats').body;
    expect(control(org, 'POST convert', { leadId }).body.error).toContain('never');
    expect(client.query('SELECT COUNT() FROM Account').totalSize).toBe(0);
    expect(client.get(`/sobjects/Lead/${leadId}`).body.IsConverted).toBe(false);
    expect(control(org, 'GET stats').body.recordsCreated).toBe(before.recordsCreated);
  });

  it('gives the Contact of a queue’s Lead to the converting user', () => {
    const org = stillOrg();
    const client = signIn(org);
    const leadId = client.lead({ OwnerId: org.state.standard.queues[0]?.id });
    const { contactId } = control(org, 'POST convert', { leadId }).body as never;
    expect(client.get(`/sobjects/Contact/${String(contactId)}`).body.OwnerId).toBe(org.state.standard.admin.id);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_merge_statements.htm */
describe('merging records', () => {
  it('deletes the losers, who name their master, and stamps the master', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [master, one, other] = [client.lead(), client.lead(), client.lead()];
    org.clock.advance(MINUTE);
    control(org, 'POST merge', { object: 'Lead', masterId: master, loserIds: [one, other] });
    const rows = client.queryAll('SELECT Id, IsDeleted, MasterRecordId, SystemModstamp FROM Lead ORDER BY Id').records;
    const stamp = '2026-11-21T10:01:00.000+0000';
    expect(rows).toMatchObject([
      { Id: master, IsDeleted: false, MasterRecordId: null, SystemModstamp: stamp },
      { Id: one, IsDeleted: true, MasterRecordId: master, SystemModstamp: stamp },
      { Id: other, IsDeleted: true, MasterRecordId: master, SystemModstamp: stamp },
    ]);
  });

  it('moves the Contacts of a losing Account', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [master, loser] = ['A', 'B'].map((Name) => client.post('/sobjects/Account', { Name }).body.id);
    const contact = client.post('/sobjects/Contact', { LastName: 'L', AccountId: loser }).body.id;
    control(org, 'POST merge', { object: 'Account', masterId: master, loserIds: [loser] });
    expect(client.get(`/sobjects/Contact/${String(contact)}`).body.AccountId).toBe(master);
  });

  it('refuses more than three records, another object, the same twice, deleted and converted ones', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [a, b, c, d] = [client.lead(), client.lead(), client.lead(), client.lead()];
    control(org, 'POST convert', { leadId: c });
    client.delete(`/sobjects/Lead/${d}`);
    const merge = (masterId: string, loserIds: string[], object = 'Lead') =>
      control(org, 'POST merge', { object, masterId, loserIds }).status;
    expect([merge(a, [b, c, d]), merge(a, [b], 'Contact'), merge(a, [a]), merge(a, [c]), merge(a, [d])]).toEqual([
      400, 400, 400, 400, 400,
    ]);
    expect(client.query('SELECT COUNT() FROM Lead').totalSize).toBe(3);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_dml_undelete.htm */
describe('the recycle bin', () => {
  it('gives a record back, also one that lost a merge', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [master, loser] = [client.lead(), client.lead()];
    control(org, 'POST merge', { object: 'Lead', masterId: master, loserIds: [loser] });
    org.clock.advance(MINUTE);
    control(org, 'POST undelete', { id: loser });
    expect(client.get(`/sobjects/Lead/${loser}`).body).toMatchObject({
      IsDeleted: false,
      MasterRecordId: null,
      SystemModstamp: '2026-11-21T10:01:00.000+0000',
    });
    expect(control(org, 'POST undelete', { id: loser }).status).toBe(400);
  });

  it('takes the Contacts of a deleted Account with it', () => {
    const org = stillOrg();
    const client = signIn(org);
    const account = client.post('/sobjects/Account', { Name: 'A' }).body.id;
    client.post('/sobjects/Contact', { LastName: 'L', AccountId: account });
    client.delete(`/sobjects/Account/${String(account)}`);
    expect(client.query('SELECT COUNT() FROM Contact').totalSize).toBe(0);
    expect(org.state.stats.recordsDeleted).toBe(2);
  });

  /** https://help.salesforce.com/s/articleView?id=xcloud.home_delete.htm */
  it('is emptied after 15 days, but not of what came out of it', () => {
    const org = stillOrg();
    const client = signIn(org, 'admin');
    const [gone, back, again] = [client.lead(), client.lead(), client.lead()];
    for (const id of [gone, back, again]) client.delete(`/sobjects/Lead/${id}`);
    org.clock.advance(14 * 24 * 3600);
    for (const id of [back, again]) control(org, 'POST undelete', { id });
    signIn(org).delete(`/sobjects/Lead/${again}`);
    org.clock.advance(24 * 3600);
    const rows = signIn(org).queryAll('SELECT Id, IsDeleted FROM Lead ORDER BY Id').records;
    expect(rows).toMatchObject([
      { Id: back, IsDeleted: false },
      { Id: again, IsDeleted: true },
    ]);
  });

  it('gives nothing back whose key is taken meanwhile', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ Person_Id__c: 'p1' });
    client.delete(`/sobjects/Lead/${id}`);
    client.lead({ Person_Id__c: 'p1' });
    expect(control(org, 'POST undelete', { id }).body.error).toContain('DUPLICATE_VALUE');
  });

  it('keeps nothing of what is deleted for good', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    control(org, 'POST hard-delete', { id });
    expect(client.queryAll('SELECT Id FROM Lead').totalSize).toBe(0);
    expect(client.get(`/sobjects/Lead/${id}`).body[0]?.errorCode).toBe('NOT_FOUND');
    expect(control(org, 'POST undelete', { id }).status).toBe(400);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm */
describe('updated and deleted', () => {
  const span = (start: string, end: string) => `?start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}`;
  const around = span('2026-11-21T09:59:00Z', '2026-11-21T10:05:00+00:00');

  it('tell which records changed in a span, seconds cut off', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [one, gone] = [client.lead(), client.lead()];
    client.delete(`/sobjects/Lead/${gone}`);
    org.clock.advance(4 * MINUTE + 30);
    expect(client.get(`/sobjects/Lead/updated${around}`).body).toEqual({
      ids: [one],
      latestDateCovered: '2026-11-21T10:04:00.000+0000',
    });
    expect(
      client.get(`/sobjects/Lead/updated${span('2026-11-21T10:00:59Z', '2026-11-21T10:01:59Z')}`).body.ids,
    ).toEqual([one]);
  });

  it('tell of deleted records, also of those that are gone for good', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [soft, hard] = [client.lead(), client.lead()];
    client.delete(`/sobjects/Lead/${soft}`);
    control(org, 'POST hard-delete', { id: hard });
    const { body } = client.get(`/sobjects/Lead/deleted${around}`);
    expect(body.deletedRecords).toEqual([
      { id: soft, deletedDate: '2026-11-21T10:00:00.000+0000' },
      { id: hard, deletedDate: '2026-11-21T10:00:00.000+0000' },
    ]);
    expect(body.earliestDateAvailable).toBe('2026-11-21T10:00:00.000+0000');
  });

  it.each([
    ['updated', '2026-10-21T00:00:00Z', '2026-11-21T00:00:00Z'],
    ['deleted', '2026-11-05T00:00:00Z', '2026-11-21T00:00:00Z'],
    ['updated', '2026-11-21T09:00:00Z', '2026-11-21T09:00:40Z'],
    ['updated', 'yesterday', '2026-11-21T09:00:40Z'],
  ])('%s refuses the span from %s to %s', (resource, start, end) => {
    const answer = signIn(stillOrg()).get(`/sobjects/Lead/${resource}${span(start, end)}`);
    expect([answer.status, answer.body[0]?.errorCode]).toEqual([400, 'INVALID_REPLICATION_DATE']);
  });
});

describe('a transaction that takes long', () => {
  const span = '?start=2026-11-21T09:59:00Z&end=2026-11-21T11:00:00Z';

  /** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_getupdated_getupdatedresult.htm */
  it('stamps when it writes, shows when it commits, and holds latestDateCovered back', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [id, other] = [client.lead(), client.lead()];
    org.clock.advance(MINUTE);
    const updates = [{ object: 'Lead', id, fields: { Title: 'late' } }];
    expect(control(org, 'POST transaction', { commitAfterSeconds: 10 * MINUTE, updates }).body).toEqual({
      commitsAt: '2026-11-21T10:11:00.000+0000',
    });
    org.clock.advance(5 * MINUTE);
    client.patch(`/sobjects/Lead/${other}`, { Title: 'meanwhile' });
    expect(client.get(`/sobjects/Lead/${id}`).body.Title).toBeNull();
    expect(client.get(`/sobjects/Lead/updated${span}`).body.latestDateCovered).toBe('2026-11-21T10:01:00.000+0000');
    org.clock.advance(5 * MINUTE);
    const rows = client.query('SELECT Id, Title, SystemModstamp FROM Lead ORDER BY SystemModstamp, Id').records;
    expect(rows).toMatchObject([
      { Id: id, Title: 'late', SystemModstamp: '2026-11-21T10:01:00.000+0000' },
      { Id: other, Title: 'meanwhile', SystemModstamp: '2026-11-21T10:06:00.000+0000' },
    ]);
    expect(client.get(`/sobjects/Lead/updated${span}`).body.latestDateCovered).toBe('2026-11-21T10:11:00.000+0000');
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_locking_records.htm */
  it('locks its rows until then', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    control(org, 'POST transaction', { commitAfterSeconds: 60, updates: [{ object: 'Lead', id, fields: {} }] });
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'X' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'UNABLE_TO_LOCK_ROW' }],
    });
    expect(client.delete(`/sobjects/Lead/${id}`).status).toBe(400);
    expect(control(org, 'POST convert', { leadId: id }).status).toBe(400);
    org.clock.advance(60);
    expect(client.patch(`/sobjects/Lead/${id}`, { Title: 'X' }).status).toBe(204);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_dml_undelete.htm */
describe('the undeletion of an Account', () => {
  it('brings back the Contacts that were deleted with it, and no others', () => {
    const org = stillOrg();
    const client = signIn(org);
    const { id } = client.post('/sobjects/Account', { Name: 'A' }).body;
    const [withIt, before, already] = ['one', 'two', 'three'].map((LastName) =>
      String(client.post('/sobjects/Contact', { LastName, AccountId: id }).body.id),
    );
    client.delete(`/sobjects/Contact/${before}`);
    client.delete(`/sobjects/Account/${id}`);
    control(org, 'POST undelete', { id: already });
    org.clock.advance(60);
    control(org, 'POST undelete', { id });
    const rows = client.query('SELECT Id, SystemModstamp FROM Contact ORDER BY SystemModstamp, Id').records;
    expect(rows).toMatchObject([
      { Id: already, SystemModstamp: '2026-11-21T10:00:00.000+0000' },
      { Id: withIt, SystemModstamp: '2026-11-21T10:01:00.000+0000' },
    ]);
    expect(client.queryAll(`SELECT IsDeleted FROM Contact WHERE Id = '${before}'`).records).toMatchObject([
      { IsDeleted: true },
    ]);
  });
});

/** https://help.salesforce.com/s/articleView?id=sales.customize_mapleads.htm */
describe('the conversion of custom fields', () => {
  it('maps like types only', () => {
    const org = stillOrg();
    const client = signIn(org);
    for (const [object, type] of [
      ['Lead', 'text'],
      ['Contact', 'text'],
    ]) {
      control(org, 'POST fields', { object, name: 'Like__c', type });
    }
    for (const [object, type] of [
      ['Lead', 'text'],
      ['Contact', 'number'],
    ]) {
      control(org, 'POST fields', { object, name: 'Unlike__c', type });
    }
    const { contactId } = control(org, 'POST convert', { leadId: client.lead({ Like__c: '1', Unlike__c: '1' }) }).body;
    expect(client.get(`/sobjects/Contact/${contactId}`).body).toMatchObject({ Like__c: '1', Unlike__c: null });
    const existing = String(client.post('/sobjects/Contact', { LastName: 'L' }).body.id);
    control(org, 'POST convert', { leadId: client.lead({ Like__c: '2', Unlike__c: '2' }), contactId: existing });
    expect(client.get(`/sobjects/Contact/${existing}`).body).toMatchObject({ Like__c: '2', Unlike__c: null });
  });
});
