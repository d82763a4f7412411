import type { ShownValue } from '../api/shapes.ts';

/** A number with separators. */
export function count(value: number): string {
  return value.toLocaleString('en-GB');
}

/** `1 person`, `2 persons`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A duration in the largest fitting unit: `4 s`, `12 min`, `3 h`, `2 days`. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** A relative time in words. */
export function ago(at: string, now: number): string {
  const seconds = (now - Date.parse(at)) / 1000;
  return seconds < 5 ? 'just now' : `${duration(seconds)} ago`;
}

/** The instant in local time, with the zone. */
export function localTime(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
}

/** A value for a reader; empty values are named. */
export function valueText(value: ShownValue | undefined): string {
  if (value === undefined) return 'not known';
  if (value === null || value === '') return 'empty';
  if (typeof value === 'object') return `${value.start}… (${count(value.length)} characters)`;
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

/** A value inside a sentence. */
export function quoted(value: ShownValue | undefined): string {
  const isText = (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null);
  return isText ? `“${valueText(value)}”` : valueText(value);
}

interface Named {
  readonly personId: string;
  readonly fields: Readonly<Record<string, ShownValue>>;
}

/** A person's display name: the name, otherwise the email, otherwise the id. */
export function nameOf({ personId, fields }: Named): string {
  const parts = [fields.FirstName, fields.LastName];
  const name = parts.flatMap((part) => (typeof part === 'string' && part !== '' ? [part] : [])).join(' ');
  return name || (typeof fields.Email === 'string' ? fields.Email : '') || personId;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
