import type { Comparison, Condition } from './condition-tree.ts';
import type { Moment } from './date-ranges.ts';
import { isIdType, isTextType } from './field-types.ts';
import { type LiteralContext, readLiteral, type Span } from './literals.ts';
import type { Operand, OperandResolver } from './operand.ts';
import { SoqlError } from './soql-error.ts';
import type { Value } from './source.ts';

/** A compiled condition. */
export type Predicate<Subject> = (subject: Subject) => boolean;

/** What compiling a condition needs from the query around it. */
export interface ConditionScope<Subject> {
  operand: OperandResolver<Subject>;
  /** The values that a semi-join's subquery selects. */
  subqueryValues: (comparison: Comparison) => ReadonlySet<Value>;
  /** The error that points at the comparison in the query's text. */
  fail: (comparison: Comparison, code: string, message: string) => SoqlError;
  now: Moment;
}

/** A field's value made comparable: text without case, everything else as it is. */
type Comparable = string | number | boolean;
type Test = (value: Comparable) => boolean;

/** Compiles a condition once; null counts as a value that equals only null, so `!=` and `NOT IN` find nulls. */
export function compileCondition<Subject>(condition: Condition, scope: ConditionScope<Subject>): Predicate<Subject> {
  switch (condition.kind) {
    case 'and': {
      const terms = condition.terms.map((term) => compileCondition(term, scope));
      return (subject) => terms.every((term) => term(subject));
    }
    case 'or': {
      const terms = condition.terms.map((term) => compileCondition(term, scope));
      return (subject) => terms.some((term) => term(subject));
    }
    case 'not': {
      const term = compileCondition(condition.term, scope);
      return (subject) => !term(subject);
    }
    case 'comparison':
      return compileComparison(condition, scope);
  }
}

function compileComparison<Subject>(comparison: Comparison, scope: ConditionScope<Subject>): Predicate<Subject> {
  const operand = scope.operand(comparison);
  try {
    checkOperator(comparison, operand);
    if (comparison.subquery) return membership(operand, comparison, scope.subqueryValues(comparison));
    const context = {
      label: comparison.field ?? operand.label,
      type: operand.type,
      now: scope.now,
      like: comparison.operator === 'LIKE',
    };
    return OPERATORS[comparison.operator]?.(operand, comparison, context) ?? never(comparison);
  } catch (error) {
    if (error instanceof SoqlError && !error.message.startsWith('\n'))
      throw scope.fail(comparison, error.code, error.message);
    throw error;
  }
}

function never(comparison: Comparison): never {
  throw new SoqlError('MALFORMED_QUERY', `unexpected token: '${comparison.operator}'`);
}

function checkOperator<Subject>({ operator }: Comparison, { label, type, filterable }: Operand<Subject>): void {
  if (!filterable) throw new SoqlError('INVALID_FIELD', `field '${label}' can not be filtered in a query call`);
  if (operatorSuits(operator, type)) return;
  throw new SoqlError(
    'INVALID_QUERY_FILTER_OPERATOR',
    `invalid operator on ${type === 'reference' ? 'id' : type} field`,
  );
}

const MULTIPICKLIST_OPERATORS = new Set(['=', '!=', 'INCLUDES', 'EXCLUDES', 'IN', 'NOT IN']);
const BOOLEAN_OPERATORS = new Set(['=', '!=', 'IN', 'NOT IN']);

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm */
function operatorSuits(operator: string, type: string): boolean {
  if (type === 'multipicklist') return MULTIPICKLIST_OPERATORS.has(operator);
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') return false;
  if (operator === 'LIKE') return isTextType(type);
  return type !== 'boolean' || BOOLEAN_OPERATORS.has(operator);
}

type Compile = <Subject>(
  operand: Operand<Subject>,
  comparison: Comparison,
  context: LiteralContext,
) => Predicate<Subject>;

const OPERATORS: Readonly<Record<string, Compile>> = {
  '=': one((span) => ({ value: within(span), none: false })),
  '!=': one((span) => ({ value: negated(within(span)), none: true })),
  '<': one(({ low }) => ({ value: (value) => value < low, none: false })),
  '<=': one(({ high }) => ({ value: (value) => value <= high, none: false })),
  '>': one(({ high }) => ({ value: (value) => value > high, none: false })),
  '>=': one(({ low }) => ({ value: (value) => value >= low, none: false })),
  LIKE: one(({ low }) => ({ value: like(String(low)), none: false })),
  IN: (operand, comparison, context) => anyOf(operand, comparison, context),
  'NOT IN': (operand, comparison, context) => negated(anyOf(operand, comparison, context)),
  INCLUDES: (operand, comparison, context) => includes(operand, comparison, context),
  EXCLUDES: (operand, comparison, context) => negated(includes(operand, comparison, context)),
};

function within({ low, high }: NonNullable<Span>): Test {
  return low === high ? (value) => value === low : (value) => value >= low && value <= high;
}

function negated<Subject>(test: (subject: Subject) => boolean): (subject: Subject) => boolean {
  return (subject) => !test(subject);
}

/** A comparison with one literal: how it judges values, and how it judges null. */
function one(judge: (span: NonNullable<Span>) => { value: Test; none: boolean }): Compile {
  return (operand, comparison, context) => {
    const literal = comparison.literals[0] ?? { text: 'NULL', kind: 'NULL' };
    const span = readLiteral(literal, context);
    if (span === null) return comparedWithNull(operand, comparison.operator);
    const { value, none } = judge(span);
    return test(operand, value, none);
  };
}

function comparedWithNull<Subject>({ read }: Operand<Subject>, operator: string): Predicate<Subject> {
  if (operator === '=') return (subject) => read(subject) === null;
  if (operator === '!=') return (subject) => read(subject) !== null;
  return () => false;
}

function test<Subject>({ read, type }: Operand<Subject>, judge: Test, none: boolean): Predicate<Subject> {
  if (!isTextType(type)) {
    return (subject) => {
      const value = read(subject);
      return value === null ? none : judge(value);
    };
  }
  return (subject) => {
    const value = read(subject);
    return value === null ? none : judge(String(value).toLowerCase());
  };
}

function anyOf<Subject>(
  operand: Operand<Subject>,
  comparison: Comparison,
  context: LiteralContext,
): Predicate<Subject> {
  const spans = comparison.literals.map((literal) => readLiteral(literal, context));
  const exact = new Set(spans.flatMap((span) => (span && span.low === span.high ? [span.low] : [])));
  const ranges = spans
    .filter((span) => span !== null)
    .filter((span) => span.low !== span.high)
    .map(within);
  return test(operand, (value) => exact.has(value) || ranges.some((range) => range(value)), spans.includes(null));
}

function membership<Subject>(
  operand: Operand<Subject>,
  { operator }: Comparison,
  values: ReadonlySet<Value>,
): Predicate<Subject> {
  if (!isIdType(operand.type)) {
    throw new SoqlError(
      'MALFORMED_QUERY',
      `Semi join sub-selects can only query id fields, cannot use: '${operand.label}'`,
    );
  }
  const { read } = operand;
  // https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
  if (operator === 'IN') return (subject) => read(subject) !== null && values.has(read(subject));
  return (subject) => !values.has(read(subject));
}

/** Each literal is a set of values that must all be selected ("A;B"); one such set is enough. */
function includes<Subject>(
  operand: Operand<Subject>,
  comparison: Comparison,
  context: LiteralContext,
): Predicate<Subject> {
  const wanted = comparison.literals.map((literal) => {
    const span = readLiteral(literal, context);
    return span === null ? null : String(span.low).split(';');
  });
  return (subject) => {
    const value = operand.read(subject);
    if (value === null) return wanted.includes(null);
    const selected = new Set(String(value).toLowerCase().split(';'));
    return wanted.some((values) => values?.every((each) => selected.has(each)) ?? false);
  };
}

/** % stands for any text, _ for one character; a backslash before them makes them ordinary. */
function like(pattern: string): Test {
  const source = pattern.replace(/\\([\s\S])|[%_]|[.*+?^${}()|[\]\\]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
    if (found === '%') return '.*';
    return found === '_' ? '.' : `\\${found}`;
  });
  const expression = new RegExp(`^${source}$`, 's');
  return (value) => expression.test(String(value));
}
