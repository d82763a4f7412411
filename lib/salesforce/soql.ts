import { toIsoInstant } from '../person/field-value.ts';

/**
 * Characters that a SOQL text literal writes with a backslash.
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

/** A value as a SOQL text literal, quotes included. */
export function soqlText(value: string): string {
  return `'${value.replace(/[\\'"\n\r\t\b\f]/g, (character) => ESCAPES[character] ?? character)}'`;
}

/** Values as the list that `IN` takes. */
export function soqlList(values: readonly string[]): string {
  return `(${values.map(soqlText).join(', ')})`;
}

/**
 * An instant as a SOQL dateTime literal, which stands without quotes. Throws `RangeError` for what is not an instant.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
 */
export function soqlInstant(instant: string): string {
  return new Date(toIsoInstant(instant)).toISOString();
}

/** Rows stamped at the first instant and later, before the second. */
export function spanOf(from: string, before: string): string {
  return `SystemModstamp >= ${soqlInstant(from)} AND SystemModstamp < ${soqlInstant(before)}`;
}

/** The path of a query: `queryAll` finds deleted rows too, `query` does not. */
export function queryPath(resource: 'query' | 'queryAll', soql: string): string {
  return `/${resource}?q=${encodeURIComponent(soql)}`;
}
