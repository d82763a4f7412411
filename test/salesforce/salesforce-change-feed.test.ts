import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { API_VERSION } from '../../lib/salesforce/client.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import type { ChangeFeed, FeedPage, FeedRequest } from '../../lib/sync/ports/change-feed.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import {
  clientOf,
  compositeAnswer,
  failureOf,
  SECRET,
  type Stub,
  type StubAnswer,
  soqlOf,
  startStub,
  subrequestsOf,
} from './stub-salesforce.ts';

const BEGINNING = '1999-01-01T00:00:00.000Z';
const COLUMNS = ['Id', 'SystemModstamp', 'IsDeleted', 'LastName'];
const lead = (more: Partial<FeedRequest> = {}): FeedRequest => ({
  type: 'Lead',
  from: BEGINNING,
  columns: COLUMNS,
  schemaLastModified: null,
  ...more,
});

const rows = (page: FeedPage | 'invalidField' | undefined) => {
  if (page === undefined || page === 'invalidField') throw new Error('a page was expected');
  return page.rows;
};

describe('what is asked', () => {
  let stub: Stub;
  const emptyQuery = { body: { totalSize: 0, done: true, records: [] } };
  const described = {
    body: { name: 'Lead', fields: [] },
    headers: { 'Last-Modified': 'Sat, 21 Nov 2026 10:00:00 GMT' },
  };
  const updated = { body: { ids: [], latestDateCovered: '2026-11-21T10:00:00.000+0000' } };

  async function feedOf(answer: StubAnswer): Promise<ChangeFeed> {
    stub = await startStub(() => answer);
    return createSalesforceChangeFeed(clientOf(stub.url));
  }

  afterEach(() => stub.close());

  test('one composite request opens both objects: covered date, rows, describe', async () => {
    const feed = await feedOf(compositeAnswer(updated, emptyQuery, described, updated, emptyQuery, { status: 304 }));
    const since = 'Sat, 21 Nov 2026 09:00:00 GMT';
    const contact: FeedRequest = {
      type: 'Contact',
      from: '2026-11-21T09:50:00.000Z',
      columns: ['Id', 'SystemModstamp'],
      schemaLastModified: since,
    };
    const { openings } = await feed.open([lead(), contact]);
    expect(stub.requests).toHaveLength(1);
    expect(feed.usage().calls).toBe(1);
    const asked = subrequestsOf(stub.requests[0]);
    const root = `/services/data/v${API_VERSION}`;
    expect(asked.map(({ method, url }) => `${method} ${url.slice(0, url.indexOf('?') + 1) || url}`)).toEqual([
      `GET ${root}/sobjects/Lead/updated/?`,
      `GET ${root}/queryAll?`,
      `GET ${root}/sobjects/Lead/describe`,
      `GET ${root}/sobjects/Contact/updated/?`,
      `GET ${root}/queryAll?`,
      `GET ${root}/sobjects/Contact/describe`,
    ]);
    expect(soqlOf(stub.requests[0])).toEqual([
      'SELECT Id, SystemModstamp, IsDeleted, LastName FROM Lead WHERE SystemModstamp >= 1999-01-01T00:00:00.000Z ORDER BY SystemModstamp, Id LIMIT 2000',
      'SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >= 2026-11-21T09:50:00.000Z ORDER BY SystemModstamp, Id LIMIT 2000',
    ]);
    expect(asked[2]?.httpHeaders).toBeUndefined();
    expect(asked[5]?.httpHeaders).toEqual({ 'If-Modified-Since': since });
    expect(openings.get('Lead')).toEqual({
      page: { rows: [], more: false },
      latestDateCovered: '2026-11-21T10:00:00.000Z',
      described: { object: { name: 'Lead', fields: [] }, lastModified: 'Sat, 21 Nov 2026 10:00:00 GMT' },
    });
    expect(openings.get('Contact')?.described).toBeNull();
  });

  test('the covered date is asked for over whole minutes, more than one, that do not lie in the future', async () => {
    const feed = await feedOf(compositeAnswer(updated, emptyQuery, described));
    const before = Date.now();
    await feed.open([lead()]);
    const url = new URL(subrequestsOf(stub.requests[0])[0]?.url ?? '', stub.url);
    const [start, end] = ['start', 'end'].map((name) => Date.parse(url.searchParams.get(name) ?? ''));
    expect((end ?? 0) - (start ?? 0)).toBeGreaterThan(60_000);
    expect((end ?? 0) % 60_000).toBe(0);
    expect(end).toBeLessThanOrEqual(Date.now());
    expect(end).toBeGreaterThan(before - 62_000);
  });

  test('the next page begins after the last row, by key', async () => {
    const feed = await feedOf(compositeAnswer(emptyQuery));
    const stamp = '2026-11-21T10:00:00.000+0000';
    await feed.next(lead(), { systemModstamp: stamp, id: '00Q000000000001AAA' }, '2026-11-21T11:00:00.000Z');
    await feed.next(lead(), { systemModstamp: stamp, id: '' }, '2026-11-21T11:00:00.000Z');
    expect(stub.requests.flatMap(soqlOf)).toEqual([
      "SELECT Id, SystemModstamp, IsDeleted, LastName FROM Lead WHERE SystemModstamp >= 2026-11-21T10:00:00.000Z AND SystemModstamp < 2026-11-21T11:00:00.000Z AND (SystemModstamp > 2026-11-21T10:00:00.000Z OR Id > '00Q000000000001AAA') ORDER BY SystemModstamp, Id LIMIT 2000",
      'SELECT Id, SystemModstamp, IsDeleted, LastName FROM Lead WHERE SystemModstamp >= 2026-11-21T10:00:00.000Z AND SystemModstamp < 2026-11-21T11:00:00.000Z ORDER BY SystemModstamp, Id LIMIT 2000',
    ]);
  });

  test('a page that ends early, as it does where rows are wide, is not the last', async () => {
    const body = {
      totalSize: 2,
      done: false,
      nextRecordsUrl: '/x',
      records: [{ attributes: {}, Id: 'a', SystemModstamp: '2026-11-21T10:00:00.000+0000', LastName: 'L' }],
    };
    const feed = await feedOf(compositeAnswer({ body }));
    const page = await feed.next(lead(), { systemModstamp: BEGINNING, id: '' }, '2026-11-21T11:00:00.000Z');
    const text = '["a","2026-11-21T10:00:00.000+0000",null,"L"]';
    const row = { id: 'a', systemModstamp: '2026-11-21T10:00:00.000Z', text, bytes: text.length };
    expect(page).toMatchObject({ rows: [row], more: true });
  });

  test('a covered date that Salesforce does not tell is no failure', async () => {
    const refused = { status: 400, body: [{ errorCode: 'INVALID_REPLICATION_DATE', message: 'no' }] };
    const feed = await feedOf(compositeAnswer(refused, emptyQuery, described));
    const { openings } = await feed.open([lead()]);
    expect(openings.get('Lead')).toMatchObject({ latestDateCovered: null, page: { rows: [] } });
  });

  test.each([
    [403, 'REQUEST_LIMIT_EXCEEDED', 'QuotaExceededError'],
    [400, 'QUERY_TIMEOUT', 'TransientError'],
    [400, 'INVALID_TYPE', 'ConfigError'],
  ])('a query refused with %i %s is a %s', async (status, errorCode, name) => {
    const feed = await feedOf(compositeAnswer({ status, body: [{ errorCode, message: '' }] }));
    const next = feed.next(lead(), { systemModstamp: BEGINNING, id: '' }, '2026-11-21T11:00:00.000Z');
    expect((await failureOf(next)).name).toBe(name);
  });
});

describe('with an org', () => {
  let org: Org;
  let url: string;
  let feed: ChangeFeed;

  beforeEach(async () => {
    org = createOrg();
    url = await org.listen(0);
    const credentials = { loginUrl: url, clientId: 'lockstep', clientSecret: 'lockstep' };
    feed = createSalesforceChangeFeed(clientOf(url, { credentials }));
  });

  afterEach(() => org.close());

  async function readAll(request: FeedRequest, before: string): Promise<string[]> {
    const { openings } = await feed.open([request]);
    let page = openings.get(request.type)?.page;
    const ids: string[] = [];
    for (;;) {
      const read = rows(page);
      ids.push(...read.map(({ id }) => id));
      const last = read.at(-1);
      if (page === 'invalidField' || !page?.more || last === undefined) return ids;
      page = await feed.next(request, last, before);
    }
  }

  test('every row comes once, in order, over pages', async () => {
    org.seed({ leads: 4_500, contacts: 0, seed: 3 });
    const ids = await readAll(lead(), '2099-01-01T00:00:00.000Z');
    expect(new Set(ids).size).toBe(4_500);
    expect(ids).toHaveLength(4_500);
    expect(feed.usage().calls).toBe(3);
  });

  test('describe tells what the sync user may see, and nothing where nothing changed', async () => {
    const described = await feed.describe(['Lead', 'Contact']);
    const description = described.get('Lead');
    expect(feed.usage().calls).toBe(1);
    expect(description?.object.fields.find(({ name }) => name === 'Email')).toEqual({
      name: 'Email',
      label: 'Email',
      unique: false,
      filterable: true,
      type: 'email',
      custom: false,
      createable: true,
      updateable: true,
      length: 80,
      precision: 0,
      digits: 0,
      scale: 0,
      nillable: true,
      defaultedOnCreate: false,
      calculated: false,
      autoNumber: false,
      restrictedPicklist: false,
      picklistValues: [],
    });
    expect(description?.object.fields.find(({ name }) => name === 'Status')).toMatchObject({
      nillable: false,
      defaultedOnCreate: true,
      picklistValues: expect.arrayContaining(['Open - Not Contacted']),
    });
    const { openings } = await feed.open([lead({ schemaLastModified: description?.lastModified ?? null })]);
    expect(openings.get('Lead')?.described).toBeNull();
  });

  test('a hidden column is told as such', async () => {
    const { openings } = await feed.open([lead({ columns: [...COLUMNS, 'Gone__c'] })]);
    expect(openings.get('Lead')?.page).toBe('invalidField');
  });

  test('eight hundred columns fit', async () => {
    const names = Array.from({ length: 800 }, (_, at) => `Very_Long_Custom_Field_Name_Number_${at}__c`);
    for (const name of names) {
      const body = { object: 'Lead', name, type: 'string', length: 40 };
      expect(org.handle({ method: 'POST', path: '/_org/fields', headers: {}, body }).status).toBe(200);
    }
    const { openings } = await feed.open([lead({ columns: [...COLUMNS, ...names] })]);
    expect(rows(openings.get('Lead')?.page)).toEqual([]);
  });

  test('the reading began not later than it says, by the clock of the org, which may be ahead by days', async () => {
    org.handle({ method: 'POST', path: '/_org/clock', headers: {}, body: { advanceSeconds: 200_000 } });
    const before = org.clock.now();
    const { readAt, openings } = await feed.open([lead()]);
    expect(Date.parse(readAt)).toBeLessThanOrEqual(before);
    expect(Date.parse(readAt)).toBeGreaterThan(before - 4_000);
    const covered = Date.parse(openings.get('Lead')?.latestDateCovered ?? '');
    expect(covered).toBeGreaterThan(before - 62_000);
  });

  test('credentials that the org refuses are for a human', async () => {
    const wrong = createSalesforceChangeFeed(clientOf(url));
    const error = await failureOf(wrong.describe(['Lead']));
    expect(error.name).toBe('ConfigError');
    expect(error.message).not.toContain(SECRET);
  });
});
