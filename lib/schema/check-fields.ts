import type { Fields, FieldValue, ValueKind } from '../person/field-value.ts';
import { type ObjectSchema, type SyncField, syncFieldOf } from './object-schema.ts';

/** Why a field of a request cannot be taken. */
export interface FieldProblem {
  readonly field: string;
  readonly reason: string;
}

const isText = (value: FieldValue): boolean => typeof value === 'string';
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** What a value must be for its kind, and how to say so. */
const EXPECTED: Record<ValueKind, { readonly fits: (value: FieldValue) => boolean; readonly reason: string }> = {
  text: { fits: isText, reason: 'must be text' },
  email: { fits: isText, reason: 'must be text' },
  number: { fits: (value) => typeof value === 'number', reason: 'must be a number' },
  boolean: { fits: (value) => typeof value === 'boolean', reason: 'must be true or false' },
  date: { fits: (value) => matches(value, DATE), reason: 'must be a date, YYYY-MM-DD' },
  datetime: { fits: (value) => matches(value, DATE_TIME), reason: 'must be a date-time with its zone, ISO 8601' },
  picklists: { fits: isText, reason: 'must be text, values separated by ;' },
  reference: { fits: isText, reason: 'must be an id' },
};

/**
 * The fields that cannot be edited, each with its reason: not known, not editable by the sync user, or not of the
 * field's type. Null clears any field. Lengths, picklists and ranges are judged when the edit is pushed, for Salesforce
 * may have changed them by then.
 */
export function checkFields(schema: ObjectSchema, edits: Fields, operation: 'create' | 'update'): FieldProblem[] {
  return Object.entries(edits).flatMap(([name, value]) => {
    const field = syncFieldOf(schema, name);
    if (field === undefined) return { field: name, reason: 'unknown field' };
    if (!field[operation]) return { field: name, reason: readOnlyReason(field) };
    const expected = EXPECTED[field.shape.kind];
    return value === null || expected.fits(value) ? [] : { field: name, reason: expected.reason };
  });
}

function readOnlyReason({ retyped, derivedFrom }: SyncField): string {
  if (derivedFrom !== undefined) return `read-only: Salesforce derives it from ${derivedFrom}`;
  if (retyped === undefined) return 'read-only';
  return `read-only: its type changed from ${retyped.from} to ${retyped.to} and is not accepted yet`;
}

function matches(value: FieldValue, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value) && !Number.isNaN(Date.parse(value)) && isDay(value);
}

/** Whether the calendar has the day: `Date.parse` takes February 30 for March 2. */
function isDay(value: string): boolean {
  const day = value.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
