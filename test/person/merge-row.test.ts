import { describe, expect, test } from 'vitest';
import type { FieldValue } from '../../lib/person/field-value.ts';
import { mergeRow, type OwnPush } from '../../lib/person/merge-row.ts';
import { baseValue } from '../../lib/person/person.ts';
import { aLink, aPerson, aRow, EARLIER, LATER, merged, SHAPES, STAMP, someRules } from './builders.ts';

const REMOTE_WINS = someRules({ winnerOf: () => 'remote' });

/** Somebody whose Title was `base` in Salesforce and is `local` here. */
function titled(base: FieldValue, local: FieldValue) {
  return aPerson({ fields: { Title: local }, pending: base === local ? {} : { Title: base } });
}

describe('the three-way table', () => {
  test('same | same: nothing', () => {
    expect(mergeRow(titled('b', 'b'), aRow({ Title: 'b' }, { systemModstamp: STAMP }), someRules())).toEqual({
      kind: 'unchanged',
    });
  });

  test('same | same in a newer state: only the stamp', () => {
    const person = titled('b', 'b');
    expect(mergeRow(person, aRow({ Title: 'b' }), someRules())).toEqual({
      kind: 'touched',
      person: { ...person, salesforce: aLink({ systemModstamp: LATER }) },
    });
  });

  test('changed | same: the remote value is taken and told', () => {
    const merge = merged(titled('b', 'b'), aRow({ Title: 'r' }));
    expect(merge.person).toMatchObject({ fields: { Title: 'r' }, pending: {}, salesforce: { systemModstamp: LATER } });
    expect(merge.happenings).toEqual([
      { type: 'fieldsChanged', direction: 'pull', detail: { changes: [{ field: 'Title', from: 'b', to: 'r' }] } },
    ]);
    expect([merge.pulled, merge.conflicts]).toEqual([['Title'], []]);
  });

  test('same | changed: the local value stays pending', () => {
    const person = titled('b', 'l');
    expect(mergeRow(person, aRow({ Title: 'b ' }), someRules())).toEqual({
      kind: 'touched',
      person: { ...person, salesforce: aLink({ systemModstamp: LATER }) },
    });
  });

  test('same | spelled otherwise: taken as it is spelled there, with nothing to tell', () => {
    const person = titled('b', 'b');
    const merge = merged(person, aRow({ Title: ' b' }), someRules());
    expect([merge.person.fields, merge.happenings, merge.pulled]).toEqual([{ Title: ' b' }, [], []]);
    const lines = { ...person, fields: { Title: 'a\nb' } };
    expect(mergeRow(lines, aRow({ Title: 'a\r\nb' }), someRules()).kind).toBe('touched');
  });

  test('changed | changed alike: agreed, nothing to push and nothing to tell', () => {
    const merge = merged(titled('b', 'same'), aRow({ Title: ' same' }));
    expect(merge.person).toMatchObject({ fields: { Title: ' same' }, pending: {} });
    expect([merge.happenings, merge.pulled, merge.conflicts]).toEqual([[], [], []]);
  });

  test('changed | changed, local wins: the local value stays and will be pushed over the remote one', () => {
    const merge = merged(titled('b', 'l'), aRow({ Title: 'r' }));
    const conflict = { field: 'Title', local: 'l', remote: 'r', winner: 'local' };
    expect(merge.person).toMatchObject({ fields: { Title: 'l' }, pending: { Title: 'r' } });
    expect(merge.happenings).toEqual([{ type: 'conflict', direction: 'pull', detail: conflict }]);
    expect([merge.pulled, merge.conflicts]).toEqual([[], [conflict]]);
  });

  test('changed | changed, remote wins: the remote value is taken and nothing is pushed', () => {
    const merge = merged(titled('b', 'l'), aRow({ Title: 'r' }), REMOTE_WINS);
    const conflict = { field: 'Title', local: 'l', remote: 'r', winner: 'remote' };
    expect(merge.person).toMatchObject({ fields: { Title: 'r' }, pending: {} });
    expect(merge.happenings).toEqual([{ type: 'conflict', direction: 'pull', detail: conflict }]);
    expect(merge.conflicts).toEqual([conflict]);
  });
});

describe('fields that only one side knows', () => {
  test('a field seen for the first time is taken', () => {
    const merge = merged(aPerson(), aRow({ Title: 'r' }));
    expect(merge.person.fields).toEqual({ Title: 'r' });
    expect(merge.happenings).toMatchObject([{ detail: { changes: [{ field: 'Title', from: null, to: 'r' }] } }]);
  });

  test('a field that the row does not show keeps its value and its pending edit', () => {
    const person = titled('b', 'l');
    expect(merged(person, aRow({ Email: 'a@x.org' })).person).toMatchObject({
      fields: { Title: 'l', Email: 'a@x.org' },
      pending: { Title: 'b' },
    });
  });

  test('an edit taken back counts as none: a remote value is taken and is no conflict', () => {
    const person = aPerson({ fields: { Title: 'b' }, pending: { Title: 'b' } });
    const merge = merged(person, aRow({ Title: 'r' }));
    expect(merge.person).toMatchObject({ fields: { Title: 'r' }, pending: {} });
    expect([merge.pulled, merge.conflicts]).toEqual([['Title'], []]);
  });

  test('the same where neither base nor value was ever known', () => {
    const merge = merged(aPerson({ pending: { Title: null } }), aRow({ Title: 'r' }));
    expect(merge.person).toMatchObject({ fields: { Title: 'r' }, pending: {} });
  });

  test('a value left undefined says nothing', () => {
    const fields = { Title: undefined } as unknown as Record<string, FieldValue>;
    expect(mergeRow(titled('b', 'b'), aRow(fields, { systemModstamp: STAMP }), someRules()).kind).toBe('unchanged');
  });
});

describe('rows that count and rows that do not', () => {
  test('a row older than base changes nothing', () => {
    const row = aRow({ Title: 'old' }, { systemModstamp: EARLIER });
    expect(mergeRow(titled('b', 'b'), row, someRules())).toEqual({ kind: 'stale' });
  });

  test('a row of the same second is merged', () => {
    expect(merged(titled('b', 'b'), aRow({ Title: 'r' }, { systemModstamp: STAMP })).person.fields.Title).toBe('r');
  });

  test.each([
    ['another Lead while ours lives', aLink(), aRow({}, { id: '00Q2' })],
    ['a Lead when the person is a Contact', aLink({ type: 'Contact', id: '0031' }), aRow({})],
    ['another row that is deleted', aLink({ isDeleted: true }), aRow({}, { id: '00Q2', isDeleted: true })],
    ['another row that is converted', null, aRow({}, { isConverted: true })],
  ])('%s is not this person’s', (_, salesforce, row) => {
    expect(mergeRow(aPerson({ salesforce }), row, someRules())).toEqual({ kind: 'stale' });
  });
});

describe('going over to a row', () => {
  test('a person who was never in Salesforce is linked, and what stands here waits to be pushed', () => {
    const person = aPerson({ salesforce: null, fields: { Title: 'l', Email: 'a@x.org', Score__c: null } });
    const merge = merged(person, aRow({ Title: null, Email: 'A@x.org', Score__c: 5, Vip__c: true }));
    expect(merge.person.salesforce).toEqual(aLink({ systemModstamp: LATER }));
    expect(merge.person.fields).toEqual({ Title: 'l', Email: 'A@x.org', Score__c: 5, Vip__c: true });
    expect(merge.person.pending).toEqual({ Title: null });
    expect(merge.happenings[0]).toEqual({
      type: 'linked',
      direction: 'pull',
      detail: { type: 'Lead', id: aRow({}).id },
    });
    expect(merge.pulled).toEqual(['Score__c', 'Vip__c']);
  });

  test('a value that may not be pushed gives way to the row’s', () => {
    const person = aPerson({ salesforce: null, fields: { Title: 'l' } });
    const merge = merged(person, aRow({ Title: 'r' }), someRules({ canPush: () => false }));
    expect([merge.person.fields, merge.person.pending, merge.conflicts]).toEqual([{ Title: 'r' }, {}, []]);
  });

  test('a value that only we hold and that is pushed without being pulled waits to be pushed', () => {
    const person = aPerson({ salesforce: null, fields: { Title: 'l' } });
    expect(merged(person, aRow({})).person.pending).toEqual({ Title: null });
  });

  test.each([
    ['a deleted one', aLink({ isDeleted: true }), 'linked'],
    ['a live Lead, by conversion', aLink(), 'converted'],
    ['a Lead whose conversion is in the log already', aLink({ isConverted: true }), 'linked'],
  ])('a Contact follows %s', (_, salesforce, type) => {
    const row = aRow({}, { type: 'Contact', id: '0031' });
    expect(merged(aPerson({ salesforce }), row).happenings).toEqual([
      { type, direction: 'pull', detail: { type: 'Contact', id: '0031' } },
    ]);
  });

  const contact = { type: 'Contact', id: '0031' } as const;

  test('an edit that waits goes over, with its base where the new row has the same', () => {
    const merge = merged(titled('b', 'l'), aRow({ Title: 'b' }, contact), REMOTE_WINS);
    expect([merge.person.fields, merge.person.pending, merge.conflicts]).toEqual([{ Title: 'l' }, { Title: 'b' }, []]);
  });

  test('after a conversion, what was not edited here gives way to what the Contact holds', () => {
    const merge = merged(titled('b', 'b'), aRow({ Title: 'r' }, contact));
    expect([merge.person.fields, merge.person.pending, merge.conflicts]).toEqual([{ Title: 'r' }, {}, []]);
  });

  test('after a conversion, what the Contact lacks is pushed to it', () => {
    const unedited = merged(titled('b', 'b'), aRow({ Title: null }, contact));
    const edited = merged(titled('b', 'l'), aRow({ Title: null }, contact), REMOTE_WINS);
    expect([unedited, edited].map((merge) => merge.person.pending)).toEqual([{ Title: null }, { Title: null }]);
    expect([unedited, edited].map((merge) => merge.person.fields.Title)).toEqual(['b', 'l']);
  });

  test('without a conversion, what stands here is an edit of an empty field', () => {
    const deleted = aPerson({ fields: { Title: 'l' }, salesforce: aLink({ isDeleted: true }) });
    expect(merged(deleted, aRow({ Title: 'r' }, { id: '00Q2' })).conflicts).toEqual([
      { field: 'Title', local: 'l', remote: 'r', winner: 'local' },
    ]);
  });

  test('a value cleared here stays cleared and is pushed', () => {
    const merge = merged(titled('b', null), aRow({ Title: 'b' }, contact));
    expect([merge.person.fields, merge.person.pending, merge.conflicts]).toEqual([{ Title: null }, { Title: 'b' }, []]);
  });

  test('a value cleared here that the new row does not have either needs no push', () => {
    const merge = merged(titled('b', null), aRow({ Title: null }, contact));
    expect([merge.person.fields, merge.person.pending]).toEqual([{ Title: null }, {}]);
  });

  test('a value cleared here that the new row holds otherwise is a conflict', () => {
    expect(merged(titled('b', null), aRow({ Title: 'r' }, contact)).conflicts).toEqual([
      { field: 'Title', local: null, remote: 'r', winner: 'local' },
    ]);
  });
});

describe('what becomes of the row', () => {
  test('a new owner is kept and not told', () => {
    const merge = merged(aPerson(), aRow({}, { ownerId: '0051' }));
    expect([merge.person.salesforce?.ownerId, merge.happenings]).toEqual(['0051', []]);
  });

  test.each([
    ['deleted', aLink(), aRow({}, { isDeleted: true }), ['deletedInSalesforce']],
    ['undeleted', aLink({ isDeleted: true }), aRow({}), ['undeleted']],
    ['converted', aLink(), aRow({}, { isConverted: true, convertedContactId: '0031' }), ['converted']],
    ['converted into a Contact that is hidden', aLink(), aRow({}, { isConverted: true }), ['converted']],
    [
      'converted, then deleted',
      aLink(),
      aRow({}, { isConverted: true, isDeleted: true }),
      ['deletedInSalesforce', 'converted'],
    ],
  ])('%s is told once', (_, salesforce, row, types) => {
    const merge = merged(aPerson({ salesforce }), row);
    expect(merge.happenings.map((each) => each.type)).toEqual(types);
    expect(mergeRow(merge.person, row, someRules())).toEqual({ kind: 'unchanged' });
  });

  test.each([
    ['the Contact that it became, deleted', '0031', { isDeleted: true }, 'merged'],
    ['another Contact that is deleted, such as that of an earlier conversion', '0032', { isDeleted: true }, 'stale'],
    ['another Contact, found for it', '0032', {}, 'merged'],
  ])('a converted Lead and %s', (_, id, over, kind) => {
    const { person } = merged(aPerson(), aRow({}, { isConverted: true, convertedContactId: '0031' }));
    expect(mergeRow(person, aRow({}, { type: 'Contact', id, ...over }), someRules()).kind).toBe(kind);
  });

  test('a conversion names the Contact, or the Lead where the Contact is hidden', () => {
    const details = [null, '0031'].map((convertedContactId) => {
      const [told] = merged(aPerson(), aRow({}, { isConverted: true, convertedContactId })).happenings;
      return told?.detail;
    });
    expect(details).toEqual([
      { type: 'Lead', id: aRow({}).id },
      { type: 'Contact', id: '0031' },
    ]);
  });
});

describe('our own push coming back', () => {
  const push = (value: FieldValue, settled: boolean): OwnPush => ({ values: { Title: value }, settled });

  test('settled and kept as sent: in step, nothing to tell', () => {
    const merge = merged(titled('b', 'l'), aRow({ Title: 'l' }), someRules(), push('l', true));
    expect([merge.person.fields, merge.person.pending, merge.happenings]).toEqual([{ Title: 'l' }, {}, []]);
  });

  test('settled and changed by Salesforce: its value is taken and told, and is no conflict', () => {
    const merge = merged(titled('b', 'l'), aRow({ Title: 'L' }), someRules(), push('l', true));
    expect([merge.person.fields, merge.person.pending, merge.conflicts]).toEqual([{ Title: 'L' }, {}, []]);
    expect(merge.pulled).toEqual(['Title']);
  });

  test.each([someRules(), REMOTE_WINS])(
    'settled, and edited here since: the edit waits on what Salesforce holds',
    (rules) => {
      const merge = merged(titled('b', 'newer'), aRow({ Title: 'L' }), rules, push('l', true));
      expect([merge.person.fields, merge.person.pending]).toEqual([{ Title: 'newer' }, { Title: 'L' }]);
      // Whether automation or a user made it of our push, the edit overwrites it.
      expect(merge.conflicts).toEqual([{ field: 'Title', local: 'newer', remote: 'L', winner: 'local' }]);
      const again = mergeRow(merge.person, aRow({ Title: 'L' }), rules, push('l', true));
      expect(again.kind).toBe('unchanged');
    },
  );

  test('settled as sent, and edited here since: no conflict', () => {
    const merge = merged(titled('b', 'newer'), aRow({ Title: 'l' }), someRules(), push('l', true));
    expect([merge.person.pending, merge.conflicts]).toEqual([{ Title: 'l' }, []]);
  });

  test('settled, and never read back: what was sent is base', () => {
    const merge = merged(titled('b', 'l'), aRow({}), someRules(), push('l', true));
    expect([merge.person.fields, merge.person.pending, merge.happenings]).toEqual([{ Title: 'l' }, {}, []]);
    const edited = merged(titled('b', 'newer'), aRow({}), someRules(), push('l', true));
    expect(edited.person.pending).toEqual({ Title: 'l' });
  });

  test('settled, of a field that was never known here: Salesforce’s value is taken', () => {
    const merge = merged(aPerson(), aRow({ Title: 'r' }), someRules(), push(null, true));
    expect(merge.person.fields).toEqual({ Title: 'r' });
  });

  test('unsettled, and the row holds exactly that: in step, no conflict', () => {
    const merge = merged(titled('b', 'l'), aRow({ Title: 'l ' }), someRules(), push('l', false));
    expect([merge.person.fields, merge.person.pending, merge.conflicts]).toEqual([{ Title: 'l ' }, {}, []]);
  });

  test('unsettled, and edited here since: no conflict, and the edit waits', () => {
    const merge = merged(titled('b', 'newer'), aRow({ Title: 'l' }), REMOTE_WINS, push('l', false));
    expect([merge.person.fields, merge.person.pending, merge.conflicts]).toEqual([
      { Title: 'newer' },
      { Title: 'l' },
      [],
    ]);
  });

  test('unsettled, and the row holds base still: the edit waits', () => {
    const merge = mergeRow(titled('b', 'l'), aRow({ Title: 'b' }), someRules(), push('l', false));
    expect(merge).toMatchObject({ kind: 'touched', person: { pending: { Title: 'b' } } });
  });

  test('unsettled and never seen: the edit waits', () => {
    const merge = mergeRow(titled('b', 'l'), aRow({}), someRules(), push('l', false));
    expect(merge).toMatchObject({ kind: 'touched', person: { pending: { Title: 'b' } } });
  });

  test('unsettled, and the row holds something else: a conflict', () => {
    const merge = merged(titled('b', 'l'), aRow({ Title: 'r' }), someRules(), push('l', false));
    expect(merge.conflicts).toHaveLength(1);
  });

  test('an edit taken back while its push may arrive stands against it, before and after it arrives', () => {
    const takenBack = aPerson({ fields: { Title: 'b' }, pending: { Title: 'b' } });
    const before = mergeRow(takenBack, aRow({ Title: 'b' }), someRules(), push('l', false));
    expect(before).toMatchObject({ kind: 'touched', person: { pending: { Title: 'b' } } });
    const after = merged(takenBack, aRow({ Title: 'l' }), someRules(), push('l', false));
    expect(after.person).toMatchObject({ fields: { Title: 'b' }, pending: { Title: 'l' } });
  });

  test('an edit taken back, then changed in Salesforce, stands against our push as it arrives', () => {
    const takenBack = aPerson({ fields: { Title: 'b' }, pending: { Title: 'b' } });
    const taken = merged(takenBack, aRow({ Title: 'r' }), someRules(), push('l', false));
    const arrived = merged(taken.person, aRow({ Title: 'l' }), someRules(), push('l', false));
    expect(arrived.person).toMatchObject({ fields: { Title: 'r' }, pending: { Title: 'l' } });
  });

  test('a remote edit that our push ran over, and that wins, is pushed back', () => {
    const before = merged(titled('b', 'l'), aRow({ Title: 'r' }), REMOTE_WINS);
    expect(before.person).toMatchObject({ fields: { Title: 'r' }, pending: {} });
    const after = merged(before.person, aRow({ Title: 'l' }), REMOTE_WINS, push('l', true));
    expect(after.person).toMatchObject({ fields: { Title: 'r' }, pending: { Title: 'l' } });
    expect(after.conflicts).toEqual([]);
  });

  test('read once more, while an edit made since waits, changes nothing', () => {
    for (const settled of [true, false]) {
      const row = aRow({ Title: 'l' });
      const once = merged(titled('b', 'newer'), row, someRules(), push('l', settled));
      expect(mergeRow(once.person, row, someRules(), push('l', settled))).toEqual({ kind: 'unchanged' });
    }
  });

  test('fields that were not pushed merge as ever', () => {
    const person = aPerson({ fields: { Title: 'l', Email: 'a@x.org' }, pending: { Title: 'b' } });
    const merge = merged(person, aRow({ Title: 'l', Email: 'b@x.org' }), someRules(), push('l', true));
    expect(merge.person).toMatchObject({ fields: { Title: 'l', Email: 'b@x.org' }, pending: {} });
    expect(baseValue(merge.person, 'Email')).toBe('b@x.org');
  });
});

test('conflicts are decided field by field', () => {
  const person = aPerson({ fields: { Title: 'l', Email: 'l@x.org' }, pending: { Title: 'b', Email: 'b@x.org' } });
  const rules = someRules({ shapes: SHAPES, winnerOf: (field) => (field === 'Title' ? 'remote' : 'local') });
  const merge = merged(person, aRow({ Title: 'r', Email: 'r@x.org' }), rules);
  expect(merge.person).toMatchObject({ fields: { Title: 'r', Email: 'l@x.org' }, pending: { Email: 'r@x.org' } });
});
