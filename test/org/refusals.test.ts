import { describe, expect, it } from 'vitest';
import { BulkClient } from './bulk-client.ts';
import { signIn, stillOrg, withToken } from './org-client.ts';

/** Both texts as quoted in https://github.com/heroku/sf-functions-python/blob/main/salesforce_functions/data_api.py */
describe('a query without text', () => {
  it.each([
    ['/query', 'A query string has to be specified'],
    ['/query?q=', 'SOQL statements cannot be empty or null'],
    ['/queryAll?q=%20', 'SOQL statements cannot be empty or null'],
  ])('GET %s is answered with words of its own', (path, message) => {
    expect(signIn(stillOrg()).get(path)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'MALFORMED_QUERY', message }],
    });
  });
});

/** As quoted in https://github.com/omniphx/forrest/issues/191 */
it('names HEAD among the allowed methods where GET is one', () => {
  expect(signIn(stillOrg()).patch('/sobjects/Account', {})).toMatchObject({
    status: 405,
    body: [{ errorCode: 'METHOD_NOT_ALLOWED', message: "HTTP Method 'PATCH' not allowed. Allowed are HEAD,GET,POST" }],
  });
});

describe('a token that opens no session', () => {
  /** As reported in https://github.com/airbytehq/airbyte/issues/71024 */
  it('in the form of a JWT is told so', () => {
    expect(withToken(stillOrg(), 'eyJhbGciOi.eyJzdWIi.c2ln').get('/limits')).toMatchObject({
      status: 401,
      body: [{ errorCode: 'INVALID_AUTH_HEADER', message: 'INVALID_JWT_FORMAT' }],
    });
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
  it('in another form has expired', () => {
    expect(withToken(stillOrg(), '00D5g0000000001!abc.def').get('/limits')).toMatchObject({
      status: 401,
      body: [{ errorCode: 'INVALID_SESSION_ID' }],
    });
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_upsert_patch.htm */
it.each([
  ['v45.0', 204, null],
  ['v46.0', 200, { success: true, created: false }],
])('an upsert of %s that updates answers %i', (version, status, body) => {
  const client = signIn(stillOrg());
  client.lead({ Person_Id__c: 'p-1' });
  const answer = client.patch(`/services/data/${version}/sobjects/Lead/Person_Id__c/p-1`, { Title: 'CTO' });
  expect(answer.status).toBe(status);
  if (body) expect(answer.body).toMatchObject(body);
  else expect(answer.body).toBeNull();
});

/**
 * What the README lists as left out has the answer that the page of the status codes gives for a URI that names nothing.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 */
it.each([
  '/sobjects/Account/describe/layouts',
  '/sobjects/Account/describe/layouts/012000000000000AAA',
  '/sobjects/Account/describe/compactLayouts',
  '/sobjects/Account/describe/approvalLayouts',
  '/sobjects/Account/listviews',
  '/sobjects/Account/quickActions',
  '/sobjects/Global/describe/layouts',
  '/compactLayouts?q=Account',
  '/query?explain=SELECT+Id+FROM+Lead',
  '/tabs',
  '/theme',
  '/process/rules',
  '/composite/graph',
  '/tooling/query?q=SELECT+Id+FROM+ApexClass',
])('answers %s as a resource that is not there', (path) => {
  expect(signIn(stillOrg()).get(path)).toMatchObject({
    status: 404,
    body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_discoveryresource.htm */
it('lists the identity of the user among the resources', () => {
  const org = stillOrg();
  const { organizationId, lockstep } = org.state.standard;
  expect(signIn(org).get('/services/data/v62.0').body.identity).toMatch(
    new RegExp(`/id/${organizationId}/${lockstep.id}$`),
  );
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_recent_items.htm */
it('has seen nobody look at a record', () => {
  expect(signIn(stillOrg()).get('/recent?limit=2').body).toEqual([]);
});

/** https://github.com/jsforce/jsforce/blob/main/test/bulk2.test.ts ("with empty input") */
describe('an ingest job without records', () => {
  it.each(['insert', 'update', 'delete'])('to %s succeeds with none', (operation) => {
    const client = new BulkClient();
    const { info } = client.ingest({ operation, object: 'Lead' }, '');
    expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 0, numberRecordsFailed: 0 });
  });

  it('but with a header fails', () => {
    const job = { operation: 'insert', object: 'Lead' };
    expect(new BulkClient().ingest(job, 'LastName,Company\n').info).toMatchObject({ state: 'Failed' });
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_limits.htm */
it('lists every limit of the documented answer', () => {
  const { body } = signIn(stillOrg()).get('/limits');
  expect(Object.keys(body).length).toBe(69);
  expect(body).toMatchObject({
    DailyApiRequests: { Max: expect.any(Number), Remaining: expect.any(Number) },
    HourlyPublishedPlatformEvents: { Max: 50_000, Remaining: 50_000 },
    PermissionSets: { Max: 1500, CreateCustom: { Max: 1000 } },
    // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm
    ExternalServicesRegistrations: { Max: 700, Remaining: 700 },
    ScheduledFlowRunLimit: { Max: 250_000, Remaining: 250_000 },
  });
  expect(body).not.toHaveProperty('DailyBulkApiRequests');
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm */
it('names a limit only in the versions that have it', () => {
  const org = stillOrg();
  const namesIn = (version: string) => Object.keys(signIn(org).get(`/services/data/v${version}/limits`).body);
  expect(namesIn('46.0')).toEqual(expect.arrayContaining(['DailyBulkApiRequests', 'MonthlyPlatformEvents']));
  for (const name of ['DailyBulkApiBatches', 'DailyBulkV2QueryJobs', 'MonthlyPlatformEventsUsageEntitlement']) {
    expect(namesIn('46.0')).not.toContain(name);
    expect(namesIn('60.0')).toContain(name);
  }
  expect(namesIn('60.0')).not.toContain('BOZosCalloutHourlyLimit');
});
