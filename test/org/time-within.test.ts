import { describe, expect, it } from 'vitest';
import { createOrg } from '../sandbox/org/create-org.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';
import type { Pause } from '../sandbox/org/working.ts';
import { control, type Json, ROOT, signIn } from './org-client.ts';

const START = Date.parse('2026-11-21T10:00:00Z');

/** An org whose requests pause, and a host that lets the time of each pause pass after doing `meanwhile`. */
function pausingOrg() {
  let now = START;
  const org = createOrg({ time: () => now });
  const client = signIn(org);
  const pauses: Pause[] = [];
  const token = org.handle({
    method: 'POST',
    path: '/services/oauth2/token',
    headers: {},
    body: 'grant_type=client_credentials&client_id=lockstep&client_secret=lockstep',
  }).body as { access_token: string };
  const ask = (method: string, path: string, body: unknown, meanwhile = () => {}): OrgResponse & { body: Json } => {
    const headers = { authorization: `Bearer ${token.access_token}` };
    const working = org.begin({ method, path: ROOT + path, headers, body });
    for (let passed = false; ; passed = true) {
      const step = working.next(passed);
      if (step.done) return { ...step.value, body: step.value.body as Json };
      pauses.push(step.value);
      meanwhile();
      now += step.value.milliseconds;
    }
  };
  return { org, client, ask, pauses };
}

function composite(...parts: readonly (readonly [string, string, unknown?, Record<string, string>?])[]) {
  return {
    compositeRequest: parts.map(([method, path, body, httpHeaders], at) => ({
      method,
      url: ROOT + path,
      referenceId: `part${at}`,
      ...(body === undefined ? {} : { body }),
      ...(httpHeaders === undefined ? {} : { httpHeaders }),
    })),
  };
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_resources_working_with_composite_resources.htm */
describe('the time between the subrequests of a composite request', () => {
  it('lets the requests of others in between', () => {
    const { org, client, ask, pauses } = pausingOrg();
    const id = client.lead({ Title: 'old' });
    control(org, 'POST faults', { kind: 'betweenSubrequests', milliseconds: 4_000 });
    const seen: Json[] = [];
    const parts = composite(
      ['GET', `/sobjects/Lead/${id}?fields=Title`],
      ['PATCH', `/sobjects/Lead/${id}`, { City: 'Bern' }, { 'If-Unmodified-Since': 'Sat, 21 Nov 2026 10:00:00 GMT' }],
      ['GET', `/sobjects/Lead/${id}?fields=Title,City`],
    );
    const { body } = ask('POST', '/composite', parts, () => {
      seen.push(client.get(`/sobjects/Lead/${id}?fields=Title`).body.Title as Json);
      if (seen.length === 1) org.clock.advance(1);
      if (seen.length === 1) client.patch(`/sobjects/Lead/${id}`, { Title: 'sales' });
    });
    expect(pauses).toEqual(Array(2).fill({ for: 'subrequest', milliseconds: 4_000 }));
    expect(seen).toEqual(['old', 'sales']);
    expect(body.compositeResponse?.map((part) => part.httpStatusCode)).toEqual([200, 412, 200]);
    expect(body.compositeResponse?.[2]?.body).toMatchObject({ Title: 'sales', City: null });
  });

  it('passes on the clock of the org, so that what is due commits', () => {
    const { org, client, ask } = pausingOrg();
    const id = client.lead();
    control(org, 'POST transaction', {
      commitAfterSeconds: 3,
      updates: [{ object: 'Lead', id, fields: { Title: 'late' } }],
    });
    control(org, 'POST faults', { kind: 'betweenSubrequests', milliseconds: 4_000, times: 1 });
    const read = ['GET', `/sobjects/Lead/${id}?fields=Title`] as const;
    const { body, headers } = ask('POST', '/composite', composite(read, read));
    expect(body.compositeResponse?.map((part) => part.body?.Title)).toEqual([null, 'late']);
    expect(headers.Date).toBe('Sat, 21 Nov 2026 10:00:04 GMT');
  });

  it('is the same where the host has no time of its own', () => {
    const { org, client } = pausingOrg();
    control(org, 'POST faults', { kind: 'betweenSubrequests', milliseconds: 4_000, match: 'composite' });
    const lead = { LastName: 'L', Company: 'C' };
    const { body } = client.post(
      '/composite',
      composite(['POST', '/sobjects/Lead', lead], ['POST', '/sobjects/Lead', lead]),
    );
    expect(body.compositeResponse?.map((part) => part.httpStatusCode)).toEqual([201, 201]);
    const rows = client.query('SELECT SystemModstamp FROM Lead ORDER BY SystemModstamp').records;
    expect(rows?.map((row) => row.SystemModstamp)).toEqual([
      '2026-11-21T10:00:00.000+0000',
      '2026-11-21T10:00:04.000+0000',
    ]);
  });

  it('does not pass inside one transaction: allOrNone', () => {
    const { org, client, ask } = pausingOrg();
    const id = client.lead();
    control(org, 'POST faults', { kind: 'betweenSubrequests', milliseconds: 4_000 });
    let during = 0;
    const parts = { ...composite(['PATCH', `/sobjects/Lead/${id}`, { Title: 'X' }]), allOrNone: true };
    expect(ask('POST', '/composite', parts, () => (during += 1)).status).toBe(200);
    expect(during).toBe(0);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_locking_records.htm */
describe('a write of a row that another transaction has locked', () => {
  it('waits until that transaction has committed', () => {
    const { org, client, ask, pauses } = pausingOrg();
    const id = client.lead();
    const fields = { Title: 'theirs', City: 'Bern' };
    control(org, 'POST transaction', { commitAfterSeconds: 6, updates: [{ object: 'Lead', id, fields }] });
    expect(ask('PATCH', `/sobjects/Lead/${id}`, { Title: 'ours' }).status).toBe(204);
    expect(pauses).toEqual([{ for: 'lock', milliseconds: 6_000 }]);
    expect(client.get(`/sobjects/Lead/${id}`).body).toMatchObject({
      Title: 'ours',
      City: 'Bern',
      SystemModstamp: '2026-11-21T10:00:06.000+0000',
    });
  });

  it('gives up after ten seconds', () => {
    const { org, client, ask, pauses } = pausingOrg();
    const [id, free] = [client.lead(), client.lead()];
    control(org, 'POST transaction', { commitAfterSeconds: 60, updates: [{ object: 'Lead', id, fields: {} }] });
    const records = [id, free].map((one) => ({ attributes: { type: 'Lead' }, id: one, Title: 'X' }));
    const { body } = ask('PATCH', '/composite/sobjects', { records });
    expect(body).toMatchObject([{ success: false, errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] }, { success: true }]);
    expect(pauses).toEqual([{ for: 'lock', milliseconds: 10_000 }]);
  });

  it('meets a condition only after the wait: what was committed meanwhile counts', () => {
    const { org, client, ask } = pausingOrg();
    const id = client.lead();
    org.clock.advance(5);
    control(org, 'POST transaction', {
      commitAfterSeconds: 2,
      updates: [{ object: 'Lead', id, fields: { Title: 'theirs' } }],
    });
    const headers = { 'If-Unmodified-Since': 'Sat, 21 Nov 2026 10:00:00 GMT' };
    const { body } = ask(
      'POST',
      '/composite',
      composite(['PATCH', `/sobjects/Lead/${id}`, { Title: 'ours' }, headers]),
    );
    expect(body.compositeResponse?.[0]?.httpStatusCode).toBe(412);
  });

  it.each([
    [3_000, 204],
    [30_000, 400],
  ])('waits for a lockRow fault of %i ms, and is answered with %i', (milliseconds, status) => {
    const { org, client, ask, pauses } = pausingOrg();
    const id = client.lead({ Person_Id__c: 'p1' });
    control(org, 'POST faults', { kind: 'lockRow', milliseconds, times: 1 });
    expect(ask('PATCH', '/sobjects/Lead/Person_Id__c/p1', { Title: 'X' }).status).toBe(status === 204 ? 200 : status);
    expect(pauses).toEqual([{ for: 'lock', milliseconds: Math.min(10_000, milliseconds) }]);
    expect(client.get(`/sobjects/Lead/${id}`).body.Title).toBe(status === 204 ? 'X' : null);
  });

  it('is answered over HTTP when the row is free, and others are answered meanwhile', async () => {
    const org = createOrg();
    const client = signIn(org);
    const id = client.lead();
    const url = await org.listen(0);
    try {
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'lockstep',
        client_secret: 'lockstep',
      });
      const token = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: form });
      const { access_token: access } = (await token.json()) as { access_token: string };
      control(org, 'POST transaction', { commitAfterSeconds: 0.3, updates: [{ object: 'Lead', id, fields: {} }] });
      const answer = await fetch(`${url}${ROOT}/sobjects/Lead/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
        body: JSON.stringify({ Title: 'X' }),
      });
      expect(answer.status).toBe(204);
      expect(client.get(`/sobjects/Lead/${id}`).body.Title).toBe('X');
    } finally {
      await org.close();
    }
  });
});
