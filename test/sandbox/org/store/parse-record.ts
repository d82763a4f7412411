import { ApiError, refusals, UnreadableValueError } from '../errors.ts';
import type { Field } from '../schema/field.ts';
import { parseValue } from '../schema/field-types.ts';
import type { Schema, Viewer } from '../schema/schema.ts';
import type { Value } from '../soql/source.ts';

/** A record of a request, as it came in. */
export type RecordInput = Readonly<Record<string, unknown>>;

/** Where another record is named by its external id: `"Account": {"Code__c": "A1"}`. */
export interface ParentByKey {
  readonly field: Field;
  readonly parent: string;
  readonly key: Field;
  readonly value: Value;
}

/** What a record says, read by type; `refused` holds what the types refuse. */
export interface ParsedRecord {
  readonly values: ReadonlyMap<string, Value>;
  readonly parents: readonly ParentByKey[];
  readonly refused: readonly ApiError[];
}

export interface ParseOptions {
  readonly viewer: Viewer;
  readonly creating: boolean;
}

/** Members of a record that are not fields. */
const NOT_FIELDS = new Set(['attributes']);

/**
 * Reads a record by its object's fields. A field that the viewer may not see does not exist, and refuses the record as
 * one without edit access does. Throws where a value cannot be read at all, because that refuses the whole request.
 */
export function parseRecord(schema: Schema, object: string, input: RecordInput, options: ParseOptions): ParsedRecord {
  const visible = schema.visible(options.viewer, object);
  if (!visible) throw refusals.noObject(object);
  const values = new Map<string, Value>();
  const parents: ParentByKey[] = [];
  const refused: ApiError[] = [];
  const readOnly: string[] = [];
  for (const [name, value] of Object.entries(input)) {
    if (NOT_FIELDS.has(name)) continue;
    if (name.toLowerCase() === 'id') return { values, parents, refused: [idGiven(options)] };
    const field = visible.fields.get(name.toLowerCase());
    if (!field) {
      const parent = parseParent(schema, { object, name, value, viewer: options.viewer });
      if (parent instanceof ApiError) return { values, parents, refused: [parent] };
      parents.push(parent);
      continue;
    }
    const parsed = parseValue(value, field);
    if (!canWrite(schema, object, field, options) || convertsAtOnce(field, parsed)) readOnly.push(field.name);
    if (!(parsed instanceof ApiError)) values.set(field.name, parsed);
    else if (parsed instanceof UnreadableValueError) throw parsed.within(name);
    else refused.push(parsed);
  }
  if (readOnly.length > 0) return { values, parents, refused: [cannotWrite(readOnly)] };
  return { values, parents, refused };
}

function canWrite(schema: Schema, object: string, field: Field, { viewer, creating }: ParseOptions): boolean {
  const allowed = creating ? field.createable : field.updateable;
  return allowed && schema.access(viewer, object, field).edit;
}

/** A Lead comes to be converted by conversion alone, though `describe` calls the field createable. */
function convertsAtOnce(field: Field, value: Value | ApiError): boolean {
  return field.name === 'IsConverted' && value === true;
}

/** The id of a record is in the path of the request, or there is none yet. */
function idGiven({ creating }: ParseOptions): ApiError {
  return creating
    ? new ApiError('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id'])
    : new ApiError('INVALID_FIELD', 'The Id field should not be specified in the sobject data.');
}

function cannotWrite(fields: readonly string[]): ApiError {
  return new ApiError(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    fields,
  );
}

interface ParentInput {
  readonly object: string;
  readonly name: string;
  readonly value: unknown;
  readonly viewer: Viewer;
}

function parseParent(schema: Schema, { object, name, value, viewer }: ParentInput): ParentByKey | ApiError {
  const field = relationship(schema, { object, name, viewer });
  const [keyName, keyValue] = isRecord(value)
    ? (Object.entries(value).find(([key]) => !NOT_FIELDS.has(key)) ?? [])
    : [];
  const found = field && keyName !== undefined ? keyOfParent(schema, field, keyName) : undefined;
  if (!field || !found) return refusals.noField(name, object);
  const parsed = parseValue(keyValue, found.key);
  if (parsed instanceof UnreadableValueError) throw parsed.within(name, keyName ?? '');
  if (parsed instanceof ApiError) return parsed;
  return { field, ...found, value: parsed };
}

function relationship(schema: Schema, { object, name, viewer }: Omit<ParentInput, 'value'>): Field | undefined {
  const wanted = name.toLowerCase();
  const fields = schema.visible(viewer, object)?.fields.values() ?? [];
  return [...fields].find((field) => field.relationshipName?.toLowerCase() === wanted);
}

function keyOfParent(schema: Schema, field: Field, keyName: string): { parent: string; key: Field } | undefined {
  for (const parent of field.referenceTo) {
    const key = schema.field(parent, keyName);
    if (key?.idLookup) return { parent, key };
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
