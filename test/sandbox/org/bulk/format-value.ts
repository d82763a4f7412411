import type { Value } from '../soql/source.ts';

/**
 * A value as it stands in the results of a query job: null is nothing, date-times end in Z, numbers that may have
 * decimals are written as Java writes a double (100.0, 1.39E8).
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_csv_valid_record_rows.htm}
 */
export function formatValue(value: Value, type: string): string {
  if (value === null) return '';
  if (typeof value === 'string') return type === 'datetime' ? `${value.slice(0, -'+0000'.length)}Z` : value;
  return typeof value === 'number' && DOUBLES.has(type) ? formatDouble(value) : String(value);
}

const DOUBLES = new Set(['double', 'currency', 'percent']);

/** {@link https://docs.oracle.com/javase/8/docs/api/java/lang/Double.html#toString-double-} */
function formatDouble(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return withFraction(String(value));
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${withFraction(digits)}E${exponent.replace('+', '')}`;
}

function withFraction(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}
