import { type Fields, type FieldValue, toIsoInstant, toLongId } from '../person/field-value.ts';
import { personIdOfKey } from '../person/person-key.ts';
import type { OwnerName, Row } from '../person/row.ts';
import { PERSON_ID_FIELD } from './catalogue.ts';
import { type FieldType, syncedType } from './field-types.ts';
import { type ObjectSchema, type SyncField, syncFieldOf } from './object-schema.ts';

/** A record's values in the form of the REST API, by API name. */
export type RemoteRecord = Readonly<Record<string, FieldValue>>;

/** A field with the value functions of the type. */
interface TypedField {
  readonly field: SyncField;
  readonly read: FieldType['read'];
}

const schemasByRemoteName = new WeakMap<ObjectSchema, ReadonlyMap<string, TypedField>>();

/** A row from values in the order of `columns` (API names), the form used by the change feed. */
export function rowOfValues(schema: ObjectSchema, columns: readonly string[], values: readonly FieldValue[]): Row {
  const record: Record<string, FieldValue> = {};
  columns.forEach((column, index) => {
    record[column] = values[index] ?? null;
  });
  return rowOfRecord(schema, record);
}

/** A row from a record; unknown columns are omitted. */
export function rowOfRecord(schema: ObjectSchema, record: RemoteRecord): Row {
  const known = byRemoteName(schema);
  const fields: Record<string, FieldValue> = {};
  for (const column in record) {
    const typed = known.get(column);
    const value = record[column];
    if (typed?.field.pull && value !== undefined) fields[typed.field.name] = typed.read(value);
  }
  return {
    type: schema.type,
    id: toLongId(text(record.Id) ?? ''),
    systemModstamp: toIsoInstant(text(record.SystemModstamp) ?? ''),
    isDeleted: record.IsDeleted === true,
    masterRecordId: text(record.MasterRecordId),
    isConverted: record.IsConverted === true,
    convertedContactId: text(record.ConvertedContactId),
    ownerId: text(record.OwnerId),
    ...ownerOf(record),
    personId: personOf(record),
    fields,
  };
}

function personOf(record: RemoteRecord): string | null {
  const key = text(record[PERSON_ID_FIELD]);
  return key === null ? null : personIdOfKey(key);
}

/** The prefix of queue ids; the name and email of a queue are not shown. */
const QUEUE_PREFIX = '00G';

/** Empty where the read did not include the owner's name. */
function ownerOf(record: RemoteRecord): { readonly owner?: OwnerName } {
  if (record['Owner.Name'] === undefined) return {};
  if (text(record.OwnerId)?.startsWith(QUEUE_PREFIX)) return { owner: { name: null, email: null } };
  return { owner: { name: text(record['Owner.Name']), email: text(record['Owner.Email']) } };
}

/** The values allowed in a push, by API name, and the local names of the other fields. */
export function pushable(
  schema: ObjectSchema,
  fields: Fields,
  operation: 'create' | 'update',
): { readonly record: RemoteRecord; readonly sent: Fields; readonly refused: readonly string[] } {
  const record: Record<string, FieldValue> = {};
  const sent: Record<string, FieldValue> = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const field = syncFieldOf(schema, name);
    if (field?.[operation]) {
      record[field.remoteName] = sentValue(field, value);
      sent[name] = value;
    } else refused.push(name);
  }
  return { record, sent, refused };
}

/** Local names for the API names in a Salesforce error; an unknown name is kept. */
export function localFieldNames(schema: ObjectSchema, remoteNames: readonly string[]): string[] {
  const known = byRemoteName(schema);
  return remoteNames.map((name) => known.get(name)?.field.name ?? name);
}

function byRemoteName(schema: ObjectSchema): ReadonlyMap<string, TypedField> {
  const cached = schemasByRemoteName.get(schema);
  if (cached !== undefined) return cached;
  const built = new Map(Object.values(schema.fields).map((field) => [field.remoteName, typedField(field)]));
  schemasByRemoteName.set(schema, built);
  return built;
}

function typedField(field: SyncField): TypedField {
  return { field, read: syncedType(field.type).read };
}

/** The value to send for a local value of the field; null clears the field. */
export function sentValue(field: SyncField, value: FieldValue): FieldValue {
  return syncedType(field.type).write(value);
}

function text(value: FieldValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
