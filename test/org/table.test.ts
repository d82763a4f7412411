import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../sandbox/org/soql/source.ts';
import { Table } from '../sandbox/org/store/table.ts';

type Step =
  | { readonly kind: 'put'; readonly id: number; readonly second: number; readonly email: string | null }
  | { readonly kind: 'remove'; readonly id: number }
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'read'; readonly from: number | undefined; readonly to: number | undefined };

const second = fc.integer({ min: 0, max: 12 });
const bound = fc.option(second, { nil: undefined });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      id: fc.integer({ min: 0, max: 40 }),
      second,
      email: fc.constantFrom('A@x', 'a@x', 'b@x', null),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), id: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rebuild' } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), from: bound, to: bound }) },
);

const stampOf = (at: number | undefined) => (at === undefined ? undefined : String(at).padStart(2, '0'));

function keyOf(row: Row): string {
  return `${String(row.SystemModstamp)} ${String(row.Id)} ${String(row.Email)} ${String(row.Version)}`;
}

/** What a plain list would answer. */
function expected(model: ReadonlyMap<string, Row>, from: string | undefined, to: string | undefined): string[] {
  const inside = [...model.values()].filter(({ SystemModstamp: stamp }) => {
    const text = String(stamp);
    return (from === undefined || text >= from) && (to === undefined || text < to);
  });
  return inside.map(keyOf).toSorted();
}

describe('the table', () => {
  it('reads what a plain list would, in order, and a reader goes on with what was there when it began', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new Table('Lead');
        const model = new Map<string, Row>();
        const readers: { rows: Iterable<Row>; expected: string[] }[] = [];
        let version = 0;
        for (const one of steps) {
          version += 1;
          if (one.kind === 'put') {
            const Id = `id${String(one.id).padStart(2, '0')}`;
            const row = { Id, SystemModstamp: stampOf(one.second) ?? '', Email: one.email, Version: version };
            table.put(row);
            model.set(Id, row);
          } else if (one.kind === 'remove') {
            const Id = `id${String(one.id).padStart(2, '0')}`;
            table.remove(Id);
            model.delete(Id);
          } else if (one.kind === 'rebuild') {
            table.rebuild((row) => ({ ...row }));
          } else {
            const [from, to] = [stampOf(one.from), stampOf(one.to)];
            readers.push({ rows: table.between(from, to), expected: expected(model, from, to) });
          }
        }
        for (const reader of readers) expect([...reader.rows].map(keyOf)).toEqual(reader.expected);
        for (const email of ['a@X', 'b@x']) {
          const wanted = [...model.values()].filter((row) => String(row.Email).toLowerCase() === email.toLowerCase());
          const found = table.rowsByField('Email', email).map(keyOf);
          expect(found.toSorted()).toEqual(wanted.map(keyOf).toSorted());
        }
        expect(table.size).toBe(model.size);
      }),
      { numRuns: 400, seed: 7 },
    );
  });
});
