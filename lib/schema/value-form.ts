import { canonicalId, type FieldValue, parseInstant, roundedTo } from '../person/field-value.ts';

/** Properties of a field needed for the stored form. */
interface FormedField {
  readonly scale?: number;
  readonly values?: readonly string[];
}

/** Salesforce trims every text. */
export const trimmed = (value: FieldValue): FieldValue => (typeof value === 'string' ? value.trim() || null : value);

/** A value differing from an offered value only by case becomes the offered value. */
function offeredOr(text: string, { values = [] }: FormedField): string {
  if (values.includes(text)) return text;
  const lower = text.toLowerCase();
  return values.find((each) => each.toLowerCase() === lower) ?? text;
}

export function formOfChoice(value: FieldValue, field: FormedField): FieldValue {
  const text = trimmed(value);
  return typeof text === 'string' ? offeredOr(text, field) : text;
}

/** Distinct values, in the order offered. */
export function formOfChoices(value: FieldValue, field: FormedField): FieldValue {
  if (typeof value !== 'string') return value;
  const parts = value.split(';').map((part) => offeredOr(part.trim(), field));
  const chosen = new Set(parts.filter((part) => part !== ''));
  const offered = (field.values ?? []).filter((each) => chosen.has(each));
  return [...new Set([...offered, ...chosen])].join(';') || null;
}

export function formOfEmail(value: FieldValue): FieldValue {
  const text = trimmed(value);
  return typeof text === 'string' ? text.toLowerCase() : text;
}

/** Salesforce stores no negative zero. */
export function formOfNumber(value: FieldValue, { scale = 0 }: FormedField): FieldValue {
  return typeof value === 'number' ? roundedTo(value, scale) + 0 : value;
}

export function formOfInstant(value: FieldValue): FieldValue {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  return at === undefined ? trimmed(value) : new Date(Math.floor(at / 1000) * 1000).toISOString();
}

export function formOfId(value: FieldValue): FieldValue {
  const text = trimmed(value);
  return typeof text === 'string' ? (canonicalId(text) ?? text) : text;
}
