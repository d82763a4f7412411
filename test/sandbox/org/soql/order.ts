import type { OrderByClause } from '@jetstreamapp/soql-parser-js';
import { isTextType } from './field-types.ts';
import type { OperandResolver } from './operand.ts';
import type { SoqlError } from './soql-error.ts';
import type { Value } from './source.ts';

/** One criterion of ORDER BY. */
export interface SortKey<Subject> {
  label: string;
  read: (subject: Subject) => Value;
  /** Makes a value comparable. */
  fold: (value: string | number | boolean) => string | number | boolean;
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
    const { label, type, sortable, read, values = [] } = operand(clause);
    const written = 'field' in clause ? clause.field : (clause.fn.rawValue ?? label);
    if (!sortable) throw fail(written, `field '${label}' can not be sorted in a query call`);
    return {
      label,
      read,
      fold: foldOf(type, values),
      descending: clause.order === 'DESC',
      nullsLast: clause.nulls === 'LAST',
    };
  });
}

/**
 * Text sorts without case and by its characters' codes, as for users of an English locale; a picklist in the order in
 * which it offers its values, others after them; everything else by value.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_orderby.htm
 */
function foldOf(type: string, values: readonly string[]): SortKey<unknown>['fold'] {
  if (type === 'picklist' && values.length > 0) {
    const ranks = new Map(values.map((value, rank) => [value, rank]));
    return (value) => ranks.get(String(value)) ?? values.length;
  }
  return isTextType(type) ? (value) => String(value).toLowerCase() : (value) => value;
}

/** Compares by every key in turn. */
export function comparator<Subject>(keys: readonly SortKey<Subject>[]): (a: Subject, b: Subject) => number {
  return (a, b) => {
    for (const key of keys) {
      const order = compareBy(key, key.read(a), key.read(b));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareBy<Subject>({ fold, nullsLast, descending }: SortKey<Subject>, a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return nullsLast ? 1 : -1;
  if (b === null) return nullsLast ? -1 : 1;
  const [one, other] = [fold(a), fold(b)];
  if (one === other) return 0;
  return one < other === descending ? 1 : -1;
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
