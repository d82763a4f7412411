import { ApiError, UnreadableValueError } from '../errors.ts';
import { normaliseId } from '../ids.ts';
import type { Value } from '../soql/source.ts';
import type { Field, FieldType } from './field.ts';

/** What a type does with a value that the API is given for it: the stored value, or why it is refused. */
type Parse = (value: unknown, field: Field) => Value | ApiError;

/** How a type looks in `describe` and how its values come in. */
export interface FieldTypeRule {
  readonly soapType: string;
  readonly parse: Parse;
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** The words of the JSON reader for a value of the wrong kind. */
function cannotRead(field: Field, value: unknown): ApiError {
  return new UnreadableValueError(field.type, token(value));
}

function token(value: unknown): string {
  if (Array.isArray(value)) return 'START_ARRAY value';
  if (!isPlain(value)) return value === null ? 'VALUE_NULL value null' : 'START_OBJECT value {';
  if (typeof value === 'boolean') return `VALUE_${String(value).toUpperCase()} value ${value}`;
  if (typeof value === 'string') return `VALUE_STRING value ${value}`;
  return `VALUE_NUMBER_${Number.isInteger(value) ? 'INT' : 'FLOAT'} value ${value}`;
}

/** Text is trimmed, and text of nothing but blanks is no text. */
function readText(value: unknown, field: Field): string | null | ApiError {
  if (!isPlain(value)) return cannotRead(field, value);
  const text = `${value}`.trim();
  return text === '' ? null : text;
}

/**
 * A line break of a text area counts as two characters, whichever way it was sent.
 * {@link https://help.salesforce.com/apex/HTViewSolution?id=000240417}
 */
function checkLength(text: string, field: Field): string | ApiError {
  const counted = field.type === 'textarea' ? text.replace(/\r\n|\r|\n/g, '\r\n') : text;
  if (counted.length <= field.length) return text;
  return new ApiError('STRING_TOO_LONG', `${field.label}: data value too large: ${text} (max length=${field.length})`, [
    field.name,
  ]);
}

const parseText: Parse = (value, field) => {
  const text = readText(value, field);
  return typeof text === 'string' ? checkLength(text, field) : text;
};

const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** Stored in lower case; two dots in a row or a dot at an end of the local part make it invalid. */
const parseEmail: Parse = (value, field) => {
  const text = parseText(value, field);
  if (typeof text !== 'string') return text;
  const local = text.slice(0, text.indexOf('@'));
  const wrongDots = local.startsWith('.') || local.endsWith('.') || local.includes('..');
  if (EMAIL.test(text) && !wrongDots) return text.toLowerCase();
  return new ApiError('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${text}`, [field.name]);
};

const parseBoolean: Parse = (value, field) => {
  if (typeof value === 'boolean') return value;
  const text = String(value).toLowerCase();
  return text === 'true' || text === 'false' ? text === 'true' : cannotRead(field, value);
};

/** Digits after the point beyond the scale are rounded, half away from zero; digits before it are limited. */
const parseNumber: Parse = (value, field) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return cannotRead(field, value);
  const factor = 10 ** field.scale;
  const rounded = (Math.sign(number) * Math.round((Math.abs(number) + Number.EPSILON) * factor)) / factor + 0;
  if (Math.abs(rounded) < 10 ** (field.precision - field.scale)) return rounded;
  return new ApiError(
    'NUMBER_OUTSIDE_VALID_RANGE',
    `${field.label}: value outside of valid range on numeric field: ${number}`,
    [field.name],
  );
};

const parseInteger: Parse = (value, field) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return Number.isInteger(number) ? parseNumber(number, field) : cannotRead(field, value);
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Years before 1700 and after 4000 are not kept.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm}
 */
function withinRange<T extends string>(text: T, field: Field): T | ApiError {
  const year = Number(text.slice(0, 4));
  if (year >= 1700 && year <= 4000) return text;
  return new ApiError('FIELD_INTEGRITY_EXCEPTION', `${field.label}: invalid date: ${text}`, [field.name]);
}

/** A date has no time: a date-time is refused. */
const parseDate: Parse = (value, field) => {
  const match = typeof value === 'string' ? DATE.exec(value.trim()) : null;
  if (!match) return cannotRead(field, value);
  const [text] = match;
  const at = new Date(`${text}T00:00:00Z`);
  const isDay = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
  return isDay ? withinRange(text, field) : cannotRead(field, value);
};

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** Stored in UTC and to the second. */
const parseDateTime: Parse = (value, field) => {
  if (typeof value !== 'string' || !DATE_TIME.test(value.trim())) return cannotRead(field, value);
  const at = Date.parse(value.trim().replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (Number.isNaN(at)) return cannotRead(field, value);
  return withinRange(`${new Date(at).toISOString().slice(0, 19)}.000+0000`, field);
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?Z?$/;

/** A time of day in no zone, to the millisecond. */
const parseTime: Parse = (value, field) => {
  const text = typeof value === 'string' ? value.trim().replace(/Z$/, '') : '';
  if (!TIME.test(text)) return cannotRead(field, value);
  const [clock = '', fraction = ''] = text.split('.');
  return `${clock.length === 5 ? `${clock}:00` : clock}.${fraction.padEnd(3, '0')}Z`;
};

function badChoice(field: Field, text: string): ApiError {
  return new ApiError(
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    `${field.label}: bad value for restricted picklist field: ${text}`,
    [field.name],
  );
}

/** A value that differs from an offered one by case alone is taken for that one. */
function choose(text: string, field: Field): string | undefined {
  if (field.values.includes(text)) return text;
  const lower = text.toLowerCase();
  const known = field.values.find((value) => value.toLowerCase() === lower);
  return known ?? (field.restricted ? undefined : text);
}

const parsePicklist: Parse = (value, field) => {
  const text = parseText(value, field);
  if (typeof text !== 'string') return text;
  return choose(text, field) ?? badChoice(field, text);
};

/** Stored as a set in the order in which the values are offered. */
const parseMultiPicklist: Parse = (value, field) => {
  const text = parseText(value, field);
  if (typeof text !== 'string') return text;
  const parts = text.split(';').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const chosen = new Set<string>();
  for (const part of parts) {
    const known = choose(part, field);
    if (known === undefined) return badChoice(field, part);
    chosen.add(known);
  }
  const offered = field.values.filter((known) => chosen.has(known));
  return [...offered, ...[...chosen].filter((part) => !field.values.includes(part))].join(';') || null;
};

const parseId: Parse = (value, field) => {
  const text = readText(value, field);
  if (typeof text !== 'string') return text;
  const id = normaliseId(text);
  return id ?? new ApiError('MALFORMED_ID', `${field.label}: id value of incorrect type: ${text}`, [field.name]);
};

/**
 * Field types with their validation and normalisation.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm}
 */
export const fieldTypes: Readonly<Record<FieldType, FieldTypeRule>> = {
  id: { soapType: 'tns:ID', parse: parseId },
  string: { soapType: 'xsd:string', parse: parseText },
  textarea: { soapType: 'xsd:string', parse: parseText },
  email: { soapType: 'xsd:string', parse: parseEmail },
  phone: { soapType: 'xsd:string', parse: parseText },
  url: { soapType: 'xsd:string', parse: parseText },
  boolean: { soapType: 'xsd:boolean', parse: parseBoolean },
  int: { soapType: 'xsd:int', parse: parseInteger },
  double: { soapType: 'xsd:double', parse: parseNumber },
  currency: { soapType: 'xsd:double', parse: parseNumber },
  percent: { soapType: 'xsd:double', parse: parseNumber },
  date: { soapType: 'xsd:date', parse: parseDate },
  datetime: { soapType: 'xsd:dateTime', parse: parseDateTime },
  picklist: { soapType: 'xsd:string', parse: parsePicklist },
  multipicklist: { soapType: 'xsd:string', parse: parseMultiPicklist },
  reference: { soapType: 'tns:ID', parse: parseId },
  time: { soapType: 'xsd:time', parse: parseTime },
  encryptedstring: { soapType: 'xsd:string', parse: parseText },
  address: { soapType: 'urn:address', parse: (value, field) => cannotRead(field, value) },
  location: { soapType: 'urn:location', parse: (value, field) => cannotRead(field, value) },
};

/** Reads one value of a request's record. `null` clears, but never a checkbox. */
export function parseValue(value: unknown, field: Field): Value | ApiError {
  if (value === null && field.type !== 'boolean') return null;
  return fieldTypes[field.type].parse(value, field);
}
