import { describe, expect, test } from 'vitest';
import { EXCLUDED_FIELDS } from '../../lib/schema/excluded-fields.ts';
import { type FieldReport, fieldReports } from '../../lib/schema/field-report.ts';
import { objectSchema } from '../../lib/schema/object-schema.ts';
import { described, describedObject, policyWith } from './builders.ts';

const POLICY = policyWith(
  {
    exclude: ['Phone', 'Secret__c'],
    pullOnly: ['Rating', 'Score__c'],
    pushOnly: ['Fax', 'Sum__c'],
    conflictWinner: { Title: 'local' },
  },
  { conflictWinner: { Lead: 'remote', Contact: 'local' } },
);

const readOnly = { createable: false, updateable: false };
const FIELDS = [
  described('Title'),
  described('LastName', { label: 'Last Name' }),
  described('Phone', { type: 'phone' }),
  described('Secret__c'),
  described('Rating', { type: 'picklist' }),
  described('Score__c', readOnly),
  described('Fax', { type: 'phone' }),
  described('Sum__c', { ...readOnly, calculated: true }),
  described('Formula__c', { ...readOnly, calculated: true }),
  described('Number__c', { ...readOnly, autoNumber: true }),
  described('Hidden__c', readOnly),
  described('Once__c', { updateable: false }),
  described('Address__c', { type: 'location' }),
  described('Odd__c', { type: 'anyType' }),
  described('Jigsaw'),
  described('NewStandardField'),
];

const LEAD = fieldReports(objectSchema('Lead', describedObject('Lead', FIELDS), POLICY), POLICY);
const CONTACT = fieldReports(
  objectSchema('Contact', { name: 'Contact', fields: [described('Id'), described('MailingCity')] }, POLICY),
  POLICY,
);

function of(reports: readonly FieldReport[], apiName: string): FieldReport | undefined {
  return reports.find((each) => each.apiName === apiName);
}

const BOTH = { visible: true, editable: true, direction: 'both' };

describe('the report of a field', () => {
  test('that goes both ways says who wins', () => {
    expect(of(LEAD, 'Title')).toEqual({
      ...BOTH,
      field: 'Title',
      apiName: 'Title',
      label: 'Title',
      type: 'string',
      winner: 'local',
      why: null,
    });
    expect(of(LEAD, 'LastName')).toMatchObject({ ...BOTH, label: 'Last Name', winner: 'remote' });
  });

  test.each([
    ['Rating', true, 'pull', 'fields.pullOnly names it'],
    ['Score__c', false, 'pull', 'fields.pullOnly names it'],
    ['Fax', true, 'push', 'fields.pushOnly names it'],
    ['Sum__c', false, 'none', 'fields.pushOnly names it'],
    ['Formula__c', false, 'pull', 'Salesforce calculates it'],
    ['Number__c', false, 'pull', 'Salesforce numbers it'],
    ['Hidden__c', false, 'pull', 'the sync user may not edit it'],
    ['Address__c', true, 'none', 'a compound field: the parts sync'],
    ['Odd__c', true, 'none', 'values of type anyType do not sync'],
    ['Jigsaw', true, 'none', EXCLUDED_FIELDS.get('Jigsaw')],
    ['NewStandardField', true, 'none', 'a standard field missing from the catalogue'],
    ['Phone', true, 'none', 'fields.exclude names it'],
    ['Secret__c', true, 'none', 'fields.exclude names it'],
  ])('%s, editable: %s, goes %s: %s', (apiName, editable, direction, why) => {
    expect(of(LEAD, apiName)).toMatchObject({ visible: true, editable, direction, winner: null, why });
  });

  test('that is set once says so', () => {
    expect(of(LEAD, 'Once__c')).toMatchObject({
      editable: false,
      direction: 'both',
      why: 'it can be set only when the record is created',
    });
  });

  test.each([
    ['Phone', 'Phone'],
    ['Secret__c', 'Secret__c'],
    ['Jigsaw', null],
  ])('%s, which does not sync, is known here as %s', (apiName, field) => {
    expect(of(LEAD, apiName)?.field).toBe(field);
  });

  test('of the catalogue that the sync user does not see', () => {
    expect(of(LEAD, 'Company')).toEqual({
      field: 'Company',
      apiName: 'Company',
      label: null,
      type: null,
      visible: false,
      editable: false,
      direction: 'none',
      winner: null,
      why: 'not visible to the sync user: no Lead can be created: Salesforce demands it',
    });
    expect(of(CONTACT, 'MailingStreet')).toMatchObject({ field: 'Street', visible: false });
    expect(of(CONTACT, 'MailingCity')).toMatchObject({ field: 'City', visible: true });
    expect(of(CONTACT, 'Company')).toBeUndefined();
  });

  test('that the sync itself needs, seen or not', () => {
    expect(of(CONTACT, 'Id')).toMatchObject({ field: null, visible: true, direction: 'pull' });
    expect(of(CONTACT, 'OwnerId')).toMatchObject({
      visible: false,
      direction: 'none',
      why: expect.stringContaining('not visible to the sync user: '),
    });
    expect(of(CONTACT, 'IsConverted')).toBeUndefined();
  });

  test('comes once, in the order of the API names', () => {
    for (const reports of [LEAD, CONTACT]) {
      const names = reports.map(({ apiName }) => apiName);
      expect(names).toEqual([...new Set(names)].sort());
    }
  });
});
