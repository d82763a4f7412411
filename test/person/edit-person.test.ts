import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cutFields,
  editPerson,
  logged,
  newPerson,
  nonEmptyFields,
  personOfRow,
  withPending,
} from '../../lib/person/edit-person.ts';
import { sameValue } from '../../lib/person/field-value.ts';
import { baseValue, hasPending, type Lease, pendingEdits } from '../../lib/person/person.ts';
import { rejectPerson } from '../../lib/person/reject-person.ts';
import { someFields, wholeFields } from './arbitraries.ts';
import { aPerson, aRow, LATER, LEAD_ID, NOW, SHAPES } from './builders.ts';

const REJECTION = { code: 'STRING_TOO_LONG', message: 'Title: too long', fields: ['Title'] };
const lease = (attempt: Lease['attempt']): Lease => ({ owner: 'w1', expiresAt: NOW, attempt });

describe('a new person', () => {
  test('made here has its fields, no base and one activity', () => {
    const person = newPerson('p1', { Email: 'ada@x.org', Title: null }, NOW);
    expect(person).toMatchObject({ personId: 'p1', version: 1, salesforce: null, pending: {}, lastSyncedAt: null });
    expect(person.fields).toEqual({ Email: 'ada@x.org' });
    expect(person.log.recent).toEqual([
      { type: 'created', direction: null, detail: { source: 'api' }, seq: 0, at: NOW },
    ]);
  });

  test('of a row is in step with it, under an id that every delivery of the row gives', () => {
    const person = personOfRow(aRow({ Email: 'ada@x.org', Title: null }, { ownerId: '005000000000001AAA' }), NOW);
    expect(person.personId).toBe(`sf-${LEAD_ID}`);
    expect(person.fields).toEqual({ Email: 'ada@x.org' });
    expect(person.salesforce).toEqual({
      type: 'Lead',
      id: LEAD_ID,
      systemModstamp: LATER,
      isDeleted: false,
      isConverted: false,
      ownerId: '005000000000001AAA',
    });
    expect(person.log.recent).toEqual([
      { type: 'created', direction: 'pull', detail: { source: 'Lead' }, seq: 0, at: NOW },
    ]);
    expect([person.lastSyncedAt, hasPending(person)]).toEqual([NOW, false]);
  });
});

describe('an edit', () => {
  test('of a linked person waits for its push with the base value kept', () => {
    const edited = editPerson(aPerson({ fields: { Title: 'CFO' } }), { Title: 'CTO', Email: 'a@x.org' }, SHAPES, NOW);
    expect(edited.fields).toEqual({ Title: 'CTO', Email: 'a@x.org' });
    expect(edited.pending).toEqual({ Title: 'CFO', Email: null });
    expect([edited.pendingSince, edited.updatedAt]).toEqual([NOW, NOW]);
    const changes = [
      { field: 'Title', from: 'CFO', to: 'CTO' },
      { field: 'Email', from: null, to: 'a@x.org' },
    ];
    expect(edited.log.recent).toEqual([
      { type: 'fieldsChanged', direction: null, detail: { changes }, seq: 0, at: NOW },
    ]);
  });

  test('of a person who was never in Salesforce leaves nothing pending', () => {
    const edited = editPerson(newPerson('p1', {}, NOW), { Title: 'CTO' }, SHAPES, LATER);
    expect([edited.fields, edited.pending, edited.pendingSince]).toEqual([{ Title: 'CTO' }, {}, null]);
  });

  test('to a value that is the same to Salesforce changes nothing, not even the object', () => {
    const person = aPerson({ fields: { Email: 'ada@x.org' } });
    expect(editPerson(person, { Email: 'ADA@x.org', Title: '' }, SHAPES, NOW)).toBe(person);
  });

  test('made twice keeps the base of the first and the time of the first', () => {
    const once = editPerson(aPerson({ fields: { Title: 'CFO' } }), { Title: 'CTO' }, SHAPES, LATER);
    const twice = editPerson(once, { Title: 'COO' }, SHAPES, NOW);
    expect([twice.pending, twice.pendingSince]).toEqual([{ Title: 'CFO' }, LATER]);
  });

  test('taken back is no longer pending', () => {
    const once = editPerson(aPerson({ fields: { Title: 'CFO' } }), { Title: 'CTO' }, SHAPES, LATER);
    const back = editPerson(once, { Title: 'CFO ' }, SHAPES, NOW);
    expect([back.pending, back.pendingSince]).toEqual([{}, null]);
  });

  test('taken back stays pending where a push of it may still arrive', () => {
    const once = editPerson(aPerson({ fields: { Title: 'CFO' } }), { Title: 'CTO' }, SHAPES, LATER);
    const back = editPerson({ ...once, lease: lease({ Title: 'CTO' }) }, { Title: 'CFO' }, SHAPES, NOW);
    expect([back.pending, back.pendingSince]).toEqual([{ Title: 'CFO' }, LATER]);
  });

  test('taken back is not held by a push of other fields', () => {
    const once = editPerson(aPerson({ fields: { Title: 'CFO' } }), { Title: 'CTO' }, SHAPES, LATER);
    const back = editPerson({ ...once, lease: lease({ Email: 'a@x.org' }) }, { Title: 'CFO' }, SHAPES, NOW);
    expect(back.pending).toEqual({});
  });

  test('wakes a parked person', () => {
    const parked = rejectPerson(aPerson({ fields: { Title: 'x' } }), REJECTION, { Title: 'x' }, LATER);
    expect(rejectPerson(parked, REJECTION, { Title: 'x' }, LATER)).toBe(parked);
    expect(rejectPerson(parked, { ...REJECTION, code: 'OTHER' }, { Title: 'x' }, LATER).log.recent).toHaveLength(2);
    expect(editPerson(parked, { Title: 'y' }, SHAPES, NOW).rejection).toBeNull();
    expect(editPerson(parked, { Title: 'x' }, SHAPES, NOW).rejection).not.toBeNull();
  });

  test('never changes what Salesforce is known to have held', () => {
    fc.assert(
      fc.property(wholeFields, fc.array(someFields, { maxLength: 4 }), (base, edits) => {
        const start = personOfRow(aRow(base), NOW);
        const end = edits.reduce((person, each) => editPerson(person, each, SHAPES, NOW), start);
        for (const field in base) {
          expect(sameValue(SHAPES[field], baseValue(end, field) ?? null, base[field] ?? null)).toBe(true);
          const differs = !sameValue(SHAPES[field], end.fields[field] ?? null, base[field] ?? null);
          expect(field in end.pending).toBe(differs);
        }
        expect(end.pendingSince).toBe(hasPending(end) ? NOW : null);
      }),
    );
  });
});

test('a rejection parks the person and is told once, with the values that were refused', () => {
  const parked = rejectPerson(aPerson({ fields: { Title: 'x' } }), REJECTION, { Title: 'x' }, NOW);
  expect(parked.rejection).toMatchObject({ ...REJECTION, at: NOW });
  expect(parked.fields).toEqual({ Title: 'x' });
  expect(parked.log.recent).toEqual([
    { type: 'rejected', direction: 'push', detail: { ...REJECTION, values: { Title: 'x' } }, seq: 0, at: NOW },
  ]);
});

test('a person that was let try again, and is refused in the same words, is parked once more and tells nothing new', () => {
  const parked = rejectPerson(aPerson({ fields: { Title: 'x' } }), REJECTION, { Title: 'x' }, NOW);
  const again = rejectPerson({ ...parked, rejection: null }, REJECTION, { Title: 'x' }, LATER);
  expect(again.rejection).toMatchObject({ ...REJECTION, at: LATER });
  expect(again.log).toEqual(parked.log);
  expect(rejectPerson({ ...parked, rejection: null }, REJECTION, { Title: 'y' }, LATER).log.recent).toHaveLength(2);
});

test('what happened stands in the log with the time of the change', () => {
  const person = logged(aPerson(), [{ type: 'created', direction: null, detail: { source: 'api' } }], NOW);
  expect([person.updatedAt, person.log.next]).toEqual([NOW, 1]);
});

test('the time of the first pending edit is kept while any edit waits', () => {
  expect(withPending(aPerson(), NOW).pendingSince).toBeNull();
  expect(withPending(aPerson({ pending: { Title: null } }), NOW).pendingSince).toBe(NOW);
  expect(withPending(aPerson({ pending: { Title: null }, pendingSince: LATER }), NOW).pendingSince).toBe(LATER);
  expect(withPending(aPerson({ pendingSince: LATER }), NOW).pendingSince).toBeNull();
});

test('a create sends only fields that say something', () => {
  const fields = { Title: '', Email: 'a@x.org', Vip__c: false, Score__c: 0 };
  expect(nonEmptyFields(fields, SHAPES)).toEqual({ Email: 'a@x.org', Score__c: 0 });
});

describe('texts that are cut on their way to Salesforce', () => {
  test('are cut here too, and the log says why', () => {
    const person = aPerson({ fields: { Title: 'Chief of All' }, pending: { Title: 'CTO' } });
    const cut = cutFields(person, { Title: 'Chief' }, SHAPES, LATER);
    expect(cut).toMatchObject({ fields: { Title: 'Chief' }, pending: { Title: 'CTO' } });
    const changes = [{ field: 'Title', from: 'Chief of All', to: 'Chief' }];
    expect(cut.log.recent.at(-1)).toMatchObject({
      type: 'fieldsChanged',
      direction: 'push',
      detail: { changes, reason: 'tooLong' },
    });
  });

  test('have nothing left to push where the base is what remains', () => {
    const person = aPerson({ fields: { Title: 'CTO and more' }, pending: { Title: 'CTO' } });
    expect(pendingEdits(person)).toEqual({ Title: 'CTO and more' });
    expect(pendingEdits(cutFields(person, { Title: 'CTO' }, SHAPES, LATER))).toEqual({});
    expect(pendingEdits({ ...person, fields: {} })).toEqual({ Title: null });
  });
});
