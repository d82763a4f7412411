import { expect, test } from 'vitest';
import { runSoak } from './run-soak.ts';

test('a few seconds of edits, faults and kills, and every invariant holds', async ({ signal }) => {
  const { counts, verdicts } = await runSoak({
    seed: 5,
    actSeconds: 12,
    seedRecords: 30,
    pace: { cycle: 1, lag: 1, lookback: 30 },
    tell: () => undefined,
    signal,
  });
  expect(verdicts.flatMap(({ oracle, broken }) => broken.map((each) => `${oracle}: ${each}`))).toEqual([]);
  expect(verdicts).toHaveLength(8);
  expect(counts.get('marketing edit: accepted')).toBeGreaterThan(0);
  expect(counts.get('sales edit: accepted')).toBeGreaterThan(0);
});
