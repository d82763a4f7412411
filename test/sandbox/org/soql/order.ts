import type { OrderByClause } from '@jetstreamapp/soql-parser-js';
import { isTextType } from './field-types.ts';
import type { OperandResolver } from './operand.ts';
import type { SoqlError } from './soql-error.ts';
import type { Value } from './source.ts';

/** One criterion of ORDER BY. */
export interface SortKey<Subject> {
  label: string;
  read: (subject: Subject) => Value;
  text: boolean;
  descending: boolean;
  nullsLast: boolean;
}

/** Nulls come first unless NULLS LAST is said, whichever the direction. */
export function sortKeys<Subject>(
  clauses: OrderByClause | OrderByClause[] | undefined,
  operand: OperandResolver<Subject>,
  fail: (written: string, message: string) => SoqlError,
): SortKey<Subject>[] {
  if (!clauses) return [];
  return [clauses].flat().map((clause) => {
    const { label, type, sortable, read } = operand(clause);
    const written = 'field' in clause ? clause.field : (clause.fn.rawValue ?? label);
    if (!sortable) throw fail(written, `field '${label}' can not be sorted in a query call`);
    return {
      label,
      read,
      text: isTextType(type),
      descending: clause.order === 'DESC',
      nullsLast: clause.nulls === 'LAST',
    };
  });
}

const collator = new Intl.Collator('en', { sensitivity: 'accent', numeric: false });

/** Compares by every key in turn: text as the users' English locale sorts it, everything else by value. */
export function comparator<Subject>(keys: readonly SortKey<Subject>[]): (a: Subject, b: Subject) => number {
  return (a, b) => {
    for (const key of keys) {
      const order = compareBy(key, key.read(a), key.read(b));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareBy<Subject>(key: SortKey<Subject>, a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return key.nullsLast ? 1 : -1;
  if (b === null) return key.nullsLast ? -1 : 1;
  const order = key.text ? collator.compare(String(a), String(b)) : a < b ? -1 : 1;
  return key.descending ? -order : order;
}

/** The first so many subjects in order; never keeps many more than are wanted. */
export function firstInOrder<Subject>(
  subjects: Iterable<Subject>,
  compare: (a: Subject, b: Subject) => number,
  wanted: number,
): Subject[] {
  const kept: Subject[] = [];
  const room = Math.max(4 * wanted, 10_000);
  for (const subject of subjects) {
    kept.push(subject);
    if (kept.length < room) continue;
    kept.sort(compare);
    kept.length = Math.min(wanted, kept.length);
  }
  return kept.sort(compare).slice(0, wanted);
}
