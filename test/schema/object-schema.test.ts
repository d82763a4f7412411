import { describe, expect, test } from 'vitest';
import { LOCAL_NAMES, PERSON_ID_FIELD, STANDARD_FIELDS, SYSTEM_COLUMNS } from '../../lib/schema/catalogue.ts';
import { feedColumns, mergeRules, objectSchema } from '../../lib/schema/object-schema.ts';
import { described, describedObject, policyWith, schemaOf } from './builders.ts';

describe('the catalogue', () => {
  test('names the Contact’s own address fields by the Lead’s names', () => {
    expect(LOCAL_NAMES.Contact.get('MailingStreet')).toBe('Street');
    expect(LOCAL_NAMES.Lead.get('Street')).toBe('Street');
    expect(LOCAL_NAMES.Contact.has('Company')).toBe(false);
    expect(LOCAL_NAMES.Lead.has('Birthdate')).toBe(false);
  });

  test.each(['Lead', 'Contact'] as const)(
    'gives no two local fields of a %s one API name, nor a system column',
    (type) => {
      const remoteNames = [...STANDARD_FIELDS.values()].map((field) => field[type]).filter((name) => name !== null);
      expect(new Set(remoteNames).size).toBe(remoteNames.length);
      expect(remoteNames.filter((name) => SYSTEM_COLUMNS[type].includes(name))).toEqual([]);
    },
  );

  test.each(['Lead', 'Contact'] as const)('begins the system columns of a %s as the change feed relies on', (type) => {
    expect(SYSTEM_COLUMNS[type].slice(0, 2)).toEqual(['Id', 'SystemModstamp']);
  });
});

describe('which fields sync', () => {
  test.each([
    ['a listed standard field', described('Title'), true],
    ['a standard field that is not listed', described('Jigsaw'), false],
    ['every custom field', described('Anything__c'), true],
    ['a compound field', described('Address__c', { type: 'address' }), false],
    ['a file', described('Photo__c', { type: 'base64' }), false],
    ['the field that carries our own id', described(PERSON_ID_FIELD), false],
  ])('%s', (_, field, syncs) => {
    expect(Object.keys(schemaOf('Lead', [field]).fields)).toEqual(syncs ? [field.name] : []);
  });

  test('a field of a Contact goes by its local name', () => {
    const schema = schemaOf('Contact', [described('MailingCity')]);
    expect(schema.fields.City).toMatchObject({ name: 'City', remoteName: 'MailingCity' });
    expect(feedColumns(schema)).toContain('MailingCity');
  });

  test('an excluded field does not, by local name', () => {
    expect(schemaOf('Contact', [described('MailingCity')], policyWith({ exclude: ['City'] })).fields).toEqual({});
  });
});

test.each([
  ['string', { kind: 'text' }],
  ['picklist', { kind: 'text' }],
  ['textarea', { kind: 'text' }],
  ['email', { kind: 'email' }],
  ['int', { kind: 'number', scale: 0 }],
  ['currency', { kind: 'number', scale: 2 }],
  ['boolean', { kind: 'boolean' }],
  ['date', { kind: 'date' }],
  ['datetime', { kind: 'datetime' }],
  ['multipicklist', { kind: 'picklists' }],
  ['reference', { kind: 'reference' }],
])('a field of type %s compares as such', (type, shape) => {
  const field = described('X__c', { type, scale: type === 'currency' ? 2 : 0 });
  expect(schemaOf('Lead', [field]).fields.X__c?.shape).toEqual(shape);
});

describe('the direction of a field', () => {
  const readOnly = { createable: false, updateable: false };
  const createOnly = { createable: true, updateable: false };
  test.each([
    ['both ways', {}, {}, { pull: true, create: true, update: true }],
    ['only to us where it is read-only', readOnly, {}, { pull: true, create: false, update: false }],
    ['on create alone where it cannot be edited later', createOnly, {}, { pull: true, create: true, update: false }],
    ['only to us by policy', {}, { pullOnly: ['X__c'] }, { pull: true, create: false, update: false }],
    ['only to Salesforce by policy', {}, { pushOnly: ['X__c'] }, { pull: false, create: true, update: true }],
  ])('%s', (_, over, policy, directions) => {
    const schema = schemaOf('Lead', [described('X__c', over)], policyWith(policy));
    expect(schema.fields.X__c).toMatchObject(directions);
    expect(feedColumns(schema).includes('X__c')).toBe(directions.pull);
    expect(mergeRules(schema, policyWith(policy)).canPush('X__c')).toBe(directions.update);
  });
});

describe('what keeps the sync from working', () => {
  const optOuts = ['HasOptedOutOfEmail', 'HasOptedOutOfFax', 'DoNotCall'];
  const usual = [
    described('Email', { type: 'email' }),
    described('LastName'),
    described('Company'),
    ...optOuts.map((name) => described(name, { type: 'boolean' })),
  ];
  const without = (name: string) => {
    const object = describedObject('Lead', usual);
    return objectSchema(
      'Lead',
      { ...object, fields: object.fields.filter((each) => each.name !== name) },
      policyWith({}),
    );
  };
  const lacking = (name: string, flag: 'createable' | 'updateable' | 'unique') => {
    const object = describedObject('Lead', usual);
    const fields = object.fields.map((each) => (each.name === name ? { ...each, [flag]: false } : each));
    return objectSchema('Lead', { ...object, fields }, policyWith({}));
  };

  test('nothing, where the sync user sees every system column and edits what a Lead needs', () => {
    expect(schemaOf('Lead', usual)).toMatchObject({ problems: [], missing: [] });
    expect(schemaOf('Contact', usual).problems).toEqual([]);
  });

  test('a hidden system column is named and not asked for', () => {
    const schema = without('OwnerId');
    expect(schema.problems).toEqual([
      'Lead.OwnerId is not visible to the sync user: the owner of a record is not known',
    ]);
    expect(schema.missing).toMatchObject([{ apiName: 'OwnerId', access: 'read' }]);
    expect(feedColumns(schema)).not.toContain('OwnerId');
  });

  test.each([
    ['a hidden id of ours is named once', without(PERSON_ID_FIELD), `${PERSON_ID_FIELD} is not visible to`],
    [
      'an id of ours that cannot be written',
      lacking(PERSON_ID_FIELD, 'createable'),
      `${PERSON_ID_FIELD} is not editable by`,
    ],
    ['a hidden email', without('Email'), 'Email is not visible to'],
    ['a hidden last name', without('LastName'), 'LastName is not editable by'],
    ['a company that cannot be written', lacking('Company', 'createable'), 'Company is not editable by'],
    ['an opt-out that was never seen', without('HasOptedOutOfEmail'), 'HasOptedOutOfEmail is not visible to'],
    ['an opt-out that cannot be set', lacking('DoNotCall', 'updateable'), 'DoNotCall is not editable by'],
  ])('%s', (_, schema, problem) => {
    expect(schema.problems).toEqual([expect.stringContaining(`Lead.${problem} the sync user: `)]);
  });

  test('an opt-out that the operator leaves out is not missed', () => {
    const some = [described('Email', { type: 'email' }), described('LastName'), described('Company')];
    expect(schemaOf('Lead', some, policyWith({ exclude: optOuts })).missing).toEqual([]);
    const pulled = lacking('DoNotCall', 'updateable');
    expect(pulled.missing).toHaveLength(1);
    const readOnly = usual.map((each) => (each.name === 'DoNotCall' ? { ...each, updateable: false } : each));
    expect(schemaOf('Lead', readOnly, policyWith({ pullOnly: ['DoNotCall'] })).missing).toEqual([]);
  });

  test('an id of ours that two records may have', () => {
    expect(lacking(PERSON_ID_FIELD, 'unique').problems).toEqual([
      `Lead.${PERSON_ID_FIELD} is not unique in Salesforce: two workers at once could create two Leads of one person`,
    ]);
  });
});

test('a conflict is won by the field’s own rule, else by its object’s', () => {
  const policy = policyWith(
    { conflictWinner: { Email: 'local' } },
    { conflictWinner: { Lead: 'local', Contact: 'remote' } },
  );
  const fields = [described('Email', { type: 'email' }), described('Title')];
  const winners = (['Lead', 'Contact'] as const).map((type) => {
    const rules = mergeRules(schemaOf(type, fields), policy);
    return [rules.winnerOf('Email'), rules.winnerOf('Title')];
  });
  expect(winners).toEqual([
    ['local', 'local'],
    ['local', 'remote'],
  ]);
});

test('names that every object inherits are no fields', () => {
  const rules = mergeRules(schemaOf('Lead', []), policyWith({}));
  expect(['constructor', 'toString', '__proto__'].map((name) => rules.shapes[name])).toEqual(Array(3).fill(undefined));
  expect(['constructor', '__proto__'].map((name) => rules.canPush(name))).toEqual([false, false]);
});
