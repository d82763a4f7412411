import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Conflict, FieldChange, Winner } from '../../lib/person/activity.ts';
import { editPerson, personOfRow } from '../../lib/person/edit-person.ts';
import { type Fields, type FieldValue, sameValue } from '../../lib/person/field-value.ts';
import { mergeRow, type OwnPush, type RowMerge } from '../../lib/person/merge-row.ts';
import { baseValue, type Person } from '../../lib/person/person.ts';
import { type Row, successorOf } from '../../lib/person/row.ts';
import { whole } from '../fakes/whole-value.ts';
import { FIELD_NAMES, someFields, wholeFields } from './arbitraries.ts';
import {
  aRow,
  CONTACT_ID,
  EARLIER,
  LATER,
  NOW,
  OTHER_LEAD_ID,
  personAfter,
  SHAPES,
  STAMP,
  someRules,
} from './builders.ts';

const RUNS = { numRuns: 1000 };
const winner: fc.Arbitrary<Winner> = fc.constantFrom('local', 'remote');
const laterStamp = fc.constantFrom(STAMP, LATER);

/** A base, edits on both sides, and what may be known of a push of ours. */
const meeting = fc.record({
  base: wholeFields,
  local: someFields,
  remote: someFields,
  stamp: laterStamp,
  winner,
  sent: fc.option(fc.record({ values: someFields, settled: fc.boolean() }), { nil: undefined }),
});

/** Whom the row meets: in step with `base` but for the edits here. */
function personWith(base: Fields, local: Fields): Person {
  return editPerson(personOfRow(aRow(base, { systemModstamp: STAMP }), NOW), local, SHAPES, NOW);
}

const rowWith = (base: Fields, remote: Fields, over: Partial<Row> = {}): Row => aRow({ ...base, ...remote }, over);
const rulesFor = (side: Winner) => someRules({ winnerOf: () => side });
const value = (fields: Fields, field: string): FieldValue => fields[field] ?? null;
const same = (field: string, left: FieldValue, right: FieldValue): boolean => sameValue(SHAPES[field], left, right);

function expectSame(left: Fields, right: Fields): void {
  for (const field of FIELD_NAMES) {
    expect([field, left, right, same(field, value(left, field), value(right, field))]).toEqual([
      field,
      left,
      right,
      true,
    ]);
  }
}

function conflictsOf(merge: RowMerge): readonly Conflict[] {
  return merge.kind === 'merged' ? merge.conflicts : [];
}

function changesOf(merge: RowMerge): FieldChange[] {
  if (merge.kind !== 'merged') return [];
  return merge.happenings.flatMap((each) => (each.type === 'fieldsChanged' ? each.detail.changes : []));
}

function deepFrozen<Value>(given: Value): Value {
  if (typeof given === 'object' && given !== null) Object.values(Object.freeze(given)).forEach(deepFrozen);
  return given;
}

describe('one row meets one person', () => {
  test('base against itself changes nothing', () => {
    fc.assert(
      fc.property(wholeFields, laterStamp, (base, systemModstamp) => {
        const person = personWith(base, {});
        const merge = mergeRow(person, aRow(base, { systemModstamp }), someRules());
        expect(merge.kind).toBe(systemModstamp === STAMP ? 'unchanged' : 'touched');
        expect(personAfter(person, merge).fields).toBe(person.fields);
        expect(personAfter(person, merge).pending).toBe(person.pending);
      }),
      RUNS,
    );
  });

  test('changed on one side only, that side stands', () => {
    fc.assert(
      fc.property(meeting, ({ base, local, remote, stamp, winner: side }) => {
        const row = rowWith(base, remote, { systemModstamp: stamp });
        const untouched = personWith(base, {});
        const pulled = mergeRow(untouched, row, rulesFor(side));
        expectSame(personAfter(untouched, pulled).fields, row.fields);
        expect([personAfter(untouched, pulled).pending, conflictsOf(pulled)]).toEqual([{}, []]);

        const edited = personWith(base, local);
        const kept = mergeRow(edited, aRow(base, { systemModstamp: stamp }), rulesFor(side));
        expect(['unchanged', 'touched']).toContain(kept.kind);
        expect(personAfter(edited, kept)).toMatchObject({ fields: edited.fields, pending: edited.pending });
      }),
      RUNS,
    );
  });

  test('changed alike on both sides, there is no conflict and nothing to push', () => {
    fc.assert(
      fc.property(wholeFields, someFields, winner, (base, edits, side) => {
        const person = personWith(base, edits);
        const merge = mergeRow(person, rowWith(base, edits), rulesFor(side));
        expect(conflictsOf(merge)).toEqual([]);
        expect([personAfter(person, merge).pending, changesOf(merge)]).toEqual([{}, []]);
      }),
      RUNS,
    );
  });

  test('edits of different fields are both kept', () => {
    fc.assert(
      fc.property(meeting, ({ base, local, remote, winner: side }) => {
        const elsewhere = Object.fromEntries(Object.entries(remote).filter(([field]) => !(field in local)));
        const person = personWith(base, local);
        const merge = mergeRow(person, rowWith(base, elsewhere), rulesFor(side));
        expect(conflictsOf(merge)).toEqual([]);
        expectSame(personAfter(person, merge).fields, { ...base, ...local, ...elsewhere });
        expect(personAfter(person, merge).pending).toEqual(person.pending);
      }),
      RUNS,
    );
  });

  test('a conflict is a field that differs three ways, and only that', () => {
    fc.assert(
      fc.property(meeting, ({ base, local, remote, winner: side }) => {
        const person = personWith(base, local);
        const row = rowWith(base, remote);
        const differing = FIELD_NAMES.filter((field) => {
          const [b, l, r] = [value(base, field), value(person.fields, field), value(row.fields, field)];
          return !same(field, b, l) && !same(field, b, r) && !same(field, l, r);
        });
        const expected = differing.map((field) => ({
          field,
          local: value(person.fields, field),
          remote: value(row.fields, field),
          winner: side,
        }));
        const found = [...conflictsOf(mergeRow(person, row, rulesFor(side)))];
        expect(found.sort((a, b) => (a.field < b.field ? -1 : 1))).toEqual(
          expected.sort((a, b) => (a.field < b.field ? -1 : 1)),
        );
      }),
      RUNS,
    );
  });

  test('sides swapped and the policy mirrored, the same values come out', () => {
    fc.assert(
      fc.property(meeting, ({ base, local, remote }) => {
        const person = personWith(base, local);
        const mirrored = personWith(base, remote);
        const ours = mergeRow(person, rowWith(base, remote), rulesFor('local'));
        const theirs = mergeRow(mirrored, rowWith(base, local), rulesFor('remote'));
        expectSame(personAfter(person, ours).fields, personAfter(mirrored, theirs).fields);
        const fieldsInConflict = [ours, theirs].map((merge) =>
          conflictsOf(merge)
            .map((each) => each.field)
            .sort(),
        );
        expect(fieldsInConflict[0]).toEqual(fieldsInConflict[1]);
      }),
      RUNS,
    );
  });

  test('an older row changes nothing', () => {
    fc.assert(
      fc.property(meeting, ({ base, local, remote, sent }) => {
        const merge = mergeRow(
          personWith(base, local),
          rowWith(base, remote, { systemModstamp: EARLIER }),
          someRules(),
          sent,
        );
        expect(merge).toEqual({ kind: 'stale' });
      }),
    );
  });
});

/** A row of the same Lead, or one that the person goes over to. */
const anyRow = fc.constantFrom<Partial<Row>>(
  {},
  { isDeleted: true },
  { isConverted: true, convertedContactId: CONTACT_ID },
  { type: 'Contact', id: CONTACT_ID },
  { ownerId: '005000000000001AAA' },
);
const everyMeeting = fc.record({ meeting, over: anyRow, linked: fc.constantFrom('linked', 'never', 'deleted') });

/** All that may come together: every kind of link, row and push. */
function anyMerge(given: typeof everyMeeting extends fc.Arbitrary<infer Given> ? Given : never): {
  readonly person: Person;
  readonly row: Row;
  readonly own: OwnPush | undefined;
  readonly merge: RowMerge;
} {
  const { base, local, remote, stamp, sent, winner: side } = given.meeting;
  const linked = personWith(base, local);
  const over = { systemModstamp: stamp, ...given.over };
  const persons: Record<typeof given.linked, [Person, Row]> = {
    linked: [linked, rowWith(base, remote, over)],
    never: [{ ...linked, salesforce: null, pending: {} }, rowWith(base, remote, over)],
    deleted: [
      { ...linked, salesforce: linked.salesforce && { ...linked.salesforce, isDeleted: true } },
      rowWith(base, remote, { id: OTHER_LEAD_ID, ...over }),
    ],
  };
  const [person, row] = deepFrozen(persons[given.linked]);
  return { person, row, own: sent, merge: mergeRow(person, row, rulesFor(side), sent) };
}

describe('whatever row meets whatever person, with or without a push of ours', () => {
  test('merging the same row again changes nothing', () => {
    fc.assert(
      fc.property(everyMeeting, (given) => {
        const { person, row, own, merge } = anyMerge(given);
        if (merge.kind === 'stale') return;
        const next = personAfter(person, merge);
        const rules = rulesFor(given.meeting.winner);
        expect(mergeRow(next, row, rules, own)).toEqual({ kind: 'unchanged' });
        expect(mergeRow(next, row, rules)).toEqual({ kind: 'unchanged' });
      }),
      RUNS,
    );
  });

  test('base is then the row, in every field of it, and so are its stamp and its state', () => {
    fc.assert(
      fc.property(everyMeeting, (given) => {
        const { person, row, merge } = anyMerge(given);
        if (merge.kind === 'stale') return;
        const next = personAfter(person, merge);
        for (const field in row.fields) {
          expect(same(field, baseValue(next, field) ?? null, value(row.fields, field))).toBe(true);
        }
        const { type, id, systemModstamp, isDeleted, isConverted, ownerId } = row;
        const successor = successorOf(row) ?? undefined;
        const state = { systemModstamp, isDeleted, isConverted, successor, ownerId };
        expect(next.salesforce).toEqual({ type, id, ...state });
      }),
      RUNS,
    );
  });

  test('every value that comes out went in', () => {
    fc.assert(
      fc.property(everyMeeting, (given) => {
        const { person, row, own, merge } = anyMerge(given);
        const next = personAfter(person, merge);
        for (const field of FIELD_NAMES) {
          const values = [person.fields, row.fields].map((fields) => value(fields, field));
          expect(values).toContain(value(next.fields, field));
          const bases = [null, value(row.fields, field), value(person.pending, field), value(own?.values ?? {}, field)];
          if (field in next.pending) expect(bases).toContain(next.pending[field]);
        }
      }),
      RUNS,
    );
  });

  test('every difference in fields is told once, and nothing is told that did not happen', () => {
    fc.assert(
      fc.property(everyMeeting, (given) => {
        const { person, merge } = anyMerge(given);
        const next = personAfter(person, merge);
        const told = [
          ...changesOf(merge),
          ...conflictsOf(merge)
            .filter((conflict) => conflict.winner === 'remote')
            .map(({ field, local, remote }) => ({ field, from: local, to: remote })),
        ];
        const happened = FIELD_NAMES.filter(
          (field) => !same(field, value(person.fields, field), value(next.fields, field)),
        ).map((field) => ({ field, from: value(person.fields, field), to: value(next.fields, field) }));
        const byField = (a: FieldChange, b: FieldChange) => (a.field < b.field ? -1 : 1);
        expect(told.sort(byField)).toEqual(happened.sort(byField));
        if (merge.kind === 'merged') expect(merge.pulled).toEqual(changesOf(merge).map((change) => change.field));
      }),
      RUNS,
    );
  });

  test('a local edit is lost only to a remote edit, and never silently', () => {
    fc.assert(
      fc.property(everyMeeting, (given) => {
        const { person, row, own, merge } = anyMerge(given);
        const next = personAfter(person, merge);
        for (const field in person.pending) {
          if (same(field, value(person.fields, field), value(next.fields, field))) continue;
          const sent = own?.settled ? own.values[field] : undefined;
          const ours = sent !== undefined && same(field, sent, value(person.fields, field));
          const lostTo = conflictsOf(merge).find((conflict) => conflict.field === field);
          expect(
            ours || (lostTo?.winner === 'remote' && same(field, whole(lostTo.remote), value(row.fields, field))),
          ).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('a push of ours', () => {
  test('settled: what was not edited since is what Salesforce made of it, and what was edited waits on it', () => {
    fc.assert(
      fc.property(meeting, someFields, ({ base, local, remote, winner: side }, since) => {
        const pushed = personWith(base, local);
        const own = { values: pick(pushed.fields, Object.keys(pushed.pending)), settled: true };
        const now = editPerson(pushed, since, SHAPES, NOW);
        const row = rowWith(base, { ...own.values, ...pick(remote, Object.keys(own.values)) });
        const merge = mergeRow(now, row, rulesFor(side), own);
        const next = personAfter(now, merge);
        for (const field of Object.keys(own.values)) {
          const editedSince = !same(field, value(now.fields, field), value(own.values, field));
          const expected = editedSince ? now.fields : row.fields;
          expect(same(field, value(next.fields, field), value(expected, field))).toBe(true);
          const differs = !same(field, value(next.fields, field), value(row.fields, field));
          expect(field in next.pending).toBe(differs);
        }
        // A conflict only where the row holds neither what was sent nor base, under an edit made since.
        for (const { field, remote: theirs, winner: won } of conflictsOf(merge)) {
          expect(won).toBe('local');
          expect(same(field, whole(theirs), value(row.fields, field))).toBe(true);
          expect(same(field, value(row.fields, field), value(own.values, field))).toBe(false);
          expect(same(field, value(next.fields, field), value(now.fields, field))).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test('unsettled: the row that holds it is no conflict, and edits made while it was under way stay pending', () => {
    fc.assert(
      fc.property(wholeFields, someFields, someFields, winner, (base, local, since, side) => {
        const pushed = personWith(base, local);
        const attempt = pick(pushed.fields, Object.keys(pushed.pending));
        const leased = { ...pushed, lease: { owner: 'w1', expiresAt: NOW, attempt } };
        const now = editPerson(leased, since, SHAPES, NOW);

        const unseen = mergeRow(now, aRow(base), rulesFor(side), { values: attempt, settled: false });
        expect(['touched', 'merged']).toContain(unseen.kind);
        expect(conflictsOf(unseen)).toEqual([]);
        expectSame(personAfter(now, unseen).fields, now.fields);

        const seen = mergeRow(personAfter(now, unseen), rowWith(base, attempt), rulesFor(side), {
          values: attempt,
          settled: false,
        });
        expect(conflictsOf(seen)).toEqual([]);
        const next = personAfter(now, seen);
        expectSame(next.fields, now.fields);
        for (const field in attempt) {
          const differs = !same(field, value(now.fields, field), value(attempt, field));
          expect(field in next.pending).toBe(differs);
        }
      }),
      RUNS,
    );
  });

  test('over a remote edit that wins: the remote value is pushed back', () => {
    fc.assert(
      fc.property(meeting, ({ base, local, remote }) => {
        const pushed = personWith(base, local);
        const own = { values: pick(pushed.fields, Object.keys(pushed.pending)), settled: true };
        const before = mergeRow(pushed, rowWith(base, remote), rulesFor('remote'));
        const read = personAfter(pushed, before);
        const after = mergeRow(read, rowWith(base, { ...remote, ...own.values }), rulesFor('remote'), own);
        const next = personAfter(read, after);
        expectSame(next.fields, read.fields);
        for (const { field, remote: theirs } of conflictsOf(before)) {
          expect(same(field, value(next.fields, field), whole(theirs))).toBe(true);
          expect(same(field, value(next.pending, field), value(own.values, field))).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

function pick(fields: Fields, names: readonly string[]): Record<string, FieldValue> {
  return Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, value(fields, name)]));
}
