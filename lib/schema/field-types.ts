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

/** What the judgement of a value needs to know of its field. */
export interface JudgedField {
  readonly label: string;
  readonly type: string;
  /** The most characters of a text. */
  readonly length?: number;
  /** The most digits of a number before the point. */
  readonly wholeDigits?: number;
  readonly scale?: number;
  /** The only values that a restricted picklist takes. */
  readonly values?: readonly string[];
}

/** Code and message of what Salesforce answers for a value that it does not take. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Everything that depends on a field's type; how its values compare depends on the kind. */
export interface FieldType {
  readonly kind: ValueKind;
  /** The local value of what the REST API answers as JSON, and a Bulk query as text. */
  readonly read: (value: FieldValue) => FieldValue;
  /** What is sent for a local value; null clears the field. */
  readonly write: (value: FieldValue) => FieldValue;
  /** The value as Salesforce would keep it. */
  readonly form: (value: FieldValue, field: JudgedField) => FieldValue;
  /** Why Salesforce would surely refuse what is sent. Null is taken by every type. */
  readonly refuse: (sent: FieldValue, field: JudgedField) => Refusal | undefined;
}

/**
 * The code of a value that cannot be read as the field's type. The Bulk API answers so; the REST API, which reads whole
 * requests, answers JSON_PARSER_ERROR and names no field.
 */
export const WRONG_TYPE = 'INVALID_TYPE_ON_FIELD_IN_RECORD';

const orNull = (value: FieldValue): FieldValue => (value === '' ? null : value);
const blankToNull = (value: FieldValue): FieldValue =>
  typeof value === 'string' && value.trim() === '' ? null : value;

function wrongType(value: FieldValue, { label }: JudgedField): Refusal {
  return { code: WRONG_TYPE, message: `${label}: value not of required type: ${value}` };
}

/**
 * The characters of a text as Salesforce counts them: in a text area every line break is kept as two, whichever way it
 * was sent.
 *
 * @see https://help.salesforce.com/apex/HTViewSolution?id=000240417
 */
export function countedLength(text: string, type: string): number {
  return type === 'textarea' ? text.replace(LINE_BREAK, '\r\n').length : text.length;
}

const LINE_BREAK = /\r\n|\r|\n/g;

/** The longest beginning of a text that Salesforce counts as so many characters at most. */
export function cutToLength(text: string, type: string, length: number): string {
  let counted = 0;
  let end = 0;
  // A character of two units and a line break are not cut in half.
  for (const part of text.match(/\r\n|[\s\S]/gu) ?? []) {
    counted += countedLength(part, type);
    if (counted > length) break;
    end += part.length;
  }
  return text.slice(0, end).trimEnd();
}

/** Salesforce trims before it counts. */
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

/** The REST API reads no date-time into a date: the day alone is sent. */
function dayOf(value: FieldValue): FieldValue {
  const text = typeof value === 'string' ? value.trim() : value;
  return blankToNull(typeof text === 'string' ? (DAY.exec(text)?.[1] ?? text) : text);
}

/** The calendar must have the day: `Date.parse` takes February 30 for March 2. */
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
 * The types that sync, by the name that describe gives them.
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
    // A checkbox takes no null.
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
  address: 'a compound field: its parts sync',
  location: 'a compound field: its parts sync',
  base64: 'a file',
  // Describe does not say whether the user may view the values: a mask would be pushed over them.
  encryptedstring: 'encrypted: Salesforce shows a mask in the place of its values',
  id: 'the id of the record itself',
};

/** The type of this name, if fields of it sync. Any text may be asked for, `constructor` too. */
export function fieldTypeOf(name: string): FieldType | undefined {
  return Object.hasOwn(FIELD_TYPES, name) ? FIELD_TYPES[name] : undefined;
}

/** The type of a field that syncs. */
export function syncedType(name: string): FieldType {
  const type = fieldTypeOf(name);
  if (type === undefined) throw new Error(`fields of type ${name} do not sync`);
  return type;
}

/**
 * Types of free text, which says nearly the same when its end is cut off; half an email address or choice says nothing.
 */
export const FREE_TEXT: ReadonlySet<string> = new Set(['string', 'textarea', 'phone', 'url', 'combobox']);
