import type { Query } from '@jetstreamapp/soql-parser-js';

/** A query whose literals are replaced by stand-ins, and the literals in their order. */
export interface QueryShape {
  readonly text: string;
  readonly literals: readonly string[];
}

const LITERAL = /'(?:\\[\s\S]|[^'\\])*'|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)(?![\w:.])/g;

/**
 * Queries that differ in their literals alone have one shape, so that the parser works once for all of them. Texts
 * with an escape stay as they are: the parser judges the escape.
 */
export function shapeOf(text: string): QueryShape {
  const literals: string[] = [];
  const shape = text.replace(LITERAL, (literal) => {
    if (literal.includes('\\')) return literal;
    literals.push(literal);
    return standIn(literals.length - 1, literal.startsWith("'"));
  });
  return { text: shape, literals };
}

function standIn(at: number, quoted: boolean): string {
  return quoted ? `'=${at}='` : `${String(at).padStart(4, '0')}-01-01T00:00:00Z`;
}

/**
 * The parsed shape with the literals in their places. Undefined where a stand-in is not the whole value of a condition:
 * such a query has to be parsed as it is.
 */
export function filled(query: Query, literals: readonly string[]): Query | undefined {
  if (literals.length === 0 || query.where === undefined) return literals.length === 0 ? query : undefined;
  const values = new Map(literals.map((literal, at) => [standIn(at, literal.startsWith("'")), literal]));
  let placed = 0;
  const place = (part: unknown): unknown => {
    if (typeof part === 'string') {
      const literal = values.get(part);
      if (literal !== undefined) placed += 1;
      return literal ?? part;
    }
    if (Array.isArray(part)) return part.map(place);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, place(value)]));
  };
  const where = place(query.where) as NonNullable<Query['where']>;
  return placed === literals.length ? { ...query, where } : undefined;
}
