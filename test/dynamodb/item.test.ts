import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributeBytes } from '../../lib/dynamodb/attribute-size.ts';
import { type PersonItem, sameAtRest, toItem, toPerson } from '../../lib/dynamodb/item.ts';
import { personUpdate } from '../../lib/dynamodb/person-update.ts';
import { editPerson, logged } from '../../lib/person/edit-person.ts';
import type { Person } from '../../lib/person/person.ts';
import { at, edited, leadPerson, localPerson, rejectedAt } from '../contract/persons.ts';
import { anyName, anyPerson, anyValue } from './any-person.ts';

/** The item as it comes back from the wire. */
function stored(person: Person): PersonItem {
  const wire = marshall(toItem(person), { removeUndefinedValues: true, allowImpreciseNumbers: true });
  return unmarshall(wire, { wrapNumbers: Number }) as PersonItem;
}

describe('a person at rest', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(anyPerson, (person) => {
        expect(toPerson(stored(person))).toEqual(person);
      }),
      { numRuns: 300 },
    );
  });

  test('is the same as itself and no other', () => {
    fc.assert(
      fc.property(anyPerson, anyPerson, (one, other) => {
        expect(sameAtRest(one, toPerson(stored(one)))).toBe(true);
        expect(sameAtRest(one, { ...other, personId: one.personId, version: one.version + 1 })).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test('comes back as it was where its fields are packed', () => {
    const wordy = anyValue.map((value) => (typeof value === 'string' ? value.repeat(5) : value));
    const wide = fc.dictionary(anyName, wordy, { minKeys: 60, maxKeys: 80, noNullPrototype: true });
    let packed = 0;
    fc.assert(
      fc.property(anyPerson, wide, (person, fields) => {
        const item = stored({ ...person, fields });
        packed += item.fields instanceof Uint8Array ? 1 : 0;
        expect(toPerson(item)).toEqual({ ...person, fields });
        expect(sameAtRest({ ...person, fields }, toPerson(item))).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(packed).toBeGreaterThan(20);
  });

  test('has its fields packed only where that saves a write unit', () => {
    const fields = (length: number) => ({ LastName: 'Lovelace', Description: 'difference '.repeat(length) });
    expect(stored(localPerson('ada', fields(30))).fields).toMatchObject({ LastName: 'Lovelace' });
    expect(stored(localPerson('ada', fields(300))).fields).toBeInstanceOf(Uint8Array);
    expect(attributeBytes(stored(localPerson('ada', fields(300))))).toBeLessThan(1024);
  });

  test('holds no attribute that says nothing', () => {
    expect(Object.keys(stored(localPerson('ada'))).sort()).toEqual(
      // Who has never been in Salesforce is listed by `queue`.
      [
        'createdAt',
        'fields',
        'log',
        'logNext',
        'pk',
        'queue',
        'queueSince',
        'revision',
        'sk',
        'updatedAt',
        'version',
      ].sort(),
    );
  });

  test('stands in a queue only while it waits or is parked', () => {
    const pending = edited(leadPerson(1), { Title: 'CTO' }, at(3));
    expect(stored(leadPerson(1)).queue).toBeUndefined();
    expect(stored(pending)).toMatchObject({ queue: expect.stringMatching(/^pending#[0-7]$/), queueSince: at(3) });
    expect(stored(rejectedAt(pending, at(4)))).toMatchObject({
      queue: expect.stringMatching(/^rejected#[0-7]$/),
      queueSince: `${at(4)} ${at(4 + 24 * 60)}`,
    });
    const local = rejectedAt({ ...pending, salesforce: null }, at(4));
    expect(stored(local).queueSince).toBe(`${at(4)} -`);
    const rejection = { code: 'STRING_TOO_LONG', message: 'Title', fields: ['Title'], at: at(4) };
    const beside = { ...edited(pending, { City: 'London' }, at(5)), rejection };
    expect(stored(beside).queue).toMatch(/^pending#[0-7]$/);
  });

  test('of twenty-five fields and a half-full log is small beside its values', () => {
    const names = Array.from({ length: 25 }, (_, n) => `Standard_${n}`);
    let person = leadPerson(1, Object.fromEntries(names.map((name) => [name, 'a value'])));
    for (const n of [1, 2, 3, 4]) person = edited(person, { [`Standard_${n}`]: `value ${n}` }, at(n));
    const values = attributeBytes(person.fields);
    expect(attributeBytes(stored({ ...person, pending: {}, pendingSince: null })) - values).toBeLessThan(500);
  });
});

describe('an update', () => {
  test('writes only what differs, and never the lease', () => {
    const before = { ...leadPerson(1), lease: { owner: 'one', expiresAt: at(5), attempt: {} } };
    const next = logged({ ...before, version: 2, lastSyncedAt: at(2) }, [], at(2));
    const update = personUpdate(before, next, false);
    expect(update.UpdateExpression).toBe(
      'SET #version = :version, #lastSyncedAt = :lastSyncedAt, #updatedAt = :updatedAt',
    );
    expect(update.ConditionExpression).toBe('#revision = :stored');
  });

  test('takes out what falls away', () => {
    const before = edited(leadPerson(1), { Title: 'CTO' });
    const next = { ...editPerson(before, { Title: null }, {}, at(2)), version: 2 };
    expect(personUpdate(before, next, false).UpdateExpression).toMatch(
      / REMOVE #pending, #pendingSince, #queue, #queueSince$/,
    );
  });
});
