import { appendActivities, EMPTY_LOG, type FieldChange, type Happening } from './activity.ts';
import { type FieldShapes, type Fields, type FieldValue, isEmptyValue, sameValue } from './field-value.ts';
import { linkOf } from './life-cycle.ts';
import { baseValue, emailForm, hasPending, type Person, personIdOfRow, withPlaceless } from './person.ts';
import type { Row } from './row.ts';

/** A person created locally under a claim of the Email, never yet in Salesforce. `now` is an ISO instant. */
export function newPerson(personId: string, fields: Fields, now: string): Person {
  const created: Happening = { type: 'created', direction: null, detail: { source: 'api' } };
  return {
    ...blankPerson(personId, now),
    fields: withoutNulls(fields),
    claims: typeof fields.Email === 'string' ? [emailForm(fields.Email)] : [],
    log: appendActivities(EMPTY_LOG, [created], now),
  };
}

/** A new person created from a Salesforce row; base is the row. */
export function personOfRow(row: Row, now: string): Person {
  const created: Happening = { type: 'created', direction: 'pull', detail: { source: row.type } };
  return {
    ...blankPerson(personIdOfRow(row.id), now),
    fields: withoutNulls(row.fields),
    salesforce: linkOf(row, null),
    newborn: true,
    log: appendActivities(EMPTY_LOG, [created], now),
    lastSyncedAt: now,
  };
}

/**
 * The person with the given edits, or the same object where no value changes. An edit ends a rejection. A field set
 * back to the base value is no longer pending, except while a push of a different value may be in progress (also after
 * the lease has expired, until the row is read): then the edit must stay pending to overrule the pushed value.
 */
export function editPerson(person: Person, edits: Fields, shapes: FieldShapes, now: string): Person {
  const { next, changes } = withEdits(person, edits, shapes);
  if (changes.length === 0) return person;
  const edited: Happening = { type: 'fieldsChanged', direction: null, detail: { changes } };
  return logged(withPending(next, now), [edited], now);
}

/** The person with texts cut to Salesforce's length limits before a push; the log records the cuts. */
export function cutFields(person: Person, cut: Fields, shapes: FieldShapes, now: string): Person {
  const { next, changes } = withEdits(person, cut, shapes);
  const happening: Happening = { type: 'fieldsChanged', direction: 'push', detail: { changes, reason: 'tooLong' } };
  return logged(withPending(next, now), [happening], now);
}

function withEdits(
  person: Person,
  edits: Fields,
  shapes: FieldShapes,
): { readonly next: Person; readonly changes: readonly FieldChange[] } {
  const fields: Record<string, FieldValue> = { ...person.fields };
  const pending: Record<string, FieldValue> = { ...person.pending };
  const changes: FieldChange[] = [];
  let { placeless } = person;
  for (const [field, to] of Object.entries(edits)) {
    const from = person.fields[field] ?? null;
    if (sameValue(shapes[field], from, to)) continue;
    changes.push({ field, from, to });
    fields[field] = to;
    if (person.salesforce === null) continue;
    // The record may have the field by now: what it holds there is not known before it is read.
    if (shapes[field]?.noPlace || placeless.includes(field)) {
      placeless = withPlaceless(placeless, field);
      continue;
    }
    const base = baseValue(person, field) ?? null;
    const mayBeUnderWay = person.lease !== null && field in person.lease.attempt;
    if (sameValue(shapes[field], to, base) && !mayBeUnderWay) delete pending[field];
    else pending[field] = base;
  }
  return { next: { ...person, fields, pending, placeless, rejection: null, newborn: false }, changes };
}

/** The person with the happenings logged and `updatedAt` set. */
export function logged(person: Person, happenings: readonly Happening[], now: string): Person {
  return { ...person, log: appendActivities(person.log, happenings, now), updatedAt: now };
}

/** The person with `pendingSince` recomputed: set by the first pending edit, null without pending edits. */
export function withPending(person: Person, now: string): Person {
  return { ...person, pendingSince: hasPending(person) ? (person.pendingSince ?? now) : null };
}

/** Only the non-empty fields: a create request sends no empty values. */
export function nonEmptyFields(fields: Fields, shapes: FieldShapes): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field, value]) => !isEmptyValue(shapes[field], value)));
}

function blankPerson(personId: string, now: string): Person {
  return {
    personId,
    version: 1,
    fields: {},
    pending: {},
    placeless: [],
    salesforce: null,
    rejection: null,
    lease: null,
    tried: null,
    log: EMPTY_LOG,
    claims: [],
    revision: 1,
    rowOf: null,
    goneAt: null,
    left: {},
    mergedInto: null,
    gives: false,
    absorbed: [],
    newborn: false,
    erased: false,
    deletedHere: null,
    pendingSince: null,
    lastSyncedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** A new person stores no empty fields: absent and empty mean the same until the field first gets a value. */
function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Maximum length of a plain text field in Salesforce. */
const SHORT_TEXT = 255;

/**
 * The person with the identifying short fields only: 800 fields (the maximum per object) of up to 255 characters take
 * 200 KB.
 */
export function withShortFields(person: Person): Person {
  const isShort = (value: FieldValue): boolean => typeof value !== 'string' || value.length <= SHORT_TEXT;
  return { ...person, fields: Object.fromEntries(Object.entries(person.fields).filter(([, value]) => isShort(value))) };
}
