import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fields, type FieldValue, sameValue } from '../../lib/person/field-value.ts';
import { isSalesforceType } from '../../lib/person/row.ts';
import { PERSON_ID_FIELD } from '../../lib/schema/catalogue.ts';
import type { DescribedField } from '../../lib/schema/describe.ts';
import { localFieldNames, pushable, rowOfRecord, rowOfValues } from '../../lib/schema/record.ts';
import { VALUES } from '../person/arbitraries.ts';
import { described, policyWith, schemaOf } from './builders.ts';

const SYSTEM = { Id: '00Q000000000001', SystemModstamp: '2026-11-21T10:00:00.000+0000' };
const LEAD = schemaOf('Lead', [
  described('Title'),
  described('Vip__c', { type: 'boolean' }),
  described('SeenAt__c', { type: 'datetime' }),
  described('Formula__c', { createable: false, updateable: false }),
]);

describe('a row from a record', () => {
  test('has its place in the feed and in its life, in our forms', () => {
    const record = {
      ...SYSTEM,
      IsDeleted: true,
      MasterRecordId: '00Q000000000002AAA',
      IsConverted: true,
      ConvertedContactId: '003000000000001AAA',
      OwnerId: '005000000000001AAA',
      [PERSON_ID_FIELD]: 'p1',
    };
    expect(rowOfRecord(LEAD, record)).toEqual({
      type: 'Lead',
      id: '00Q000000000001EAA',
      systemModstamp: '2026-11-21T10:00:00.000Z',
      isDeleted: true,
      masterRecordId: '00Q000000000002AAA',
      isConverted: true,
      convertedContactId: '003000000000001AAA',
      ownerId: '005000000000001AAA',
      personId: 'p1',
      fields: {},
    });
  });

  test('takes hidden system columns for null, and hidden flags for false', () => {
    expect(rowOfRecord(LEAD, {})).toEqual({
      type: 'Lead',
      id: '',
      systemModstamp: '',
      isDeleted: false,
      masterRecordId: null,
      isConverted: false,
      convertedContactId: null,
      ownerId: null,
      personId: null,
      fields: {},
    });
  });

  test('has the fields that sync, empty text as null and instants as ISO', () => {
    const record = { ...SYSTEM, Title: '', SeenAt__c: SYSTEM.SystemModstamp, Formula__c: 'f', Jigsaw: 'x' };
    expect(rowOfRecord(LEAD, record).fields).toEqual({
      Title: null,
      SeenAt__c: '2026-11-21T10:00:00.000Z',
      Formula__c: 'f',
    });
  });

  test('leaves out what is not pulled, and what the record leaves undefined', () => {
    const schema = schemaOf('Lead', [described('X__c'), described('Title')], policyWith({ pushOnly: ['X__c'] }));
    const record = { ...SYSTEM, X__c: 'x', Title: undefined } as unknown as Record<string, FieldValue>;
    expect(rowOfRecord(schema, record).fields).toEqual({});
  });

  test('is the same from values in the order of the columns, a missing one null', () => {
    const row = rowOfValues(LEAD, ['Id', 'SystemModstamp', 'Title', 'Vip__c'], [...Object.values(SYSTEM), 'CTO']);
    expect(row).toEqual(rowOfRecord(LEAD, { ...SYSTEM, Title: 'CTO', Vip__c: null }));
  });
});

describe('what a push sends', () => {
  test('goes by API names; what may not be sent is named', () => {
    const schema = schemaOf('Contact', [
      described('MailingCity'),
      described('Once__c', { updateable: false }),
      described('Formula__c', { createable: false, updateable: false }),
    ]);
    const fields = { City: 'Paris', Once__c: 'o', Formula__c: 'f', Company: 'c' };
    expect(pushable(schema, fields, 'update')).toEqual({
      record: { MailingCity: 'Paris' },
      sent: { City: 'Paris' },
      refused: ['Once__c', 'Formula__c', 'Company'],
    });
    expect(pushable(schema, fields, 'create')).toEqual({
      record: { MailingCity: 'Paris', Once__c: 'o' },
      sent: { City: 'Paris', Once__c: 'o' },
      refused: ['Formula__c', 'Company'],
    });
  });

  test('clears with null, a checkbox with false', () => {
    const fields = { Title: null, Vip__c: null, SeenAt__c: '' };
    expect(pushable(LEAD, fields, 'update').record).toEqual({ Title: null, Vip__c: false, SeenAt__c: null });
    expect(pushable(LEAD, { Vip__c: '' }, 'update').record).toEqual({ Vip__c: false });
  });

  test('is nothing of what every object inherits', () => {
    expect(pushable(LEAD, { constructor: 'x', toString: 'y' } as unknown as Fields, 'update')).toEqual({
      record: {},
      sent: {},
      refused: ['constructor', 'toString'],
    });
  });
});

const FIELDS: readonly (readonly [DescribedField, fc.Arbitrary<FieldValue>])[] = [
  [described('Title'), VALUES.text],
  [described('Email', { type: 'email' }), VALUES.email],
  [described('Score__c', { type: 'double', scale: 2 }), VALUES.number],
  [described('HasOptedOutOfEmail', { type: 'boolean' }), VALUES.boolean],
  [described('Birthdate__c', { type: 'date' }), VALUES.date],
  [described('SeenAt__c', { type: 'datetime' }), VALUES.datetime],
  [described('Interests__c', { type: 'multipicklist' }), VALUES.picklists],
  [described('Partner__c', { type: 'reference' }), VALUES.reference],
  [described('Secret__c', { updateable: false }), VALUES.text],
  [described('MailingCity'), VALUES.text],
];

test.each(['Lead', 'Contact'] as const)('what a push of a %s sends reads back as the same, however odd', (type) => {
  const schema = schemaOf(
    type,
    FIELDS.map(([field]) => field),
  );
  const localName = (field: DescribedField) => (field.name === 'MailingCity' ? 'City' : field.name);
  const anyFields = fc.record(
    {
      ...Object.fromEntries(FIELDS.map(([field, value]) => [localName(field), value])),
      Unknown__c: VALUES.text,
    },
    { requiredKeys: [], noNullPrototype: true },
  ) as fc.Arbitrary<Fields>;
  fc.assert(
    fc.property(anyFields, (fields) => {
      const { record, sent, refused } = pushable(schema, fields, 'update');
      const wire = JSON.parse(JSON.stringify({ ...SYSTEM, ...record })) as Record<string, FieldValue>;
      const row = rowOfRecord(schema, wire);
      expect([...Object.keys(sent), ...refused].sort()).toEqual(Object.keys(fields).sort());
      expect(Object.keys(row.fields).sort()).toEqual(Object.keys(sent).sort());
      for (const name in sent) {
        expect(sameValue(schema.fields[name]?.shape, row.fields[name] ?? null, fields[name] ?? null)).toBe(true);
      }
      expect(Object.values(record)).not.toContain('');
      expect(pushable(schema, row.fields, 'update').record).toEqual(
        pushable(schema, rowOfRecord(schema, { ...SYSTEM, ...wire }).fields, 'update').record,
      );
      const columns = Object.keys(wire);
      expect(rowOfValues(schema, columns, Object.values(wire))).toEqual(row);
    }),
    { numRuns: 500 },
  );
});

test('any record at all gives a row with nothing but what the schema pulls', () => {
  const anyValue = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
  const name = fc.oneof(fc.constantFrom('Id', 'SystemModstamp', 'IsDeleted', 'Title', 'Vip__c'), fc.string());
  fc.assert(
    fc.property(fc.dictionary(name, anyValue), (record) => {
      const row = rowOfRecord(LEAD, record);
      expect(Object.keys(row.fields).filter((field) => !LEAD.fields[field]?.pull)).toEqual([]);
      expect([typeof row.id, typeof row.systemModstamp, typeof row.isDeleted]).toEqual(['string', 'string', 'boolean']);
    }),
  );
});

test('names in an error of Salesforce become local names, unknown ones stay', () => {
  const schema = schemaOf('Contact', [described('MailingCity')]);
  expect(localFieldNames(schema, ['MailingCity', 'AccountId'])).toEqual(['City', 'AccountId']);
});

test('Leads and Contacts are what syncs', () => {
  expect(['Lead', 'Contact', 'Account'].map(isSalesforceType)).toEqual([true, true, false]);
});
