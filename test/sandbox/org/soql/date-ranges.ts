/** A half-open span of time. */
export interface DateRange {
  from: Date;
  to: Date;
}

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

interface Shape {
  pattern: RegExp;
  /** The first and the end period of the range, counted from the current one, for n given or implied. */
  periods: (n: number) => [number, number];
}

/**
 * Relative date literals. The fiscal year is the calendar year and weeks begin on Sunday, as in an org that
 * nobody has configured; days are those of UTC, the time zone of the simulated org's users.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
 */
const SHAPES: readonly Shape[] = [
  { pattern: /^(?:THIS_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)|TO(DAY))$/, periods: () => [0, 1] },
  { pattern: /^(?:LAST_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)|YESTER(DAY))$/, periods: () => [-1, 0] },
  { pattern: /^(?:NEXT_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)|TOMORROW)$/, periods: () => [1, 2] },
  { pattern: /^LAST_90_(DAY)S$/, periods: () => [-90, 1] },
  { pattern: /^NEXT_90_(DAY)S$/, periods: () => [1, 91] },
  { pattern: /^LAST_N_(DAY)S:\d+$/, periods: (n) => [-n, 1] },
  { pattern: /^LAST_N_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)S:\d+$/, periods: (n) => [-n, 0] },
  { pattern: /^NEXT_N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S:\d+$/, periods: (n) => [1, n + 1] },
  { pattern: /^N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO:\d+$/, periods: (n) => [-n, 1 - n] },
];

/** The span that a relative date literal such as LAST_N_DAYS:7 means at a moment. */
export function relativeRange(literal: string, now: Date): DateRange {
  const name = literal.toUpperCase();
  const n = Number(name.split(':')[1] ?? 0);
  for (const { pattern, periods } of SHAPES) {
    const match = pattern.exec(name);
    if (!match) continue;
    const unit = (match[1] ?? match[2] ?? 'DAY') as Unit;
    const [first, end] = periods(n);
    return { from: startOf(unit, now, first), to: startOf(unit, now, end) };
  }
  throw new TypeError(`Not a relative date literal: ${literal}`);
}

function startOf(unit: Unit, now: Date, offset: number): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const starts: Record<Unit, () => number> = {
    DAY: () => Date.UTC(year, month, day + offset),
    WEEK: () => Date.UTC(year, month, day - now.getUTCDay() + 7 * offset),
    MONTH: () => Date.UTC(year, month + offset, 1),
    QUARTER: () => Date.UTC(year, month - (month % 3) + 3 * offset, 1),
    YEAR: () => Date.UTC(year + offset, 0, 1),
  };
  return new Date(starts[unit]());
}
