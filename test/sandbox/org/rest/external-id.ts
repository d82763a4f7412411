import { ApiError, refusals } from '../errors.ts';
import { empty, json, type OrgResponse } from '../http-message.ts';
import { normaliseId } from '../ids.ts';
import type { Field } from '../schema/field.ts';
import { parseValue } from '../schema/field-types.ts';
import type { ObjectDefinition } from '../schema/standard-objects.ts';
import type { Row } from '../soql/source.ts';
import { visibleIds } from '../store/integrity.ts';
import type { RecordInput } from '../store/parse-record.ts';
import { saveRecord } from '../store/save.ts';
import { type Call, mustBeEditable, objectBody, objectOf, type Route, versionOf } from './call.ts';
import { saveOptions } from './headers.ts';
import { answerRow, created, refused, removeRow, unmetCondition } from './records.ts';

/** A field by which records may be named: `Id`, an external id or a standard lookup field. */
export function keyField(call: Call, object: ObjectDefinition, name: string): Field {
  const field = call.org.schema.visible(call.user, object.name)?.fields.get(name.toLowerCase());
  if (field?.idLookup || field?.externalId) return field;
  throw new ApiError('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${name}`);
}

/** Ids of the records with this key. */
export function idsByKey(
  call: Call,
  object: ObjectDefinition,
  { field, text }: { field: Field; text: string },
): string[] {
  if (field.name === 'Id') {
    const id = normaliseId(text);
    const row = id === undefined ? undefined : call.org.store.table(object.name).get(id);
    const isSeen = row && row.IsDeleted !== true && call.org.sharing.isVisible(call.user, id);
    return id !== undefined && isSeen ? [id] : [];
  }
  const value = parseValue(text, field);
  if (value instanceof ApiError || value === null) return [];
  return [...visibleIds(call.org, call.user, { object: object.name, field: field.name, value })];
}

interface Found {
  readonly object: ObjectDefinition;
  readonly field: Field;
  readonly ids: readonly string[];
}

function find(call: Call): Found {
  const object = objectOf(call);
  const field = keyField(call, object, call.params.field ?? '');
  return { object, field, ids: idsByKey(call, object, { field, text: call.params.value ?? '' }) };
}

/** Several records have the key: their URLs are the answer. */
function multipleChoices(call: Call, object: string, ids: readonly string[]): OrgResponse {
  return json(
    300,
    ids.map((id) => `${call.root}/sobjects/${object}/${id}`),
  );
}

function onlyRow(call: Call, { object, ids }: Found): Row {
  const row = ids[0] === undefined ? undefined : call.org.store.table(object.name).get(ids[0]);
  if (row) return row;
  throw refusals.notFound();
}

function readByKey(call: Call): OrgResponse {
  const found = find(call);
  if (found.ids.length > 1) return multipleChoices(call, found.object.name, found.ids);
  return answerRow(call, found.object.name, onlyRow(call, found));
}

function deleteByKey(call: Call): OrgResponse {
  const found = find(call);
  mustBeEditable(found.object);
  if (found.ids.length > 1) return multipleChoices(call, found.object.name, found.ids);
  removeRow(call, onlyRow(call, found).Id as string);
  return empty(204);
}

/** Before this version, an upsert that updates has no body to answer with. */
const ANSWERS_UPDATES = 46;

/**
 * Creates the record where the key is new, updates it where one record has the key, and answers 300 where several
 * have it.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_upsert_patch.htm}
 */
function upsertByKey(call: Call): OrgResponse {
  const { object, field, ids } = find(call);
  mustBeEditable(object);
  const fields = objectBody(call);
  refuseKeyInBody(fields, field);
  if (ids.length > 1) return multipleChoices(call, object.name, ids);
  const [id] = ids;
  if (id === undefined) return insertByKey(call, object, { field, fields });
  const halted = unmetCondition(call, call.org.store.table(object.name).get(id) as Row);
  if (halted) return halted;
  const outcome = saveRecord(call.org, { object: object.name, id, fields, options: saveOptions(call) });
  if (outcome.kind === 'refused') return refused(outcome.errors);
  if (versionOf(call) < ANSWERS_UPDATES) return empty(204);
  return json(200, { id, success: true, errors: [], created: false });
}

function insertByKey(
  call: Call,
  object: ObjectDefinition,
  { field, fields }: { field: Field; fields: RecordInput },
): OrgResponse {
  if (call.query.get('updateOnly') === 'true' || field.name === 'Id') throw refusals.notFound();
  const keyed = { ...fields, [field.name]: call.params.value };
  const outcome = saveRecord(call.org, { object: object.name, fields: keyed, options: saveOptions(call) });
  const answer = created(call, object.name, outcome);
  if (outcome.kind === 'refused') return answer;
  return { ...answer, body: { id: outcome.id, success: true, errors: [], created: true } };
}

function refuseKeyInBody(fields: RecordInput, field: Field): void {
  const named = Object.keys(fields).some((name) => name.toLowerCase() === field.name.toLowerCase());
  if (!named) return;
  throw new ApiError('INVALID_FIELD', `The ${field.name} field should not be specified in the sobject data.`);
}

/** `POST …/Id` creates, as a plain create does. */
function createWithoutId(call: Call): OrgResponse {
  const object = objectOf(call);
  mustBeEditable(object);
  if ((call.params.field ?? '').toLowerCase() !== 'id') throw refusals.notFound();
  const fields = objectBody(call);
  return created(call, object.name, saveRecord(call.org, { object: object.name, fields, options: saveOptions(call) }));
}

export const externalIdRoutes: readonly Route[] = [
  { method: 'POST', path: '/sobjects/:object/:field', kind: 'write', handle: createWithoutId },
  { method: 'GET', path: '/sobjects/:object/:field/:value', kind: 'read', handle: readByKey },
  {
    method: 'PATCH',
    path: '/sobjects/:object/:field/:value',
    kind: 'write',
    handle: upsertByKey,
    locks: (call) => find(call).ids,
  },
  {
    method: 'DELETE',
    path: '/sobjects/:object/:field/:value',
    kind: 'write',
    handle: deleteByKey,
    locks: (call) => find(call).ids,
  },
];
