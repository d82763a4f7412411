import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fields, FieldValue } from '../../lib/person/field-value.ts';
import { checkFields } from '../../lib/schema/check-fields.ts';
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

const reasons = (fields: Fields): string[] => checkFields(SCHEMA, fields, 'update').map((problem) => problem.reason);

const TAKEN: readonly [string, FieldValue][] = [
  ['Title', ''],
  ['Title', 'CTO'],
  ['Email', 'not judged here'],
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
  ['SeenAt__c', '2026-11-21', 'must be a date-time with its zone, ISO 8601'],
  ['SeenAt__c', '2026-11-21T10:00:00', 'must be a date-time with its zone, ISO 8601'],
  ['SeenAt__c', '2026-11-31T10:00:00Z', 'must be a date-time with its zone, ISO 8601'],
  ['Interests__c', 1, 'must be text, values separated by ;'],
  ['Partner__c', 1, 'must be an id'],
  ['Formula__c', 'x', 'read-only'],
  ['Once__c', 'x', 'read-only'],
  ['Unknown__c', 'x', 'unknown field'],
  ['constructor', 'x', 'unknown field'],
];

test.each(REFUSED)('%s does not take %j: %s', (field, value, reason) => {
  expect(checkFields(SCHEMA, { [field]: value }, 'update')).toEqual([{ field, reason }]);
});

test('a field that is set once may be set on create', () => {
  expect(checkFields(SCHEMA, { Once__c: 'x' }, 'create')).toEqual([]);
});

test('any fields at all get an answer, at most one problem each', () => {
  const name = fc.oneof(fc.constantFrom(...Object.keys(SCHEMA.fields), 'toString', '__proto__'), fc.string());
  const value = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.dictionary(name, value), (fields) => {
      const named = checkFields(SCHEMA, fields, 'create').map((problem) => problem.field);
      expect(new Set(named).size).toBe(named.length);
      expect(named.filter((field) => !Object.keys(fields).includes(field))).toEqual([]);
    }),
  );
});
