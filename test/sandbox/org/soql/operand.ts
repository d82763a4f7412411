import type { FunctionExp } from '@jetstreamapp/soql-parser-js';
import { failAt, resolvePath, type Scope } from './field-path.ts';
import type { Row, Value } from './source.ts';

/** Something that can be compared, sorted or grouped: a field of a row, a function of one, a value of a group. */
export interface Operand<Subject> {
  label: string;
  type: string;
  filterable: boolean;
  sortable: boolean;
  groupable: boolean;
  /** The values that a picklist offers, in their order. */
  values?: readonly string[];
  read: (subject: Subject) => Value;
}

/** How a clause names an operand. */
export interface OperandName {
  field?: string;
  fn?: FunctionExp;
}

/** Finds the operand that a clause names. */
export type OperandResolver<Subject> = (name: OperandName) => Operand<Subject>;

interface RowFunction {
  type: string | undefined;
  apply: (value: string) => Value;
}

function ofDay(part: (day: Date) => number): RowFunction {
  return { type: 'int', apply: (value) => part(new Date(value.replace('+0000', 'Z'))) };
}

const DAY_MS = 86_400_000;
const dayOfYear = (day: Date): number =>
  Math.floor((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
const quarter = (day: Date): number => Math.floor(day.getUTCMonth() / 3) + 1;
const unchanged: RowFunction = { type: undefined, apply: (value) => value };

/**
 * Functions of one field. The fiscal year is the calendar year.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_date_functions.htm
 */
export const ROW_FUNCTIONS: Readonly<Record<string, RowFunction>> = {
  CALENDAR_YEAR: ofDay((day) => day.getUTCFullYear()),
  CALENDAR_QUARTER: ofDay(quarter),
  CALENDAR_MONTH: ofDay((day) => day.getUTCMonth() + 1),
  FISCAL_YEAR: ofDay((day) => day.getUTCFullYear()),
  FISCAL_QUARTER: ofDay(quarter),
  FISCAL_MONTH: ofDay((day) => day.getUTCMonth() + 1),
  DAY_IN_MONTH: ofDay((day) => day.getUTCDate()),
  DAY_IN_WEEK: ofDay((day) => day.getUTCDay() + 1),
  DAY_IN_YEAR: ofDay(dayOfYear),
  HOUR_IN_DAY: ofDay((day) => day.getUTCHours()),
  WEEK_IN_MONTH: ofDay((day) => Math.floor((day.getUTCDate() - 1) / 7) + 1),
  WEEK_IN_YEAR: ofDay((day) => Math.floor((dayOfYear(day) - 1) / 7) + 1),
  DAY_ONLY: { type: 'date', apply: (value) => value.slice(0, 10) },
  TOLABEL: unchanged,
  CONVERTCURRENCY: unchanged,
  CONVERTTIMEZONE: unchanged,
  FORMAT: { type: 'string', apply: (value) => String(value) },
};

/** Operands of a row: its fields, its parents' fields and functions of them. */
export function rowOperands(scope: Scope, clause: string): OperandResolver<Row> {
  return ({ field, fn }) => (fn ? functionOperand(scope, fn, clause) : fieldOperand(scope, field ?? '', clause));
}

function fieldOperand(scope: Scope, written: string, clause: string): Operand<Row> {
  const { names, field, read } = resolvePath(scope, written, clause);
  const { type, filterable, sortable, groupable, values = [] } = field;
  return { label: names.join('.'), type, filterable, sortable, groupable, values, read };
}

function functionOperand(scope: Scope, fn: FunctionExp, clause: string): Operand<Row> {
  const name = fn.functionName ?? '';
  const rule = ROW_FUNCTIONS[name.toUpperCase()];
  if (!rule) throw failAt(scope, { written: name, clause: clause }, `unexpected token: '${name}'`, 'MALFORMED_QUERY');
  const parameter = fn.parameters?.[0];
  // A function may wrap convertTimezone(field), which changes nothing where every user's zone is UTC.
  const inner =
    typeof parameter === 'string'
      ? fieldOperand(scope, parameter, clause)
      : functionOperand(scope, parameter ?? {}, clause);
  return {
    ...inner,
    label: fn.rawValue ?? inner.label,
    type: rule.type ?? inner.type,
    read: (row) => {
      const value = inner.read(row);
      return typeof value === 'string' ? rule.apply(value) : value;
    },
  };
}
