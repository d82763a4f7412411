import { describe, expect, test } from 'vitest';
import { guardedOf, readingOf } from '../../lib/sync/poll/choose-api.ts';

const used = (left: number) => ({ used: 100_000 - left, max: 100_000 });

describe('a window is read', () => {
  test.each([
    ['few rows', { rows: 20_000, lostJobs: 0 }, null, 'pages'],
    ['more than the limit', { rows: 20_001, lostJobs: 0 }, null, 'job'],
    ['so many that nobody counts them', { rows: null, lostJobs: 0 }, null, 'job'],
    ['few rows, and enough calls for the pages', { rows: 18_000, lostJobs: 0 }, used(9), 'pages'],
    ['ten pages, ten calls left', { rows: 20_000, lostJobs: 0 }, used(10), 'pages'],
    ['ten pages, nine calls left, and the job takes ten', { rows: 20_000, lostJobs: 0 }, used(9), 'pages'],
    ['many rows after one job was lost', { rows: 1_000_000, lostJobs: 1 }, null, 'job'],
    ['many rows after two jobs were lost', { rows: 1_000_000, lostJobs: 2 }, null, 'pages'],
  ] as const)('%s: %j, %j', (_, size, usage, expected) => {
    expect(readingOf(size, { bulkAbove: 20_000, usage })).toBe(expected);
  });

  test('by a job below the limit, where the calls that are left suffice for the job only', () => {
    const left = (calls: number) =>
      readingOf({ rows: 90_000, lostJobs: 0 }, { bulkAbove: 100_000, usage: used(calls) });
    expect([45, 44, 11, 10].map(left)).toEqual(['pages', 'job', 'job', 'pages']);
  });
});

test.each([
  [500, 0, 10_000, 500],
  [500, 9_800, 10_000, 200],
  [500, 10_000, 10_000, 0],
  [500, 20_000, 10_000, 0],
])('of %i persons after %i, with a limit of %i, %i are pushed under the guard', (persons, before, limit, expected) => {
  expect(guardedOf(persons, before, limit)).toBe(expected);
});
