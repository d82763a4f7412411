import { expect, test } from 'vitest';
import { MOST_ROWS, PushPace } from '../../lib/salesforce/push-pace.ts';

test('a push takes as many rows as fit into a call, until their time is known', () => {
  expect(new PushPace().rows).toBe(MOST_ROWS);
});

test('a slow org gets so few rows that a push takes ten seconds', () => {
  const pace = new PushPace();
  pace.took(23, 46_000);
  expect(pace.rows).toBe(5);
  pace.took(5, 75_000);
  expect(pace.rows).toBe(1);
});

test('an org that has become fast again gets more of them by and by', () => {
  const pace = new PushPace();
  pace.took(10, 20_000);
  expect(pace.rows).toBe(5);
  const sizes = [1, 2, 3, 4].map(() => {
    pace.took(pace.rows, pace.rows * 100);
    return pace.rows;
  });
  expect(sizes).toEqual([9, 17, 23, 23]);
});

test('a push without an answer halves the next one', () => {
  const pace = new PushPace();
  pace.tookTooLong(23);
  expect(pace.rows).toBe(11);
  pace.tookTooLong(11);
  expect(pace.rows).toBe(5);
});
