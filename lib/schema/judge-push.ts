import type { Rejection } from '../person/activity.ts';
import { type Fields, type FieldValue, isEmptyValue } from '../person/field-value.ts';
import type { SalesforceType } from '../person/row.ts';
import { countedLength, cutToLength, FREE_TEXT, type Refusal, syncedType, WRONG_TYPE } from './field-types.ts';
import { type ObjectSchema, type SyncField, syncFieldOf } from './object-schema.ts';
import { sentValue } from './record.ts';

type Operation = 'create' | 'update';

/**
 * The rejection certain to come from Salesforce for a push, with Salesforce's message and API names; undefined where
 * only Salesforce can decide. Formats, lengths, ranges and restricted picklists are checked before any automation of
 * the org runs, so the describe is decisive; a missing value is checked after automation, which may supply the value.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm
 */
export function judgePush(schema: ObjectSchema, fields: Fields, operation: Operation): Rejection | undefined {
  const refused: { readonly apiName: string; readonly refusal: Refusal }[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const field = syncFieldOf(schema, name);
    const refusal = field?.[operation] ? refusalOf(field, value) : undefined;
    if (field !== undefined && refusal !== undefined) refused.push({ apiName: field.remoteName, refusal });
  }
  // An unparsable request is refused before other checks.
  const unread = refused.find(({ refusal }) => refusal.code === WRONG_TYPE);
  const [first, ...others] = unread === undefined ? refused : [unread];
  if (first === undefined) return missingValues(schema, fields, operation);
  return {
    code: first.refusal.code,
    message: [first, ...others].map(({ refusal }) => refusal.message).join('; '),
    fields: [first, ...others].map(({ apiName }) => apiName),
  };
}

/** The refusal of a field's value certain to come from Salesforce, by type. */
function refusalOf(field: SyncField, value: FieldValue): Refusal | undefined {
  const sent = sentValue(field, value);
  if (field.unchecked || sent === null) return undefined;
  const { scale } = field.shape;
  return syncedType(field.type).refuse(sent, scale === undefined ? field : { ...field, scale });
}

/** A create must supply every required value; an update must not clear a required value. */
function missingValues(schema: ObjectSchema, fields: Fields, operation: Operation): Rejection | undefined {
  const missing = Object.values(schema.fields).filter((field) => {
    if (!field.required || field.unchecked) return false;
    const value = fields[field.name];
    if (operation === 'update') return field.update && value !== undefined && isEmptyValue(field.shape, value);
    return !field.create || isEmptyValue(field.shape, value ?? null);
  });
  if (missing.length === 0) return undefined;
  const names = missing.map(({ remoteName }) => remoteName);
  return {
    code: 'REQUIRED_FIELD_MISSING',
    message: `Required fields are missing: [${names.join(', ')}]`,
    fields: names,
  };
}

/** Salesforce's code. */
const NOT_EDITABLE = 'INVALID_FIELD_FOR_INSERT_UPDATE';

/** The rejection of edits to fields not writable by the sync user. */
export function notEditable(type: SalesforceType, fields: readonly string[]): Rejection {
  const message = `The sync user may not edit these fields of a ${type}: ${fields.join(', ')}`;
  return { code: NOT_EDITABLE, message, fields };
}

/** Texts too long for Salesforce, cut where the policy asks for cuts. */
export function cutTexts(schema: ObjectSchema, fields: Fields, operation: Operation): Fields {
  const cut: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = syncFieldOf(schema, name);
    if (!field?.truncate || !field[operation] || !FREE_TEXT.has(field.type)) continue;
    const text = String(value ?? '').trim();
    const { type, length } = field;
    if (length !== undefined && countedLength(text, type) > length) cut[name] = cutToLength(text, type, length);
  }
  return cut;
}
