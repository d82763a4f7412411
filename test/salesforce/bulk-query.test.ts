import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import { columnKinds, feedColumns } from '../../lib/schema/object-schema.ts';
import { loadSchemas } from '../../lib/sync/context/schemas.ts';
import type { BulkOutcome, BulkReader, FeedRow } from '../../lib/sync/ports/change-feed.ts';
import type { BulkQuery, BulkRequest } from '../../lib/sync/state/bulk-query.ts';
import { FEED_BEGINNING } from '../../lib/sync/state/feed-state.ts';
import { TwoSides } from '../sync/two-sides.ts';

const FIELDS = [
  { name: 'Note__c', type: 'longtextarea' },
  { name: 'Score__c', type: 'number', scale: 0 },
  { name: 'Rate__c', type: 'double', scale: 4, precision: 18 },
  { name: 'Fee__c', type: 'currency' },
  { name: 'Share__c', type: 'percent' },
  { name: 'Born__c', type: 'date' },
  { name: 'Seen__c', type: 'datetime' },
  { name: 'Alarm__c', type: 'time' },
  { name: 'Gold__c', type: 'checkbox' },
  { name: 'Tags__c', type: 'multipicklist', values: ['Golf', 'Chess', 'Opera'] },
  { name: 'Twice__c', type: 'number', formula: 'Score__c * 2' },
] as const;

let sides: TwoSides;

beforeEach(() => {
  sides = new TwoSides();
});

async function requestOf(type: 'Lead' | 'Contact' = 'Lead'): Promise<BulkRequest> {
  const { schema } = (await loadSchemas(sides.ports))[type];
  const columns = feedColumns(schema);
  return { type, from: FEED_BEGINNING, before: '2099-01-01T00:00:00.000Z', columns, kinds: columnKinds(schema) };
}

/** Reads with a reader that has time for so many pages. */
async function read(query: BulkQuery, pages = Number.POSITIVE_INFINITY) {
  const rows: FeedRow[] = [];
  const reached: BulkQuery[] = [];
  const reader: BulkReader = {
    take: async (taken) => void rows.push(...taken),
    reached: async (at) => void reached.push(at),
    hasTime: () => reached.length < pages,
  };
  const outcome: BulkOutcome = await sides.ports.feed.readBulk(query, reader);
  return { rows, reached, outcome };
}

async function opened(request: BulkRequest): Promise<BulkQuery> {
  const query = await sides.ports.feed.openBulk(request);
  if (query === 'invalidField') throw new Error('a query was expected');
  return query;
}

/** The same rows by the REST API. */
async function restRows({ type, columns, from, before }: BulkRequest): Promise<FeedRow[]> {
  const request = { type, from, columns, schemaLastModified: null };
  const rows: FeedRow[] = [];
  for (let after = { systemModstamp: from, id: '' }; ; ) {
    const page = await sides.ports.feed.next(request, after, before);
    if (page === 'invalidField') throw new Error('a page was expected');
    rows.push(...page.rows);
    const last = page.rows.at(-1);
    if (!page.more || last === undefined) return rows;
    after = last;
  }
}

const byId = (rows: readonly FeedRow[]) => rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('#N/A', 'null', '"', '""', 'a,b', ' x ', 'line\r\nbreak', '\\n', 'true', '1e3', '\u{1f600}'),
);

/** The moments of a day that Salesforce keeps, in its form. */
const instant = fc
  .integer({ min: 0, max: 4_000_000_000 })
  .map((seconds) => new Date(seconds * 1000).toISOString().replace('Z', '+0000'));

const record = fc.record(
  {
    Title: text,
    Note__c: text,
    Score__c: fc.integer({ min: -(10 ** 9), max: 10 ** 17 }),
    Rate__c: fc.oneof(fc.constantFrom(0, -0.0001, 1e-4, 12_345_678.5, 1e7, 99_999_999_999.1234), fc.integer()),
    Fee__c: fc.integer({ min: -(10 ** 10), max: 10 ** 10 }).map((cents) => cents / 100),
    Share__c: fc.integer({ min: 0, max: 10_000 }).map((share) => share / 100),
    AnnualRevenue: fc.integer({ min: 0, max: 10 ** 12 }),
    Born__c: instant.map((at) => at.slice(0, 10)),
    Seen__c: instant,
    Alarm__c: instant.map((at) => `${at.slice(11, 23)}Z`),
    Gold__c: fc.boolean(),
    Tags__c: fc.constantFrom('Golf', 'Chess;Opera', 'Golf;Chess;Opera'),
  },
  { requiredKeys: [] },
);

describe('a row by a query job', () => {
  test('is the row that the REST API answers, whatever its fields hold', async () => {
    sides.control('features', { currencies: true });
    for (const field of FIELDS) sides.control('fields', { object: 'Lead', ...field });
    const request = await requestOf();
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 8 }), async (records) => {
        sides.control('reset', {});
        sides.control('features', { currencies: true });
        for (const field of FIELDS) sides.control('fields', { object: 'Lead', ...field });
        const ids = records.flatMap((fields) => inserted(fields));
        if (ids[0] !== undefined) sides.remove('Lead', ids[0]);
        const { rows, outcome } = await read(await opened(request));
        expect(outcome.kind).toBe('done');
        expect(byId(rows)).toEqual(byId(await restRows(request)));
        compared += rows.length;
      }),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  /** Nothing where Salesforce refuses the record: what it cannot keep, nobody reads. */
  function inserted(fields: Record<string, unknown>): string[] {
    try {
      return [sides.insert('Lead', { LastName: 'L', Company: 'C', ...fields } as never)];
    } catch {
      return [];
    }
  }

  test('is so for every seeded Lead and Contact, deleted, converted and owned by queues', async () => {
    sides.org.seed({ leads: 150, contacts: 80, seed: 4 });
    sides.remove('Contact', sides.idOf('SELECT Id FROM Contact LIMIT 1'));
    for (const type of ['Lead', 'Contact'] as const) {
      const request = await requestOf(type);
      const { rows } = await read(await opened(request));
      expect(rows.length).toBeGreaterThanOrEqual(80);
      expect(byId(rows)).toEqual(byId(await restRows(request)));
    }
  });

  test('has no email of its owner where the sync user may not see it, as by the REST API', async () => {
    sides.org.seed({ leads: 3, contacts: 0, seed: 4 });
    const request = await requestOf();
    for (const object of ['User', 'Group']) {
      sides.control('field-access', { object, field: 'Email', read: false, edit: false });
    }
    const { rows } = await read(await opened(request));
    expect(byId(rows)).toEqual(byId(await restRows(request)));
    const place = request.columns.indexOf('Owner.Email');
    expect(rows.map((row) => (JSON.parse(row.text) as unknown[])[place])).toEqual([null, null, null]);
  });
});

describe('a query job', () => {
  test('of a million rows would take 26 calls where it is done at the first look: here 21 pages of 10 rows', async () => {
    sides.org.seed({ leads: 201, contacts: 0, seed: 4 });
    sides.org.state.bulk.pageRows = 10;
    const query = await opened(await requestOf());
    sides.clock.advance(10_000);
    const before = sides.ports.feed.usage().calls;
    const { rows, outcome, reached } = await read(query);
    expect(outcome).toMatchObject({ kind: 'done', query: { rows: 201 } });
    expect(new Set(rows.map(({ id }) => id)).size).toBe(201);
    expect(rows.map(({ id }) => id)).not.toContain('Id');
    expect(reached).toHaveLength(21);
    // The state, five lists of five pages, and the pages.
    expect(sides.ports.feed.usage().calls - before).toBe(1 + 5 + 21);
  });

  test('is read on in another process from where it was saved, and no row is missing', async () => {
    sides.org.seed({ leads: 120, contacts: 0, seed: 4 });
    sides.org.state.bulk.pageRows = 10;
    let query = await opened(await requestOf());
    const ids = new Set<string>();
    for (let stops = 0; ; stops += 1) {
      const { rows, outcome } = await read(JSON.parse(JSON.stringify(query)) as BulkQuery, 1);
      for (const { id } of rows) ids.add(id);
      if (outcome.kind === 'done') {
        expect(stops).toBeGreaterThan(1);
        break;
      }
      if (outcome.kind !== 'stopped') throw new Error(outcome.kind);
      query = outcome.query;
    }
    expect(ids.size).toBe(120);
  });

  test('dies at any call and is read on from what was saved last', async () => {
    sides.org.seed({ leads: 60, contacts: 0, seed: 4 });
    sides.org.state.bulk.pageRows = 10;
    const first = await opened(await requestOf());
    for (let dies = 1; ; dies += 1) {
      const ids = new Set<string>();
      let saved = first;
      let calls = 0;
      const dying = createSalesforceChangeFeed(
        new Proxy(sides.client, {
          get(client, name) {
            const method: unknown = Reflect.get(client, name);
            if (typeof method !== 'function') return method;
            if (name !== 'oneByOne' && name !== 'stream') return method.bind(client);
            return async (...args: unknown[]) => {
              calls += 1;
              if (calls === dies) throw new Error('died');
              return (method as (...given: unknown[]) => unknown).apply(client, args);
            };
          },
        }),
      );
      const reader: BulkReader = {
        take: async (rows) => {
          for (const { id } of rows) ids.add(id);
        },
        reached: async (query) => {
          saved = query;
        },
        hasTime: () => true,
      };
      const died = await dying.readBulk(saved, reader).then(
        () => false,
        () => true,
      );
      const { rows, outcome } = await read(saved);
      for (const { id } of rows) ids.add(id);
      expect(outcome.kind).toBe('done');
      expect(ids.size).toBe(60);
      if (!died) break;
    }
  });

  test('that is not done yet is asked about less and less often, and left alone after half a minute', async () => {
    const query = await opened(await requestOf());
    sides.org.state.bulk.advance = () => undefined;
    const [calls, begun] = [sides.ports.feed.usage().calls, Date.parse(sides.clock.now())];
    const { outcome } = await read(query);
    expect(outcome).toEqual({ kind: 'working', query });
    expect(sides.ports.feed.usage().calls - calls).toBe(6);
    expect(Date.parse(sides.clock.now()) - begun).toBe(31_000);
  });

  test('that failed is lost: its query is wrong by now', async () => {
    sides.control('fields', { object: 'Lead', name: 'Score__c', type: 'number' });
    const query = await opened(await requestOf());
    sides.control('field-access', { object: 'Lead', field: 'Score__c', read: false, edit: false });
    expect((await read(query)).outcome).toEqual({ kind: 'lost', why: 'Failed: INVALID_FIELD' });
  });

  test('that was aborted, or is kept no longer, is lost', async () => {
    const request = await requestOf();
    const aborted = await opened(request);
    sides.admin('PATCH', `/jobs/query/${aborted.jobId}`, { state: 'Aborted' });
    expect((await read(aborted)).outcome).toMatchObject({ kind: 'lost' });
    const old = await opened(request);
    sides.clock.advance(8 * 86_400_000);
    expect((await read(old)).outcome).toMatchObject({ kind: 'lost' });
    sides.org.seed({ leads: 60, contacts: 0, seed: 4 });
    sides.org.state.bulk.pageRows = 10;
    const half = await read(await opened(request), 1);
    sides.clock.advance(8 * 86_400_000);
    if (half.outcome.kind !== 'stopped') throw new Error(half.outcome.kind);
    expect((await read(half.outcome.query)).outcome).toMatchObject({ kind: 'lost' });
  });

  test('of a field that is hidden is not begun', async () => {
    const request = await requestOf();
    const asked = { ...request, columns: [...request.columns, 'Nothing__c'] };
    expect(await sides.ports.feed.openBulk(asked)).toBe('invalidField');
  });

  test('a page that ends before its last row is no page', async () => {
    sides.org.seed({ leads: 30, contacts: 0, seed: 4 });
    const query = await opened(await requestOf());
    const stream = sides.client.stream.bind(sides.client);
    sides.client.stream = async (request) => {
      const answer = await stream(request);
      if (!('chunks' in answer)) return answer;
      const { chunks } = answer;
      const cut = async function* () {
        let left = 5;
        for await (const chunk of chunks) {
          left -= 1;
          if (left > 0) yield chunk;
        }
      };
      return { ...answer, chunks: cut() };
    };
    await expect(read(query)).rejects.toMatchObject({ name: 'TransientError', code: 'UNEXPECTED_ANSWER' });
  });

  test('the rows of a window are counted in one call', async () => {
    sides.org.seed({ leads: 30, contacts: 0, seed: 4 });
    expect(await sides.ports.feed.count('Lead', FEED_BEGINNING, '2099-01-01T00:00:00.000Z')).toBe(30);
    expect(await sides.ports.feed.count('Lead', FEED_BEGINNING, FEED_BEGINNING)).toBe(0);
  });
});
