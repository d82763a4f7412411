import { ApiError, refusals, UnreadableValueError } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import { normaliseId } from '../ids.ts';
import type { Field } from '../schema/field.ts';
import type { ObjectDefinition } from '../schema/standard-objects.ts';
import { allOrNone } from '../store/all-or-none.ts';
import { deleteRecord } from '../store/lifecycle.ts';
import { parseRecord, type RecordInput } from '../store/parse-record.ts';
import { type SaveOptions, type SaveOutcome, saveRecord } from '../store/save.ts';
import { type Call, isObject, mustBeEditable, objectBody, objectOf, pathsOf, type Route } from './call.ts';
import { idsByKey, keyField } from './external-id.ts';
import { originOf, saveOptions } from './headers.ts';
import { namedFields, renderRecord } from './render.ts';

const MAX_RECORDS = 200;
const MAX_RETRIEVED = 2000;
const MAX_CHUNKS = 10;

/** What a record of the request came to. */
type Result = Record<string, unknown> & { readonly success: boolean };

interface Item {
  readonly object: ObjectDefinition;
  readonly fields: RecordInput;
}

function refusedResult(errors: readonly ApiError[]): Result {
  return { success: false, errors: errors.map((error) => error.toResult()) };
}

function savedResult(outcome: SaveOutcome): Result {
  return outcome.kind === 'saved' ? { id: outcome.id, success: true, errors: [] } : refusedResult(outcome.errors);
}

function noRecords(): ApiError {
  return new ApiError('REQUIRED_FIELD_MISSING', 'Required fields are missing: [records]', ['records']);
}

function tooMany(limit: number): ApiError {
  return new ApiError(
    'EXCEEDED_ID_LIMIT',
    `record limit reached. cannot submit more than ${limit} records into this call`,
  );
}

/** The records of a request with their objects: at most 200, in at most ten runs of one object each. */
function itemsOf(call: Call, body: Record<string, unknown>): Item[] {
  const { records } = body;
  if (!Array.isArray(records) || records.length === 0) throw noRecords();
  if (records.length > MAX_RECORDS) throw tooMany(MAX_RECORDS);
  const items = records.map((record) => itemOf(call, record));
  for (const [at, item] of items.entries()) mustBeReadable(call, item, at);
  const chunks = items.filter(({ object }, at) => items[at - 1]?.object !== object).length;
  if (chunks <= MAX_CHUNKS) return items;
  throw new ApiError(
    'LIMIT_EXCEEDED',
    'Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.',
  );
}

/** The whole request is read before anything of it is done: a record that cannot be read refuses them all. */
function mustBeReadable({ org, user }: Call, { object, fields }: Item, at: number): void {
  try {
    parseRecord(org.schema, object.name, withoutId(fields).rest, { viewer: user, creating: true });
  } catch (error) {
    throw error instanceof UnreadableValueError ? error.within('records', at) : error;
  }
}

function itemOf(call: Call, record: unknown): Item {
  const attributes = isObject(record) && isObject(record.attributes) ? record.attributes : {};
  const { type } = attributes;
  if (!isObject(record) || typeof type !== 'string') {
    throw new ApiError('INVALID_INPUT', 'Must send a type in the attributes of every record');
  }
  const object = call.org.schema.object(type);
  if (!object) throw refusals.noObject(type);
  mustBeEditable(object);
  return { object, fields: record };
}

/**
 * Works off the records in order, each on its own, or all or none. The results are in the order of the records.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm}
 */
function eachOrNone(call: Call, wanted: boolean, work: () => Result[]): OrgResponse {
  const isWhole = (results: Result[]) => !wanted || results.every(({ success }) => success);
  const results = allOrNone(call.org, work, isWhole);
  if (isWhole(results)) return json(200, results);
  return json(
    200,
    results.map((result) => (result.success ? rolledBack(result) : result)),
  );
}

function rolledBack(result: Result): Result {
  return 'created' in result ? { ...ROLLED_BACK, created: result.created } : ROLLED_BACK;
}

const ROLLED_BACK = refusedResult([
  new ApiError(
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'Record rolled back because not all records were valid and the request was using AllOrNone header',
  ),
]);

function createRecords(call: Call): OrgResponse {
  const body = objectBody(call);
  const items = itemsOf(call, body);
  const options = saveOptions(call);
  return eachOrNone(call, body.allOrNone === true, () =>
    items.map(({ object, fields }) => savedResult(saveRecord(call.org, { object: object.name, fields, options }))),
  );
}

function updateRecords(call: Call): OrgResponse {
  const body = objectBody(call);
  const items = itemsOf(call, body);
  const options = saveOptions(call);
  return eachOrNone(call, body.allOrNone === true, () => items.map((item) => updateOne(call, item, options)));
}

function updateOne(call: Call, { object, fields }: Item, options: SaveOptions): Result {
  const { id: text, rest } = withoutId(fields);
  if (typeof text !== 'string') {
    return refusedResult([new ApiError('MISSING_ARGUMENT', 'Id not specified in an update call')]);
  }
  const id = normaliseId(text);
  if (id === undefined || !id.startsWith(object.keyPrefix)) {
    return refusedResult([malformed(object, text)]);
  }
  return savedResult(saveRecord(call.org, { object: object.name, id, fields: rest, options }));
}

function malformed(object: ObjectDefinition, text: string): ApiError {
  return new ApiError('MALFORMED_ID', `${object.label} ID: id value of incorrect type: ${text}`, ['Id']);
}

/** Field names have no case, `Id` neither. */
function withoutId(fields: RecordInput): { id: unknown; rest: RecordInput } {
  const key = Object.keys(fields).find((name) => name.toLowerCase() === 'id');
  if (key === undefined) return { id: undefined, rest: fields };
  const { [key]: id, ...rest } = fields;
  return { id, rest };
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm} */
function upsertRecords(call: Call): OrgResponse {
  const body = objectBody(call);
  const object = objectOf(call);
  const items = itemsOf(call, body);
  const field = keyField(call, object, call.params.field ?? '');
  const seen = new Set<string>();
  const upsert = { call, object, field, seen, options: saveOptions(call) };
  return eachOrNone(call, body.allOrNone === true, () => items.map((item) => upsertOne(upsert, item)));
}

interface Upsert {
  readonly call: Call;
  readonly object: ObjectDefinition;
  readonly field: Field;
  /** Keys of this request, in lower case: no record may be written twice by one call. */
  readonly seen: Set<string>;
  readonly options: SaveOptions;
}

/** Every result says whether the record is a new one, also where it is refused, as jsforce's suite expects it. */
function upsertOne(upsert: Upsert, { object: own, fields }: Item): Result {
  const { call, object, field, options } = upsert;
  const refuse = (error: ApiError): Result => ({ ...refusedResult([error]), created: false });
  if (own !== object) return refuse(refusals.noObject(own.name));
  const found = idToUpsert(upsert, fields);
  if (found instanceof ApiError) return refuse(found);
  const { id } = found;
  const rest = field.name === 'Id' ? withoutId(fields).rest : fields;
  const request = { object: object.name, fields: rest, options };
  const outcome = saveRecord(call.org, id === undefined ? request : { ...request, id });
  return { ...savedResult(outcome), created: id === undefined };
}

/** The record that a key names, none where it is new. An upsert by id without an id, or with null, is an insert. */
function idToUpsert({ call, object, field, seen }: Upsert, fields: RecordInput): { id?: string } | ApiError {
  const text = keyText(fields, field);
  if (text === undefined) return field.name === 'Id' ? {} : keyMissing(field.name);
  if (seen.has(text.toLowerCase())) return keyTwice(text);
  seen.add(text.toLowerCase());
  const [id, ...others] = idsByKey(call, object, { field, text });
  if (others.length > 0) return keyAmbiguous(field.name, others.length + 1);
  if (id !== undefined) return { id };
  return field.name === 'Id' ? refusals.crossReference(['Id']) : {};
}

/** The key that a record gives itself, or undefined where it has none. */
function keyText(fields: RecordInput, field: Field): string | undefined {
  const wanted = field.name.toLowerCase();
  const [, value] = Object.entries(fields).find(([name]) => name.toLowerCase() === wanted) ?? [];
  const text = typeof value === 'string' || typeof value === 'number' ? `${value}`.trim() : '';
  return text === '' ? undefined : text;
}

function keyMissing(name: string): ApiError {
  return new ApiError('MISSING_ARGUMENT', `${name} not specified`);
}

function keyTwice(text: string): ApiError {
  return new ApiError('DUPLICATE_VALUE', `Duplicate external id specified: ${text}`);
}

function keyAmbiguous(name: string, count: number): ApiError {
  return new ApiError('DUPLICATE_EXTERNAL_ID', `${name}: more than one record found for external id field: ${count}`);
}

function deleteRecords(call: Call): OrgResponse {
  const ids = (call.query.get('ids') ?? '').split(',').map((id) => id.trim());
  if (ids.length > MAX_RECORDS) throw tooMany(MAX_RECORDS);
  const wanted = call.query.get('allOrNone') === 'true';
  return eachOrNone(call, wanted, () => ids.map((id) => deleteOne(call, id)));
}

function deleteOne(call: Call, text: string): Result {
  const id = normaliseId(text);
  const found = id === undefined ? undefined : call.org.store.find(id);
  if (id === undefined) return refusedResult([new ApiError('MALFORMED_ID', `malformed id ${text}`)]);
  if (!found) return { id, ...refusedResult([refusals.crossReference()]) };
  try {
    deleteRecord(call.org, id, { viewer: call.user, paths: pathsOf(call), origin: originOf(call) });
    return { id, success: true, errors: [] };
  } catch (error) {
    if (error instanceof ApiError) return { id, ...refusedResult([error]) };
    throw error;
  }
}

/**
 * The records in the order of their ids; null where there is none.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_retrieve.htm}
 */
function retrieve(call: Call, ids: readonly string[], names: readonly string[]): OrgResponse {
  const object = objectOf(call);
  const fields = namedFields(call, object.name, names);
  const table = call.org.store.table(object.name);
  const records = ids.map((text) => {
    const row = table.get(normaliseId(text.trim()) ?? '');
    const isSeen = row && row.IsDeleted !== true && call.org.sharing.isVisible(call.user, row.Id);
    return isSeen ? renderRecord(call, object.name, { row, fields }) : null;
  });
  return json(200, records);
}

function retrieveByGet(call: Call): OrgResponse {
  const ids = call.query.get('ids')?.split(',') ?? [];
  if (ids.length > MAX_RETRIEVED) throw tooMany(MAX_RETRIEVED);
  return retrieve(call, ids, call.query.get('fields')?.split(',') ?? []);
}

function retrieveByPost(call: Call): OrgResponse {
  const { ids, fields } = objectBody(call);
  if (!isTextList(ids) || !isTextList(fields)) throw refusals.badForm('lists of ids and fields');
  if (ids.length > MAX_RETRIEVED) throw tooMany(MAX_RETRIEVED);
  return retrieve(call, ids, fields);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The ids that the records of a request give themselves. */
function idsOfRecords({ body }: Call): string[] {
  const records = isObject(body) && Array.isArray(body.records) ? body.records.filter(isObject) : [];
  return records.flatMap((record) => {
    const { id } = withoutId(record);
    return typeof id === 'string' ? (normaliseId(id) ?? []) : [];
  });
}

/** The ids of the rows that the keys of an upsert find. */
function idsOfKeys(call: Call): string[] {
  const object = objectOf(call);
  const field = keyField(call, object, call.params.field ?? '');
  const records = isObject(call.body) && Array.isArray(call.body.records) ? call.body.records.filter(isObject) : [];
  return records.flatMap((record) => {
    const text = keyText(record, field);
    return text === undefined ? [] : idsByKey(call, object, { field, text });
  });
}

function idsOfQuery({ query }: Call): string[] {
  return (query.get('ids') ?? '').split(',').flatMap((id) => normaliseId(id.trim()) ?? []);
}

const root = '/composite/sobjects';

export const collectionRoutes: readonly Route[] = [
  { method: 'POST', path: root, kind: 'write', handle: createRecords },
  { method: 'PATCH', path: root, kind: 'write', handle: updateRecords, locks: idsOfRecords },
  { method: 'DELETE', path: root, kind: 'write', handle: deleteRecords, locks: idsOfQuery },
  { method: 'GET', path: `${root}/:object`, kind: 'read', handle: retrieveByGet },
  { method: 'POST', path: `${root}/:object`, kind: 'read', handle: retrieveByPost },
  { method: 'PATCH', path: `${root}/:object/:field`, kind: 'write', handle: upsertRecords, locks: idsOfKeys },
];
