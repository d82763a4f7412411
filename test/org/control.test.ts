import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOrg } from '../sandbox/org/create-org.ts';
import { requestKinds } from '../sandbox/org/stats.ts';
import { control, ROOT, signIn, stillOrg } from './org-client.ts';

describe('GET /_org/stats', () => {
  it('counts requests by kind, and records', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    client.patch(`/sobjects/Lead/${id}`, { Title: 'X' });
    client.get(`/sobjects/Lead/${id}`);
    client.post('/composite/sobjects/Lead', { ids: [id], fields: ['Id'] });
    client.query('SELECT Id FROM Lead');
    client.get('/sobjects/Lead/describe');
    client.get('/limits');
    client.get('/sobjects/Lead/updated?start=2026-11-21T09:00:00Z&end=2026-11-21T11:00:00Z');
    client.post('/composite', { compositeRequest: [{ method: 'GET', url: `${ROOT}/limits`, referenceId: 'a' }] });
    client.delete(`/sobjects/Lead/${id}`);
    const { body } = control(org, 'GET stats');
    expect(Object.keys(body.byKind ?? {})).toEqual([...requestKinds]);
    expect(body).toEqual({
      requests: 10,
      byKind: { token: 1, query: 1, describe: 1, read: 2, write: 3, composite: 1, bulk: 0, limits: 1, updated: 1 },
      recordsCreated: 1,
      recordsUpdated: 1,
      recordsDeleted: 1,
    });
  });
});

describe('POST /_org/reset', () => {
  it('gives an org with nothing but its standard schema, Person_Id__c, users and queues', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST seed', { leads: 5, contacts: 5 });
    control(org, 'POST validation-rules', { object: 'Lead', name: 'r', errorWhen: 'Title = null', message: 'm' });
    control(org, 'POST field-access', { object: 'Lead', field: 'Title', read: false, edit: false });
    control(org, 'POST faults', { kind: 'slow' });
    control(org, 'POST reset');
    expect(control(org, 'GET stats').body).toMatchObject({ requests: 0, recordsCreated: 0 });
    expect(control(org, 'GET faults').body).toEqual({ faults: [] });
    const fields = client.get('/sobjects/Lead/describe').body.fields;
    const custom = fields?.filter((field) => field.custom).map((field) => field.name);
    expect(custom).toEqual(['Person_Id__c']);
    for (const object of ['Lead', 'Contact', 'Account']) {
      expect(client.queryAll(`SELECT COUNT() FROM ${object}`).totalSize).toBe(0);
    }
    expect(client.query("SELECT COUNT() FROM Group WHERE Type = 'Queue'").totalSize).toBe(2);
    expect(client.lead()).toMatch(/^00Q/);
  });
});

describe('POST /_org/seed', () => {
  const seeded = (seed: number) => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 60, contacts: 20, seed });
    const client = signIn(org);
    const of = (object: string) => client.query(`SELECT FIELDS(ALL) FROM ${object} ORDER BY Id LIMIT 200`).records;
    return { leads: of('Lead'), contacts: of('Contact'), accounts: of('Account') };
  };

  it('gives the same records for the same seed', () => {
    expect(seeded(3)).toEqual(seeded(3));
    expect(seeded(3)).not.toEqual(seeded(4));
  });

  it('gives people with unique addresses, Contacts with Accounts, Leads with several owners', () => {
    const { leads, contacts, accounts } = seeded(1);
    const emails = [leads, contacts].flatMap((people) => people?.map((record) => String(record.Email)) ?? []);
    expect(new Set(emails).size).toBe(80);
    expect(emails.every((email) => email.endsWith('@example.com'))).toBe(true);
    expect(leads?.every((lead) => !/\s{2}|\\n/.test(JSON.stringify(lead)))).toBe(true);
    expect(accounts).toHaveLength(5);
    const accountIds = accounts?.map((account) => account.Id) ?? [];
    expect(contacts?.every((contact) => accountIds.includes(contact.AccountId as never))).toBe(true);
    const owners = new Set(leads?.map((lead) => String(lead.OwnerId).slice(0, 3)));
    expect([...owners].toSorted()).toEqual(['005', '00G']);
  });

  it('stamps everything in the past and can be asked again', () => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 300 });
    control(org, 'POST seed', { leads: 300, seed: 2 });
    const client = signIn(org);
    expect(client.query('SELECT COUNT() FROM Lead WHERE SystemModstamp < 2026-11-21T09:30:00Z').totalSize).toBe(600);
    expect(client.query('SELECT COUNT_DISTINCT(Email) n FROM Lead').records?.[0]?.n).toBe(600);
  });

  it('adds the custom fields that marketing uses', () => {
    const org = stillOrg();
    control(org, 'POST seed', { leads: 1 });
    const fields = signIn(org).get('/sobjects/Contact/describe').body.fields;
    const custom = fields?.filter((field) => field.custom).map((field) => [field.name, field.type]);
    expect(custom).toEqual([
      ['Person_Id__c', 'string'],
      ['Score__c', 'double'],
      ['Product_Interest__c', 'multipicklist'],
      ['Newsletter__c', 'boolean'],
      ['Birthday__c', 'date'],
      ['Segment__c', 'picklist'],
    ]);
  });
});

describe('GET /_org/record', () => {
  it('shows any stored row, deleted ones too', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    client.delete(`/sobjects/Lead/${id}`);
    expect(control(org, `GET record?object=Lead&id=${id}`).body).toMatchObject({ Id: id, IsDeleted: true });
    expect(control(org, 'GET record?object=Lead&id=00Q5g00000zzzzz').status).toBe(400);
  });
});

describe('a wrong control call', () => {
  it.each([
    ['POST nope', {}, 404],
    ['DELETE seed', {}, 405],
    ['POST clock', { advanceSeconds: -1 }, 400],
    ['POST clock', undefined, 400],
    ['POST fields', { object: 'Lead', name: 'Score', type: 'number' }, 400],
    ['POST fields', { object: 'Lead', name: 'Score__c', type: 'nope' }, 400],
    ['POST fields', { object: 'Lead', name: 'Person_Id__c', type: 'string' }, 400],
    ['DELETE fields', { object: 'Lead', name: 'Email' }, 400],
    ['POST field-access', { object: 'Lead', field: 'Id', read: false, edit: false }, 400],
    ['POST convert', { leadId: 'nonsense' }, 400],
    ['POST undelete', { id: '00Q5g00000zzzzz' }, 400],
    ['POST transaction', { commitAfterSeconds: 1, updates: [] }, 400],
    ['POST triggers', { object: 'Lead', name: 't', set: { Email: 'nonsense' } }, 400],
    ['POST triggers', { object: 'Lead', name: 't', set: { Title: { lower: 'Email' } } }, 400],
  ])('%s %j is answered with %i and one line', (line, body, status) => {
    const answer = control(stillOrg(), line, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: expect.stringMatching(/^[^\n]+$/) });
  });
});

describe('the org', () => {
  it('finds an answer to every request', () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'sobjects',
        'Lead',
        'Contact',
        'composite',
        'query',
        'updated',
        'describe',
        'batch',
        'search',
        'Email',
      ),
      fc.string({ maxLength: 8 }),
    );
    const query = fc.constantFrom(
      '',
      '?q=SELECT',
      '?q=FIND%20{ab}',
      '?fields=Id,%00',
      '?ids=a,,&start=1&end=2',
      '?%%%',
    );
    const body = fc.oneof(
      fc.constantFrom<unknown>(
        undefined,
        '',
        '{',
        null,
        [],
        { records: [null] },
        { compositeRequest: [{}] },
        { ids: [1] },
      ),
      fc.jsonValue(),
      fc.record({
        LastName: fc.jsonValue(),
        Email: fc.jsonValue(),
        OwnerId: fc.jsonValue(),
        attributes: fc.jsonValue(),
      }),
    );
    const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS');
    const prefix = fc.constantFrom('/services/data/v62.0', '/services/oauth2', '/_org', '/id', '');
    const org = createOrg({ time: () => 1_800_000_000_000 });
    const client = signIn(org);
    client.lead();
    const requests = fc.tuple(method, prefix, fc.array(segment, { maxLength: 5 }), query, body);
    fc.assert(
      fc.property(requests, ([verb, start, segments, search, content]) => {
        const path = `${start}/${segments.join('/')}${search}`;
        const { status } = org.handle({
          method: verb,
          path: path.startsWith('/') ? path : `/${path}`,
          headers: { authorization: 'Bearer nonsense' },
          body: content,
        });
        const signedIn = client.send(verb, path, content).status;
        return status < 500 && signedIn < 500;
      }),
      { numRuns: 1500, seed: 42 },
    );
  });
});

describe('an org in the same process', () => {
  it('gives the same answers to the same requests, byte for byte', () => {
    const run = () => {
      const org = stillOrg({ seed: 5 });
      control(org, 'POST seed', { leads: 20, contacts: 10, seed: 5 });
      control(org, 'POST faults', { kind: 'lockRow', probability: 0.3 });
      const client = signIn(org);
      const answers = Array.from({ length: 50 }, (_, at) => {
        org.clock.advance(at % 3);
        const fields = { LastName: `Person ${at}`, Company: 'C', Email: at % 7 ? `p${at}@example.com` : 'nonsense' };
        return [
          client.patch(`/sobjects/Lead/Person_Id__c/p${at % 20}`, fields),
          client.queryAll(
            'SELECT Id, Name, Owner.Name, SystemModstamp FROM Lead ORDER BY SystemModstamp DESC, Id LIMIT 5',
          ),
        ];
      });
      return JSON.stringify(answers);
    };
    expect(run()).toBe(run());
  });
});
