import { describe, expect, test } from 'vitest';
import { parseSettings, SettingsError } from '../../lib/lambda/settings.ts';
import { LOCAL_NAMES, STANDARD_FIELDS, SYSTEM_COLUMNS } from '../../lib/schema/catalogue.ts';
import { EXCLUDED_FIELDS } from '../../lib/schema/excluded-fields.ts';
import { FIELD_TYPES, fieldTypeOf, syncedType } from '../../lib/schema/field-types.ts';
import { schemaPolicyKey } from '../../lib/schema/sync-policy.ts';
import { policyWith } from './builders.ts';

function mistakesOf(fields: object): string {
  try {
    parseSettings({ fields });
    return '';
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}

describe('the settings about fields', () => {
  test.each([
    [{ exclude: ['Phone', 'Score__c', 'ns__Score__c'], pullOnly: ['Title'], pushOnly: ['City'] }],
    [{ pushOnly: ['Title'], truncate: ['Title'], unchecked: ['Title'], conflictWinner: { Title: 'remote' } }],
    [{ pullOnly: ['Title'], conflictWinner: { Email: 'local' } }],
  ])('%j are taken', (fields) => expect(mistakesOf(fields)).toBe(''));

  test.each([
    [{ exclude: ['Job Title'] }, 'lockstep.fields.exclude: "Job Title" is not the API name of a field'],
    [{ truncate: ['Score__'] }, 'lockstep.fields.truncate: "Score__" is not the API name of a field'],
    [
      { conflictWinner: { '1st__c': 'local' } },
      'lockstep.fields.conflictWinner: "1st__c" is not the API name of a field',
    ],
    [{ pullOnly: ['MailingCity'] }, 'lockstep.fields.pullOnly: MailingCity goes by the Lead’s name, City'],
    [{ pullOnly: ['Title'], pushOnly: ['Title'] }, 'lockstep.fields.pushOnly: Title is in fields.pullOnly too'],
    [{ exclude: ['Title'], pullOnly: ['Title'] }, 'lockstep.fields.pullOnly: Title is in fields.exclude too'],
    [
      { exclude: ['A__c'], conflictWinner: { A__c: 'local' } },
      'lockstep.fields.conflictWinner: A__c is in fields.exclude too',
    ],
    [{ pullOnly: ['A__c'], truncate: ['A__c'] }, 'lockstep.fields.truncate: A__c is in fields.pullOnly too'],
    [{ exclude: ['A__c'], unchecked: ['A__c'] }, 'lockstep.fields.unchecked: A__c is in fields.exclude too'],
  ])('%j are refused in a line that names the field', (fields, line) => expect(mistakesOf(fields)).toBe(line));

  test.each([
    [{ conflictWinner: { Title: 'newest' } }, /^lockstep\.fields\.conflictWinner\.Title: /],
    [{ exclude: ['B C'], pullOnly: ['Title'], pushOnly: ['Title'] }, /exclude: "B C".*; .*pushOnly: Title/],
    [{ ignore: ['Title'] }, /^lockstep\.fields: .*"ignore"/],
  ])('%j are refused', (fields, line) => expect(mistakesOf(fields)).toMatch(line));

  test('make the same schema in any order, and another where a list differs', () => {
    const key = schemaPolicyKey(policyWith({ exclude: ['A__c', 'B__c'] }));
    expect(schemaPolicyKey(policyWith({ exclude: ['B__c', 'A__c'], conflictWinner: { A__c: 'local' } }))).toBe(key);
    for (const list of ['pullOnly', 'pushOnly', 'truncate', 'unchecked']) {
      expect(schemaPolicyKey(policyWith({ exclude: ['A__c', 'B__c'], [list]: ['C__c'] }))).not.toBe(key);
    }
  });
});

describe('the catalogue', () => {
  test.each(['Lead', 'Contact'] as const)('no field of a %s both syncs and does not', (type) => {
    const synced = [...LOCAL_NAMES[type].keys(), ...SYSTEM_COLUMNS[type]];
    expect(synced.filter((name) => EXCLUDED_FIELDS.has(name))).toEqual([]);
  });

  test('every field has a reason', () => {
    const reasons = [...[...STANDARD_FIELDS.values()].map(({ reason }) => reason), ...EXCLUDED_FIELDS.values()];
    expect(reasons.filter((reason) => reason.length < 10)).toEqual([]);
  });
});

test('names that every object inherits are no types', () => {
  expect(Object.keys(FIELD_TYPES).map((name) => syncedType(name))).toEqual(Object.values(FIELD_TYPES));
  expect(['constructor', '__proto__', 'address'].map(fieldTypeOf)).toEqual([undefined, undefined, undefined]);
  expect(() => syncedType('address')).toThrow('do not sync');
});
