import { afterEach, describe, expect, test } from 'vitest';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import type { ChangeFeed, ScanRequest } from '../../lib/sync/ports/change-feed.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import { clientOf, compositeAnswer, failureOf, type Stub, soqlOf, startStub } from './stub-salesforce.ts';

const scan = (over: Partial<ScanRequest> = {}): ScanRequest => ({
  type: 'Lead',
  columns: ['Id', 'SystemModstamp', 'A__c'],
  filled: [],
  ...over,
});
const filled = scan({ filled: ['A__c', 'B__c'] });

describe('what a scan asks', () => {
  let stub: Stub;
  const count = { body: { totalSize: 4_100, done: true, records: [] } };
  const last = { body: { totalSize: 1, done: true, records: [{ attributes: {}, Id: '00Q000000000009' }] } };
  const refused = { status: 400, body: [{ errorCode: 'INVALID_FIELD', message: "No such column 'A__c'" }] };

  async function feedOf(...answers: { readonly status?: number; readonly body: unknown }[]): Promise<ChangeFeed> {
    stub = await startStub(() => compositeAnswer(...answers));
    return createSalesforceChangeFeed(clientOf(stub.url));
  }

  afterEach(() => stub.close());

  test('its size and its end, in one call', async () => {
    const feed = await feedOf(count, last);
    expect(await feed.measure(filled)).toEqual({ rows: 4_100, last: '00Q000000000009EAA' });
    expect(feed.usage().calls).toBe(1);
    expect(soqlOf(stub.requests[0])).toEqual([
      'SELECT COUNT() FROM Lead WHERE (A__c != null OR B__c != null)',
      'SELECT Id FROM Lead WHERE (A__c != null OR B__c != null) ORDER BY Id DESC LIMIT 1',
    ]);
  });

  test('pages by id, between two', async () => {
    const feed = await feedOf({ body: { totalSize: 0, done: true, records: [] } });
    await feed.scan(scan(), null, '00Q9');
    await feed.scan(filled, '00Q1', '00Q9');
    expect(stub.requests.flatMap(soqlOf)).toEqual([
      "SELECT Id, SystemModstamp, A__c FROM Lead WHERE Id <= '00Q9' ORDER BY Id LIMIT 2000",
      "SELECT Id, SystemModstamp, A__c FROM Lead WHERE Id > '00Q1' AND Id <= '00Q9' AND (A__c != null OR B__c != null) ORDER BY Id LIMIT 2000",
    ]);
  });

  test('and a field that is no longer visible is told as such', async () => {
    const feed = await feedOf(refused, refused);
    expect(await feed.measure(filled)).toBe('invalidField');
    const paged = await feedOf(refused);
    expect(await paged.scan(filled, null, '00Q9')).toBe('invalidField');
  });

  test('a refused count and a strange one are errors', async () => {
    const limited = { status: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests' }] };
    expect((await failureOf((await feedOf(limited, last)).measure(filled))).name).toBe('QuotaExceededError');
    await stub.close();
    expect((await failureOf((await feedOf({ body: { records: [] } }, last)).measure(filled))).name).toBe(
      'TransientError',
    );
  });
});

describe('a scan of an org', () => {
  let org: Org;

  afterEach(() => org.close());

  test('finds every live row once, in order', async () => {
    org = createOrg();
    org.seed({ leads: 4_500, contacts: 0, seed: 3 });
    const url = await org.listen(0);
    const credentials = { loginUrl: url, clientId: 'lockstep', clientSecret: 'lockstep' };
    const feed = createSalesforceChangeFeed(clientOf(url, { credentials }));
    const request = scan({ columns: ['Id', 'SystemModstamp', 'Email'] });
    const size = await feed.measure(request);
    if (size === 'invalidField') throw new Error('a size was expected');
    const ids: string[] = [];
    for (let after: string | null = null; after !== size.last; after = ids.at(-1) ?? '') {
      const page = await feed.scan(request, after, size.last ?? '');
      if (page === 'invalidField') throw new Error('a page was expected');
      ids.push(...page.rows.map(({ id }) => id));
    }
    expect(size.rows).toBe(4_500);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(ids).toHaveLength(4_500);
    expect(feed.usage().calls).toBe(4);
  });
});
