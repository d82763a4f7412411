import fc from 'fast-check';
import type { Fields, FieldValue, ValueKind } from '../../lib/person/field-value.ts';
import { toLongId } from '../../lib/person/field-value.ts';
import { SHAPES } from './builders.ts';

const id15 = fc
  .array(fc.constantFrom('a', 'b', 'c', 'X', 'Y', 'Z', '0', '1', '9'), { minLength: 15, maxLength: 15 })
  .map((characters) => characters.join(''));

const instant = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });

/** Values as either side may hold them, many of them equal to one another in other words. */
export const VALUES: Readonly<Record<ValueKind, fc.Arbitrary<FieldValue>>> = {
  text: fc.oneof(fc.constantFrom('a', ' a', 'a ', 'A', 'a\nb', 'a\r\nb', '', ' ', null), fc.string()),
  email: fc.oneof(fc.constantFrom('ada@x.org', 'ADA@x.org', ' ada@X.org', 'bob@x.org', '', null), fc.emailAddress()),
  number: fc.oneof(
    fc.constantFrom(0, -0, 1, 1.005, 1.01, 1.004, -1.005, -1.01, '1', '1.005', ' 1 ', 'one', '', null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
  ),
  boolean: fc.constantFrom(true, false, 'true', 'false', '', null),
  date: fc.oneof(
    fc.constantFrom('2026-11-21', '2026-11-21T00:00:00.000Z', '', null),
    instant.map((each) => each.toISOString().slice(0, 10)),
  ),
  datetime: fc.oneof(
    fc.constantFrom(
      '2026-11-21T10:00:00.000Z',
      '2026-11-21T10:00:00.000+0000',
      '2026-11-21T10:00:00Z',
      '2026-11-21T10:00:00.999Z',
      '2026-11-21T11:00:00+01:00',
      'soon',
      '',
      null,
    ),
    instant.map((each) => each.toISOString()),
  ),
  picklists: fc.oneof(
    fc.constantFrom('a;b', 'b;a', 'a;b;a', ' a ; b ', 'a', ';', '', null),
    fc.array(fc.constantFrom('a', 'b', 'c d')).map((chosen) => chosen.join(';')),
  ),
  reference: fc.oneof(
    fc.constantFrom('003xx000004TmiQ', toLongId('003xx000004TmiQ'), '003XX000004TmiQ', '', null),
    id15,
    id15.map(toLongId),
  ),
};

/** Few values that collide often, so that both sides really meet. */
const MEETING_VALUES: Readonly<Record<ValueKind, readonly FieldValue[]>> = {
  text: ['CTO', ' CTO ', 'CFO', 'COO', '', null],
  email: ['ada@x.org', 'ADA@x.org', 'bob@x.org', 'eve@x.org', null],
  number: [0, 1, 1.001, 2, 3, null],
  boolean: [true, false, null],
  date: ['2026-11-21', '2026-11-22', '2026-11-23', null],
  datetime: ['2026-11-21T10:00:00.000Z', '2026-11-21T10:00:00.000+0000', '2026-11-22T10:00:00.000Z', null],
  picklists: ['a;b', 'b;a', 'a', 'c', null],
  reference: ['003xx000004TmiQ', toLongId('003xx000004TmiQ'), '003xx000004TmiRAAZ', null],
};

export const FIELD_NAMES: readonly string[] = Object.keys(SHAPES);

function meetingValue(field: string): fc.Arbitrary<FieldValue> {
  return fc.constantFrom(...MEETING_VALUES[SHAPES[field]?.kind ?? 'text']);
}

/** A value for each field. */
export const wholeFields: fc.Arbitrary<Fields> = fieldsOf(false);

/** Values for some of the fields. */
export const someFields: fc.Arbitrary<Fields> = fieldsOf(true);

function fieldsOf(partial: boolean): fc.Arbitrary<Fields> {
  const arbitraries = Object.fromEntries(FIELD_NAMES.map((field) => [field, meetingValue(field)]));
  return fc
    .record(arbitraries, { requiredKeys: partial ? [] : Object.keys(arbitraries), noNullPrototype: true })
    .map((fields): Fields => ({ ...fields }));
}
