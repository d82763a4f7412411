import { describe, expect, test } from 'vitest';
import type { LinkedPerson } from '../../lib/person/person.ts';
import {
  driftOf,
  EMPTY_RECONCILIATIONS,
  isImplausible,
  plannedReconciliation,
  type Reconciliation,
  type ReconciliationAsk,
  type ReconciliationBook,
} from '../../lib/sync/state/reconciliation.ts';

/** The instant this many days after a first of January. */
const day = (days: number): string => new Date(Date.UTC(2026, 0) + days * 86_400_000).toISOString();

const ask = (over: Partial<ReconciliationAsk> = {}): ReconciliationAsk => {
  return { id: 'ask-1', reason: 'asked', acceptMissing: false, ...over };
};
const book = (over: Partial<ReconciliationBook> = {}): ReconciliationBook => ({ ...EMPTY_RECONCILIATIONS, ...over });

const running: Reconciliation = {
  reason: 'scheduled',
  acceptMissing: false,
  after: 'ada',
  calls: 1,
  persons: 8000,
  missing: 0,
  different: 0,
  changed: 0,
  startedAt: day(0),
};

describe('when a reconciliation begins', () => {
  test('the days are counted from the first cycle, which reads every row anyway', () => {
    const first = plannedReconciliation(book(), [], 7, day(0));
    expect(first).toEqual(book({ since: day(0) }));
    expect(plannedReconciliation(first, [], 7, day(6.9))).toBe(first);
    const due = plannedReconciliation(first, [], 7, day(7));
    expect(due).toMatchObject({ running: { reason: 'scheduled', after: null, persons: 0 }, since: day(7) });
  });

  test('by itself never, where so set', () => {
    const old = book({ since: day(0) });
    expect(plannedReconciliation(old, [], 0, day(900))).toBe(old);
    expect(plannedReconciliation(old, [ask()], 0, day(900)).running).toMatchObject({ reason: 'asked' });
  });

  test.each(['asked', 'deletionsUntold'] as const)('at once where it is %s, and once for each asking', (reason) => {
    const heard = plannedReconciliation(book({ since: day(0) }), [ask({ reason })], 7, day(1));
    expect(heard).toMatchObject({ running: { reason }, heard: ['ask-1'], since: day(1) });
    const over = { ...heard, running: null };
    expect(plannedReconciliation(over, [ask({ reason })], 7, day(2))).toBe(over);
    expect(plannedReconciliation(over, [ask({ id: 'ask-2' })], 7, day(2)).running).toMatchObject({ reason: 'asked' });
  });

  test.each([0, 1])('one does for two who asked, as the one by hand wants it, whichever came first (%i)', (first) => {
    const asks = [ask({ acceptMissing: true }), ask({ id: 'ask-2', reason: 'deletionsUntold' })];
    const both = first === 0 ? asks : asks.toReversed();
    const heard = plannedReconciliation(book({ since: day(0) }), both, 7, day(1));
    expect(heard.running).toMatchObject({ reason: 'asked', acceptMissing: true });
    const over = { ...heard, running: null };
    expect(plannedReconciliation(over, both, 7, day(2))).toBe(over);
  });

  test('what is asked for one reason is heard also where another was heard since', () => {
    const untold = ask({ id: 'ask-2', reason: 'deletionsUntold' });
    const heard = plannedReconciliation(book({ since: day(0) }), [untold], 7, day(1));
    const next = plannedReconciliation({ ...heard, running: null }, [ask({ acceptMissing: true }), untold], 7, day(2));
    expect(next.running).toMatchObject({ reason: 'asked', acceptMissing: true });
  });

  test('one runs at a time; what is asked for meanwhile begins after it', () => {
    const busy = book({ running, since: day(0) });
    expect(plannedReconciliation(busy, [ask()], 7, day(30))).toBe(busy);
    expect(plannedReconciliation({ ...busy, running: null }, [ask()], 7, day(30)).running).not.toBeNull();
  });
});

describe('what a stamp tells', () => {
  const person = (isDeleted = false, isUnseen = false): LinkedPerson => {
    const link = { type: 'Lead', id: '00Q1', systemModstamp: day(5), isConverted: false, ownerId: null } as const;
    return { personId: 'ada', salesforce: { ...link, isDeleted }, isUnseen };
  };

  test.each([
    ['a row as it is known', person(), day(5), undefined],
    ['a row that cannot be read', person(), undefined, 'missing'],
    ['a row that was saved since, unheard of', person(), day(6), 'changed'],
    ['a row that was saved since, and is still to come through the feed', person(), day(8), undefined],
    ['an older state than is known, which the person has from a push', person(), day(4), undefined],
    ['a row that is known to be deleted', person(true), undefined, undefined],
    ['a row that lives again, unheard of', person(true), day(5), 'changed'],
    ['a row that lives again, as the feed will tell', person(true), day(8), undefined],
    ['a row that the person says it cannot see', person(false, true), undefined, undefined],
    ['the same row, as it was, in sight again', person(false, true), day(5), 'changed'],
    ['the same row in sight again with a change that is still to come', person(false, true), day(8), 'changed'],
  ])('%s', (_, linked, stamp, drift) => expect(driftOf(linked, stamp, day(8), false)).toBe(drift));

  test('a row out of sight is missing once more to whoever accepts missing rows', () => {
    expect(driftOf(person(false, true), undefined, day(8), true)).toBe('missing');
  });
});

describe('so many are missing that it is not believed', () => {
  const looked = (missing: number, persons: number, acceptMissing = false): Reconciliation => {
    return { ...running, missing, persons, acceptMissing };
  };

  test.each([
    ['a tenth of them is', looked(800, 8000), false],
    ['more than a tenth is not', looked(801, 8000), true],
    ['a hundred are, of however few', looked(100, 100), false],
    ['all of many are, where somebody knows that they were deleted', looked(8000, 8000, true), false],
  ])('%s', (_, reconciliation, implausible) => expect(isImplausible(reconciliation)).toBe(implausible));
});
