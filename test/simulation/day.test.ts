import { expect, it } from 'vitest';
import { drawDay } from './day.ts';
import { simulateDay } from './simulate.ts';

const DAYS = [1, 2, 3, 4];

it.each(DAYS)('a day of changes and faults ends with 0 missing and 0 different (%i)', async (seed) => {
  const { broken, hits, steps } = await simulateDay(drawDay(seed));
  expect(broken).toEqual([]);
  expect(hits.reconciled).toBe(1);
  // 288 polls and more, of many steps each.
  expect(steps).toBeGreaterThan(8000);
  expect(hits['table: take remote']).toBeGreaterThan(2);
});
