import { describe, expect, it } from 'vitest';
import type { Org } from '../sandbox/org/create-org.ts';
import { BulkClient } from './bulk-client.ts';
import { control, type Json, ROOT, signIn, stillOrg } from './org-client.ts';

const ALL = 'GET events?after=-2';

function events(org: Org, line = ALL): readonly Json[] {
  const { status, body } = control(org, line);
  expect(status).toBe(200);
  return body.events as Json;
}

function headers(org: Org) {
  return events(org).map((event) => event.payload?.ChangeEventHeader as Json);
}

function types(org: Org) {
  return headers(org).map((header) => `${header.entityName} ${header.changeType}`);
}

/** https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_message_structure.htm */
describe('change events', () => {
  it('tell a new record with all that is not empty, in the documented form', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead({ FirstName: 'Ada', Street: '1 Main St', City: 'Bern', DoNotCall: true });
    const { lockstep } = org.state.standard;
    expect(events(org)).toEqual([
      {
        schema: expect.stringMatching(/^[\w-]{22}$/),
        payload: expect.objectContaining({
          Name: { FirstName: 'Ada', LastName: 'Lovelace' },
          Address: { Street: '1 Main St', City: 'Bern' },
          Company: 'Analytical Engines',
          DoNotCall: true,
          OwnerId: lockstep.id,
          CreatedDate: '2026-11-21T10:00:00.000Z',
          LastModifiedDate: '2026-11-21T10:00:00.000Z',
          ChangeEventHeader: {
            entityName: 'Lead',
            recordIds: [id],
            changeType: 'CREATE',
            changeOrigin: 'com/salesforce/api/rest/62.0',
            transactionKey: expect.stringMatching(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/),
            sequenceNumber: 1,
            commitTimestamp: Date.parse('2026-11-21T10:00:00Z'),
            commitNumber: 1,
            commitUser: lockstep.id,
            nulledFields: [],
            diffFields: [],
            changedFields: [],
          },
        }),
        event: { replayId: 1 },
      },
    ]);
    const told = Object.keys(events(org)[0]?.payload ?? {});
    for (const name of ['Id', 'IsDeleted', 'SystemModstamp', 'PhotoUrl', 'Title', 'Phone'])
      expect(told).not.toContain(name);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_subscribe_compound_fields.htm */
  it('tell of an update what it changed, parts of compound fields by their path', () => {
    const org = stillOrg();
    const client = signIn(org);
    const { id } = client.post('/sobjects/Contact', {
      LastName: 'L',
      MailingCity: 'Bern',
      Title: 'CTO',
      Phone: '1',
    }).body;
    org.clock.advance(60);
    client.patch(`/sobjects/Contact/${id}`, { MailingCity: 'Basel', FirstName: 'Ada', Title: null, Phone: '1' });
    const { payload } = events(org)[1] as Json;
    const { ChangeEventHeader: header, ...fields } = payload as unknown as Record<string, Json>;
    expect(fields).toEqual({
      Name: { FirstName: 'Ada' },
      MailingAddress: { City: 'Basel' },
      Title: null,
      LastModifiedDate: '2026-11-21T10:01:00.000Z',
    });
    expect(header).toMatchObject({ changeType: 'UPDATE', nulledFields: ['Title'], commitNumber: 2 });
    const changed = ['LastModifiedDate', 'MailingAddress.City', 'Name.FirstName', 'Title'];
    expect(new Set(header?.changedFields)).toEqual(new Set(changed));
  });

  it('tell of deletion and undeletion, of merge and conversion as the changes that they are', () => {
    const org = stillOrg();
    const client = signIn(org);
    const [master, loser, other] = [client.lead({ Email: 'a@example.com' }), client.lead(), client.lead()];
    const seen = events(org).length;
    client.delete(`/sobjects/Lead/${other}`);
    control(org, 'POST undelete', { id: other });
    control(org, 'POST merge', { object: 'Lead', masterId: master, loserIds: [loser] });
    control(org, 'POST convert', { leadId: other });
    expect(types(org).slice(seen)).toEqual([
      'Lead DELETE',
      'Lead UNDELETE',
      'Lead DELETE',
      'Lead UPDATE',
      'Contact CREATE',
      'Lead UPDATE',
    ]);
    const [deletion, undeletion] = events(org).slice(seen);
    expect(Object.keys(deletion?.payload ?? {})).toEqual(['ChangeEventHeader']);
    expect(undeletion?.payload).toMatchObject({ Company: 'Analytical Engines' });
    const [contact, lead] = headers(org).slice(-2);
    expect(lead?.changedFields).toEqual(expect.arrayContaining(['IsConverted', 'ConvertedContactId', 'Status']));
    expect([contact?.transactionKey, contact?.sequenceNumber, lead?.sequenceNumber]).toEqual([
      lead?.transactionKey,
      1,
      2,
    ]);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm */
  it('tell the same change of several records in one transaction once', () => {
    const org = stillOrg();
    const client = signIn(org);
    const ids = [client.lead(), client.lead(), client.lead()];
    const records = ids.map((id, at) => ({ attributes: { type: 'Lead' }, id, Title: at === 2 ? 'CEO' : 'CTO' }));
    client.patch('/composite/sobjects', { records }, { 'sforce-call-options': 'client=Lockstep' });
    expect(headers(org).slice(3)).toMatchObject([
      { recordIds: ids.slice(0, 2), sequenceNumber: 1, changeOrigin: 'com/salesforce/api/rest/62.0;client=Lockstep' },
      { recordIds: ids.slice(2), sequenceNumber: 2, commitNumber: 4 },
    ]);
  });

  it('tell of nothing that was rolled back', () => {
    const org = stillOrg();
    const client = signIn(org);
    const records = [{ LastName: 'A', Company: 'C' }, { LastName: 'B' }].map((fields) => ({
      attributes: { type: 'Lead' },
      ...fields,
    }));
    client.post('/composite/sobjects', { records, allOrNone: true });
    expect(events(org)).toEqual([]);
    client.post('/composite/sobjects', { records, allOrNone: false });
    expect(types(org)).toEqual(['Lead CREATE']);
  });

  it('make each subrequest of a composite a transaction of its own, unless all are one', () => {
    const org = stillOrg();
    const client = signIn(org);
    const lead = { method: 'POST', url: `${ROOT}/sobjects/Lead`, body: { LastName: 'L', Company: 'C' } };
    const compositeRequest = ['a', 'b'].map((referenceId) => ({ ...lead, referenceId }));
    client.post('/composite', { compositeRequest });
    client.post('/composite', { compositeRequest, allOrNone: true });
    expect(headers(org).map(({ commitNumber }) => commitNumber)).toEqual([1, 2, 3, 3]);
  });

  it('come when a long transaction commits', () => {
    const org = stillOrg();
    const id = signIn(org).lead();
    control(org, 'POST transaction', {
      commitAfterSeconds: 60,
      updates: [{ object: 'Lead', id, fields: { Title: 'X' } }],
    });
    expect(types(org)).toEqual(['Lead CREATE']);
    org.clock.advance(60);
    expect(headers(org)[1]).toMatchObject({
      changeType: 'UPDATE',
      commitTimestamp: Date.parse('2026-11-21T10:01:00Z'),
    });
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_general_considerations.htm */
  it('show a subscriber the fields that it may see, also of records that it may not see', () => {
    const org = stillOrg();
    control(org, 'POST field-access', { object: 'Lead', field: 'City', read: false, edit: false });
    const { id } = signIn(org, 'admin').post('/sobjects/Lead', {
      LastName: 'L',
      Company: 'C',
      City: 'Bern',
      Title: 'X',
    }).body;
    control(org, 'POST sharing', { object: 'Lead', id, visible: false });
    const [shown, whole] = [events(org)[0], events(org, `${ALL}&client=admin`)[0]];
    expect(shown?.payload).toMatchObject({ Title: 'X' });
    expect(shown?.payload?.Address).toBeUndefined();
    expect(whole?.payload?.Address).toEqual({ City: 'Bern' });
    expect(shown?.schema).not.toBe(whole?.schema);
  });

  it('tell of ingest jobs, and not of Accounts', () => {
    const org = stillOrg();
    const client = new BulkClient('admin', org);
    client.ingest({ operation: 'insert', object: 'Lead' }, 'LastName,Company\nA,C\nB,C\n');
    client.json('POST', '/sobjects/Account', { Name: 'A' });
    expect(headers(org).map(({ changeOrigin }) => changeOrigin)).toEqual(
      Array(2).fill('com/salesforce/api/bulkapi/62.0'),
    );
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_streaming.meta/api_streaming/using_streaming_api_durability.htm */
describe('the replay of change events', () => {
  it('goes on after an id, page by page, or begins with new ones', () => {
    const org = stillOrg();
    const client = signIn(org);
    for (let at = 0; at < 5; at += 1) client.lead();
    const ids = (line: string) => events(org, line).map((event) => event.event?.replayId);
    expect(ids('GET events?after=2&limit=2')).toEqual([3, 4]);
    expect(ids('GET events?after=5')).toEqual([]);
    expect(ids('GET events?after=-1')).toEqual([]);
    expect(control(org, 'GET events?after=-1').body.latest).toBe(5);
    expect(control(org, 'GET events?after=6').status).toBe(400);
  });

  it('keeps events for 72 hours, and through no reset', () => {
    const org = stillOrg();
    const client = signIn(org);
    client.lead();
    org.clock.advance(72 * 3600);
    signIn(org).lead();
    expect(events(org).map((event) => event.event?.replayId)).toEqual([2]);
    expect(control(org, 'GET events?after=0').body.error).toMatch(/^The replayId \{0\} you provided was invalid/);
    expect(control(org, 'GET events?after=1').status).toBe(200);
    control(org, 'POST reset');
    expect(control(org, 'GET events?after=1').status).toBe(400);
    signIn(org).lead();
    expect(events(org).map((event) => event.event?.replayId)).toEqual([3]);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_other_events_gap.htm */
describe('gap events', () => {
  it('stand for a change that was lost, with nothing but its header', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    control(org, 'POST faults', { kind: 'gapEvent', object: 'Lead', times: 1 });
    client.patch(`/sobjects/Lead/${id}`, { Title: 'X' });
    client.patch(`/sobjects/Lead/${id}`, { Title: 'Y' });
    expect(types(org)).toEqual(['Lead CREATE', 'Lead GAP_UPDATE', 'Lead UPDATE']);
    const { payload } = events(org)[1] as Json;
    expect(payload).toEqual({
      ChangeEventHeader: expect.objectContaining({
        recordIds: [id],
        sequenceNumber: 1,
        changedFields: [],
        changeOrigin: '',
      }),
    });
  });

  it('stand for an event of more than a megabyte', () => {
    const org = stillOrg();
    const names = Array.from({ length: 8 }, (_, at) => `Long${at}__c`);
    for (const name of names)
      control(org, 'POST fields', { object: 'Lead', name, type: 'longtextarea', length: 131_072 });
    signIn(org).lead(Object.fromEntries(names.map((name) => [name, 'x'.repeat(131_072)])));
    expect(types(org)).toEqual(['Lead GAP_CREATE']);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_other_events_overflow.htm */
  it('stand for what goes beyond the changes of one transaction, once for each object', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST limits', { changesInTransaction: 2 });
    const records = ['Lead', 'Lead', 'Lead', 'Contact', 'Contact'].map((type, at) => ({
      attributes: { type },
      LastName: `L${at}`,
      ...(type === 'Lead' ? { Company: 'C' } : {}),
    }));
    client.post('/composite/sobjects', { records });
    expect(types(org)).toEqual(['Lead CREATE', 'Lead CREATE', 'Lead GAP_OVERFLOW', 'Contact GAP_OVERFLOW']);
    expect(headers(org)[2]).toMatchObject({ recordIds: [], changedFields: [] });
  });
});
