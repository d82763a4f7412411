import {
  canonicalId,
  type FieldValue,
  parseInstant,
  roundedTo,
  toIsoInstant,
  toLongId,
  type ValueKind,
} from '../person/field-value.ts';
import {
  formOfChoice,
  formOfChoices,
  formOfEmail,
  formOfId,
  formOfInstant,
  formOfNumber,
  trimmed,
} from './value-form.ts';

/** Properties of a field needed for checking values. */
export interface JudgedField {
  readonly label: string;
  readonly type: string;
  /** Maximum characters of a text. */
  readonly length?: number;
  /** Maximum digits before the decimal point. */
  readonly wholeDigits?: number;
  readonly scale?: number;
  /** The allowed values of a restricted picklist. */
  readonly values?: readonly string[];
}

/** Code and message of Salesforce's answer for an unacceptable value. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The behaviour of a field type; comparison depends on the kind. */
export interface FieldType {
  readonly kind: ValueKind;
  /** Converts a REST value (JSON) or Bulk value (text) to the local value. */
  readonly read: (value: FieldValue) => FieldValue;
  /** Converts a local value for sending; null clears the field. */
  readonly write: (value: FieldValue) => FieldValue;
  /** The value in the form stored by Salesforce. */
  readonly form: (value: FieldValue, field: JudgedField) => FieldValue;
  /** The refusal of a value certain to be refused by Salesforce. Null is valid for every type. */
  readonly refuse: (sent: FieldValue, field: JudgedField) => Refusal | undefined;
}

/**
 * The code for a value unreadable as the field's type. Returned by the Bulk API; the REST API, which parses whole
 * requests, returns JSON_PARSER_ERROR without a field.
 */
export const WRONG_TYPE = 'INVALID_TYPE_ON_FIELD_IN_RECORD';

const orNull = (value: FieldValue): FieldValue => (value === '' ? null : value);
const blankToNull = (value: FieldValue): FieldValue =>
  typeof value === 'string' && value.trim() === '' ? null : value;

function wrongType(value: FieldValue, { label }: JudgedField): Refusal {
  return { code: WRONG_TYPE, message: `${label}: value not of required type: ${value}` };
}

/**
 * The length of a text as counted by Salesforce: in a text area every line break counts as two characters, however
 * sent.
 *
 * @see https://help.salesforce.com/apex/HTViewSolution?id=000240417
 */
export function countedLength(text: string, type: string): number {
  return type === 'textarea' ? text.replace(LINE_BREAK, '\r\n').length : text.length;
}

const LINE_BREAK = /\r\n|\r|\n/g;

/** The longest beginning of a text not exceeding Salesforce's `length`. */
export function cutToLength(text: string, type: string, length: number): string {
  let counted = 0;
  let end = 0;
  // Does not split a surrogate pair or a line break.
  for (const part of text.match(/\r\n|[\s\S]/gu) ?? []) {
    counted += countedLength(part, type);
    if (counted > length) break;
    end += part.length;
  }
  return text.slice(0, end).trimEnd();
}

/** Salesforce trims before counting. */
function refuseText(value: FieldValue, { label, type, length }: JudgedField): Refusal | undefined {
  const text = String(value).trim();
  if (length === undefined || countedLength(text, type) <= length) return undefined;
  return { code: 'STRING_TOO_LONG', message: `${label}: data value too large: ${text} (max length=${length})` };
}

/**
 * A local part without quotes, and a domain of at least two labels.
 *
 * @see https://help.salesforce.com/s/articleView?id=000386768
 */
const EMAIL =
  /^(?!\.)(?!.*\.\.)(?!.*\.@)[^\s@"(),:;<>[\\\]]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

function refuseEmail(value: FieldValue, field: JudgedField): Refusal | undefined {
  const tooLong = refuseText(value, field);
  const text = String(value).trim();
  if (tooLong !== undefined || text === '' || EMAIL.test(text)) return tooLong;
  return { code: 'INVALID_EMAIL_ADDRESS', message: `${field.label}: invalid email address: ${text}` };
}

function refuseChoices(value: FieldValue, field: JudgedField): Refusal | undefined {
  const tooLong = refuseText(value, field);
  if (tooLong !== undefined || field.values === undefined) return tooLong;
  const known = new Set(field.values.map((each) => each.toLowerCase()));
  const chosen = field.type === 'multipicklist' ? String(value).split(';') : [String(value)];
  const bad = chosen.map((each) => each.trim()).find((each) => each !== '' && !known.has(each.toLowerCase()));
  if (bad === undefined) return undefined;
  return {
    code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    message: `${field.label}: bad value for restricted picklist field: ${bad}`,
  };
}

function refuseNumber(value: FieldValue, field: JudgedField): Refusal | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return wrongType(value, field);
  const { label, wholeDigits, scale = 0 } = field;
  if (wholeDigits === undefined || Math.abs(roundedTo(value, scale)) < 10 ** wholeDigits) return undefined;
  return {
    code: 'NUMBER_OUTSIDE_VALID_RANGE',
    message: `${label}: value outside of valid range on numeric field: ${value}`,
  };
}

function refuseWhole(value: FieldValue, field: JudgedField): Refusal | undefined {
  return Number.isInteger(value) ? refuseNumber(value, field) : wrongType(value, field);
}

const DAY = /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/;

/** The REST API refuses a date-time for a date: only the day is sent. */
function dayOf(value: FieldValue): FieldValue {
  const text = typeof value === 'string' ? value.trim() : value;
  return blankToNull(typeof text === 'string' ? (DAY.exec(text)?.[1] ?? text) : text);
}

/** Rejects days missing from the calendar: `Date.parse` turns February 30 into March 2. */
function refuseDate(value: FieldValue, field: JudgedField): Refusal | undefined {
  const day = typeof value === 'string' ? DAY.exec(value)?.[1] : undefined;
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  const isDay = day !== undefined && !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
  return isDay ? undefined : wrongType(value, field);
}

function refuseInstant(value: FieldValue, field: JudgedField): Refusal | undefined {
  return typeof value === 'string' && parseInstant(value) !== undefined ? undefined : wrongType(value, field);
}

function refuseId(value: FieldValue, { label }: JudgedField): Refusal | undefined {
  const id = String(value).trim();
  if (canonicalId(id) !== undefined) return undefined;
  return { code: 'MALFORMED_ID', message: `${label}: id value of incorrect type: ${id}` };
}

function numberOf(value: FieldValue): FieldValue {
  if (typeof value !== 'string') return value;
  const number = value.trim() === '' ? null : Number(value);
  return Number.isFinite(number) || number === null ? number : value;
}

const TRUTH: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const booleanOf = (value: FieldValue): FieldValue => TRUTH.get(String(value).toLowerCase()) ?? value;

function instantOf(value: FieldValue): FieldValue {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  return at === undefined ? blankToNull(value) : new Date(at).toISOString();
}

const text: FieldType = { kind: 'text', read: orNull, write: orNull, form: trimmed, refuse: refuseText };
const choices: FieldType = { ...text, form: formOfChoice, refuse: refuseChoices };
const number: FieldType = {
  kind: 'number',
  read: numberOf,
  write: numberOf,
  form: formOfNumber,
  refuse: refuseNumber,
};
const whole: FieldType = { ...number, refuse: refuseWhole };

/**
 * The synced types, by describe's type name.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */
export const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  string: text,
  textarea: text,
  phone: text,
  url: text,
  combobox: text,
  time: text,
  email: { ...text, kind: 'email', form: formOfEmail, refuse: refuseEmail },
  picklist: choices,
  multipicklist: { ...choices, kind: 'picklists', form: formOfChoices },
  int: whole,
  long: whole,
  double: number,
  currency: number,
  percent: number,
  boolean: {
    kind: 'boolean',
    read: (value) => booleanOf(orNull(value)),
    // A checkbox cannot be null.
    write: (value) => booleanOf(blankToNull(value) ?? false),
    form: (value) => booleanOf(blankToNull(value) ?? false),
    refuse: (sent, field) => (typeof sent === 'boolean' ? undefined : wrongType(sent, field)),
  },
  date: {
    kind: 'date',
    read: orNull,
    write: dayOf,
    form: dayOf,
    refuse: refuseDate,
  },
  datetime: {
    kind: 'datetime',
    read: (value) => (typeof value === 'string' ? orNull(toIsoInstant(value)) : value),
    write: instantOf,
    form: formOfInstant,
    refuse: refuseInstant,
  },
  reference: {
    kind: 'reference',
    read: (value) => (typeof value === 'string' ? orNull(toLongId(value)) : value),
    write: blankToNull,
    form: formOfId,
    refuse: refuseId,
  },
};

/** Why fields of other types do not sync. */
export const OTHER_TYPES: Readonly<Record<string, string>> = {
  address: 'a compound field: the parts sync',
  location: 'a compound field: the parts sync',
  base64: 'a file',
  // Describe does not say whether the user may view the values: a mask would overwrite the values.
  encryptedstring: 'encrypted: Salesforce shows a mask instead of the values',
  id: 'the id of the record itself',
};

/** The type with the name; undefined if not synced. Safe for any text, including `constructor`. */
export function fieldTypeOf(name: string): FieldType | undefined {
  return Object.hasOwn(FIELD_TYPES, name) ? FIELD_TYPES[name] : undefined;
}

/** The type of a synced field. */
export function syncedType(name: string): FieldType {
  const type = fieldTypeOf(name);
  if (type === undefined) throw new Error(`fields of type ${name} do not sync`);
  return type;
}

/** Types of free text, still useful when cut; a cut email address or choice is useless. */
export const FREE_TEXT: ReadonlySet<string> = new Set(['string', 'textarea', 'phone', 'url', 'combobox']);
