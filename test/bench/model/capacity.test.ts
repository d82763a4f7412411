import { describe, expect, test } from 'vitest';
import { type Costs, predict, USUAL } from './capacity.ts';

const costs: Costs = {
  pulled: { readUnits: 1, writeUnits: 1, queueRequests: 0.03, cpuSeconds: 0.001 },
  pushed: { readUnits: 1, writeUnits: 4, queueRequests: 0.01, cpuSeconds: 0.002 },
};

const at = (editsAMinute: number, over: object = {}) =>
  predict(costs, { ...USUAL, persons: 1_000_000, editsAMinute, ...over });

describe('the capacity model', () => {
  test('a quiet day asks once a cycle, and for nothing else but the daily reads', () => {
    const { calls, behindSeconds, isFallingBehind } = at(0);
    // 288 cycles, 500 pages of formulas, 18 calls of a seventh of the weekly comparison.
    expect(calls).toBe(288 + 518);
    expect({ behindSeconds, isFallingBehind }).toEqual({ behindSeconds: 0, isFallingBehind: false });
  });

  test('pushes are counted in calls of 23', () => {
    // 46 edits here in a cycle: two calls.
    expect(at(18.4).calls - at(0).calls).toBe(2 * 288);
  });

  test('what is made in one cycle arrives in the next', () => {
    const { behindSeconds, isFallingBehind } = at(1000);
    expect(behindSeconds).toBeLessThan(2 * 300);
    expect(isFallingBehind).toBe(false);
  });

  test('too few workers fall behind, and more of them do not', () => {
    const slow = { workers: 1, rowSeconds: 0.2, licences: 1000 };
    expect(at(1000, slow).isFallingBehind).toBe(true);
    expect(at(1000, slow).limits[0]?.name).toBe('merges at once');
    expect(at(1000, { ...slow, workers: 8 })).toMatchObject({ isFallingBehind: false });
  });

  test('an org with few calls gives way by its calls, and a mass push spares them', () => {
    const few = { licences: 0, workers: 50, rowSeconds: 0.001 };
    const guarded = at(20_000, { ...few, massPushAbove: 1_000_000 });
    expect(guarded.isFallingBehind).toBe(true);
    expect(guarded.limits[0]?.name).toBe('daily calls');
    expect(guarded.limits[0]?.share).toBeGreaterThan(1);
    const mass = at(20_000, { ...few, massPushAbove: 1 });
    expect(mass.isFallingBehind).toBe(false);
    expect(mass.calls).toBeLessThan(guarded.calls);
  });

  test('more edits cost more', () => {
    expect(at(1000).dollarsADay).toBeGreaterThan(at(100).dollarsADay);
  });
});
