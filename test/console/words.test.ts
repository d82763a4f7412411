import { describe, expect, it } from 'vitest';
import type { Activity, Cycle, Status } from '../../lib/console/api/shapes.ts';
import { linkTo, parseRoute } from '../../lib/console/parts/route.ts';
import { activitySentences } from '../../lib/console/words/activity-sentence.ts';
import { ago, duration, listed, nameOf, valueText } from '../../lib/console/words/format.ts';
import { doneOf } from '../../lib/console/words/list-job.ts';
import { problemsOf } from '../../lib/console/words/problems.ts';
import { readingsOf } from '../../lib/console/words/reading.ts';
import { searchFor } from '../../lib/console/words/search.ts';
import { verdictOf } from '../../lib/console/words/verdict.ts';

const NOW = Date.parse('2026-11-21T10:05:00.000Z');

const cycle: Cycle = {
  cycle: 7,
  startedAt: '2026-11-21T10:00:00.000Z',
  endedAt: '2026-11-21T10:00:01.000Z',
  outcome: 'complete',
  error: null,
  pulled: { Lead: 1 },
  handedOut: 0,
  backfilled: 0,
  calls: 1,
  apiUsage: null,
  pushed: 0,
  rejected: 0,
  conflicts: 0,
};
const status = {
  objects: {
    Lead: { checkpoint: '2026-11-21T10:00:00.000Z', readBy: 'rest', bulkQuery: null },
    Contact: { checkpoint: '2026-11-21T10:04:00.000Z', readBy: 'rest', bulkQuery: null },
  },
  lastCycle: { ...cycle, error: null },
  backlog: { messages: 0, personsToPush: 0 },
  firstSync: null,
  oldestWaitingSeconds: null,
  lag: { pullSeconds: 300, pushSeconds: 0 },
} as unknown as Status;

describe('the verdict', () => {
  it('is that both sides are in step where nothing waits', () => {
    expect(verdictOf(status, NOW)).toEqual({
      state: 'inStep',
      title: 'In step',
      detail: 'Nothing waits on either side. The last cycle ended 5 min ago.',
    });
  });

  it('names what waits', () => {
    const waiting = { ...status, backlog: { ...status.backlog, messages: 2, personsToPush: 1 } };
    expect(verdictOf(waiting, NOW)).toEqual({
      state: 'catchingUp',
      title: 'Catching up',
      detail: 'Waiting: 2 messages and 1 person with edits.',
    });
  });

  it('says why cycles fail, since when and how often', () => {
    const error = { code: 'CONFIGURATION', message: 'The secret has no clientId', since: '2026-11-21T09:05:00.000Z' };
    const failed = { ...cycle, outcome: 'failed' as const, error: { ...error, failuresInARow: 12 } };
    expect(verdictOf({ ...status, lastCycle: failed }, NOW)).toEqual({
      state: 'stopped',
      title: 'Not in step: cycles fail',
      detail: 'The secret has no clientId (CONFIGURATION). For 60 min: 12 failures in a row.',
    });
  });

  it('tells calls that are used up, and a first sync, from a failure', () => {
    expect(verdictOf({ ...status, lastCycle: { ...cycle, outcome: 'quota', error: null } }, NOW).state).toBe('stopped');
    expect(verdictOf({ ...status, lastCycle: null }, NOW).state).toBe('notStarted');
  });
});

describe('problems', () => {
  const undecided = { count: 0, personIds: [] };
  const quiet = { schemaProblems: [], undecided, reconciliation: { running: null, last: null } };

  it('are none where nothing is wrong', () => {
    const backlog = { messages: 3, lanes: { fresh: 2, backlog: 1 }, deadLetters: 0, missedPolls: 0, personsToPush: 1 };
    expect(problemsOf({ ...status, ...quiet, backlog })).toEqual([]);
  });

  it('are named with what to do', () => {
    const last = { held: true, missing: 120, persons: 900 } as NonNullable<Status['reconciliation']['last']>;
    const backlog = { messages: 0, lanes: { fresh: 0, backlog: 0 }, deadLetters: 1, missedPolls: 2, personsToPush: 0 };
    const wrong = {
      ...status,
      schemaProblems: ['Lead.Title is hidden'],
      reconciliation: { running: null, last },
      undecided: { count: 7, personIds: ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'] },
      backlog,
    };
    expect(problemsOf(wrong)).toEqual([
      'Lead.Title is hidden',
      '1 message failed five times. Fix the cause, then run npm run redrive.',
      '2 starts of the poll function failed. The log of the function has the reason.',
      expect.stringContaining('120 of 900 records are missing'),
      expect.stringMatching(/^7 persons went along hidden .*: p1, p2, p3, p4, p5, …\./),
    ]);
  });
});

describe('how Salesforce is read', () => {
  const objectsOf = (object: Status['objects']['Lead']) => ({ objects: { Lead: object } });

  it('is told for each object: by pages up to a point, or for the first time', () => {
    expect(readingsOf(status).map(({ object, bar }) => [object, bar])).toEqual([
      ['Lead', undefined],
      ['Contact', undefined],
    ]);
    const [first] = readingsOf(objectsOf({ checkpoint: null, readBy: 'rest', bulkQuery: null }));
    expect(first?.text).toBe('Lead: read page by page (REST), for the first time.');
  });

  it('has a bar while a query job of the Bulk API reads', () => {
    const bulk = (expectedRows: number | null) =>
      readingsOf(objectsOf({ checkpoint: null, readBy: 'bulk', bulkQuery: { rows: 50_000, expectedRows } }))[0];
    expect(bulk(1_100_000)).toEqual({
      object: 'Lead',
      text: 'Lead: read by a query job of the Bulk API, 50,000 of 1,100,000 records queued.',
      bar: { value: 50_000, max: 1_100_000 },
    });
    expect(bulk(null)).toMatchObject({ bar: { value: 50_000, max: undefined } });
  });

  it('the verdict of a first sync that goes on is not that both sides are in step', () => {
    const lag = { pullSeconds: null, pushSeconds: 0 };
    const counts = { expectedRows: 1_100_000, queuedRows: 60_000, mergedRows: 50_000, rowsPerSecond: 450 };
    const firstSync = { startedAt: '2026-11-21T10:00:00.000Z', ...counts, estimatedEndAt: null };
    expect(verdictOf({ ...status, lag, firstSync }, NOW)).toEqual({
      state: 'catchingUp',
      title: 'The first sync is under way',
      detail: '50,000 of 1,100,000 records are here, 450 a second.',
    });
    const read = { ...status, firstSync };
    expect(verdictOf(read, NOW).state).toBe('inStep');
    const waiting = { ...read, backlog: { ...status.backlog, messages: 9 } };
    expect(verdictOf(waiting, NOW).title).toBe('The first sync is under way');
  });
});

it('a list of persons is done as far as outcomes are known', () => {
  const counts = { created: 1, linked: 2, updated: 3, unchanged: 4, rejected: 5, ambiguous: 6, failed: 7 };
  const job = { jobId: 'j', createdAt: '', state: 'running', total: 100, calls: 1, estimatedEndAt: null } as const;
  expect(doneOf({ ...job, ...counts })).toBe(28);
});

const activity = (type: string, direction: string | null, detail: unknown) =>
  activitySentences({ activityId: 'p-1', at: '', type, direction, detail } as Activity);

describe('an activity in sentences', () => {
  it.each([
    ['created', null, { source: 'api' }, 'Created here.'],
    ['created', 'pull', { source: 'Lead' }, 'Created from a new Lead in Salesforce.'],
    [
      'fieldsChanged',
      null,
      { changes: [{ field: 'Title', from: null, to: 'CTO' }] },
      'Edited here: Title from empty to “CTO”.',
    ],
    [
      'fieldsChanged',
      'pull',
      { changes: [{ field: 'Score__c', from: 1, to: 2 }] },
      'Salesforce changed Score__c from 1 to 2.',
    ],
    [
      'conflict',
      'push',
      { field: 'Title', local: 'CTO', remote: 'CFO', winner: 'local' },
      'Both sides changed Title: “CTO” here, “CFO” in Salesforce. The value here won: “CTO”. The value in Salesforce was “CFO”.',
    ],
    [
      'conflict',
      'pull',
      { field: 'Title', local: 'CTO', remote: null, winner: 'remote' },
      'Both sides changed Title: “CTO” here, empty in Salesforce. The value in Salesforce won: empty. The value here was “CTO”.',
    ],
    [
      'syncedToSalesforce',
      'push',
      { fields: ['Title', 'Phone'], created: false },
      'Salesforce was updated: Title and Phone.',
    ],
    [
      'syncedToSalesforce',
      'push',
      { fields: [], created: true, defaulted: ['Company'] },
      'A new Lead was created in Salesforce. Company took the value of the settings.',
    ],
    [
      'rejected',
      'push',
      { code: 'REQUIRED', message: 'Give a name', fields: ['LastName'], values: { LastName: null } },
      'Salesforce refused LastName empty: “Give a name” (REQUIRED).',
    ],
    ['merged', 'pull', { into: 'p-1', from: 'p-2' }, 'The person p-2 became a part of p-1.'],
    ['deleted', null, { salesforce: 'keep' }, 'Deleted here; the record in Salesforce was kept.'],
    ['somethingNew', null, {}, 'somethingNew'],
  ])('%s, %s', (type, direction, detail, sentences) => {
    expect(activity(type, direction, detail).join(' ')).toBe(sentences);
  });
});

describe('what is typed into the search', () => {
  it.each([
    [' ada@example.com ', { kind: 'email', value: 'ada@example.com' }],
    ['00Q5g000000000SEAQ', { kind: 'salesforceId', value: '00Q5g000000000SEAQ' }],
    ['0035g000000000S', { kind: 'salesforceId', value: '0035g000000000S' }],
    ['00Q-is-not-one', { kind: 'personId', value: '00Q-is-not-one' }],
    ['  ', undefined],
  ])('%j', (typed, found) => expect(searchFor(typed)).toEqual(found));
});

describe('an address', () => {
  it('leads back to the place that it was made from', () => {
    const query = { list: 'pending', cursor: 'a&b=c' };
    expect(parseRoute(linkTo(['person', 'a/b c'], query))).toEqual({ path: ['person', 'a/b c'], query });
    expect(linkTo([], { q: '', cursor: null })).toBe('#/');
    expect(parseRoute('')).toEqual({ path: [], query: {} });
  });

  it('that is typed by hand and badly encoded is taken as it is', () => {
    expect(parseRoute('#/person/%zz').path).toEqual(['person', '%zz']);
  });
});

it('lengths of time are in the unit that a reader would use', () => {
  expect([4, 99, 100, 5999, 6000, 172_799, 172_800].map(duration)).toEqual([
    '4 s',
    '99 s',
    '2 min',
    '100 min',
    '2 h',
    '48 h',
    '2 days',
  ]);
  expect(ago('2026-11-21T10:04:58.000Z', NOW)).toBe('just now');
});

it('a person is named by the name, else the email, else the id', () => {
  expect(nameOf({ personId: 'p', fields: { FirstName: 'Ada', LastName: 'Lovelace' } })).toBe('Ada Lovelace');
  expect(nameOf({ personId: 'p', fields: { Email: 'ada@example.com' } })).toBe('ada@example.com');
  expect(nameOf({ personId: 'p', fields: {} })).toBe('p');
});

it('of a long text the beginning is shown, and its length', () => {
  expect(valueText({ start: 'Dear', length: 32_000, sha256: '' })).toBe('Dear… (32,000 characters)');
});

it('values and lists are words', () => {
  expect([undefined, null, '', false, 0].map(valueText)).toEqual(['not known', 'empty', 'empty', 'no', '0']);
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});
