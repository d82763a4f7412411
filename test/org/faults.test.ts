import { describe, expect, it } from 'vitest';
import { control, signIn, stillOrg } from './org-client.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
describe('faults', () => {
  it.each([
    ['limitExceeded', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['unavailable', 503, 'SERVER_UNAVAILABLE'],
    ['serverError', 500, 'UNKNOWN_EXCEPTION'],
    ['expireSession', 401, 'INVALID_SESSION_ID'],
  ])('%s is answered with %i', (kind, status, errorCode) => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST faults', { kind, times: 1 });
    expect(client.get('/limits')).toMatchObject({ status, body: [{ errorCode }] });
    expect(signIn(org).get('/limits').status).toBe(200);
  });

  it('htmlError answers a page instead of JSON', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST faults', { kind: 'htmlError', times: 1 });
    const answer = client.get('/limits');
    expect(answer.headers['Content-Type']).toContain('text/html');
    expect(String(answer.body)).toMatch(/^<html>/);
  });

  it('a request refused for the limit is not counted, others are', () => {
    const org = stillOrg();
    const client = signIn(org);
    for (const kind of ['limitExceeded', 'unavailable', 'timeoutBefore']) {
      control(org, 'POST faults', { kind, times: 1 });
      client.get('/limits');
    }
    expect(org.state.stats.requests).toBe(2);
  });

  it.each([
    ['timeoutBefore', 'timeout', 0],
    ['timeoutAfterCommit', 'timeout', 1],
    ['dropConnection', 'drop', 1],
    ['slow', 'delay', 1],
  ])('%s leaves it to the network, and saves %s: %i', (kind, transport, saved) => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST faults', { kind, times: 1, milliseconds: 5 });
    const path = '/services/data/v62.0/sobjects/Lead';
    const token = org.handle({
      method: 'POST',
      path: '/services/oauth2/token',
      headers: {},
      body: 'grant_type=client_credentials&client_id=lockstep&client_secret=lockstep',
    }).body as { access_token: string };
    const headers = { authorization: `Bearer ${token.access_token}` };
    const answer = org.handle({ method: 'POST', path, headers, body: { LastName: 'L', Company: 'C' } });
    expect(answer.transport?.kind).toBe(transport);
    expect(client.query('SELECT COUNT() FROM Lead').totalSize).toBe(saved);
  });

  it('lockRow strikes single records', () => {
    const org = stillOrg();
    const client = signIn(org);
    const records = [client.lead(), client.lead(), client.lead()].map((id) => ({
      attributes: { type: 'Lead' },
      id,
      Title: 'X',
    }));
    control(org, 'POST faults', { kind: 'lockRow', times: 2 });
    const { body } = client.patch('/composite/sobjects', { records });
    expect(body.map((result) => result.errors?.[0]?.statusCode ?? 'saved')).toEqual([
      'UNABLE_TO_LOCK_ROW',
      'UNABLE_TO_LOCK_ROW',
      'saved',
    ]);
  });

  it('strike as often as they are told', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST faults', { kind: 'unavailable', times: 3 });
    const statuses = Array.from({ length: 5 }, () => client.get('/limits').status);
    expect(statuses).toEqual([503, 503, 503, 200, 200]);
  });

  it('strike only paths that match', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST faults', { kind: 'unavailable', match: '/query\\?' });
    expect([client.get('/limits').status, client.get('/query?q=SELECT+Id+FROM+Lead').status]).toEqual([200, 503]);
  });

  it('leave the token endpoint alone unless they match it', () => {
    const org = stillOrg();
    control(org, 'POST faults', { kind: 'unavailable' });
    expect(signIn(org).get('/limits').status).toBe(503);
    control(org, 'POST faults', { kind: 'serverError', match: '^/services/oauth2/token' });
    const token = org.handle({ method: 'POST', path: '/services/oauth2/token', headers: {}, body: '' });
    expect(token.status).toBe(500);
  });

  it('strike by chance the same way for the same seed', () => {
    const run = (seed: number) => {
      const org = stillOrg({ seed });
      const client = signIn(org);
      control(org, 'POST faults', { kind: 'unavailable', probability: 0.3 });
      return Array.from({ length: 200 }, () => client.get('/limits').status);
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    const struck = run(7).filter((status) => status === 503).length;
    expect(struck).toBeGreaterThan(30);
    expect(struck).toBeLessThan(90);
  });

  it('can be listed and cleared', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST faults', { kind: 'unavailable', times: 2 });
    client.get('/limits');
    expect(control(org, 'GET faults').body).toEqual({ faults: [{ kind: 'unavailable', times: 1 }] });
    control(org, 'DELETE faults');
    expect(client.get('/limits').status).toBe(200);
  });

  it.each([
    [{ kind: 'nope' }],
    [{ kind: 'slow', probability: 2 }],
    [{ kind: 'slow', match: '(' }],
    [{ kind: 'slow', times: 0 }],
    [{ kind: 'slow', extra: 1 }],
  ])('must be written well: %j', (wrong) => {
    expect(control(stillOrg(), 'POST faults', wrong).status).toBe(400);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm */
describe('limits', () => {
  const exceeded = {
    status: 403,
    body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
  };

  it('refuse requests beyond those of 24 hours', () => {
    const org = stillOrg({ dailyRequests: 3 });
    const client = signIn(org);
    const answers = Array.from({ length: 4 }, () => client.get('/limits'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403]);
    expect(answers[3]).toMatchObject(exceeded);
    expect(answers[2]?.headers['Sforce-Limit-Info']).toBe('api-usage=3/3');
    expect(answers[0]?.body.DailyApiRequests).toEqual({ Max: 3, Remaining: 2 });
    org.clock.advance(24 * 3600);
    expect(signIn(org).get('/limits').status).toBe(200);
  });

  it('let 25 requests run that take 20 seconds or longer, and no more', () => {
    const org = stillOrg();
    const client = signIn(org);
    control(org, 'POST faults', { kind: 'slow', milliseconds: 20_000, times: 25 });
    for (let at = 0; at < 25; at += 1) expect(client.get('/limits').status).toBe(200);
    expect(client.get('/limits')).toMatchObject({
      status: 403,
      body: [{ message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.' }],
    });
    org.clock.advance(20);
    expect(client.get('/limits').status).toBe(200);
  });
});

/** https://help.salesforce.com/s/articleView?id=000386264 */
describe('a request that is too long', () => {
  const path = (length: number) => `/query?q=SELECT+Id+FROM+Lead${'+'.repeat(length)}`;

  it('is answered with 414 for its URI and 431 for URI and headers, and not counted', () => {
    const org = stillOrg();
    const client = signIn(org);
    expect([16_000, 16_300, 16_400].map((length) => client.get(path(length)).status)).toEqual([200, 431, 414]);
    expect(org.state.stats.requests).toBe(1);
  });

  it('gets through as a subrequest', () => {
    const compositeRequest = [{ method: 'GET', url: `/services/data/v62.0${path(20_000)}`, referenceId: 'long' }];
    const { body } = signIn(stillOrg()).post('/composite', { compositeRequest });
    expect(body.compositeResponse?.[0]?.httpStatusCode).toBe(200);
  });
});
