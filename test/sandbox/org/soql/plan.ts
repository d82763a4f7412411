import type { Comparison, Condition } from './condition-tree.ts';
import type { Moment } from './date-ranges.ts';
import { isIdType } from './field-types.ts';
import { type Literal, readLiteral, stampOf } from './literals.ts';
import { SoqlError } from './soql-error.ts';
import { momentOf, type Row, type SoqlObject, type SoqlSource } from './source.ts';

/** Where a query's candidate rows come from, and the order that they come in. */
export interface Plan {
  rows: () => Iterable<Row>;
  order: 'none' | 'stampThenId';
}

interface StampBounds {
  from: string | undefined;
  to: string | undefined;
}

const STAMP = 'systemmodstamp';
const OPEN: StampBounds = { from: undefined, to: undefined };

/**
 * Chooses the narrowest way to the rows: an index for an equality, else the stamp index for a range of
 * SystemModstamp or where its order is wanted, else every row. The condition is checked on each row all the same.
 */
export function planRows(
  source: SoqlSource,
  object: SoqlObject,
  condition: Condition | undefined,
  wantsStamps: boolean,
): Plan {
  const conjuncts = conjunctsOf(condition);
  for (const conjunct of conjuncts) {
    const rows = indexedRows(source, object, conjunct);
    if (rows) return { rows, order: 'none' };
  }
  const bounds = stampBounds(conjuncts, momentOf(source));
  if (!wantsStamps && bounds.from === undefined && bounds.to === undefined) {
    return { rows: () => source.rows(object.name), order: 'none' };
  }
  return { rows: () => source.rowsByStamp(object.name, bounds.from, bounds.to), order: 'stampThenId' };
}

function conjunctsOf(condition: Condition | undefined): readonly Condition[] {
  if (!condition) return [];
  return condition.kind === 'and' ? condition.terms.flatMap(conjunctsOf) : [condition];
}

/** The rows that an equality or IN finds by index; each row once. */
function indexedRows(source: SoqlSource, object: SoqlObject, condition: Condition): (() => Iterable<Row>) | undefined {
  if (condition.kind !== 'comparison' || condition.subquery) return undefined;
  if (condition.operator !== '=' && condition.operator !== 'IN') return undefined;
  const field = object.fields.get(condition.field?.toLowerCase() ?? '');
  if (!field || !source.rowsByField(object.name, field.name, '')) return undefined;
  const values = exactValues(condition.literals, field.type, momentOf(source));
  if (!values) return undefined;
  return () => concatenated(source, object.name, field.name, values);
}

function exactValues(literals: readonly Literal[], type: string, now: Moment): Set<string> | undefined {
  if (!isIdType(type) && literals.some(({ kind }) => kind !== 'STRING')) return undefined;
  const spans = literals.map((literal) => readLiteral(literal, { label: '', type, now, like: false }));
  if (spans.some((span) => span === null)) return undefined;
  return new Set(spans.flatMap((span) => (span ? [String(span.low)] : [])));
}

function* concatenated(source: SoqlSource, object: string, field: string, values: ReadonlySet<string>): Generator<Row> {
  for (const value of values) yield* source.rowsByField(object, field, value) ?? [];
}

function stampBounds(conjuncts: readonly Condition[], now: Moment): StampBounds {
  const bounds: StampBounds = { ...OPEN };
  for (const conjunct of conjuncts) {
    const { from, to } = boundsOf(conjunct, now);
    if (from !== undefined && (bounds.from === undefined || from > bounds.from)) bounds.from = from;
    if (to !== undefined && (bounds.to === undefined || to < bounds.to)) bounds.to = to;
  }
  return bounds;
}

/**
 * A comparison's bounds; an OR's are as wide as its widest term, which covers (stamp > X OR (stamp = X AND Id > Y)).
 */
function boundsOf(condition: Condition, now: Moment): StampBounds {
  if (condition.kind === 'comparison') return comparisonBounds(condition, now);
  if (condition.kind === 'and') return stampBounds(condition.terms, now);
  if (condition.kind === 'not') return OPEN;
  const terms = condition.terms.map((term) => boundsOf(term, now));
  return {
    from: widest(
      terms.map(({ from }) => from),
      (a, b) => a < b,
    ),
    to: widest(
      terms.map(({ to }) => to),
      (a, b) => a > b,
    ),
  };
}

/** The bound that lets most rows through; an open one lets all. */
function widest(bounds: (string | undefined)[], wider: (a: string, b: string) => boolean): string | undefined {
  return bounds.reduce((kept, bound) => {
    if (kept === undefined || bound === undefined) return undefined;
    return wider(bound, kept) ? bound : kept;
  });
}

function comparisonBounds({ field, operator, literals }: Comparison, now: Moment): StampBounds {
  const [literal] = literals;
  if (field?.toLowerCase() !== STAMP || !literal || literals.length > 1) return OPEN;
  const span = readStamp(literal, now);
  if (!span) return OPEN;
  const { low, high } = span;
  const after = nextMillisecond(high);
  const bounds: Record<string, StampBounds> = {
    '=': { from: low, to: after },
    '>=': { from: low, to: undefined },
    '>': { from: after, to: undefined },
    '<': { from: undefined, to: low },
    '<=': { from: undefined, to: after },
  };
  return bounds[operator] ?? OPEN;
}

function readStamp(literal: Literal, now: Moment): { low: string; high: string } | undefined {
  try {
    const span = readLiteral(literal, { label: STAMP, type: 'datetime', now, like: false });
    return span ? { low: String(span.low), high: String(span.high) } : undefined;
  } catch (error) {
    // Compiling the condition reports the wrong literal, with its place in the text.
    if (error instanceof SoqlError) return undefined;
    throw error;
  }
}

function nextMillisecond(stamp: string): string {
  return stampOf(new Date(new Date(stamp.replace('+0000', 'Z')).getTime() + 1));
}
