import { describe, expect, test } from 'vitest';
import { newPerson } from '../../lib/person/edit-person.ts';
import {
  awaitsPush,
  baseValue,
  isLeased,
  isWritable,
  type Person,
  personIdOfRow,
  syncStatus,
} from '../../lib/person/person.ts';
import { aLink, aPerson, LATER, NOW, STAMP } from './builders.ts';

const rejection = { code: 'X', message: 'no', fields: [], at: NOW };
const pending = { Title: 'CFO' };

describe('where a person stands', () => {
  const cases: readonly [string, Person, ReturnType<typeof syncStatus>, boolean][] = [
    ['never in Salesforce', newPerson('p1', {}, NOW), 'localOnly', false],
    ['in step', aPerson(), 'synced', false],
    ['with an edit that waits', aPerson({ pending }), 'pending', true],
    ['parked', aPerson({ pending, rejection }), 'rejected', false],
    ['parked before it ever was in Salesforce', { ...newPerson('p1', {}, NOW), rejection }, 'rejected', false],
    ['deleted in Salesforce', aPerson({ pending, salesforce: aLink({ isDeleted: true }) }), 'pending', false],
    ['converted in Salesforce', aPerson({ pending, salesforce: aLink({ isConverted: true }) }), 'pending', false],
  ];
  test.each(cases)('%s', (_, person, status, awaits) => {
    expect([syncStatus(person), awaitsPush(person)]).toEqual([status, awaits]);
  });
});

test('nothing is written to a row that is missing, deleted or converted', () => {
  expect(isWritable(null)).toBe(false);
  expect(isWritable(aLink({ isDeleted: true }))).toBe(false);
  expect(isWritable(aLink({ isConverted: true }))).toBe(false);
  expect(isWritable(aLink())).toBe(true);
});

test('base is the pending value where there is one, else the value itself', () => {
  const person = aPerson({ fields: { Title: 'CTO', Email: 'a@x.org' }, pending: { Title: null } });
  expect(['Title', 'Email', 'Phone'].map((field) => baseValue(person, field))).toEqual([null, 'a@x.org', undefined]);
});

test('a lease stands until the instant it expires', () => {
  const leased = aPerson({ lease: { owner: 'w1', expiresAt: LATER, attempt: {} } });
  expect([isLeased(leased, STAMP), isLeased(leased, LATER), isLeased(aPerson(), STAMP)]).toEqual([true, false, false]);
});

test('the person of a row has an id of the row’s', () => {
  expect(personIdOfRow('00Q1')).toBe('sf-00Q1');
});
