import { describe, expect, test } from 'vitest';
import { NO_HISTORY } from '../../lib/schema/field-history.ts';
import { InvalidCursorError, TransientError } from '../../lib/sync/errors.ts';
import type { Cycle, StoredSchema, SyncStateStore } from '../../lib/sync/ports/sync-state-store.ts';
import { NEW_HEALTH } from '../../lib/sync/state/cycle-health.ts';
import type { CycleReport } from '../../lib/sync/state/cycle-report.ts';
import { type FeedState, NEW_FEED, RECENT_ROWS_LIMIT } from '../../lib/sync/state/feed-state.ts';
import { EMPTY_BOOK, type JobBook, newJob } from '../../lib/sync/state/field-job.ts';
import { NOBODY_HANDED_OUT } from '../../lib/sync/state/handed-out.ts';
import { EMPTY_RECONCILIATIONS, plannedReconciliation } from '../../lib/sync/state/reconciliation.ts';
import { described, schemaOf } from '../schema/builders.ts';
import { at } from './persons.ts';

const report = (cycle: number): CycleReport => ({
  cycle,
  startedAt: at(0),
  endedAt: at(1),
  outcome: 'complete',
  error: null,
  pulled: { Lead: 3 },
  handedOut: 1,
  backfilled: 0,
  calls: 2,
  apiUsage: { used: 10, max: 15_000 },
});

const feedState = (checkpoint: string): FeedState => ({
  ...NEW_FEED,
  checkpoint,
  unfinished: { from: at(-30), covered: at(-20), after: { systemModstamp: at(-10), id: '00Q000000000001AAA' } },
  recent: { rows: new Map([['00Q000000000001AAA', [at(-10), at(0)]]]), incompleteUntil: at(9) },
  bulk: {
    from: at(-30),
    before: at(-1),
    covered: at(-20),
    query: {
      jobId: '750000000000001AAA',
      request: {
        type: 'Lead',
        from: at(-30),
        before: at(-1),
        columns: ['Id', 'SystemModstamp'],
        kinds: { SystemModstamp: 'datetime' },
      },
      isComplete: true,
      pages: ['/jobs/query/750000000000001AAA/results?locator=MQ'],
      morePages: null,
      rows: 50_000,
    },
    expectedRows: null,
  },
  lostJobs: 1,
});

async function begun(store: SyncStateStore, owner: string, now = at(0)): Promise<Cycle> {
  const cycle = await store.beginCycle(owner, now, at(15));
  if (cycle === undefined) throw new Error(`${owner} could not begin`);
  return cycle;
}

/** What every `SyncStateStore` guarantees; `open` gives an empty one. */
export function syncStateStoreContract(name: string, open: () => Promise<SyncStateStore>): void {
  test(`${name}: the store belongs to the org that was named first`, async () => {
    const store = await open();
    expect(await store.organization()).toBeUndefined();
    const claims = await Promise.all(['00D1', '00D2', '00D3'].map((each) => store.claimOrganization(each)));
    expect(new Set(claims).size).toBe(1);
    expect(await store.claimOrganization('00D9')).toBe(claims[0]);
    expect(await store.organization()).toBe(claims[0]);
  });

  describe(`${name}: cycles`, () => {
    test('one cycle runs at a time', async () => {
      const store = await open();
      const first = { number: 1, owner: 'one', previousEnded: true, health: NEW_HEALTH, handedOut: NOBODY_HANDED_OUT };
      expect(await store.beginCycle('one', at(0), at(15))).toEqual(first);
      expect(await store.beginCycle('two', at(14), at(29))).toBeUndefined();
    });

    test('merges are counted for the cycle that queued their messages', async () => {
      const store = await open();
      await store.countMerges(1, { pushed: 1, rejected: 0, conflicts: 0, calls: 0 });
      await store.endCycle(await begun(store, 'one'), report(1), true);
      await begun(store, 'two', at(20));
      await Promise.all([
        store.countMerges(1, { pushed: 2, rejected: 1, conflicts: 4, calls: 1 }),
        store.countMerges(1, { pushed: 3, rejected: 0, conflicts: 0, calls: 2 }),
        store.countMerges(undefined, { pushed: 9, rejected: 0, conflicts: 0, calls: 0 }),
      ]);
      const calls = report(1).calls + 3;
      expect((await store.lastCycle()).cycle).toEqual({ ...report(1), pushed: 6, rejected: 1, conflicts: 4, calls });
    });

    test('merges without a cycle count for the last one that began, and for none before the first', async () => {
      const store = await open();
      await store.countMerges(undefined, { pushed: 1, rejected: 0, conflicts: 0, calls: 0 });
      const cycle = await begun(store, 'one');
      await store.countMerges(undefined, { pushed: 2, rejected: 0, conflicts: 0, calls: 0 });
      await store.endCycle(cycle, report(1), true);
      expect((await store.lastCycle()).cycle).toMatchObject({ cycle: 1, pushed: 2 });
    });

    test('of many that begin at once one does', async () => {
      const store = await open();
      const begins = Array.from({ length: 20 }, (_, n) => store.beginCycle(`w${n}`, at(0), at(15)));
      const cycles = await Promise.all(begins);
      expect(cycles.filter((cycle) => cycle !== undefined)).toHaveLength(1);
    });

    test('the next begins when the one before has ended, and knows that it did', async () => {
      const store = await open();
      await store.endCycle(await begun(store, 'one'), report(1), true);
      const health = { lastSuccessAt: at(1), failing: null };
      const second = { number: 2, owner: 'two', previousEnded: true, health, handedOut: NOBODY_HANDED_OUT };
      expect(await store.beginCycle('two', at(1), at(16))).toEqual(second);
    });

    test('the next knows whom the last one that ended left handed out, also after one that died', async () => {
      const store = await open();
      const handedOut = { fresh: { upTo: at(0), since: at(1) }, backlog: null };
      await store.endCycle({ ...(await begun(store, 'one')), handedOut }, report(1), true);
      expect(await store.beginCycle('two', at(1), at(16))).toMatchObject({ number: 2, handedOut });
      expect(await store.beginCycle('three', at(17), at(32))).toMatchObject({ number: 3, handedOut });
    });

    test('the next knows that the one before did not end in good order', async () => {
      const store = await open();
      await store.endCycle(await begun(store, 'one'), report(1), false);
      const second = await store.beginCycle('two', at(1), at(16));
      expect(second).toMatchObject({ number: 2, owner: 'two', previousEnded: false });
      await store.endCycle(await begun(store, 'two', at(2)), report(2), true);
      expect(await store.beginCycle('three', at(3), at(18))).toMatchObject({ previousEnded: true });
    });

    test('a cycle that never ended is reported as failed once the next begins after its right has expired', async () => {
      const store = await open();
      await begun(store, 'one');
      const second = await begun(store, 'two', at(15));
      expect(second).toMatchObject({ number: 2, owner: 'two', previousEnded: false });
      const { cycle, health } = await store.lastCycle();
      expect(cycle).toMatchObject({ cycle: 1, outcome: 'failed', error: { code: 'CYCLE_DIED' }, endedAt: at(15) });
      expect(health).toEqual({ lastSuccessAt: null, failing: { since: at(0), inARow: 1 } });
      await store.endCycle(second, report(2), true);
      expect((await store.lastCycle()).health).toEqual({ lastSuccessAt: at(1), failing: null });
    });

    test('the cycles are listed newest first, a page at a time, without those that run', async () => {
      const store = await open();
      expect(await store.cycles(2, null)).toEqual({ items: [], cursor: null });
      for (let n = 1; n <= 3; n += 1) await store.endCycle(await begun(store, `w${n}`, at(n)), report(n), true);
      await begun(store, 'running', at(4));
      const first = await store.cycles(2, null);
      expect(first.items.map(({ cycle }) => cycle)).toEqual([3, 2]);
      const rest = await store.cycles(2, first.cursor);
      expect(rest.items).toEqual([{ ...report(1), pushed: 0, rejected: 0, conflicts: 0 }]);
      await expect(store.cycles(2, 'no cursor')).rejects.toBeInstanceOf(InvalidCursorError);
    });

    test('a cycle that was overtaken ends nothing', async () => {
      const store = await open();
      const first = await begun(store, 'one');
      await begun(store, 'two', at(15));
      await store.endCycle(first, report(1), true);
      expect((await store.lastCycle()).cycle).toMatchObject({ cycle: 1, error: { code: 'CYCLE_DIED' } });
      expect(await store.beginCycle('three', at(14), at(40))).toBeUndefined();
    });

    test('the last report stays while the next cycle runs', async () => {
      const store = await open();
      expect(await store.lastCycle()).toEqual({ cycle: null, health: NEW_HEALTH });
      await store.endCycle(await begun(store, 'one'), report(1), true);
      await begun(store, 'two');
      expect((await store.lastCycle()).cycle).toEqual({ ...report(1), pushed: 0, rejected: 0, conflicts: 0 });
    });
  });

  describe(`${name}: feeds`, () => {
    test('a feed is loaded as it was saved, apart from that of another type', async () => {
      const store = await open();
      const cycle = await begun(store, 'one');
      expect(await store.loadFeed('Lead')).toBeUndefined();
      await store.saveFeed('Lead', feedState(at(0)), cycle);
      await store.saveFeed('Contact', NEW_FEED, cycle);
      expect(await store.loadFeed('Lead')).toEqual(feedState(at(0)));
      expect(await store.loadFeed('Contact')).toEqual(NEW_FEED);
    });

    test('a later save of the same cycle stands, and so does that of a later cycle', async () => {
      const store = await open();
      const first = await begun(store, 'one');
      await store.saveFeed('Lead', feedState(at(0)), first);
      await store.saveFeed('Lead', feedState(at(1)), first);
      expect((await store.loadFeed('Lead'))?.checkpoint).toBe(at(1));
      await store.saveFeed('Lead', NEW_FEED, await begun(store, 'two', at(15)));
      expect(await store.loadFeed('Lead')).toEqual(NEW_FEED);
    });

    test('a cycle that was overtaken saves nothing', async () => {
      const store = await open();
      const first = await begun(store, 'one');
      const second = await begun(store, 'two', at(15));
      await store.saveFeed('Lead', feedState(at(2)), second);
      await expect(store.saveFeed('Lead', feedState(at(1)), first)).rejects.toBeInstanceOf(TransientError);
      expect(await store.loadFeed('Lead')).toEqual(feedState(at(2)));
    });

    test('as many rows as may be remembered are', async () => {
      const store = await open();
      const rows = new Map(Array.from({ length: RECENT_ROWS_LIMIT }, (_, n) => randomRow(n)));
      const state = { ...NEW_FEED, recent: { rows, incompleteUntil: null } };
      await store.saveFeed('Lead', state, await begun(store, 'one'));
      expect(await store.loadFeed('Lead')).toEqual(state);
    });
  });

  describe(`${name}: schemas`, () => {
    const schema = schemaOf('Lead', wideFields(800));
    const saved = (revision: number, over: Partial<StoredSchema> = {}): StoredSchema => {
      return { schema, history: NO_HISTORY, lastModified: null, revision, ...over };
    };

    test('a schema is loaded as it was last saved, with its history', async () => {
      const store = await open();
      expect(await store.loadSchema('Lead')).toBeUndefined();
      const number = { type: 'double', shape: { kind: 'number', scale: 2 } } as const;
      const second = saved(2, {
        lastModified: 'Sat, 21 Nov 2026 10:00:00 GMT',
        history: { ...NO_HISTORY, gone: { Gone__c: { ...number, since: at(0) } }, owed: { New__c: 'filled' } },
      });
      expect(await store.saveSchema(saved(1, { schema: { ...schema, problems: ['none'] } }))).toBe('saved');
      expect(await store.saveSchema(second)).toBe('saved');
      expect(await store.loadSchema('Lead')).toEqual(second);
      expect(await store.loadSchema('Contact')).toBeUndefined();
    });

    test('of two that replace the same revision one is saved', async () => {
      const store = await open();
      await store.saveSchema(saved(1));
      expect(await store.saveSchema(saved(1, { lastModified: 'again' }))).toBe('overtaken');
      const ends = await Promise.all(['one', 'two'].map((text) => store.saveSchema(saved(2, { lastModified: text }))));
      expect(ends.toSorted()).toEqual(['overtaken', 'saved']);
      expect(await store.saveSchema(saved(2))).toBe('overtaken');
      expect(await store.loadSchema('Lead')).toEqual(saved(2, { lastModified: ends[0] === 'saved' ? 'one' : 'two' }));
    });
  });

  describe(`${name}: field jobs`, () => {
    const fields = Array.from({ length: 800 }, (_, n) => `Custom_Field_With_A_Long_Name_${n}__c`);
    const book: JobBook = {
      running: { ...newJob('newFields', fields, { onlyFilled: true, now: at(0) }), after: '00Q000000000001AAA' },
      last: { ...newJob('formulas', fields, { onlyFilled: false, now: at(0) }), calls: 3, endedAt: at(1) },
      formulasReadAt: at(0),
    };

    test('a book is loaded as it was last saved, apart from that of another type', async () => {
      const store = await open();
      const cycle = await begun(store, 'one');
      expect(await store.loadJobs('Lead')).toEqual(EMPTY_BOOK);
      await store.saveJobs('Lead', EMPTY_BOOK, cycle);
      await store.saveJobs('Lead', book, cycle);
      expect(await store.loadJobs('Lead')).toEqual(book);
      expect(await store.loadJobs('Contact')).toEqual(EMPTY_BOOK);
    });

    test('a cycle that was overtaken saves none', async () => {
      const store = await open();
      const first = await begun(store, 'one');
      await store.saveJobs('Lead', book, await begun(store, 'two', at(15)));
      await expect(store.saveJobs('Lead', EMPTY_BOOK, first)).rejects.toBeInstanceOf(TransientError);
      expect(await store.loadJobs('Lead')).toEqual(book);
    });
  });

  describe(`${name}: reconciliations`, () => {
    const ask = { id: 'ask-1', reason: 'asked', acceptMissing: false } as const;
    const running = plannedReconciliation(EMPTY_RECONCILIATIONS, [ask], 7, at(0));

    test('the book is loaded as it was last saved', async () => {
      const store = await open();
      const cycle = await begun(store, 'one');
      expect(await store.loadReconciliations()).toEqual(EMPTY_RECONCILIATIONS);
      await store.saveReconciliations(running, cycle);
      expect(await store.loadReconciliations()).toEqual(running);
      const last = running.running && { ...running.running, after: 'ada', held: false, endedAt: at(1) };
      await store.saveReconciliations({ ...running, running: null, last }, cycle);
      expect(await store.loadReconciliations()).toEqual({ ...running, running: null, last });
    });

    test('a cycle that was overtaken saves none', async () => {
      const store = await open();
      const first = await begun(store, 'one');
      await store.saveReconciliations(running, await begun(store, 'two', at(15)));
      await expect(store.saveReconciliations(EMPTY_RECONCILIATIONS, first)).rejects.toBeInstanceOf(TransientError);
      expect(await store.loadReconciliations()).toEqual(running);
    });

    test('of each reason the last asking is kept, whatever cycle runs', async () => {
      const store = await open();
      expect(await store.reconciliationAsks()).toEqual([]);
      await store.askReconciliation(ask);
      await store.saveReconciliations(running, await begun(store, 'one'));
      expect(await store.reconciliationAsks()).toEqual([ask]);
      const last = { ...ask, id: 'ask-2', acceptMissing: !ask.acceptMissing };
      await store.askReconciliation(last);
      const other = {
        id: 'ask-3',
        reason: ask.reason === 'asked' ? 'deletionsUntold' : 'asked',
        acceptMissing: false,
      } as const;
      await store.askReconciliation(other);
      const asks = await store.reconciliationAsks();
      expect(asks.toSorted((left, right) => (left.id < right.id ? -1 : 1))).toEqual([last, other]);
    });
  });
}

/** Ids and instants as unlike each other as they can be: they pack worst. */
function randomRow(n: number): readonly [string, readonly [string, string]] {
  const noise = (salt: number): number =>
    Math.abs(Math.imul(n + 1, 0x9e3779b1 ^ Math.imul(salt, 0x85ebca6b)) % 2 ** 31);
  const id = [1, 2, 3].map((salt) => noise(salt).toString(36).padStart(6, '0').slice(-5)).join('');
  const stamp = new Date(Date.UTC(2026, 0) + (noise(4) % 30_000_000) * 1000).toISOString();
  return [`00Q${id}`, [stamp, new Date(Date.UTC(2026, 0) + (noise(5) % 864_000_000)).toISOString()]];
}

/** As many custom fields as an object may have, a third of them restricted picklists. */
function wideFields(count: number) {
  return Array.from({ length: count }, (_, n) => {
    const picklistValues = n % 3 === 0 ? Array.from({ length: 40 }, (_value, at) => `Choice ${n} of ${at}`) : [];
    const restrictedPicklist = picklistValues.length > 0;
    const type = restrictedPicklist ? 'picklist' : 'double';
    const name = `Custom_Field_With_A_Long_Name_${n}__c`;
    return described(name, {
      type,
      precision: 18,
      scale: 2,
      updateable: n % 2 === 0,
      restrictedPicklist,
      picklistValues,
    });
  });
}
