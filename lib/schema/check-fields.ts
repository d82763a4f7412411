import type { FieldShape, FieldShapes, Fields, FieldValue, ValueKind } from '../person/field-value.ts';
import { CREATED_TYPE, SALESFORCE_TYPES, type SalesforceType } from '../person/row.ts';
import { PERSON_ID_FIELD, STANDARD_FIELDS } from './catalogue.ts';
import { syncedType } from './field-types.ts';
import { type ObjectSchema, type SyncField, syncFieldOf } from './object-schema.ts';

/** Why a field of a request is refused. */
export interface FieldProblem {
  readonly field: string;
  readonly reason: string;
}

const isText = (value: FieldValue): boolean => typeof value === 'string';
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** The check of a value per kind, with the message for the caller. */
const EXPECTED: Record<ValueKind, { readonly fits: (value: FieldValue) => boolean; readonly reason: string }> = {
  text: { fits: isText, reason: 'must be text' },
  email: { fits: isText, reason: 'must be text' },
  number: { fits: (value) => typeof value === 'number', reason: 'must be a number' },
  boolean: { fits: (value) => typeof value === 'boolean', reason: 'must be true or false' },
  date: { fits: (value) => matches(value, DATE), reason: 'must be a date, YYYY-MM-DD' },
  datetime: { fits: (value) => matches(value, DATE_TIME), reason: 'must be an ISO 8601 date-time with a zone' },
  picklists: { fits: isText, reason: 'must be text, values separated by ;' },
  reference: { fits: isText, reason: 'must be an id' },
};

/** A checked edit, ready to be stored. */
export interface CheckedEdits {
  /** Values in Salesforce's form. */
  readonly fields: Fields;
  /** Shapes, by local name, of fields absent from the person's own object. */
  readonly shapes: FieldShapes;
  /** Fields whose values stay local, each with the reason. */
  readonly notSynced: readonly UnsyncedField[];
  /** Refused fields; with any refused field nothing is stored. */
  readonly problems: readonly FieldProblem[];
}

/** A field whose value stays local. */
export interface UnsyncedField {
  readonly field: string;
  readonly why: string;
}

/** The objects for checking an edit. */
export interface EditedObjects {
  /** The object of the person's record; null without a record. */
  readonly own: SalesforceType | null;
  readonly schemas: Readonly<Record<SalesforceType, ObjectSchema>>;
  /** Local names of fields visible in the past. */
  readonly gone: ReadonlySet<string>;
  /** Before the first describe: custom fields are accepted unchecked, and checked when pushed. */
  readonly undescribed: boolean;
}

/**
 * Checks an edit against all objects, because a caller may know an email without knowing the object. A field existing
 * only on a different object is accepted, and stays local. Null clears any field. Lengths, picklists and ranges are
 * checked when the edit is pushed, because Salesforce may change the limits before then.
 */
export function checkFields(objects: EditedObjects, edits: Fields): CheckedEdits {
  const fields: Record<string, FieldValue> = {};
  const shapes: Record<string, FieldShape> = {};
  const notSynced: UnsyncedField[] = [];
  const problems: FieldProblem[] = [];
  for (const [field, value] of Object.entries(edits)) {
    const verdict = verdictOf(objects, field, value);
    if (verdict.kind === 'refused') problems.push({ field, reason: verdict.reason });
    else {
      fields[field] = verdict.value;
      if (verdict.shape !== undefined) shapes[field] = verdict.shape;
      if (verdict.why !== undefined) notSynced.push({ field, why: verdict.why });
    }
  }
  return { fields, shapes, notSynced, problems };
}

type Verdict =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'taken'; readonly value: FieldValue; readonly shape?: FieldShape; readonly why?: string };

const refused = (reason: string): Verdict => ({ kind: 'refused', reason });

function verdictOf(objects: EditedObjects, name: string, value: FieldValue): Verdict {
  const unstorable = unstorableReason(value);
  if (unstorable !== undefined) return refused(unstorable);
  const type = objects.own ?? CREATED_TYPE;
  const own = syncFieldOf(objects.schemas[type], name);
  if (own !== undefined) {
    const editable = own.update || (objects.own === null && own.create);
    return editable ? typedVerdict(own, value) : refused(readOnlyReason(own));
  }
  const [other] = SALESFORCE_TYPES.flatMap((each) => syncFieldOf(objects.schemas[each], name) ?? []);
  if (other === undefined) return unplacedVerdict(objects, name, value);
  if (!other.update && !other.create) return refused(readOnlyReason(other));
  const verdict = typedVerdict(other, value);
  if (verdict.kind === 'refused') return verdict;
  return { ...verdict, shape: { ...other.shape, noPlace: true }, why: whyNoPlace(objects, name) };
}

function typedVerdict(field: SyncField, value: FieldValue): Verdict {
  const expected = EXPECTED[field.shape.kind];
  if (value !== null && !expected.fits(value)) return refused(expected.reason);
  const { scale } = field.shape;
  const formed = syncedType(field.type).form(value, scale === undefined ? field : { ...field, scale });
  const isImpossible = field.shape.kind === 'email' && typeof formed === 'string' && !isPossibleEmail(formed);
  return isImpossible && field.unchecked !== true
    ? refused('is not an email address')
    : { kind: 'taken', value: formed };
}

function whyNoPlace({ own }: EditedObjects, name: string): string {
  const type = own ?? CREATED_TYPE;
  const isKnown = (STANDARD_FIELDS.get(name)?.[type] ?? null) !== null;
  const lacks = isKnown ? `the sync user does not see this field of a ${type}` : `a ${type} has no such field`;
  return own === null ? `${lacks}, and a sync creates a Lead where it finds no record` : lacks;
}

/** A field not visible on any object. */
function unplacedVerdict(objects: EditedObjects, name: string, value: FieldValue): Verdict {
  if (name === 'OwnerId') return refused('is not edited: a sync takes assignTo');
  if (objects.undescribed && name !== PERSON_ID_FIELD && CUSTOM_FIELD.test(name))
    return { kind: 'taken', value: value === '' ? null : value };
  const hidden = hiddenReason(objects, name);
  if (hidden === undefined) return refused('unknown field');
  const shape = { kind: 'text', noPlace: true } as const;
  return value === null ? { kind: 'taken', value, shape, why: hidden } : refused(hidden);
}

function hiddenReason({ schemas, gone }: EditedObjects, name: string): string | undefined {
  const leftOut = SALESFORCE_TYPES.flatMap((type) => leftOutOf(schemas[type], name) ?? []);
  if (leftOut.includes('configured')) return 'does not sync: fields.exclude names it';
  if (leftOut.length > 0) return 'does not sync: GET /sync/fields says why';
  if (gone.has(name)) return 'hidden: no longer visible to the sync user';
  return STANDARD_FIELDS.has(name) ? 'hidden: the sync user does not see it' : undefined;
}

function leftOutOf({ type, leftOut }: ObjectSchema, name: string) {
  const apiName = STANDARD_FIELDS.get(name)?.[type] ?? name;
  return Object.hasOwn(leftOut, apiName) ? leftOut[apiName]?.why : undefined;
}

const CUSTOM_FIELD = /^[A-Za-z](?:_?[A-Za-z0-9])*(?:__[A-Za-z](?:_?[A-Za-z0-9])*)?__c$/;

/** Values possible neither in the store nor in a Salesforce query. */
function unstorableReason(value: FieldValue): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'must be a finite number';
  if (typeof value !== 'string') return undefined;
  if (!value.isWellFormed()) return 'is not well-formed Unicode';
  return value.includes('\0') ? 'has a null character' : undefined;
}

/**
 * Salesforce decides which addresses are valid; an address without local part and domain, or longer than an SMTP path,
 * is always invalid.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3
 */
function isPossibleEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text);
}

function readOnlyReason({ retyped, derivedFrom }: SyncField): string {
  if (derivedFrom !== undefined) return `read-only: Salesforce derives it from ${derivedFrom}`;
  if (retyped === undefined) return 'read-only';
  return `read-only: its type changed from ${retyped.from} to ${retyped.to} and is not accepted yet`;
}

function matches(value: FieldValue, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value) && !Number.isNaN(Date.parse(value)) && isDay(value);
}

/** Whether the calendar has the day: `Date.parse` turns February 30 into March 2. */
function isDay(value: string): boolean {
  const day = value.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
