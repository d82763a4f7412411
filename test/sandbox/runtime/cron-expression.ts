/** A parsed `cron(...)`: for each field the values that it lets through. */
export interface CronExpression {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly lastDayOfMonth: boolean;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fields: readonly Field[] = [
  { name: 'minutes', from: 0, to: 59 },
  { name: 'hours', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: monthNames },
  { name: 'day of week', from: 1, to: 7, names: dayNames },
  { name: 'year', from: 1970, to: 2199 },
];

function numberOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named === -1 ? Number(text) : named + field.from;
  if (!/^\w+$/.test(text) || !Number.isInteger(value) || value < field.from || value > field.to) {
    throw new Error(`cron: ${text} is not supported as ${field.name}`);
  }
  return value;
}

/** One part of a field's list: a value, a range or every value, each with or without a step. */
function rangeOf(part: string, field: Field): { from: number; to: number; by: number } {
  const [range = '', step] = part.split('/');
  const by = step === undefined ? 1 : Number(step);
  if (!(Number.isInteger(by) && by > 0)) throw new Error(`cron: ${part} is not supported as ${field.name}`);
  if (range === '*' || range === '?') return { from: field.from, to: field.to, by };
  const [low = '', high] = range.split('-');
  const from = numberOf(low, field);
  if (high !== undefined) return { from, to: numberOf(high, field), by };
  return { from, to: step === undefined ? from : field.to, by };
}

function valuesOf(text: string, field: Field): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const { from, to, by } = rangeOf(part, field);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

/**
 * Parses the six fields of EventBridge Scheduler, without its rarer `W`, `#` and weekday `L`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function parseCron(text: string): CronExpression {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) throw new Error(`cron: ${text} does not have six fields`);
  const lastDayOfMonth = parts[2] === 'L';
  const sets = fields.map((field, index) => {
    const part = parts[index] ?? '';
    return lastDayOfMonth && index === 2 ? new Set<number>() : valuesOf(part, field);
  });
  const none: ReadonlySet<number> = new Set();
  const [minutes = none, hours = none, daysOfMonth = none, months = none, daysOfWeek = none, years = none] = sets;
  return { minutes, hours, daysOfMonth, lastDayOfMonth, months, daysOfWeek, years };
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const searchedDays = 366 * 8;

function matchesDay(cron: CronExpression, day: Date): boolean {
  const isLast = new Date(day.getTime() + dayMs).getUTCDate() === 1;
  return (
    cron.years.has(day.getUTCFullYear()) &&
    cron.months.has(day.getUTCMonth() + 1) &&
    cron.daysOfWeek.has(day.getUTCDay() + 1) &&
    (cron.lastDayOfMonth ? isLast : cron.daysOfMonth.has(day.getUTCDate()))
  );
}

/** The first matching minute after `after`, in UTC; undefined where there is none in the next eight years. */
export function nextCronTime(cron: CronExpression, after: Date): Date | undefined {
  const firstDay = Math.floor(after.getTime() / dayMs) * dayMs;
  for (let dayNumber = 0; dayNumber < searchedDays; dayNumber++) {
    const day = new Date(firstDay + dayNumber * dayMs);
    if (!matchesDay(cron, day)) continue;
    for (let minute = 0; minute < 1440; minute++) {
      const time = day.getTime() + minute * minuteMs;
      const wanted = cron.hours.has(Math.floor(minute / 60)) && cron.minutes.has(minute % 60);
      if (wanted && time > after.getTime()) return new Date(time);
    }
  }
  return undefined;
}
