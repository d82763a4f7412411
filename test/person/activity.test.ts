import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ActivityChunk,
  type ActivityLog,
  appendActivities,
  CHUNK_SIZE,
  EMPTY_LOG,
  fullChunks,
  type Happening,
  withoutChunks,
} from '../../lib/person/activity.ts';
import { assertNever } from '../../lib/person/assert-never.ts';
import { NOW } from './builders.ts';

const happening = (source: string): Happening => ({ type: 'created', direction: null, detail: { source } });
const several = (count: number): Happening[] => Array.from({ length: count }, (_, index) => happening(`s${index}`));
const sequence = (activities: ActivityLog['recent']): number[] => activities.map((activity) => activity.seq);

test('entries are numbered from where the log stands, without gaps', () => {
  const log = appendActivities(appendActivities(EMPTY_LOG, several(2), NOW), several(1), NOW);
  expect(log.next).toBe(3);
  expect(sequence(log.recent)).toEqual([0, 1, 2]);
  expect(log.recent[2]).toEqual({ ...happening('s0'), seq: 2, at: NOW });
});

test('nothing that happened leaves the log as it is', () => {
  expect(appendActivities(EMPTY_LOG, [], NOW)).toBe(EMPTY_LOG);
});

test('only full chunks move out', () => {
  expect(fullChunks(EMPTY_LOG)).toEqual([]);
  expect(fullChunks(appendActivities(EMPTY_LOG, several(CHUNK_SIZE - 1), NOW))).toEqual([]);
  const log = appendActivities(EMPTY_LOG, several(2 * CHUNK_SIZE + 1), NOW);
  const chunks = fullChunks(log);
  expect(chunks.map((chunk) => chunk.first)).toEqual([0, CHUNK_SIZE]);
  expect(chunks.every((chunk) => chunk.activities.length === CHUNK_SIZE)).toBe(true);
  expect(sequence(withoutChunks(log, chunks).recent)).toEqual([2 * CHUNK_SIZE]);
});

test('the newest entry stays where the next one can be compared with it', () => {
  const log = appendActivities(EMPTY_LOG, several(CHUNK_SIZE), NOW);
  expect(fullChunks(log)).toEqual([]);
  expect(fullChunks(appendActivities(log, several(1), NOW))).toHaveLength(1);
});

test('a log without chunks to take out stays as it is', () => {
  const log = appendActivities(EMPTY_LOG, several(3), NOW);
  expect(withoutChunks(log, [])).toBe(log);
});

test('however entries come in and move out, each is kept exactly once and a chunk never changes', () => {
  const steps = fc.array(fc.record({ add: fc.nat({ max: 20 }), moveOut: fc.boolean() }), { maxLength: 20 });
  fc.assert(
    fc.property(steps, (all) => {
      const kept = new Map<number, ActivityChunk>();
      let log = EMPTY_LOG;
      for (const { add, moveOut } of all) {
        log = appendActivities(log, several(add), NOW);
        const chunks = fullChunks(log);
        for (const chunk of chunks) {
          expect(kept.get(chunk.first) ?? chunk).toEqual(chunk);
          kept.set(chunk.first, chunk);
        }
        if (moveOut) log = withoutChunks(log, chunks);
      }
      const moved = [...kept.values()].flatMap((chunk) => chunk.activities);
      const seen = new Set([...sequence(moved), ...sequence(log.recent)]);
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: log.next }, (_, seq) => seq));
    }),
  );
});

test('a case that the types rule out is an error that shows it', () => {
  expect(() => assertNever({ kind: 'odd' } as never)).toThrow('unexpected {"kind":"odd"}');
});
