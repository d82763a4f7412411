import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Fields, type FieldValue, sameValue, toLongId } from '../../lib/person/field-value.ts';
import { WRONG_TYPE } from '../../lib/schema/field-types.ts';
import { cutTexts, judgePush } from '../../lib/schema/judge-push.ts';
import type { ObjectSchema } from '../../lib/schema/object-schema.ts';
import { pushable, rowOfRecord } from '../../lib/schema/record.ts';
import { VALUES } from '../person/arbitraries.ts';
import { described, policyWith, schemaOf } from './builders.ts';
import { CUSTOM_FIELDS, OrgUnderTest, type Verdict } from './org-verdict.ts';

const org = new OrgUnderTest();
let schema: ObjectSchema;
beforeAll(async () => {
  schema = await org.open();
});

/** Standard fields that the org describes like any other. */
const STANDARD = [
  'LastName',
  'Company',
  'Email',
  'Title',
  'LeadSource',
  'AnnualRevenue',
  'NumberOfEmployees',
  'Street',
];
const FIELDS = [...STANDARD, ...CUSTOM_FIELDS.map(({ name }) => name).filter((name) => name !== 'Needed__c')];

const anyText = fc.oneof(fc.string({ maxLength: 400 }), fc.string({ unit: 'grapheme', maxLength: 40 }));
const groups: readonly (readonly FieldValue[])[] = [
  ['ada@example.com', 'ada@example', 'a..b@example.com', '.a@example.com', 'a.@example.com', 'a@-x.com', 'a b@x.org'],
  ['Low', 'low', ' High ', 'Medium', 'Golf;Chess', 'golf', 'Golf;Tennis', ';', 'Web', 'true', 'TRUE', 'false', 'yes'],
  ['2026-02-29', '2024-02-29', '2026-11-21T10:00:00Z', '2026-11-21t10:00z', '2026-11-21T10:00', '21.11.2026'],
  ['2026-11-21T10:00:00.1234567+01:00', ' 2026-11-21 ', '1e3', '0x10', '-12.345', 'Infinity', '1,5', '@{ref.id}'],
  [999.99, 999.994, 1000, -1000, 999, 99_999_999, 100_000_000, 1e15, 1e16, 1e18, 1.5, -0, 5e-324, 1.7e308],
  [null, true, false, '', ' ', 'x'.repeat(20), 'x'.repeat(21), ` ${'x'.repeat(20)} `, 'x'.repeat(256)],
  ['line\r\nline', 'line\nline', '\u00a0', '0'.repeat(41)],
];
const telling: readonly FieldValue[] = groups.flat();
const anyValue: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.constantFrom(...telling),
  ...Object.values(VALUES),
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

/** The code of a value that is of the wrong type, as the REST API tells it, without the field. */
const UNREADABLE = 'JSON_PARSER_ERROR';

function expectSame(fields: Fields, said: Verdict, operation: 'create' | 'update' = 'update'): void {
  const ours = judgePush(schema, fields, operation);
  if (said === 'taken') expect(ours).toBeUndefined();
  else if (said.code === UNREADABLE) expect(ours?.code).toBe(WRONG_TYPE);
  else expect(ours).toEqual(said);
}

describe('what is said of a push without asking is what the org says', () => {
  test.each(FIELDS)('of any value of %s', (name) => {
    fc.assert(
      fc.property(anyValue, (value) => expectSame({ [name]: value }, org.update(schema, { [name]: value }))),
      { numRuns: 150, examples: telling.map((value): [FieldValue] => [value]) },
    );
  });

  test('of several fields at once, the refusals in the order in which they are sent', () => {
    const some = fc.dictionary(fc.constantFrom(...FIELDS), anyValue, { maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(some, (fields) => expectSame(fields, org.update(schema, fields))),
      { numRuns: 300 },
    );
  });

  test('of a create that leaves out what a Lead needs', () => {
    const given = fc.record(
      { LastName: fc.constantFrom('L', ' '), Company: fc.constantFrom('C', ''), Title: fc.constant('CTO') },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(fc.property(given, (fields) => expectSame(fields, org.create(schema, fields), 'create')));
  });

  test('of an id: its form alone, for only the org knows its records', () => {
    const id = org.leadId;
    for (const value of [id, id.slice(0, 15), id.toLowerCase(), null, '', ' ']) {
      expectSame({ Partner__c: value }, org.update(schema, { Partner__c: value }));
    }
    for (const value of ['x', id.slice(0, 14), `${id.slice(0, 17)}!`, `${id.slice(0, 15)}999`, 5, true]) {
      const said = org.update(schema, { Partner__c: value });
      expectSame({ Partner__c: value }, said);
      expect(said).toMatchObject({ code: 'MALFORMED_ID', fields: ['Partner__c'] });
    }
  });
});

describe('a value that was written and read', () => {
  const read = () => rowOfRecord(schema, org.read()).fields;
  const shapeOf = (name: string) => schema.fields[name]?.shape;
  /** Salesforce spells a choice as it is offered; another spelling is another value until it is read back. */
  const spelled = new Set(['LeadSource', 'Level__c', 'Interests__c']);

  test.each([...FIELDS, 'Partner__c'])('compares equal, and written again changes nothing: %s', (name) => {
    const value = name === 'Partner__c' ? fc.constantFrom(org.leadId, org.leadId.toLowerCase(), null) : anyValue;
    fc.assert(
      fc.property(value, (written) => {
        if (org.update(schema, { [name]: written }) !== 'taken') return;
        const first = read();
        const now = first[name] ?? null;
        if (!spelled.has(name)) expect(sameValue(shapeOf(name), now, written)).toBe(true);
        expect(org.update(schema, { [name]: now })).toBe('taken');
        expect(read()).toEqual(first);
        expect(judgePush(schema, { [name]: now }, 'update')).toBeUndefined();
      }),
      { numRuns: 100, examples: name === 'Partner__c' ? [] : telling.map((each): [FieldValue] => [each]) },
    );
  });
});

describe('what describe does not prove', () => {
  const strict = (over: object, fields: Partial<Parameters<typeof policyWith>[0]> = {}) =>
    schemaOf('Lead', [described('X__c', { nillable: false, length: 5, ...over })], policyWith(fields));

  test.each([
    ['an empty value of a field with a default', strict({ defaultedOnCreate: true }), {}],
    ['an empty value of a field that may be empty', strict({ nillable: true }), {}],
    ['an empty value of a field that nobody creates', strict({ createable: false }), {}],
    ['a field that is left to Salesforce', strict({}, { unchecked: ['X__c'] }), { X__c: 'too long' }],
    ['a field of another object', strict({ nillable: true }), { Other__c: 'x' }],
    ['the length of a field that tells none', strict({ length: 0 }), { X__c: 'x'.repeat(9) }],
    ['the range of a number that tells none', strict({ type: 'double' }), { X__c: 1e300 }],
    ['the choices of an open picklist', strict({ type: 'picklist', picklistValues: ['a'] }), { X__c: 'b' }],
  ])('is left to Salesforce: %s', (_, judged, fields) => {
    expect(judgePush(judged, fields, 'create')).toBeUndefined();
  });

  test('a required value that the settings never push is missing', () => {
    const refusal = judgePush(strict({}, { pullOnly: ['X__c'] }), { X__c: 'x' }, 'create');
    expect(refusal).toMatchObject({ code: 'REQUIRED_FIELD_MISSING', fields: ['X__c'] });
  });

  test('a value that is not sent is not judged', () => {
    expect(judgePush(strict({ updateable: false }), { X__c: 'too long' }, 'update')).toBeUndefined();
  });
});

describe('a text that the settings have cut', () => {
  const cutting = (over = {}) =>
    schemaOf('Lead', [described('X__c', { length: 5, ...over })], policyWith({ truncate: ['X__c'] }));

  test.each([
    ['at the length', '1234567', '12345'],
    ['without a blank at its end', '1234 67', '1234'],
    ['never inside a character', '1234\u{1F600}', '1234'],
    ['after it is trimmed', '  123456', '12345'],
  ])('is cut %s', (_, text, cut) => {
    expect(cutTexts(cutting(), { X__c: text }, 'update')).toEqual({ X__c: cut });
  });

  test.each([
    ['a line break of a text area as two characters', '12\n3456', '12\n3'],
    ['either way of breaking a line alike', '12\r\n3456', '12\r\n3'],
    ['before a line break that has no room', '1234\n56', '1234'],
  ])('counts %s', (_, text, cut) => {
    const area = cutting({ type: 'textarea' });
    expect(cutTexts(area, { X__c: text }, 'update')).toEqual({ X__c: cut });
    expect(judgePush(area, { X__c: cut }, 'update')).toBeUndefined();
  });

  test.each([
    ['is short enough', cutting(), '12345 '],
    ['is empty', cutting(), null],
    ['is not asked for', schemaOf('Lead', [described('X__c', { length: 5 })]), '1234567'],
    ['is never sent', cutting({ updateable: false }), '1234567'],
    ['is a choice', cutting({ type: 'picklist' }), '1234567'],
    ['has no length', cutting({ length: 0 }), '1234567'],
  ])('stays where it %s', (_, judged, text) => {
    expect(cutTexts(judged, { X__c: text, Other__c: '1234567' }, 'update')).toEqual({});
  });

  test('is taken once it is cut', () => {
    const texts = fc.string({ maxLength: 12, unit: fc.constantFrom('a', ' ', '\n', '\r', '\u{1F600}', '\ud83d') });
    fc.assert(
      fc.property(texts, fc.constantFrom('string', 'textarea'), (text, type) => {
        const schema = cutting({ type });
        const cut = cutTexts(schema, { X__c: text }, 'create');
        expect(judgePush(schema, { X__c: text, ...cut }, 'create')).toBeUndefined();
      }),
    );
  });
});

test('REST and Bulk give the same value', () => {
  const fields = [
    described('Number__c', { type: 'double', scale: 2 }),
    described('Whole__c', { type: 'int' }),
    described('Flag__c', { type: 'boolean' }),
    described('SeenAt__c', { type: 'datetime' }),
    described('Day__c', { type: 'date' }),
    described('Text__c'),
    described('Partner__c', { type: 'reference' }),
  ];
  const lead = schemaOf('Lead', fields);
  const id = '00Q000000000001';
  const rest = { Number__c: 1.39e8, Whole__c: 7, Flag__c: true, Day__c: '2026-11-21', Text__c: null };
  const csv = { Number__c: '1.39E8', Whole__c: '7', Flag__c: 'true', Day__c: '2026-11-21', Text__c: '' };
  const fromRest = rowOfRecord(lead, { ...rest, SeenAt__c: '2026-11-21T10:00:00.000+0000', Partner__c: toLongId(id) });
  const fromCsv = rowOfRecord(lead, { ...csv, SeenAt__c: '2026-11-21T10:00:00.000Z', Partner__c: id });
  expect(fromCsv).toEqual(fromRest);
  const empty = rowOfRecord(lead, { Number__c: '', Flag__c: '', SeenAt__c: '', Day__c: '', Partner__c: '' }).fields;
  expect(empty).toEqual({ Number__c: null, Flag__c: null, SeenAt__c: null, Day__c: null, Partner__c: null });
  expect(pushable(lead, { Text__c: 5 }, 'update').record).toEqual({ Text__c: 5 });
});
