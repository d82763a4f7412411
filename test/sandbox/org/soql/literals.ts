import { normaliseId } from '../ids.ts';
import { type DateRange, instantOf, type Moment, relativeRange } from './date-ranges.ts';
import { isIdType, isTextType } from './field-types.ts';
import { SoqlError } from './soql-error.ts';

/** The values a literal stands for: a single one (low = high), a span of time, or null. */
export type Span = { low: string | number | boolean; high: string | number | boolean } | null;

/** A literal as written, with the parser's name for its kind. */
export interface Literal {
  text: string;
  kind: string;
}

/** What a literal is compared with; `label` is how error messages name the field. */
export interface LiteralContext {
  label: string;
  type: string;
  now: Moment;
  like: boolean;
}

type Reader = (text: string, context: LiteralContext) => Span;

/**
 * Which kinds of literal a field type accepts, and what each means.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fieldexpression.htm
 */
const READERS: Record<string, Record<string, Reader>> = {
  text: { STRING: (text, context) => exactly(unquote(text, context.like).toLowerCase()) },
  id: { STRING: (text) => exactly(toLongId(unquote(text, false))) },
  number: {
    INTEGER: (text) => exactly(Number(text)),
    DECIMAL: (text) => exactly(Number(text)),
    INTEGER_WITH_CURRENCY_PREFIX: (text) => exactly(Number(text.slice(3))),
    DECIMAL_WITH_CURRENCY_PREFIX: (text) => exactly(Number(text.slice(3))),
  },
  boolean: { BOOLEAN: (text) => exactly(text.toUpperCase() === 'TRUE') },
  date: { DATE: (text) => exactly(toDay(text)), DATE_LITERAL: relativeDates, DATE_N_LITERAL: relativeDates },
  datetime: {
    DATETIME: (text) => exactly(toStamp(text)),
    DATE_LITERAL: relativeInstants,
    DATE_N_LITERAL: relativeInstants,
  },
};

const FAMILIES: Record<string, string> = {
  int: 'number',
  long: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
};

/** The span of values that a literal means for a field, or the error that Salesforce gives for a wrong kind. */
export function readLiteral(literal: Literal, context: LiteralContext): Span {
  if (literal.kind === 'NULL') return null;
  const reader = READERS[familyOf(context.type)]?.[literal.kind];
  if (reader) return reader(literal.text, context);
  throw new SoqlError('INVALID_FIELD', wrongKind(literal, context));
}

function familyOf(type: string): string {
  return FAMILIES[type] ?? (isIdType(type) ? 'id' : 'text');
}

function wrongKind(literal: Literal, context: LiteralContext): string {
  const subject = `value of filter criterion for field '${context.label}'`;
  const quotes = needsQuotes(context.type) ? 'should be' : 'should not be';
  const wanted = isTextType(context.type) ? 'string' : (TYPE_NAMES[context.type] ?? context.type);
  if (literal.kind !== 'STRING' && !needsQuotes(context.type)) return `${subject} must be of type ${wanted}`;
  return `${subject} must be of type ${wanted} and ${quotes} enclosed in quotes`;
}

const TYPE_NAMES: Record<string, string> = { datetime: 'dateTime', id: 'ID' };

function needsQuotes(type: string): boolean {
  return isIdType(type) || isTextType(type);
}

function exactly(value: string | number | boolean): Span {
  // An empty string is stored as null, and so found as null.
  return value === '' ? null : { low: value, high: value };
}

function relativeDates(text: string, { now }: LiteralContext): Span {
  const { from, to } = rangeOf(text, now);
  return { low: from.toISOString().slice(0, 10), high: new Date(to.getTime() - 1).toISOString().slice(0, 10) };
}

function relativeInstants(text: string, { now }: LiteralContext): Span {
  const range = rangeOf(text, now);
  const [from, to] = [instantOf(range.from, now.zone), instantOf(range.to, now.zone)];
  return { low: stampOf(from), high: stampOf(new Date(to.getTime() - 1)) };
}

/** Years have four digits: a range that reaches further is refused. */
function rangeOf(text: string, now: Moment): DateRange {
  const range = relativeRange(text, now);
  if (hasFourDigitYear(range.from) && hasFourDigitYear(range.to)) return range;
  throw invalidDate(text);
}

function hasFourDigitYear(date: Date): boolean {
  return date.getUTCFullYear() > 0 && date.getUTCFullYear() < 10_000;
}

function invalidDate(text: string): SoqlError {
  return new SoqlError('INVALID_QUERY_FILTER_OPERATOR', `invalid date: ${text}`);
}

function toDay(text: string): string {
  const date = new Date(`${text}T00:00:00Z`);
  if (!hasFourDigitYear(date) || !date.toISOString().startsWith(text)) throw invalidDate(text);
  return text;
}

/** A date in the format in which rows hold their date-times. */
export function stampOf(date: Date): string {
  return date.toISOString().replace('Z', '+0000');
}

function toStamp(text: string): string {
  const date = new Date(text.replace(/([+-]\d\d):?(\d\d)$/, '$1:$2'));
  if (!hasFourDigitYear(date)) throw invalidDate(text);
  return stampOf(date);
}

const ESCAPES: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\u0007',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/**
 * The text between the quotes; in a LIKE pattern escaped wildcards keep their backslash.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */
export function unquote(text: string, like: boolean): string {
  return text.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|[\s\S]|$)/g, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (like && (escaped === '%' || escaped === '_')) return `\\${escaped}`;
    if (like && escaped === '\\') return '\\\\';
    const character = ESCAPES[escaped.toLowerCase()];
    if (character === undefined)
      throw new SoqlError(
        'MALFORMED_QUERY',
        `Invalid string literal ${text}. Illegal character sequence '\\${escaped}' in string literal`,
      );
    return character;
  });
}

function toLongId(id: string): string {
  const long = id === '' ? id : normaliseId(id);
  if (long === undefined) throw new SoqlError('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${id}`);
  return long;
}
