import type { Query } from '@jetstreamapp/soql-parser-js';
import { type AggregateColumn, compileAggregation, isAggregate } from './aggregate.ts';
import { type Condition, conditionTree } from './condition-tree.ts';
import { wallClock } from './date-ranges.ts';
import { failAt, type Scope } from './field-path.ts';
import { rowOperands } from './operand.ts';
import { comparator, firstInOrder, type SortKey, sortKeys } from './order.ts';
import { parseSoql } from './parse-soql.ts';
import { type Plan, planRows } from './plan.ts';
import { type ConditionScope, compileCondition, type Predicate } from './predicate.ts';
import { type Column, compileProjection, fieldGroup, type JsonRecord } from './projection.ts';
import { errorAt, locate, SoqlError } from './soql-error.ts';
import { momentOf, type Row, type SoqlSource, type Value } from './source.ts';

/** How a query is run: `includeDeleted` is queryAll; `urlPrefix` begins the URLs of records. */
export interface QueryOptions {
  includeDeleted: boolean;
  urlPrefix?: string;
}

/** The rows of a query; they are found while they are iterated, and `record` renders one. */
export interface RecordsResult {
  kind: 'records';
  object: string;
  columns: readonly Column[];
  rows: Iterable<Row>;
  record: (row: Row) => JsonRecord;
  /** `rows`, each rendered. */
  records: Iterable<JsonRecord>;
}

/** The one number of SELECT COUNT(). */
export interface CountResult {
  kind: 'count';
  object: string;
  total: number;
}

/** The groups of an aggregate query. */
export interface AggregateResult {
  kind: 'aggregate';
  object: string;
  columns: readonly AggregateColumn[];
  records: readonly JsonRecord[];
  grouped: boolean;
}

export type QueryResult = RecordsResult | CountResult | AggregateResult;

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_offset.htm */
const MAX_OFFSET = 2_000;
/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fields.htm */
const MAX_FIELDS_LIMIT = 200;
const MAX_GROUPS = 2_000;
const DAY_MS = 86_400_000;

/** Runs a query as its user, or throws the SoqlError that Salesforce would answer. */
export function runQuery(source: SoqlSource, soql: string, options: QueryOptions): QueryResult {
  const { text, query } = parseSoql(soql);
  return execute(scopeOf(source, text, query), query, options);
}

/**
 * Compiles a condition, what follows WHERE, into a predicate over rows of an object. It may be kept: TODAY and its
 * like mean the day on which the predicate is used.
 */
export function matches(source: SoqlSource, object: string, condition: string): Predicate<Row> {
  const { text, query } = parseSoql(`SELECT Id FROM ${object} WHERE ${condition}`);
  const scope = scopeOf(source, text, query);
  const tree = whereTree(query, text) ?? { kind: 'and', terms: [] };
  const compile = (): Predicate<Row> => compileCondition(tree, rowConditions(scope, { includeDeleted: false }));
  let compiled = { day: dayOf(source), predicate: compile() };
  return (row) => {
    const day = dayOf(source);
    if (day !== compiled.day) compiled = { day, predicate: compile() };
    return compiled.predicate(row);
  };
}

/** The day on which the user lives, and where. */
function dayOf(source: SoqlSource): string {
  const { at, zone } = momentOf(source);
  return `${Math.floor(wallClock(at, zone).getTime() / DAY_MS)} ${zone}`;
}

function scopeOf(source: SoqlSource, text: string, query: Query): Scope {
  const name = query.sObject ?? '';
  const object = source.object(name);
  if (object) return { source, text, object, alias: query.sObjectAlias };
  throw errorAt(
    text,
    locate(text, name, locate(text, 'FROM')),
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

function execute(scope: Scope, query: Query, options: QueryOptions): QueryResult {
  if ((query.offset ?? 0) > MAX_OFFSET) {
    throw new SoqlError('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MAX_OFFSET}`);
  }
  refuseOtherClauses(query);
  if (isCount(query)) return count(scope, query, options);
  if (query.groupBy || query.fields?.some(isAggregate)) return aggregate(scope, query, options);
  return select(scope, query, options);
}

/** Clauses that the parser knows and this engine does not: refused rather than passed over. */
function refuseOtherClauses(query: Query): void {
  const { usingScope = 'everything', withDataCategory, update, groupBy = [] } = query;
  const rollup = [groupBy]
    .flat()
    .find((clause) => 'fn' in clause && /^(?:ROLLUP|CUBE)$/i.test(clause.fn.functionName ?? ''));
  const token = [
    usingScope.toLowerCase() === 'everything' ? undefined : usingScope,
    withDataCategory && 'DATA CATEGORY',
    update,
    rollup && 'ROLLUP',
  ].find((word) => word !== undefined);
  if (token !== undefined) throw new SoqlError('MALFORMED_QUERY', `unexpected token: '${token}'`);
}

function isCount(query: Query): boolean {
  const [field] = query.fields ?? [];
  if (query.fields?.length !== 1 || field?.type !== 'FieldFunctionExpression' || query.groupBy) return false;
  return field.functionName.toUpperCase() === 'COUNT' && field.parameters.length === 0;
}

function count(scope: Scope, query: Query, options: QueryOptions): CountResult {
  if (query.orderBy)
    throw failAt(scope, { written: 'ORDER', clause: 'SELECT' }, "unexpected token: 'ORDER'", 'MALFORMED_QUERY');
  let total = 0;
  for (const _row of limited(matching(scope, query, options, false).rows(), query)) total += 1;
  return { kind: 'count', object: scope.object.name, total };
}

function aggregate(scope: Scope, query: Query, options: QueryOptions): AggregateResult {
  const { columns, operand, groups, record } = compileAggregation(scope, query.fields ?? [], query.groupBy);
  const having = query.having
    ? compileCondition(conditionTree(query.having, scope.text), { ...rowConditions(scope, options), operand })
    : () => true;
  const keys = sortKeys(query.orderBy, operand, (written, message) =>
    failAt(scope, { written: written, clause: 'ORDER' }, message),
  );
  const found = groups(matching(scope, query, options, false).rows())
    .filter(having)
    .sort(comparator(keys));
  const records = [...limited(found, query)].map(record);
  if (records.length > MAX_GROUPS) {
    throw new SoqlError(
      'EXCEEDED_ID_LIMIT',
      'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch',
    );
  }
  return { kind: 'aggregate', object: scope.object.name, columns, records, grouped: query.groupBy !== undefined };
}

function select(scope: Scope, query: Query, options: QueryOptions): RecordsResult {
  checkFieldsLimit(query);
  const { columns, record } = compileProjection(scope, query.fields ?? [], options.urlPrefix);
  const operand = rowOperands(scope, 'ORDER');
  const keys = sortKeys(query.orderBy, operand, (written, message) =>
    failAt(scope, { written: written, clause: 'ORDER' }, message),
  );
  const inStampOrder = isStampOrder(keys);
  const plan = matching(scope, query, options, inStampOrder);
  const sorted = keys.length === 0 || (inStampOrder && plan.order === 'stampThenId');
  const wanted = (query.limit ?? Number.POSITIVE_INFINITY) + (query.offset ?? 0);
  const rows = {
    [Symbol.iterator]: () => limited(sorted ? plan.rows() : firstInOrder(plan.rows(), comparator(keys), wanted), query),
  };
  const records = { [Symbol.iterator]: () => rows[Symbol.iterator]().map(record) };
  return { kind: 'records', object: scope.object.name, columns, rows, record, records };
}

function checkFieldsLimit(query: Query): void {
  for (const field of query.fields ?? []) {
    const group = fieldGroup(field);
    if (group === undefined || group === 'STANDARD' || (query.limit ?? Number.POSITIVE_INFINITY) <= MAX_FIELDS_LIMIT)
      continue;
    throw new SoqlError('MALFORMED_QUERY', `The SOQL FIELDS function must have a LIMIT of at most ${MAX_FIELDS_LIMIT}`);
  }
}

function isStampOrder(keys: readonly SortKey<Row>[]): boolean {
  const names = keys.map(({ label, descending }) => (descending ? '' : label)).join();
  return names === 'SystemModstamp' || names === 'SystemModstamp,Id';
}

function whereTree(query: Query, text: string): Condition | undefined {
  return query.where ? conditionTree(query.where, text) : undefined;
}

/** The rows that the WHERE clause keeps, by the best plan there is. */
function matching(scope: Scope, query: Query, options: QueryOptions, inStampOrder: boolean): Plan {
  const condition = whereTree(query, scope.text);
  const keep = condition ? compileCondition(condition, rowConditions(scope, options)) : () => true;
  const plan = planRows(scope.source, scope.object, condition, inStampOrder);
  return { order: plan.order, rows: () => filtered(plan.rows(), keep, options.includeDeleted) };
}

function* filtered(rows: Iterable<Row>, keep: Predicate<Row>, includeDeleted: boolean): Generator<Row> {
  for (const row of rows) {
    if ((includeDeleted || row.IsDeleted !== true) && keep(row)) yield row;
  }
}

function* limited<Subject>(subjects: Iterable<Subject>, { limit, offset }: Query): Generator<Subject> {
  let position = 0;
  const end = (offset ?? 0) + (limit ?? Number.POSITIVE_INFINITY);
  if (limit === 0) return;
  for (const subject of subjects) {
    position += 1;
    if (position > (offset ?? 0)) yield subject;
    if (position >= end) return;
  }
}

function rowConditions(scope: Scope, options: QueryOptions): ConditionScope<Row> {
  return {
    operand: rowOperands(scope, 'WHERE'),
    subqueryValues: ({ subquery }) => selectedIds(scope, subquery ?? {}, options),
    fail: ({ field, fn }, code, message) =>
      failAt(scope, { written: field ?? fn?.rawValue ?? '', clause: 'WHERE' }, message, code),
    now: momentOf(scope.source),
  };
}

function selectedIds(scope: Scope, subquery: Query, options: QueryOptions): ReadonlySet<Value> {
  const innerScope = scopeOf(scope.source, scope.text, subquery);
  if (innerScope.object.name === scope.object.name) {
    throw new SoqlError('MALFORMED_QUERY', 'The inner and outer selects should not be on the same object type');
  }
  const inner = execute(innerScope, subquery, options);
  const column = inner.kind === 'records' && inner.columns.length === 1 ? inner.columns[0] : undefined;
  if (inner.kind !== 'records' || !column) {
    throw new SoqlError('MALFORMED_QUERY', 'Semi join sub-selects must select exactly one field');
  }
  if (column.type !== 'id' && column.type !== 'reference') {
    throw new SoqlError(
      'MALFORMED_QUERY',
      `Semi join sub-selects can only query id fields, cannot use: '${column.path.join('.')}'`,
    );
  }
  const values = new Set<Value>();
  for (const row of inner.rows) values.add(column.read(row));
  values.delete(null);
  return values;
}
