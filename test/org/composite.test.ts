import { describe, expect, it } from 'vitest';
import { createOrg } from '../sandbox/org/create-org.ts';
import { ROOT, signIn, stillOrg } from './org-client.ts';

const create = (referenceId: string, fields: Record<string, unknown> = {}) => ({
  method: 'POST',
  url: `${ROOT}/sobjects/Contact`,
  referenceId,
  body: { LastName: 'Hopper', ...fields },
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm */
describe('a composite request', () => {
  it('uses answers of earlier subrequests in URLs and bodies, and counts as one request', () => {
    const org = stillOrg();
    const client = signIn(org);
    const compositeRequest = [
      create('boss'),
      create('report', { ReportsToId: '@{boss.id}' }),
      { method: 'GET', url: `${ROOT}/sobjects/Contact/@{report.id}?fields=ReportsToId`, referenceId: 'read' },
    ];
    const { body } = client.post('/composite', { compositeRequest });
    const answers = body.compositeResponse;
    expect(answers?.map((answer) => [answer.referenceId, answer.httpStatusCode])).toEqual([
      ['boss', 201],
      ['report', 201],
      ['read', 200],
    ]);
    expect(answers?.[2]?.body?.ReportsToId).toBe(answers?.[0]?.body?.id);
    expect(answers?.[0]?.httpHeaders?.Location).toContain('/sobjects/Contact/003');
    expect(org.state.stats).toMatchObject({ requests: 1, byKind: { composite: 1, write: 0, read: 0 } });
  });

  it('looks into lists, so that a read-back can follow a collections update', () => {
    const client = signIn(stillOrg());
    const id = client.lead();
    const compositeRequest = [
      {
        method: 'PATCH',
        url: `${ROOT}/composite/sobjects`,
        referenceId: 'push',
        body: { records: [{ attributes: { type: 'Lead' }, id, Title: 'CTO' }] },
      },
      {
        method: 'POST',
        url: `${ROOT}/composite/sobjects/Lead`,
        referenceId: 'settle',
        body: { ids: ['@{push[0].id}'], fields: ['Title'] },
      },
    ];
    const { body } = client.post('/composite', { compositeRequest });
    expect(body.compositeResponse?.[1]?.body?.[0]?.Title).toBe('CTO');
  });

  it('goes on after a failure without allOrNone, except where its answer is needed', () => {
    const client = signIn(stillOrg());
    const compositeRequest = [
      create('bad', { LastName: null }),
      create('needs', { ReportsToId: '@{bad.id}' }),
      create('ok'),
    ];
    const { body } = client.post('/composite', { allOrNone: false, compositeRequest });
    expect(body.compositeResponse?.map((answer) => answer.httpStatusCode)).toEqual([400, 400, 201]);
    expect(body.compositeResponse?.[1]?.body?.[0]?.errorCode).toBe('PROCESSING_HALTED');
  });

  it('takes everything back with allOrNone', () => {
    const org = stillOrg();
    const client = signIn(org);
    const compositeRequest = [create('ok'), create('bad', { LastName: null }), create('later')];
    const { status, body } = client.post('/composite', { allOrNone: true, compositeRequest });
    expect(status).toBe(200);
    expect(body.compositeResponse?.map((answer) => answer.body?.[0]?.errorCode)).toEqual([
      'PROCESSING_HALTED',
      'REQUIRED_FIELD_MISSING',
      'PROCESSING_HALTED',
    ]);
    expect(client.query('SELECT COUNT() FROM Contact').totalSize).toBe(0);
    expect(org.state.stats.recordsCreated).toBe(0);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_allornone.htm */
  it('with allOrNone overrides the flag of a collection in it', () => {
    const client = signIn(stillOrg());
    const record = (LastName: string | null) => ({ attributes: { type: 'Contact' }, LastName });
    const body = { allOrNone: false, records: [record('Good'), record(null)] };
    const collection = { method: 'POST', url: `${ROOT}/composite/sobjects`, referenceId: 'all', body };
    const post = (allOrNone: boolean) => {
      const answer = client.post('/composite', { allOrNone, compositeRequest: [collection, create('one')] });
      return answer.body.compositeResponse?.map((response) => response.body);
    };
    const [results, contact] = post(true) ?? [];
    expect(results?.map((result) => result.errors?.[0]?.statusCode)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'REQUIRED_FIELD_MISSING',
    ]);
    expect(contact?.[0]?.errorCode).toBe('PROCESSING_HALTED');
    expect(client.query('SELECT COUNT() FROM Contact').totalSize).toBe(0);
    expect(post(false)?.[1]?.success).toBe(true);
    expect(client.query('SELECT COUNT() FROM Contact').totalSize).toBe(2);
  });

  it('takes headers for each subrequest', () => {
    const org = stillOrg();
    const client = signIn(org);
    const id = client.lead();
    const patch = (referenceId: string, httpHeaders: Record<string, string>) => ({
      method: 'PATCH',
      url: `${ROOT}/sobjects/Lead/${id}`,
      referenceId,
      httpHeaders,
      body: { Title: referenceId },
    });
    const compositeRequest = [
      patch('late', { 'If-Unmodified-Since': 'Sat, 21 Nov 2026 09:00:00 GMT' }),
      patch('quiet', { 'Sforce-Auto-Assign': 'FALSE' }),
    ];
    const { body } = client.post('/composite', { compositeRequest });
    expect(body.compositeResponse?.map((answer) => answer.httpStatusCode)).toEqual([412, 204]);
    expect(client.get(`/sobjects/Lead/${id}`).body.OwnerId).toBe(org.state.standard.lockstep.id);
  });

  it('takes 25 subrequests, five of them queries or collections', () => {
    const client = signIn(stillOrg());
    const queries = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        method: 'GET',
        url: `${ROOT}/query?q=SELECT+Id+FROM+Lead`,
        referenceId: `q${at}`,
      }));
    const creates = (count: number) => Array.from({ length: count }, (_, at) => create(`c${at}`));
    const statusOf = (compositeRequest: unknown[]) => client.post('/composite', { compositeRequest }).status;
    expect(statusOf([...queries(5), ...creates(20)])).toBe(200);
    expect(statusOf([...queries(5), ...creates(21)])).toBe(400);
    expect(statusOf(queries(6))).toBe(400);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_subrequest.htm */
  it.each(['Accept', 'authorization', 'Content-Type'])('refuses the header %s in a subrequest', (name) => {
    const client = signIn(stillOrg());
    const compositeRequest = [create('one'), { ...create('two'), httpHeaders: { [name]: 'x' } }];
    expect(client.post('/composite', { compositeRequest }).status).toBe(400);
    expect(client.query('SELECT COUNT() FROM Contact').totalSize).toBe(0);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm (what it supports) */
  it('has no limits in it', () => {
    const compositeRequest = [{ method: 'GET', url: `${ROOT}/limits`, referenceId: 'limits' }, create('one')];
    const { body } = signIn(stillOrg()).post('/composite', { compositeRequest });
    expect(body.compositeResponse?.map(({ httpStatusCode }) => httpStatusCode)).toEqual([400, 201]);
  });

  /**
   * As an org answered: `Wed, 6 May 2026`. The page says no more than that these are the headers of the subrequest.
   * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/responses_composite.htm
   */
  it('writes days without a leading zero', () => {
    const org = createOrg({ time: () => Date.parse('2026-05-06T07:00:00Z') });
    const client = signIn(org);
    const path = `${ROOT}/sobjects/Lead/${client.lead()}`;
    const compositeRequest = [{ method: 'GET', url: path, referenceId: 'read' }];
    const { body } = client.post('/composite', { compositeRequest });
    expect(body.compositeResponse?.[0]?.httpHeaders?.['Last-Modified']).toBe('Wed, 6 May 2026 07:00:00 GMT');
    expect(client.get(path).headers['Last-Modified']).toBe('Wed, 06 May 2026 07:00:00 GMT');
  });

  it('is refused in the words of Salesforce where it has another form', () => {
    const { status, body } = signIn(stillOrg()).post('/composite', { compositeRequest: [{ url: 1 }] });
    expect([status, body[0]?.errorCode]).toEqual([400, 'JSON_PARSER_ERROR']);
    expect(body[0]?.message).toMatch(/^Cannot deserialize instance of /);
  });

  it('refuses reference ids that are used twice', () => {
    const client = signIn(stillOrg());
    expect(client.post('/composite', { compositeRequest: [create('one'), create('one')] }).status).toBe(400);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_batch.htm */
describe('a batch request', () => {
  const bad = { method: 'GET', url: 'v62.0/sobjects/Lead/00Q5g00000zzzzz' };
  const good = { method: 'GET', url: 'v62.0/limits' };

  it('answers each subrequest by itself', () => {
    const client = signIn(stillOrg());
    const { status, body } = client.post('/composite/batch', { batchRequests: [bad, good] });
    expect([status, body.hasErrors]).toEqual([200, true]);
    expect(body.results?.map((result) => result.statusCode)).toEqual([404, 200]);
  });

  it('stops at the first failure with haltOnError', () => {
    const client = signIn(stillOrg());
    const { body } = client.post('/composite/batch', { haltOnError: true, batchRequests: [bad, good] });
    expect(body.results?.map((result) => result.statusCode)).toEqual([404, 412]);
    expect(body.results?.[1]?.result?.[0]?.errorCode).toBe('BATCH_PROCESSING_HALTED');
  });
});
