import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fields, FieldValue } from '../../lib/person/field-value.ts';
import { checkFields, type EditedObjects } from '../../lib/schema/check-fields.ts';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { undescribedSchema } from '../../lib/schema/undescribed.ts';
import { described, schemaOf } from './builders.ts';

const SCHEMA = schemaOf('Lead', [
  described('Title'),
  described('Email', { type: 'email' }),
  described('Score__c', { type: 'double', scale: 2 }),
  described('Vip__c', { type: 'boolean' }),
  described('Day__c', { type: 'date' }),
  described('SeenAt__c', { type: 'datetime' }),
  described('Interests__c', { type: 'multipicklist' }),
  described('Partner__c', { type: 'reference' }),
  described('Formula__c', { createable: false, updateable: false }),
  described('Once__c', { updateable: false }),
]);

const CONTACT = schemaOf('Contact', [
  described('Title'),
  described('Birthdate', { type: 'date' }),
  described('Rank__c', { type: 'int', createable: false, updateable: false }),
]);

const objects = (over: Partial<EditedObjects> = {}): EditedObjects => {
  return { own: 'Lead', schemas: { Lead: SCHEMA, Contact: CONTACT }, gone: new Set(), undescribed: false, ...over };
};

const reasons = (fields: Fields): string[] => checkFields(objects(), fields).problems.map(({ reason }) => reason);

const TAKEN: readonly [string, FieldValue][] = [
  ['Title', ''],
  ['Title', 'CTO'],
  ['Email', 'judged.by@Salesforce'],
  ['Score__c', -1.5],
  ['Vip__c', false],
  ['Day__c', '2024-02-29'],
  ['SeenAt__c', '2026-11-21T10:00:00Z'],
  ['SeenAt__c', '2026-11-21T10:00:00.123+01:00'],
  ['SeenAt__c', '2026-11-21T10:00:00.000+0000'],
  ['Interests__c', 'a;b'],
  ['Partner__c', '003000000000001'],
  ['Title', null],
  ['Vip__c', null],
  ['Day__c', null],
];

test.each(TAKEN)('%s takes %j', (field, value) => expect(reasons({ [field]: value })).toEqual([]));

const REFUSED: readonly [string, FieldValue, string][] = [
  ['Title', 5, 'must be text'],
  ['Email', true, 'must be text'],
  ['Score__c', '5', 'must be a number'],
  ['Vip__c', 'true', 'must be true or false'],
  ['Day__c', '21.11.2026', 'must be a date, YYYY-MM-DD'],
  ['Day__c', '2026-02-30', 'must be a date, YYYY-MM-DD'],
  ['Day__c', '2026-13-01', 'must be a date, YYYY-MM-DD'],
  ['Day__c', 20261121, 'must be a date, YYYY-MM-DD'],
  ['SeenAt__c', '2026-11-21', 'must be an ISO 8601 date-time with a zone'],
  ['SeenAt__c', '2026-11-21T10:00:00', 'must be an ISO 8601 date-time with a zone'],
  ['SeenAt__c', '2026-11-31T10:00:00Z', 'must be an ISO 8601 date-time with a zone'],
  ['Interests__c', 1, 'must be text, values separated by ;'],
  ['Partner__c', 1, 'must be an id'],
  ['Formula__c', 'x', 'read-only'],
  ['Once__c', 'x', 'read-only'],
  ['Unknown__c', 'x', 'unknown field'],
  ['constructor', 'x', 'unknown field'],
];

test.each(REFUSED)('%s does not take %j: %s', (field, value, reason) => {
  expect(checkFields(objects(), { [field]: value }).problems).toEqual([{ field, reason }]);
});

test('of several wrong fields each is named', () => {
  const { problems } = checkFields(objects(), { Title: 5, Nickname: 'x', Day__c: 'x', Formula__c: 'x', Vip__c: true });
  expect(problems.map(({ field }) => field)).toEqual(['Title', 'Nickname', 'Day__c', 'Formula__c']);
});

test('a person without a record takes what can be set only once, or only later', () => {
  const later = schemaOf('Lead', [described('Bounced__c', { createable: false })]);
  const local = objects({ own: null });
  expect(checkFields(local, { Once__c: 'x' }).problems).toEqual([]);
  const schemas = { Lead: later, Contact: CONTACT };
  expect(checkFields({ ...local, schemas }, { Bounced__c: 'x' }).problems).toEqual([]);
});

describe('a field that only the other object has', () => {
  test('is taken by its type, stays here, and is named', () => {
    const { fields, shapes, notSynced, problems } = checkFields(objects(), { Birthdate: ' 1815-12-10', Title: 'CTO' });
    expect(problems).toEqual([{ field: 'Birthdate', reason: 'must be a date, YYYY-MM-DD' }]);
    expect(fields).toEqual({ Title: 'CTO' });
    expect([shapes, notSynced]).toEqual([{}, []]);
    const taken = checkFields(objects(), { Birthdate: '1815-12-10' });
    expect(taken).toEqual({
      fields: { Birthdate: '1815-12-10' },
      shapes: { Birthdate: { kind: 'date', noPlace: true } },
      notSynced: [{ field: 'Birthdate', why: 'a Lead has no such field' }],
      problems: [],
    });
  });

  test('is refused where nobody may edit it there', () => {
    expect(reasons({ Rank__c: 5 })).toEqual(['read-only']);
  });

  test('of a person without a record says what a sync would make', () => {
    const [named] = checkFields(objects({ own: null }), { Birthdate: '1815-12-10' }).notSynced;
    expect(named?.why).toBe('a Lead has no such field, and a sync creates a Lead where it finds no record');
  });

  test('says so where it is only hidden on the person’s own', () => {
    const [named] = checkFields(objects({ own: 'Contact' }), { Email: 'ada@example.com' }).notSynced;
    expect(named?.why).toBe('the sync user does not see this field of a Contact');
  });
});

describe('a field that is known and hidden', () => {
  test.each([
    ['Fax', new Set<string>(), 'hidden: the sync user does not see it'],
    ['Notes__c', new Set(['Notes__c']), 'hidden: no longer visible to the sync user'],
  ])('%s says so, and can be emptied here', (field, gone, reason) => {
    expect(checkFields(objects({ gone }), { [field]: 'x' }).problems).toEqual([{ field, reason }]);
    const emptied = checkFields(objects({ gone }), { [field]: null });
    expect(emptied).toMatchObject({ fields: { [field]: null }, notSynced: [{ field, why: reason }], problems: [] });
  });

  test('says so where the settings leave it out', () => {
    const policy = { ...DEFAULT_POLICY, fields: { ...DEFAULT_POLICY.fields, exclude: ['Fax'] } };
    const schemas = { Lead: schemaOf('Lead', [described('Fax')], policy), Contact: CONTACT };
    expect(checkFields(objects({ schemas }), { Fax: '1' }).problems).toEqual([
      { field: 'Fax', reason: 'does not sync: fields.exclude names it' },
    ]);
  });

  test('the owner is set by a sync', () => {
    expect(reasons({ OwnerId: '005000000000001AAA' })).toEqual(['is not edited: a sync takes assignTo']);
  });
});

test.each([
  ['Title', ' CTO\n', 'CTO'],
  ['Title', ' ', null],
  ['Email', ' Ada@Example.COM ', 'ada@example.com'],
  ['Score__c', 1.005, 1.01],
  ['Score__c', -0.001, 0],
  ['Vip__c', null, false],
  ['SeenAt__c', '2026-11-21T10:00:00.123+01:00', '2026-11-21T09:00:00.000Z'],
  ['Interests__c', 'b; a;b;', 'b;a'],
  ['Partner__c', '003000000000001', '003000000000001AAA'],
] as [string, FieldValue, FieldValue][])('%s: %j is kept as Salesforce keeps it, %j', (field, value, kept) => {
  const { fields, problems } = checkFields(objects(), { [field]: value });
  expect(problems).toEqual([]);
  expect(Object.is(fields[field], kept), String(fields[field])).toBe(true);
});

test('offered values are kept in their own case and order', () => {
  const offered = { type: 'multipicklist', restrictedPicklist: true, picklistValues: ['Chess', 'Golf', 'Art'] };
  const schemas = { Lead: schemaOf('Lead', [described('Interests__c', offered)]), Contact: CONTACT };
  const { fields } = checkFields(objects({ schemas }), { Interests__c: 'art;CHESS;art' });
  expect(fields.Interests__c).toBe('Chess;Art');
});

test.each([
  ['Title', 'a\0b', 'has a null character'],
  ['Title', 'a\ud800', 'is not well-formed Unicode'],
  ['Nickname', '\udc00', 'is not well-formed Unicode'],
  ['Score__c', Number.POSITIVE_INFINITY, 'must be a finite number'],
  ['Email', 'ada', 'is not an email address'],
  ['Email', 'a@b c', 'is not an email address'],
  ['Email', `${'x'.repeat(120_000)}@example.com`, 'is not an email address'],
] as [string, FieldValue, string][])('%s cannot be %j…: %s', (field, value, reason) => {
  expect(checkFields(objects(), { [field]: value }).problems).toEqual([{ field, reason }]);
});

describe('before anybody has described the objects', () => {
  const undescribed = objects({
    own: null,
    undescribed: true,
    schemas: {
      Lead: undescribedSchema('Lead', DEFAULT_POLICY),
      Contact: undescribedSchema('Contact', DEFAULT_POLICY),
    },
  });

  test('standard fields are taken by their types, custom fields as they are', () => {
    const edits = {
      Email: 'Ada@example.com',
      NumberOfEmployees: 5,
      DoNotCall: null,
      Score__c: 'any',
      ns__Vip__c: true,
    };
    expect(checkFields(undescribed, edits)).toMatchObject({
      fields: { ...edits, Email: 'ada@example.com', DoNotCall: false },
      notSynced: [],
      problems: [],
    });
  });

  test.each([
    ['DoNotCall', 'yes', 'must be true or false'],
    ['CreatedDate', '2026-11-21T10:00:00Z', 'read-only'],
    ['Nickname', 'Ada', 'unknown field'],
    ['__c', 'x', 'unknown field'],
    ['Person_Id__c', 'x', 'unknown field'],
  ])('%s does not take %j: %s', (field, value, reason) => {
    expect(checkFields(undescribed, { [field]: value }).problems).toEqual([{ field, reason }]);
  });
});

test('any fields at all get an answer, at most one problem each', () => {
  const name = fc.oneof(fc.constantFrom(...Object.keys(SCHEMA.fields), 'toString', '__proto__'), fc.string());
  const value = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.dictionary(name, value), (fields) => {
      const named = checkFields(objects({ own: null }), fields).problems.map((problem) => problem.field);
      expect(new Set(named).size).toBe(named.length);
      expect(named.filter((field) => !Object.keys(fields).includes(field))).toEqual([]);
    }),
  );
});
