/** A half-open span of time. */
export interface DateRange {
  from: Date;
  to: Date;
}

/** A moment as a user sees it. */
export interface Moment {
  at: Date;
  /** The user's time zone, by its IANA name. */
  zone: string;
}

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

interface Shape {
  pattern: RegExp;
  /** The first and the end period of the range, counted from the current one, for n given or implied. */
  periods: (n: number) => [number, number];
}

/**
 * Relative date literals. The fiscal year is the calendar year and weeks begin on Sunday, as in an org that
 * nobody has configured; days are those of the user's time zone.
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

/**
 * The span of days that a relative date literal such as LAST_N_DAYS:7 means at a moment; each day is told by its start
 * in UTC.
 */
export function relativeRange(literal: string, moment: Moment): DateRange {
  const now = wallClock(moment.at, moment.zone);
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

/** What a clock on the wall shows in a time zone, as if it were UTC. */
export function wallClock(at: Date, zone: string): Date {
  return new Date(at.getTime() + offsetOf(at, zone));
}

/** The moment at which a clock on the wall of a time zone shows this. */
export function instantOf(shown: Date, zone: string): Date {
  const first = new Date(shown.getTime() - offsetOf(shown, zone));
  return new Date(shown.getTime() - offsetOf(first, zone));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far a time zone is ahead of UTC at a moment, in milliseconds. */
export function offsetOf(at: Date, zone: string): number {
  if (zone === 'GMT') return 0;
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
