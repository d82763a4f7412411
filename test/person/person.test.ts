import { describe, expect, it, test } from 'vitest';
import { newPerson } from '../../lib/person/edit-person.ts';
import {
  awaitsPush,
  baseValue,
  isLeased,
  isWritable,
  type Person,
  personIdOfRow,
  syncStatus,
  versionAfter,
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

describe('the version of a person', () => {
  const person = aPerson({ fields: { Title: 'CTO', Phone: '1' } });

  it.each([
    ['another field', { fields: { Title: 'CEO', Phone: '1' } }, 1],
    ['the same fields in another order', { fields: { Phone: '1', Title: 'CTO' } }, 0],
    ['a deletion here', { deletedHere: { at: '2026-11-21T10:00:00.000Z', salesforce: 'keep' as const } }, 1],
    ['one more activity', { log: { next: person.log.next + 1, recent: person.log.recent } }, 1],
    ['activities that leave the item', { log: { next: person.log.next, recent: [] } }, 0],
    ['what decides about rows', { rowOf: 'p2', goneAt: 'x', left: { a: 'b' }, gives: true, newborn: true }, 0],
    ['a lease', { lease: { owner: 'one', expiresAt: 'x', attempt: {} } }, 0],
  ])('with %s', (_what, change, steps) => {
    expect(versionAfter(person, { ...person, ...change })).toBe(person.version + steps);
  });
});
