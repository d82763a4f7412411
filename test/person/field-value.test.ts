import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FieldShape,
  type FieldValue,
  isEmptyValue,
  sameValue,
  toIsoInstant,
  toLongId,
  type ValueKind,
} from '../../lib/person/field-value.ts';
import { VALUES } from './arbitraries.ts';

const CENTS: FieldShape = { kind: 'number', scale: 2 };

const SAME: readonly [string, FieldShape, FieldValue, FieldValue][] = [
  ['text that Salesforce trims', { kind: 'text' }, ' Ada ', 'Ada'],
  ['empty text and null', { kind: 'text' }, '', null],
  ['blank text and null', { kind: 'text' }, ' \n', null],
  ['line ends of either kind', { kind: 'text' }, 'a\r\nb', 'a\nb'],
  ['a number in a text field and its text', { kind: 'text' }, 5, '5'],
  ['a checkbox in words', { kind: 'boolean' }, 'TRUE', true],
  ['a date with blanks around it', { kind: 'date' }, ' 2026-11-21 ', '2026-11-21'],
  ['instants in zones of either form', { kind: 'datetime' }, '2026-11-21T11:00:00+0100', '2026-11-21t10:00:00z'],
  ['an id of 18 characters in any case', { kind: 'reference' }, '003xx000004tmiqaas', '003xx000004TmiQ'],
  ['emails in other case', { kind: 'email' }, 'Ada@X.org ', 'ada@x.org'],
  ['a missing email and an empty one', { kind: 'email' }, null, ''],
  ['a number and its text', { kind: 'number' }, 12, '12'],
  ['empty text and no number', { kind: 'number' }, ' ', null],
  ['zero and minus zero', { kind: 'number' }, 0, -0],
  ['numbers that agree at the scale', CENTS, 1.004, 1],
  ['a half, rounded up on its decimal digits', CENTS, 1.005, 1.01],
  ['a negative half, rounded away from zero', CENTS, -1.005, -1.01],
  ['a tiny number and zero', CENTS, 1e-9, 0],
  ['a huge number and its text', CENTS, 1.5e300, '1.5e300'],
  ['a number too large to be shifted by its scale', { kind: 'number', scale: 18 }, 1e308, '1e308'],
  ['an unchecked box and null', { kind: 'boolean' }, false, null],
  ['a checked box and its text', { kind: 'boolean' }, true, 'true'],
  ['a date and its midnight', { kind: 'date' }, '2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['no date and empty text', { kind: 'date' }, '', null],
  [
    'the zone as REST writes it and as ISO',
    { kind: 'datetime' },
    '2026-11-21T10:00:00.000+0000',
    '2026-11-21T10:00:00Z',
  ],
  ['instants in two zones', { kind: 'datetime' }, '2026-11-21T11:00:00+01:00', '2026-11-21T10:00:00.000Z'],
  ['a zone with a colon and without', { kind: 'datetime' }, '2026-11-21T11:00:00+0100', '2026-11-21T11:00:00+01:00'],
  ['instants within one second', { kind: 'datetime' }, '2026-11-21T10:00:00.999Z', '2026-11-21T10:00:00.000Z'],
  ['no instant and empty text', { kind: 'datetime' }, ' ', null],
  ['choices in another order', { kind: 'picklists' }, 'b;a', 'a;b'],
  ['choices made twice', { kind: 'picklists' }, 'a; b ;a', 'a;b'],
  ['no choice and null', { kind: 'picklists' }, ';', null],
  ['both lengths of an id', { kind: 'reference' }, '003xx000004TmiQ', '003xx000004TmiQAAS'],
  ['no id and empty text', { kind: 'reference' }, '', null],
];

const DIFFERENT: readonly [string, FieldShape, FieldValue, FieldValue][] = [
  ['texts in other case', { kind: 'text' }, 'ada', 'Ada'],
  ['a text and null', { kind: 'text' }, 'Ada', null],
  ['a number and text that is none', { kind: 'number' }, 1, 'one'],
  ['zero and no number', { kind: 'number' }, 0, null],
  ['numbers apart at the scale', CENTS, 1.01, 1.02],
  ['a number and its negative', CENTS, 1, -1],
  ['numbers without a scale, however near', { kind: 'number' }, 1.001, 1.002],
  ['a checked box and an unchecked one', { kind: 'boolean' }, true, false],
  ['two days', { kind: 'date' }, '2026-11-21', '2026-11-22'],
  ['two seconds', { kind: 'datetime' }, '2026-11-21T10:00:00.999Z', '2026-11-21T10:00:01.000Z'],
  ['two texts that are no instants', { kind: 'datetime' }, 'soon 1', 'later 1'],
  ['an instant and the same without its zone', { kind: 'datetime' }, '2026-11-21T10:00:00', '2026-11-21T10:00:00Z'],
  ['two texts of no day there is', { kind: 'datetime' }, '2026-99-21T10:00:00Z', '2026-98-21T10:00:00Z'],
  ['choices of which one has more', { kind: 'picklists' }, 'a;b', 'a'],
  ['ids that differ in case', { kind: 'reference' }, '003xx000004TmiQ', '003XX000004TmiQ'],
  ['a value of another type', { kind: 'date' }, 5, '5'],
];

describe('two values are the same to Salesforce', () => {
  test.each(SAME)('%s', (_, shape, left, right) => {
    expect([sameValue(shape, left, right), sameValue(shape, right, left)]).toEqual([true, true]);
  });
});

describe('two values differ to Salesforce', () => {
  test.each(DIFFERENT)('%s', (_, shape, left, right) => {
    expect([sameValue(shape, left, right), sameValue(shape, right, left)]).toEqual([false, false]);
  });
});

test('values that are not of their field’s type still equal themselves', () => {
  const kinds: ValueKind[] = ['text', 'email', 'number', 'date', 'datetime', 'picklists', 'reference'];
  for (const kind of kinds) {
    expect([sameValue({ kind }, 5, true), sameValue({ kind }, true, true)]).toEqual([false, true]);
  }
});

test('a field without a shape compares as text', () => {
  expect([sameValue(undefined, ' a', 'a'), sameValue(undefined, 'a', 'A')]).toEqual([true, false]);
});

const shapes = (Object.keys(VALUES) as ValueKind[]).flatMap((kind): [string, FieldShape][] =>
  kind === 'number'
    ? [
        ['number', { kind }],
        ['number of scale 0', { kind, scale: 0 }],
        ['number of scale 2', { kind, scale: 2 }],
        ['number of scale 18', { kind, scale: 18 }],
      ]
    : [[kind, { kind }]],
);

describe.each(shapes)('being the same is an equivalence for a %s', (_, shape) => {
  const value = VALUES[shape.kind];

  test('every value is the same as itself, and as a copy that went through JSON', () => {
    fc.assert(
      fc.property(value, (each) => {
        const copy = JSON.parse(JSON.stringify(each)) as FieldValue;
        return sameValue(shape, each, each) && sameValue(shape, each, copy);
      }),
    );
  });

  test('it does not matter which comes first', () => {
    fc.assert(fc.property(value, value, (a, b) => sameValue(shape, a, b) === sameValue(shape, b, a)));
  });

  test('two that are the same as a third are the same', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        if (sameValue(shape, a, b) && sameValue(shape, b, c)) expect(sameValue(shape, a, c)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** What Salesforce does to a value of each kind as it saves it or answers it. */
const SAVED: readonly [string, FieldShape, fc.Arbitrary<FieldValue>, (value: FieldValue) => FieldValue][] = [
  ['trimmed', { kind: 'text' }, fc.string(), (text) => String(text).trim() || null],
  ['in lower case', { kind: 'email' }, fc.emailAddress(), (email) => String(email).toLowerCase()],
  [
    'rounded',
    CENTS,
    fc.integer({ min: -1e6, max: 1e6 }).map((mills) => mills / 1000),
    (n) => halfAwayFromZero(Number(n)),
  ],
  ['a box, never null', { kind: 'boolean' }, VALUES.boolean, (value) => value === true || value === 'true'],
  [
    'with the zone as +0000 and no fraction',
    { kind: 'datetime' },
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-01-01') }).map((at) => at.toISOString()),
    (at) => `${String(at).slice(0, 19)}.000+0000`,
  ],
  [
    'as a set in the order of the picklist',
    { kind: 'picklists' },
    fc.array(fc.constantFrom('x', 'y', 'z')).map((chosen) => chosen.join(';')),
    (chosen) => ['z', 'x', 'y'].filter((each) => String(chosen).split(';').includes(each)).join(';') || null,
  ],
  [
    'as the long id',
    { kind: 'reference' },
    VALUES.reference,
    (id) => (id === null || id === '' ? null : toLongId(String(id))),
  ],
];

test.each(SAVED)('a value that Salesforce keeps %s is still the same', (_, shape, values, saved) => {
  fc.assert(fc.property(values, (value) => sameValue(shape, value, saved(value))));
});

/** Thousandths to hundredths in whole numbers, apart from the code under test. */
function halfAwayFromZero(value: number): number {
  const mills = Math.round(Math.abs(value) * 1000);
  return (Math.sign(value) * Math.floor((mills + 5) / 10)) / 100;
}

test('an unchecked box, blank text and null say nothing; zero does', () => {
  expect(isEmptyValue({ kind: 'boolean' }, false)).toBe(true);
  expect(isEmptyValue({ kind: 'text' }, ' ')).toBe(true);
  expect(isEmptyValue(undefined, null)).toBe(true);
  expect(isEmptyValue({ kind: 'number' }, 0)).toBe(false);
});

test.each([
  ['2026-11-21T10:00:00.000+0000', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21T10:00:00.000Z', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21T10:00:00.000+0100', '2026-11-21T10:00:00.000+0100'],
])('the instant %s becomes %s', (text, iso) => expect(toIsoInstant(text)).toBe(iso));

test.each([
  ['001000000000000', '001000000000000AAA'],
  ['ABCDEabcdeABCDE', 'ABCDEabcdeABCDE5A5'],
  ['003xx000004TmiQ', '003xx000004TmiQAAS'],
  ['003xx000004TmiQAAS', '003xx000004TmiQAAS'],
  ['short', 'short'],
])('the long form of the id %s is %s', (id, long) => expect(toLongId(id)).toBe(long));
