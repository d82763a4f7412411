import { toIsoInstant } from '../person/field-value.ts';

/**
 * Characters escaped in a SOQL text literal.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** A value as a SOQL text literal, with quotes. */
export function soqlText(value: string): string {
  return `'${value.replace(/[\\'"\n\r\t\b\f]/g, (character) => ESCAPES[character] ?? character)}'`;
}

/** Values as a list for `IN`. */
export function soqlList(values: readonly string[]): string {
  return `(${values.map(soqlText).join(', ')})`;
}

/**
 * An instant as a SOQL dateTime literal, without quotes. Throws `RangeError` for other texts.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
 */
export function soqlInstant(instant: string): string {
  return new Date(toIsoInstant(instant)).toISOString();
}

/** Condition for rows stamped in `[from, before)`. */
export function spanOf(from: string, before: string): string {
  return `SystemModstamp >= ${soqlInstant(from)} AND SystemModstamp < ${soqlInstant(before)}`;
}

/** The path of a query: `queryAll` includes deleted rows, `query` does not. */
export function queryPath(resource: 'query' | 'queryAll', soql: string): string {
  return `/${resource}?q=${encodeURIComponent(soql)}`;
}
