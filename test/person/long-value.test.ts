import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendActivities, EMPTY_LOG, fullChunks, shownActivity, withoutChunks } from '../../lib/person/activity.ts';
import { SHOWN_LENGTH, shownText, shownValue } from '../../lib/person/long-value.ts';
import { rejectPerson } from '../../lib/person/reject-person.ts';
import { sha256 } from '../../lib/person/sha256.ts';
import { aPerson } from './builders.ts';

const NOW = '2026-11-28T00:00:00.000Z';
const LONG = 'long '.repeat(6_400);
const CUT = { start: LONG.slice(0, SHOWN_LENGTH), length: LONG.length, sha256: sha256(LONG) };

test('a digest is what every other program takes for the SHA-256 of the text', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(text, (each) => {
      expect(sha256(each)).toBe(createHash('sha256').update(each).digest('hex'));
    }),
  );
  for (const length of [55, 56, 63, 64, 65, 131_072]) {
    expect(sha256('x'.repeat(length))).toBe(createHash('sha256').update('x'.repeat(length)).digest('hex'));
  }
});

test('a long text is shown by its beginning, any other value as it is, and cutting again changes nothing', () => {
  for (const value of ['x'.repeat(SHOWN_LENGTH), 5, true, null]) expect(shownValue(value)).toBe(value);
  expect(shownValue(LONG)).toEqual(CUT);
  expect(shownValue(shownValue(LONG))).toEqual(CUT);
  const cutInPair = shownValue(`${'x'.repeat(SHOWN_LENGTH - 1)}💥 and more`);
  expect(cutInPair).toMatchObject({ start: 'x'.repeat(SHOWN_LENGTH - 1) });
  expect(shownText(LONG)).toBe(`${CUT.start}…`);
});

test('a log keeps of a long text its beginning, and whole only what lost a conflict', () => {
  const { recent } = appendActivities(
    EMPTY_LOG,
    [
      { type: 'fieldsChanged', direction: 'pull', detail: { changes: [{ field: 'Notes__c', from: LONG, to: 'x' }] } },
      {
        type: 'conflict',
        direction: 'pull',
        detail: { field: 'Notes__c', local: `${LONG}!`, remote: LONG, winner: 'local' },
      },
    ],
    NOW,
  );
  expect(recent[0]?.detail).toEqual({ changes: [{ field: 'Notes__c', from: CUT, to: 'x' }] });
  expect(recent[1]?.detail).toMatchObject({ local: shownValue(`${LONG}!`), remote: LONG });
  const [, conflict] = recent.map(shownActivity);
  expect(conflict?.detail).toMatchObject({ remote: CUT });
});

test('a rejection of a long text is told once, however often it is refused', () => {
  const rejection = { code: 'STRING_TOO_LONG', message: `Notes: data value too large: ${LONG}`, fields: ['Notes__c'] };
  const once = rejectPerson(aPerson(), rejection, { Notes__c: LONG }, NOW);
  expect(once.rejection?.message.length).toBeLessThanOrEqual(SHOWN_LENGTH + 1);
  expect(once.log.recent.at(-1)?.detail).toMatchObject({ values: { Notes__c: CUT } });
  const again = rejectPerson({ ...once, rejection: null }, rejection, { Notes__c: LONG }, NOW);
  expect(again.log.next).toBe(once.log.next);
  const other = rejectPerson({ ...once, rejection: null }, rejection, { Notes__c: `${LONG}!` }, NOW);
  expect(other.log.next).toBe(once.log.next + 1);
});

test('an entry that weighs much moves out by itself once a newer one is there', () => {
  const heavy = {
    type: 'conflict',
    direction: 'pull',
    detail: { field: 'Notes__c', local: 'x', remote: LONG, winner: 'local' },
  } as const;
  const log = appendActivities(EMPTY_LOG, [heavy, heavy], NOW);
  const chunks = fullChunks(log);
  expect(chunks.map(({ first, activities }) => [first, activities.length])).toEqual([[0, 1]]);
  expect(withoutChunks(log, chunks).recent.map(({ seq }) => seq)).toEqual([1]);
});
