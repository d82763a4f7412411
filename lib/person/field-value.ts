/**
 * The value of one field. `null` means empty; an absent key means never known. Numbers are JSON numbers, dates
 * `YYYY-MM-DD`, date-times ISO 8601 in UTC with milliseconds (`2026-11-21T10:00:00.000Z`), multi-picklists `a;b`, ids
 * 18 characters.
 */
export type FieldValue = string | number | boolean | null;

/** Field values by Lead API name (`Email`, `LastName`, `Score__c`), for Contacts too. */
export type Fields = Readonly<Record<string, FieldValue>>;

/**
 * Kinds of comparison. Several Salesforce types share a kind: a phone, a URL and a long text are `text`.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */
export type ValueKind = 'text' | 'email' | 'number' | 'boolean' | 'date' | 'datetime' | 'picklists' | 'reference';

/** Properties of a field needed for comparison. `scale` is the number of decimals kept by Salesforce. */
export interface FieldShape {
  readonly kind: ValueKind;
  readonly scale?: number;
  /** The person's record lacks the field: values stay local and are never pending. */
  readonly noPlace?: true;
}

/** Shapes by field name; a field without a shape compares as text. */
export type FieldShapes = Readonly<Record<string, FieldShape>>;

const TEXT: FieldShape = { kind: 'text' };

/** Canonical form of a value: equal values have identical canonical forms. */
const canonicalForms: Record<ValueKind, (value: FieldValue, shape: FieldShape) => FieldValue> = {
  text: (value) => emptyToNull(value),
  email: (value) => lowerCased(emptyToNull(value)),
  number: (value, shape) => canonicalNumber(value, shape.scale),
  // A Salesforce checkbox is never null: describe reports checkboxes as not nillable, and a written null becomes false.
  boolean: (value) => String(value).toLowerCase() === 'true',
  date: (value) => (typeof value === 'string' ? value.trim().slice(0, 10) || null : value),
  datetime: (value) => canonicalInstant(value),
  picklists: (value) => (value === null ? null : canonicalPicklists(String(value))),
  reference: (value) => (typeof value === 'string' ? (canonicalId(value.trim()) ?? (value.trim() || null)) : value),
};

/** Whether Salesforce treats two values as equal: an equivalence relation for every kind. */
export function sameValue(shape: FieldShape | undefined, left: FieldValue, right: FieldValue): boolean {
  if (left === right) return true;
  const known = shape ?? TEXT;
  const canonical = canonicalForms[known.kind];
  return canonical(left, known) === canonical(right, known);
}

/** Whether the value is empty: null, empty text or an unchecked checkbox. */
export function isEmptyValue(shape: FieldShape | undefined, value: FieldValue): boolean {
  return sameValue(shape, value, null);
}

function emptyToNull(value: FieldValue): FieldValue {
  if (value === null) return null;
  // Salesforce stores a number in a text field as JSON writes the number, trims text on save and stores '' as null;
  // line ends are returned as \n or \r\n depending on the API.
  return String(value).trim().replaceAll('\r\n', '\n') || null;
}

function lowerCased(value: FieldValue): FieldValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function canonicalNumber(value: FieldValue, scale: number | undefined): FieldValue {
  const parsed = typeof value === 'string' ? parseNumber(value) : value;
  if (typeof parsed !== 'number') return parsed;
  const rounded = scale === undefined ? parsed : roundedTo(parsed, scale);
  return rounded === 0 ? 0 : rounded;
}

function parseNumber(value: string): FieldValue {
  if (value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isNaN(parsed) ? value : parsed;
}

/**
 * Rounds half away from zero on the decimal digits, as Salesforce does, not on the binary value (1.005 at 2 is 1.01).
 */
export function roundedTo(value: number, scale: number): number {
  const [digits = '0', exponent = '0'] = Math.abs(value).toString().split('e');
  const shifted = Math.round(Number(`${digits}e${Number(exponent) + scale}`));
  // Too large to shift, and therefore too large to have decimals.
  if (!Number.isFinite(shifted)) return value;
  const [whole = '0', shift = '0'] = shifted.toString().split('e');
  return Math.sign(value) * Number(`${whole}e${Number(shift) - scale}`);
}

/** An instant must name a zone: otherwise `Date.parse` assumes the machine's zone and accepts many ordinary texts. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** Seconds since the epoch: Salesforce writes `+0000` instead of `Z`, and keeps whole seconds. */
function canonicalInstant(value: FieldValue): FieldValue {
  if (typeof value !== 'string') return value;
  if (value.trim() === '') return null;
  const at = parseInstant(value);
  return at === undefined ? value : Math.floor(at / 1000);
}

/** Milliseconds since the epoch of an instant with a zone; undefined for any other text. */
export function parseInstant(value: string): number | undefined {
  const text = value.trim().toUpperCase();
  if (!INSTANT.test(text)) return undefined;
  // `Date.parse` accepts `+00:00` but not `+0000`.
  const at = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(at) ? undefined : at;
}

function canonicalPicklists(value: string): FieldValue {
  const chosen = new Set(value.split(';').map((each) => each.trim()));
  chosen.delete('');
  return [...chosen].sort().join(';') || null;
}

/** `2026-11-21T10:00:00.000+0000`, the REST form, in ISO 8601; other texts are returned unchanged. */
export function toIsoInstant(value: string): string {
  return value.endsWith('+0000') ? `${value.slice(0, -5)}Z` : value;
}

const ID_CHECK_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * The 18-character form of a Salesforce id: three check characters encode the capital letters of every group of five.
 *
 * @see https://help.salesforce.com/s/articleView?id=000385008
 */
export function toLongId(id: string): string {
  if (id.length !== 15) return id;
  let suffix = '';
  for (let group = 0; group < 15; group += 5) {
    let bits = 0;
    for (let at = 0; at < 5; at += 1) {
      if (/[A-Z]/.test(id.charAt(group + at))) bits |= 1 << at;
    }
    suffix += ID_CHECK_DIGITS.charAt(bits);
  }
  return id + suffix;
}

/**
 * The 18-character form of an id in any form accepted by Salesforce: 15 case-sensitive characters, or 18 in any case,
 * where the last three encode the case. Undefined for any other text.
 */
export function canonicalId(text: string): string | undefined {
  if (!/^[A-Za-z0-9]+$/.test(text)) return undefined;
  if (text.length === 15) return toLongId(text);
  if (text.length !== 18) return undefined;
  const restored = toLongId(restoredCase(text));
  return restored.slice(15) === text.slice(15).toUpperCase() ? restored : undefined;
}

function restoredCase(id: string): string {
  let restored = '';
  for (let at = 0; at < 15; at += 1) {
    const bits = ID_CHECK_DIGITS.indexOf(id.charAt(15 + Math.floor(at / 5)).toUpperCase());
    const letter = id.charAt(at);
    restored += bits & (1 << (at % 5)) ? letter.toUpperCase() : letter.toLowerCase();
  }
  return restored;
}
