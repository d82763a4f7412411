import { afterEach, describe, expect, test } from 'vitest';
import type { RowName } from '../../lib/person/row.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import type { ChangeFeed, Deletions } from '../../lib/sync/ports/change-feed.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import {
  clientOf,
  compositeAnswer,
  failureOf,
  type Stub,
  type StubAnswer,
  startStub,
  subrequestsOf,
} from './stub-salesforce.ts';

const MINUTE_MS = 60_000;

describe('what Salesforce answers', () => {
  let stub: Stub;

  async function feedOf(answer: StubAnswer): Promise<ChangeFeed> {
    stub = await startStub(() => answer);
    return createSalesforceChangeFeed(clientOf(stub.url));
  }

  afterEach(() => stub.close());

  const since = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 86_400_000).toISOString();

  async function deletionsOf(answer: { readonly status?: number; readonly body: unknown }): Promise<Deletions | null> {
    const updated = { body: { ids: [], latestDateCovered: since } };
    const rows = { body: { totalSize: 0, done: true, records: [] } };
    const feed = await feedOf(compositeAnswer(updated, rows, { status: 304, body: null }, answer));
    const request = { type: 'Lead', from: since, columns: ['Id', 'SystemModstamp'], schemaLastModified: 'x' } as const;
    const { openings } = await feed.open([{ ...request, deletedSince: since }]);
    return openings.get('Lead')?.deleted ?? null;
  }

  const told = (earliestDateAvailable: string) => ({
    deletedRecords: [{ id: '00Q000000000009', deletedDate: since }],
    earliestDateAvailable,
    latestDateCovered: '2026-11-21T10:00:00.000+0000',
  });

  test('rows, and that these are all, where its log goes back as far', async () => {
    const deletions = await deletionsOf({ body: told(since.replace('Z', '+0000')) });
    expect(deletions).toEqual({ ids: ['00Q000000000009EAA'], until: '2026-11-21T10:00:00.000Z', complete: true });
  });

  test('rows, but not all, where its log was cut back further', async () => {
    const later = new Date(Date.parse(since) + MINUTE_MS).toISOString();
    expect(await deletionsOf({ body: told(later) })).toMatchObject({ ids: ['00Q000000000009EAA'], complete: false });
  });

  test.each(['INVALID_REPLICATION_DATE', 'EXCEEDED_ID_LIMIT'])('that it cannot tell, by %s', async (errorCode) => {
    const deletions = await deletionsOf({ status: 400, body: [{ errorCode, message: 'no' }] });
    expect(deletions).toMatchObject({ ids: [], complete: false });
    expect(Date.parse(deletions?.until ?? '')).toBeGreaterThan(Date.now() - 2 * MINUTE_MS);
  });

  test('nothing of use: it is asked again', async () => {
    expect(await deletionsOf({ status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: '' }] })).toBeNull();
    await stub.close();
    expect(await deletionsOf({ body: {} })).toBeNull();
  });

  test('stamps of both objects, 2,000 rows a request, in one call', async () => {
    const id = (prefix: string, n: number): string => `${prefix}${String(n).padStart(12, '0')}AAA`;
    const [lead, contact] = [id('00Q', 0), id('003', 0)];
    const stamp = '2026-11-21T10:00:00.000+0000';
    const living = (Id: string) => ({ attributes: {}, Id, SystemModstamp: stamp, IsDeleted: false });
    const feed = await feedOf(
      compositeAnswer(
        { body: [living(lead), null] },
        { body: [{ ...living(id('00Q', 3000)), IsDeleted: true }] },
        { body: [living(contact)] },
      ),
    );
    const leads = Array.from({ length: 2001 }, (_, n) => ({ type: 'Lead', id: id('00Q', n) }) as const);
    const rows: RowName[] = [...leads, { type: 'Contact', id: contact }];
    const stamps = await feed.stamps(rows);
    expect(Object.fromEntries(stamps)).toEqual({
      [lead]: '2026-11-21T10:00:00.000Z',
      [contact]: '2026-11-21T10:00:00.000Z',
    });
    expect(feed.usage().calls).toBe(1);
    const bodies = subrequestsOf(stub.requests[0]).map(({ url, body }) => {
      const { ids, fields } = body as { readonly ids: readonly string[]; readonly fields: readonly string[] };
      return [url.split('/').at(-1), ids.length, fields];
    });
    const fields = ['Id', 'SystemModstamp', 'IsDeleted'];
    expect(bodies).toEqual([
      ['Lead', 2000, fields],
      ['Lead', 1, fields],
      ['Contact', 1, fields],
    ]);
  });

  test('a refusal of the stamps is an error, not an empty org', async () => {
    const refused = { status: 400, body: [{ errorCode: 'INVALID_TYPE', message: 'no Lead' }] };
    const feed = await feedOf(compositeAnswer(refused));
    expect((await failureOf(feed.stamps([{ type: 'Lead', id: '00Q' }]))).name).toBe('ConfigError');
  });
});

describe('with an org', () => {
  let org: Org;

  afterEach(() => org.close());

  test('as many rows as go into one call are told apart: living, deleted, gone', async () => {
    org = createOrg();
    org.seed({ leads: 6_001, contacts: 1_999, seed: 3 });
    const url = await org.listen(0);
    const feed = createSalesforceChangeFeed(
      clientOf(url, { credentials: { loginUrl: url, clientId: 'lockstep', clientSecret: 'lockstep' } }),
    );
    const { store } = org.state;
    const rows: RowName[] = (['Lead', 'Contact'] as const).flatMap((type) =>
      [...store.table(type).values()].map(({ Id }) => ({ type, id: String(Id) })),
    );
    expect(rows).toHaveLength(feed.maxStamps);
    const [binned, purged] = [rows[0], rows[7_999]].map((row) => row?.id ?? '');
    const found = store.find(binned ?? '');
    if (found) store.put('Lead', { ...found.row, IsDeleted: true });
    store.remove('Contact', purged ?? '');
    const stamps = await feed.stamps(rows);
    expect(feed.usage().calls).toBe(1);
    expect(rows.filter(({ id }) => !stamps.has(id)).map(({ id }) => id)).toEqual([binned, purged]);
    await expect(feed.stamps([...rows, { type: 'Lead', id: '00Q' }])).rejects.toBeInstanceOf(RangeError);
  });
});
