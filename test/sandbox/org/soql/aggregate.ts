import type { FieldType, GroupByClause } from '@jetstreamapp/soql-parser-js';
import { failAt, type Scope } from './field-path.ts';
import { isNumberType } from './field-types.ts';
import { type Operand, type OperandName, type OperandResolver, rowOperands } from './operand.ts';
import { type JsonRecord, writtenPath } from './projection.ts';
import { SoqlError } from './soql-error.ts';
import type { Row, Value } from './source.ts';

/** One group's values, by the position of the expression that they belong to. */
export type Group = readonly Value[];

/** A selected expression of an aggregate query: how its column is called and what it holds. */
export interface AggregateColumn {
  name: string;
  /** The expression itself, such as count(Id). */
  label: string;
  type: string;
  aggregate: boolean;
}

/** A compiled aggregate query. */
export interface Aggregation {
  columns: readonly AggregateColumn[];
  operand: OperandResolver<Group>;
  groups: (rows: Iterable<Row>) => Group[];
  record: (group: Group) => JsonRecord;
}

interface Accumulator {
  add(row: Row): void;
  result(): Value;
}

interface Expression {
  key: string;
  operand: Operand<Row>;
  /** How the values of a group become one; undefined for what is grouped by. */
  accumulate: (() => Accumulator) | undefined;
}

type Aggregate = (operand: Operand<Row>) => Accumulator;

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions.htm */
const AGGREGATES: Readonly<Record<string, { type?: string; numbersOnly?: boolean; start: Aggregate }>> = {
  COUNT: {
    type: 'int',
    start: ({ read }) => folding(0, (count, value) => (value === null ? count : Number(count) + 1), read),
  },
  COUNT_DISTINCT: { type: 'int', start: distinct },
  SUM: {
    numbersOnly: true,
    start: ({ read }) => folding(null, (sum, value) => (value === null ? sum : Number(sum) + Number(value)), read),
  },
  AVG: { type: 'double', numbersOnly: true, start: average },
  MIN: {
    start: ({ read }) =>
      folding(null, (least, value) => (value !== null && (least === null || value < least) ? value : least), read),
  },
  MAX: {
    start: ({ read }) =>
      folding(null, (most, value) => (value !== null && (most === null || value > most) ? value : most), read),
  },
};

/** Whether a SELECT item is an aggregate function such as COUNT(Id). */
export function isAggregate(field: FieldType): boolean {
  return field.type === 'FieldFunctionExpression' && field.functionName.toUpperCase() in AGGREGATES;
}

function folding(start: Value, next: (kept: Value, value: Value) => Value, read: (row: Row) => Value): Accumulator {
  let kept = start;
  return {
    add: (row) => {
      kept = next(kept, read(row));
    },
    result: () => kept,
  };
}

function distinct({ read }: Operand<Row>): Accumulator {
  const seen = new Set<Value>();
  return {
    add: (row) => {
      const value = read(row);
      if (value !== null) seen.add(value);
    },
    result: () => seen.size,
  };
}

function average({ read }: Operand<Row>): Accumulator {
  let [sum, count] = [0, 0];
  return {
    add: (row) => {
      const value = read(row);
      if (value === null) return;
      sum += Number(value);
      count += 1;
    },
    result: () => (count === 0 ? null : sum / count),
  };
}

/** Compiles the SELECT list and GROUP BY of an aggregate query. */
export function compileAggregation(
  scope: Scope,
  fields: readonly FieldType[],
  groupBy: GroupByClause | GroupByClause[] | undefined,
): Aggregation {
  const expressions: Expression[] = [groupBy ?? []].flat().map((clause) => groupExpression(scope, clause));
  const grouped = expressions.length;
  const names = columnNames(fields);
  const selected = fields.map((field, index) => ({
    name: names[index] ?? '',
    label: labelOf(field, names[index] ?? ''),
    position: positionOf(expressions, selectedName(scope, field), scope),
    aggregate: isAggregate(field),
  }));
  return {
    columns: selected.map(({ name, label, position, aggregate }) => ({
      name,
      label,
      aggregate,
      type: expressions[position]?.operand.type ?? 'string',
    })),
    operand: (name) => groupOperand(expressions, positionOf(expressions, name, scope)),
    groups: (rows) => collect(expressions, grouped, rows),
    record: (group) => {
      const record: JsonRecord = { attributes: { type: 'AggregateResult' } };
      for (const { name, position } of selected) record[name] = group[position] ?? null;
      return record;
    },
  };
}

function keyOf({ field, fn }: OperandName): string {
  return (fn ? (fn.rawValue ?? '') : (field ?? '')).replace(/\s/g, '').toLowerCase();
}

function groupExpression(scope: Scope, clause: GroupByClause): Expression {
  const operand = rowOperands(scope, 'GROUP')(clause);
  const written = 'field' in clause ? clause.field : operand.label;
  if (!operand.groupable && 'field' in clause) {
    throw failAt(
      scope,
      { written: written, clause: 'GROUP' },
      `field '${operand.label}' can not be grouped in a query call`,
    );
  }
  return { key: keyOf(clause), operand, accumulate: undefined };
}

function selectedName(scope: Scope, field: FieldType): OperandName {
  if (field.type === 'FieldFunctionExpression') return { fn: field };
  if (field.type === 'Field' || field.type === 'FieldRelationship') return { field: writtenPath(field) };
  throw failAt(scope, { written: 'SELECT', clause: 'SELECT' }, "unexpected token: '('", 'MALFORMED_QUERY');
}

/** Where an expression's value stands in a group; an aggregate that is new is added. */
function positionOf(expressions: Expression[], name: OperandName, scope: Scope): number {
  const key = keyOf(name);
  const known = expressions.findIndex((expression) => expression.key === key);
  if (known !== -1) return known;
  const aggregate = AGGREGATES[name.fn?.functionName?.toUpperCase() ?? ''];
  if (!aggregate) {
    const { label } = rowOperands(scope, 'SELECT')(name);
    throw new SoqlError('MALFORMED_QUERY', `Field must be grouped or aggregated: ${label}`);
  }
  const operand = aggregatedOperand(scope, name, aggregate.numbersOnly ?? false);
  expressions.push({
    key,
    operand: { ...operand, type: aggregate.type ?? operand.type },
    accumulate: () => aggregate.start(operand),
  });
  return expressions.length - 1;
}

function aggregatedOperand(scope: Scope, { fn }: OperandName, numbersOnly: boolean): Operand<Row> {
  const parameter = fn?.parameters?.[0];
  if (parameter === undefined)
    return { label: 'COUNT()', type: 'int', filterable: true, sortable: true, groupable: false, read: () => true };
  const operand = rowOperands(
    scope,
    'SELECT',
  )(typeof parameter === 'string' ? { field: parameter } : { fn: parameter });
  if (numbersOnly && !isNumberType(operand.type)) {
    throw failAt(
      scope,
      { written: operand.label, clause: 'SELECT' },
      `field ${operand.label} does not support aggregate operator ${fn?.functionName?.toUpperCase()}`,
      'MALFORMED_QUERY',
    );
  }
  return operand;
}

function groupOperand(expressions: readonly Expression[], position: number): Operand<Group> {
  const { label = '', type = 'string', values = [] } = expressions[position]?.operand ?? {};
  const able = { filterable: true, sortable: true, groupable: true };
  return { label, type, values, ...able, read: (group) => group[position] ?? null };
}

/** Fields keep their names, functions without an alias are expr0, expr1 and so on. */
function columnNames(fields: readonly FieldType[]): string[] {
  let unnamed = 0;
  return fields.map((field) => {
    if ('alias' in field && field.alias !== undefined) return field.alias;
    if (field.type === 'Field' || field.type === 'FieldRelationship') return field.field;
    return `expr${unnamed++}`;
  });
}

function labelOf(field: FieldType, name: string): string {
  if (field.type !== 'FieldFunctionExpression') return name;
  return field.rawValue?.replace(/^\w+/, (fn) => fn.toLowerCase()) ?? name;
}

interface OpenGroup {
  keys: Value[];
  accumulators: Accumulator[];
}

function collect(expressions: readonly Expression[], grouped: number, rows: Iterable<Row>): Group[] {
  const groups = new Map<string, OpenGroup>();
  const open = (keys: Value[]): OpenGroup => ({
    keys,
    accumulators: expressions.slice(grouped).flatMap(({ accumulate }) => accumulate?.() ?? []),
  });
  if (grouped === 0) groups.set('[]', open([]));
  for (const row of rows) {
    const keys = expressions.slice(0, grouped).map(({ operand }) => operand.read(row));
    const id = JSON.stringify(keys);
    const group = groups.get(id) ?? open(keys);
    groups.set(id, group);
    for (const accumulator of group.accumulators) accumulator.add(row);
  }
  return [...groups.values()].map(({ keys, accumulators }) => [...keys, ...accumulators.map((each) => each.result())]);
}
