import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FEED_BEGINNING,
  type FeedState,
  NEW_FEED,
  queueStateOf,
  RECENT_ROWS_LIMIT,
  type RecentRows,
  rememberRows,
  windowRead,
  windowStart,
} from '../../lib/sync/state/feed-state.ts';

const LOOKBACK = 600;

/** The instant this many seconds after ten o'clock. */
const at = (seconds: number): string => new Date(Date.parse('2026-11-21T10:00:00.000Z') + seconds * 1000).toISOString();

const feed = (over: Partial<FeedState> = {}): FeedState => ({
  ...NEW_FEED,
  checkpoint: at(0),
  coveredUpTo: at(0),
  latestDateCovered: at(0),
  ...over,
});

const recent = (rows: readonly (readonly [string, string, string])[], incompleteUntil: string | null = null) => ({
  rows: new Map(rows.map(([id, stamp, queuedAt]) => [id, [stamp, queuedAt] as const])),
  incompleteUntil,
});

describe('where a window begins', () => {
  test.each([
    ['at the beginning, for a new feed', NEW_FEED, FEED_BEGINNING],
    ['the lookback below the checkpoint', feed(), at(-LOOKBACK)],
    [
      'no lower while a transaction is under way',
      feed({ coveredUpTo: at(-5000), latestDateCovered: at(-5000) }),
      at(-LOOKBACK),
    ],
    ['where a transaction began that has ended', feed({ coveredUpTo: at(-5000), latestDateCovered: at(0) }), at(-5000)],
    [
      'the lookback all the same where it reaches lower',
      feed({ coveredUpTo: at(-5), latestDateCovered: at(0) }),
      at(-LOOKBACK),
    ],
  ])('%s', (_, state, start) => expect(windowStart(state, LOOKBACK)).toBe(start));
});

describe('after a window', () => {
  const told = (covered: string, over: object = {}) => ({
    from: at(-LOOKBACK),
    before: at(300),
    covered,
    latestDateCovered: covered,
    ...over,
  });

  test('the checkpoint is its end, and nothing is unfinished', () => {
    const unfinished = { from: at(0), covered: at(0), after: { systemModstamp: at(1), id: 'a' } };
    expect(windowRead(feed({ unfinished }), told(at(301)))).toMatchObject({
      checkpoint: at(300),
      coveredUpTo: at(300),
      latestDateCovered: at(301),
      unfinished: null,
    });
  });

  test('the checkpoint does not go back, not even with Salesforce’s clock', () => {
    expect(windowRead(feed(), told(at(-30), { before: at(-20) })).checkpoint).toBe(at(0));
  });

  test('what a transaction holds back is not covered', () => {
    expect(windowRead(feed(), told(at(-900))).coveredUpTo).toBe(at(-900));
  });

  test('a covered date that goes back is believed', () => {
    const window = told(at(-900), { from: at(-60) });
    expect(windowRead(feed({ coveredUpTo: at(-120), latestDateCovered: at(-120) }), window).coveredUpTo).toBe(at(-900));
  });

  test('what a transaction held back is covered only once a window began there', () => {
    const held = feed({ coveredUpTo: at(-900), latestDateCovered: at(-900) });
    const ended = windowRead(held, told(at(301)));
    expect([ended.coveredUpTo, windowStart(ended, LOOKBACK)]).toEqual([at(-900), at(-900)]);
    const reread = windowRead(ended, told(at(601), { from: at(-900), before: at(600) }));
    expect([reread.coveredUpTo, windowStart(reread, LOOKBACK)]).toEqual([at(600), at(0)]);
  });
});

describe('a row that was read', () => {
  const rows: readonly (readonly [string, string, string])[] = [['a', at(1), at(10)]];
  test.each([
    ['is new where nothing is known of it', recent([]), 'new'],
    ['was queued where this state of it was', recent(rows), 'queued'],
    ['is newer where another state of it was', recent([['a', at(0), at(10)]]), 'newer'],
    ['is newer while rows may be forgotten', recent([], at(21)), 'newer'],
    ['is new once forgotten rows have arrived', recent([], at(20)), 'new'],
    ['was queued even while others may be forgotten', recent(rows, at(21)), 'queued'],
  ] as const)('%s', (_, known, sight) => expect(queueStateOf(known, 'a', at(1), at(20))).toBe(sight));
});

describe('rows remembered', () => {
  const bounds = { now: at(100), keepFrom: at(0), keepQueuedAfter: at(50), horizonMs: 1000, atMost: RECENT_ROWS_LIMIT };

  test('are those that the lookback or a late message can meet, and those just queued at their last state', () => {
    const before = recent([
      ['stamped lately', at(0), at(10)],
      ['queued lately', at(-1), at(51)],
      ['neither', at(-1), at(50)],
      ['again', at(1), at(60)],
    ]);
    const after = rememberRows(
      before,
      [
        ['again', at(2)],
        ['again', at(3)],
      ],
      bounds,
    );
    expect([...after.rows]).toEqual([
      ['stamped lately', [at(0), at(10)]],
      ['queued lately', [at(-1), at(51)]],
      ['again', [at(3), at(100)]],
    ]);
    expect(after.incompleteUntil).toBeNull();
  });

  test('are so many at most, the newest; the others count as forgotten for a while', () => {
    const older = recent([
      ['old', at(1), at(60)],
      ['older', at(1), at(59)],
    ]);
    const queued = Array.from({ length: RECENT_ROWS_LIMIT - 1 }, (_, index) => [`r${index}`, at(2)] as const);
    const after = rememberRows(older, queued, bounds);
    expect(after.rows.size).toBe(RECENT_ROWS_LIMIT);
    expect([after.rows.has('old'), after.rows.has('older')]).toEqual([true, false]);
    expect(after.incompleteUntil).toBe(at(101));
    expect(queueStateOf(after, 'older', at(1), at(100))).toBe('newer');
  });

  test('keep what is known of rows that may be forgotten', () => {
    expect(rememberRows(recent([], at(500)), [], bounds).incompleteUntil).toBe(at(500));
  });
});

/** A small Salesforce and a poll over it, in seconds; `LAG` and `REACH` are the poll's lag and lookback. */
const LAG = 2;
const REACH = 10;
const HORIZON = 40;

interface Transaction {
  readonly began: number;
  readonly records: Map<string, number>;
}

type Step =
  | { readonly kind: 'tick'; readonly seconds: number }
  | { readonly kind: 'edit'; readonly record: string }
  | { readonly kind: 'begin'; readonly record: string }
  | { readonly kind: 'commit' }
  | Poll;

interface Poll {
  readonly kind: 'poll';
  readonly pageSize: number;
  /** Pages read before the time is up. */
  readonly pages: number;
  /** Whether Salesforce tells what it covers; if not, no more is covered than it last told. */
  readonly tells: boolean;
  /** Dies with its rows queued and nothing saved. */
  readonly dies: boolean;
  /** A transaction commits between what Salesforce tells and what the query sees, or between two pages. */
  readonly commitBefore: 'none' | 'query' | 'page';
}

const COMPLETE: Poll = { kind: 'poll', pageSize: 100, pages: 100, tells: true, dies: false, commitBefore: 'none' };

class PolledOrg {
  now = 1000;
  state: FeedState = NEW_FEED;
  readonly #records = new Map<string, number>();
  readonly #open: Transaction[] = [];
  readonly #queued = new Map<string, { stamp: number; queuedAt: number }[]>();
  #previousEnded = true;

  run(step: Step): void {
    if (step.kind === 'tick') this.now += step.seconds;
    else if (step.kind === 'edit') this.#edit(step.record);
    else if (step.kind === 'begin') this.#begin(step.record);
    else if (step.kind === 'commit') this.commit();
    else this.#poll(step);
  }

  commit(): boolean {
    const transaction = this.#open.shift();
    for (const [record, stamp] of transaction?.records ?? []) this.#records.set(record, stamp);
    return transaction !== undefined;
  }

  /** Records whose state now was never queued. */
  missed(): string[] {
    return [...this.#records]
      .filter(([record, stamp]) => !this.#queued.get(record)?.some((each) => each.stamp === stamp))
      .map(([record]) => record);
  }

  /** A transaction locks its records; each state has a second of its own. */
  #edit(record: string): void {
    if (this.#open.some((transaction) => transaction.records.has(record))) return;
    this.now += 1;
    this.#records.set(record, this.now);
  }

  #begin(record: string): void {
    if (this.#open.some((transaction) => transaction.records.has(record))) return;
    this.now += 1;
    this.#open.push({ began: this.now, records: new Map([[record, this.now]]) });
  }

  #poll(poll: Poll): void {
    const state = this.#load();
    const latest = at(Math.min(this.now, ...this.#open.map((transaction) => transaction.began)));
    if (poll.commitBefore === 'query') this.commit();
    const before = at(this.now - LAG);
    const told = poll.tells ? latest : state.latestDateCovered;
    const start = state.unfinished?.after.systemModstamp ?? windowStart(state, REACH);
    const from = state.unfinished?.from ?? start;
    const earlier = state.unfinished?.covered ?? told;
    const covered = earlier < told ? earlier : told;
    const sent = new Map<string, string>();
    const stoppedAt = this.#readPages({ poll, state, sent, before }, { systemModstamp: start, id: '' });
    if (poll.dies) return;
    const next: FeedState =
      stoppedAt === null
        ? windowRead(state, { from, before, covered, latestDateCovered: told })
        : { ...state, unfinished: { from, covered, after: stoppedAt } };
    this.#save(next, sent);
  }

  /** A poll that died may have queued rows that nobody remembers. */
  #load(): FeedState {
    const incompleteUntil = this.#previousEnded ? this.state.recent.incompleteUntil : at(this.now + HORIZON);
    this.#previousEnded = false;
    return { ...this.state, recent: { ...this.state.recent, incompleteUntil } };
  }

  #save(next: FeedState, sent: ReadonlyMap<string, string>): void {
    expect(next.checkpoint >= this.state.checkpoint).toBe(true);
    expect(next.coveredUpTo <= next.checkpoint).toBe(true);
    for (const { began } of this.#open) expect(next.coveredUpTo <= at(began)).toBe(true);
    const recentRows = rememberRows(next.recent, sent, {
      now: at(this.now),
      keepFrom: windowStart(next, REACH),
      keepQueuedAfter: at(this.now - HORIZON),
      horizonMs: HORIZON * 1000,
      atMost: RECENT_ROWS_LIMIT,
    });
    this.state = { ...next, recent: recentRows };
    this.#previousEnded = true;
  }

  #readPages(
    reading: { poll: Poll; state: FeedState; sent: Map<string, string>; before: string },
    start: { systemModstamp: string; id: string },
  ): { systemModstamp: string; id: string } | null {
    let after = start;
    for (let page = 0; page < reading.poll.pages; page += 1) {
      const rows = this.#rowsAfter(after, reading.before).slice(0, reading.poll.pageSize);
      for (const row of rows) this.#send(row, reading.state.recent, reading.sent);
      const last = rows.at(-1);
      if (last === undefined || rows.length < reading.poll.pageSize) return null;
      after = { systemModstamp: last.systemModstamp, id: last.id };
      if (reading.poll.commitBefore === 'page') this.commit();
    }
    return after;
  }

  #rowsAfter(after: { systemModstamp: string; id: string }, before: string) {
    return [...this.#records]
      .map(([id, stamp]) => ({ id, stamp, systemModstamp: at(stamp) }))
      .filter((row) => row.systemModstamp < before)
      .filter((row) =>
        row.systemModstamp === after.systemModstamp ? row.id > after.id : row.systemModstamp > after.systemModstamp,
      )
      .sort((a, b) => a.stamp - b.stamp || (a.id < b.id ? -1 : 1));
  }

  #send(
    row: { id: string; stamp: number; systemModstamp: string },
    known: RecentRows,
    sent: Map<string, string>,
  ): void {
    const earlier = this.#queued.get(row.id) ?? [];
    const sight = sent.has(row.id) ? 'newer' : queueStateOf(known, row.id, row.systemModstamp, at(this.now));
    if (sight === 'queued') {
      expect(earlier.some((each) => each.stamp === row.stamp)).toBe(true);
      return;
    }
    const underWay = earlier.some((each) => each.queuedAt > this.now - HORIZON);
    if (sight === 'new') expect(underWay).toBe(false);
    this.#queued.set(row.id, [...earlier, { stamp: row.stamp, queuedAt: this.now }]);
    sent.set(row.id, row.systemModstamp);
  }
}

const record = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const poll: fc.Arbitrary<Poll> = fc.record({
  kind: fc.constant('poll' as const),
  pageSize: fc.integer({ min: 1, max: 3 }),
  pages: fc.integer({ min: 1, max: 4 }),
  tells: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  dies: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  commitBefore: fc.constantFrom('none', 'query', 'page'),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), seconds: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('edit' as const), record }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('begin' as const), record }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
  { weight: 4, arbitrary: poll },
);

test('no change is skipped, however late it appears and whatever poll dies or stops, and no two states run side by side unseen', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const org = new PolledOrg();
      for (const each of steps) org.run(each);
      while (org.commit());
      for (let cycle = 0; cycle < 3; cycle += 1) {
        org.run({ kind: 'tick', seconds: LAG + 1 });
        org.run(COMPLETE);
      }
      expect(org.missed()).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

test('the lookback alone finds what commits late within it, where Salesforce tells nothing longer', () => {
  const org = new PolledOrg();
  const late: Step[] = [
    { kind: 'edit', record: 'a' },
    { kind: 'begin', record: 'b' },
    { kind: 'tick', seconds: 5 },
  ];
  for (const each of [...late, COMPLETE, { kind: 'commit' } as const]) org.run(each);
  expect(org.missed()).toEqual(['b']);
  org.run(COMPLETE);
  expect(org.missed()).toEqual([]);
});
