import type { FunctionExp, HavingClause, Query, WhereClause } from '@jetstreamapp/soql-parser-js';
import type { Literal } from './literals.ts';
import { errorAt, locate, SoqlError } from './soql-error.ts';

/** One comparison of a condition. */
export interface Comparison {
  kind: 'comparison';
  /** The field path as written; absent for a function. */
  field?: string;
  fn?: FunctionExp;
  /** Upper case; "<>" is written "!=". */
  operator: string;
  literals: readonly Literal[];
  /** The right side of a semi-join. */
  subquery?: Query;
}

/** A WHERE or HAVING clause, or a validation rule's condition. */
export type Condition =
  | Comparison
  | { kind: 'and' | 'or'; terms: readonly Condition[] }
  | { kind: 'not'; term: Condition };

type Token = '(' | ')' | 'NOT' | 'AND' | 'OR' | Comparison;

/** The parser's clause is a flat list with counted parentheses; this is the tree it stands for. */
export function conditionTree(clause: WhereClause | HavingClause, text: string): Condition {
  const tokens = [...tokensOf(clause)];
  let position = 0;

  function parseTerms(): Condition {
    const terms = [parseTerm()];
    let joint: Token | undefined;
    for (let next = tokens[position]; next === 'AND' || next === 'OR'; next = tokens[position]) {
      // AND and OR have no precedence in SOQL: a mixture without parentheses is refused.
      // https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_conditionexpression.htm
      if (joint !== undefined && joint !== next) throw mixed(text, next);
      joint = next;
      position += 1;
      terms.push(parseTerm());
    }
    const [only] = terms;
    return terms.length === 1 && only ? only : { kind: joint === 'OR' ? 'or' : 'and', terms };
  }

  function parseTerm(): Condition {
    const token = tokens[position];
    position += 1;
    if (token === 'NOT') return { kind: 'not', term: parseTerm() };
    if (token === '(') {
      const inner = parseTerms();
      position += 1;
      return inner;
    }
    if (typeof token === 'object') return token;
    throw new SoqlError('MALFORMED_QUERY', `unexpected token: '${token ?? '<EOF>'}'`);
  }

  const tree = parseTerms();
  if (position < tokens.length) throw new SoqlError('MALFORMED_QUERY', "unexpected token: ')'");
  return tree;
}

function mixed(text: string, operator: string): SoqlError {
  const offset = locate(text, operator, locate(text, 'WHERE'));
  return errorAt(text, offset, 'MALFORMED_QUERY', `unexpected token: '${operator}'`);
}

interface ClauseNode {
  left?: ClauseLeaf | null;
  operator?: string;
  right?: ClauseNode;
}

interface ClauseLeaf {
  openParen?: number;
  closeParen?: number;
  field?: string;
  fn?: FunctionExp;
  operator?: string;
  value?: string | string[];
  valueQuery?: Query;
  literalType?: string | string[];
}

function* tokensOf(clause: WhereClause | HavingClause): Generator<Token> {
  for (let node: ClauseNode | undefined = clause; node; node = node.right) {
    yield* leafTokens(node.left ?? {});
    if (node.operator) yield node.operator.toUpperCase() as Token;
  }
}

function* leafTokens(leaf: ClauseLeaf): Generator<Token> {
  for (let count = leaf.openParen ?? 0; count > 0; count -= 1) yield '(';
  if (leaf.operator) yield comparison(leaf, leaf.operator);
  for (let count = leaf.closeParen ?? 0; count > 0; count -= 1) yield ')';
}

function comparison(leaf: ClauseLeaf, operator: string): Comparison {
  const written = operator.toUpperCase();
  return {
    kind: 'comparison',
    ...(leaf.field === undefined ? {} : { field: leaf.field }),
    ...(leaf.fn === undefined ? {} : { fn: leaf.fn }),
    ...(leaf.valueQuery === undefined ? {} : { subquery: leaf.valueQuery }),
    operator: written === '<>' ? '!=' : written,
    literals: literalsOf(leaf),
  };
}

function literalsOf(leaf: ClauseLeaf): Literal[] {
  const values = leaf.value === undefined ? [] : [leaf.value].flat();
  const kinds = leaf.literalType ?? 'STRING';
  return values.map((text, index) => ({ text, kind: typeof kinds === 'string' ? kinds : (kinds[index] ?? 'STRING') }));
}
