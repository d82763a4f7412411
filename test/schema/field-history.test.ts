import { describe, expect, test } from 'vitest';
import type { DescribedField } from '../../lib/schema/describe.ts';
import {
  followingSchema,
  NO_HISTORY,
  type RememberedSchema,
  schemaProblems,
  withAccepted,
} from '../../lib/schema/field-history.ts';
import { described, policyWith, schemaOf } from './builders.ts';

const NOW = '2026-11-21T10:00:00.000Z';
const LATER = '2026-11-21T11:00:00.000Z';
const text = described('A__c');
const number = described('A__c', { type: 'double', scale: 2 });
const schema = (...fields: DescribedField[]) => schemaOf('Lead', fields);
const pushOnly = (...fields: DescribedField[]) => schemaOf('Lead', fields, policyWith({ pushOnly: ['A__c'] }));

/** The schema after these describes, an hour apart. */
function describedAs(...descriptions: ReturnType<typeof schema>[]): RememberedSchema {
  let stored: RememberedSchema | undefined;
  descriptions.forEach((each, hour) => {
    stored = followingSchema(stored, each, new Date(Date.parse(NOW) + hour * 3_600_000).toISOString());
    // What is owed is planned between two describes.
    if (hour < descriptions.length - 1) stored = { ...stored, history: { ...stored.history, owed: {}, changed: [] } };
  });
  if (stored === undefined) throw new Error('no description');
  return stored;
}

describe('the schema that follows', () => {
  test.each([
    ['owes nothing at first', describedAs(schema(text)), {}],
    ['owes the filled rows of a field never seen', describedAs(schema(), schema(text)), { A__c: 'filled' }],
    ['owes nothing of one that is only pushed', describedAs(schema(), pushOnly(text)), {}],
    ['owes nothing of one that goes on', describedAs(schema(text), schema(text)), {}],
    ['owes all rows of one that is back', describedAs(schema(text), schema(), schema(text)), { A__c: 'all' }],
    ['owes all rows of one that is pulled from now on', describedAs(pushOnly(text), schema(text)), { A__c: 'all' }],
    [
      'owes all rows of one that has its type back',
      describedAs(schema(text), schema(number), schema(text)),
      { A__c: 'all' },
    ],
    ['owes nothing of one whose type changed', describedAs(schema(text), schema(number)), {}],
  ])('%s', (_, { history }, owed) => expect(history.owed).toEqual(owed));

  test('goes on owing what nobody has planned yet', () => {
    const owing = followingSchema(describedAs(schema()), schema(text), NOW);
    expect(followingSchema(owing, schema(text), LATER).history.owed).toEqual({ A__c: 'filled' });
  });

  test.each([
    ['nothing at first', describedAs(schema(text)), []],
    ['nothing of a field that stays as it is', describedAs(schema(text), schema(text)), []],
    ['a field that is new', describedAs(schema(), schema(text)), ['A__c']],
    ['a length', describedAs(schema(text), schema({ ...text, length: 9 })), ['A__c']],
    ['a permission', describedAs(schema(text), schema({ ...text, updateable: false })), ['A__c']],
    ['a setting', describedAs(pushOnly(text), schema(text)), ['A__c']],
    ['a type', describedAs(schema(text), schema(number)), ['A__c']],
    ['nothing of a field that is gone', describedAs(schema(text), schema()), []],
  ])('tells what has changed: %s', (_, { history }, changed) => expect(history.changed).toEqual(changed));

  test('goes on telling what changed, until somebody has dealt with that', () => {
    const changed = followingSchema(describedAs(schema(text)), schema({ ...text, length: 9 }), NOW);
    expect(followingSchema(changed, schema({ ...text, length: 9 }), LATER).history.changed).toEqual(['A__c']);
    expect(followingSchema(changed, schema(), LATER).history.changed).toEqual([]);
  });

  test('keeps in mind what is gone, since when, and as what', () => {
    const gone = { A__c: { type: 'string', shape: { kind: 'text' }, since: LATER } };
    expect(describedAs(schema(text), schema()).history.gone).toEqual(gone);
    expect(describedAs(schema(text), schema(), schema()).history.gone).toEqual(gone);
    expect(describedAs(schema(text), schema(), schema(text)).history.gone).toEqual({});
  });

  test('takes a field that comes back with another type for what it was', () => {
    const { schema: next, history } = describedAs(schema(text), schema(), schema(number));
    expect(history.quarantined.A__c).toMatchObject({ from: { type: 'string' }, field: { type: 'double' } });
    expect(next.fields.A__c).toMatchObject({ shape: { kind: 'text' }, pull: false, create: false, update: false });
  });

  test('keeps a quarantined field that goes away for what it was before', () => {
    const { history } = describedAs(schema(text), schema(number), schema());
    expect(history).toMatchObject({ quarantined: {}, gone: { A__c: { type: 'string' } } });
  });

  test('tells of a quarantine since when it stands, and of another new type anew', () => {
    const since = (remembered: RememberedSchema) => remembered.history.quarantined.A__c?.since;
    const date = described('A__c', { type: 'date' });
    expect(since(describedAs(schema(text), schema(number), schema(number)))).toBe(LATER);
    expect(since(describedAs(schema(text), schema(number), schema(date)))).toBe('2026-11-21T12:00:00.000Z');
  });
});

describe('a type that is accepted', () => {
  test('counts, and all rows are owed', () => {
    const accepted = withAccepted(describedAs(schema(text), schema(number)), 'A__c');
    expect(accepted?.schema.fields.A__c).toMatchObject({ shape: { kind: 'number', scale: 2 }, pull: true });
    expect(accepted?.schema.fields.A__c?.retyped).toBeUndefined();
    expect(accepted?.history).toEqual({ gone: {}, quarantined: {}, owed: { A__c: 'all' }, changed: ['A__c'] });
  });

  test.each(['A__c', 'constructor', 'B__c'])('is that of a field in quarantine: %s is none', (name) => {
    expect(withAccepted(describedAs(schema(text)), name)).toBeUndefined();
  });
});

describe('problems', () => {
  test('name each field that does not sync any more, what the policy leaves out excepted', () => {
    const gone = describedAs(schema(text), schema());
    expect(schemaProblems(gone, [])).toEqual([
      ...gone.schema.problems,
      `Lead.A__c has not been visible to the sync user since ${LATER}: its values are kept and do not sync; to remove them: POST /sync/fields/purge {"object":"Lead","field":"A__c"}`,
    ]);
    expect(schemaProblems(gone, ['A__c'])).toEqual(gone.schema.problems);
    const retyped = describedAs(schema(text), schema(number));
    expect(schemaProblems(retyped, []).slice(retyped.schema.problems.length)).toEqual([
      `Lead.A__c does not sync: its type changed from string to double, found ${LATER}; its values are kept; to accept the new type: POST /sync/fields/accept {"object":"Lead","field":"A__c"}`,
    ]);
    expect(schemaProblems({ schema: { ...schema(), problems: [] }, history: NO_HISTORY }, [])).toEqual([]);
  });
});
