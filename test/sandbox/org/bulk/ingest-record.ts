import { ApiError, UnreadableValueError } from '../errors.ts';
import { normaliseId } from '../ids.ts';
import type { OrgState } from '../org-state.ts';
import type { Field } from '../schema/field.ts';
import { fieldTypes, parseValue } from '../schema/field-types.ts';
import { defaultDuplicateOptions } from '../store/duplicates.ts';
import { visibleIds } from '../store/integrity.ts';
import { deleteRecord, hardDelete } from '../store/lifecycle.ts';
import { type SaveOptions, saveRecord } from '../store/save.ts';
import type { IngestJob, IngestOperation } from './ingest-job.ts';

/** What became of one record of a job. */
export type IngestOutcome =
  | { readonly kind: 'saved'; readonly id: string; readonly created: boolean }
  | { readonly kind: 'failed'; readonly id: string; readonly error: string };

/** A record of a job: its Id column, and its fields as a REST request would give them. */
interface IngestInput {
  readonly id: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Empty values are left out; this one sets null. */
const SET_NULL = '#N/A';

/** Tells the first column that is no field the user may see; the job fails for it. */
export function checkColumns(org: OrgState, job: IngestJob): string | undefined {
  const unknown = job.header.find((name) => name.toLowerCase() !== 'id' && !knowsColumn(org, job, name));
  return unknown === undefined ? undefined : `InvalidBatch : Field name not found : ${unknown}`;
}

/** A column is a field, or a parent by one of its keys: `Account.Code__c`. */
function knowsColumn(org: OrgState, job: IngestJob, name: string): boolean {
  const visible = org.schema.visible(job.user, job.object);
  const [relationship = '', key] = name.split('.');
  if (key === undefined) return visible?.fields.has(name.toLowerCase()) ?? false;
  const wanted = relationship.toLowerCase();
  const field = [...(visible?.fields.values() ?? [])].find((one) => one.relationshipName?.toLowerCase() === wanted);
  return field?.referenceTo.some((target) => org.schema.field(target, key)?.idLookup === true) ?? false;
}

/** Saves or deletes one record of a job. */
export function ingestRecord(org: OrgState, job: IngestJob, values: readonly string[]): IngestOutcome {
  const input = readInput(job, values);
  try {
    const mistyped = mistypedValue(org, job, input);
    if (mistyped) return failed(input, [mistyped]);
    return OPERATIONS[job.operation](org, job, input);
  } catch (error) {
    if (error instanceof ApiError) return failed(input, [error]);
    throw error;
  }
}

function readInput(job: IngestJob, values: readonly string[]): IngestInput {
  const fields: Record<string, unknown> = {};
  let id: string | undefined;
  job.header.forEach((name, index) => {
    const text = values[index] ?? '';
    if (text === '') return;
    const value = text === SET_NULL ? null : text;
    const [relationship = '', key] = name.split('.');
    if (name.toLowerCase() === 'id') id = text;
    else if (key === undefined) fields[name] = value;
    else fields[relationship] = { [key]: value };
  });
  return { id, fields };
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_csv_valid_record_rows.htm} */
const TRUE_WORDS = /^(?:yes|y|true|on|1)$/i;
const FALSE_WORDS = /^(?:no|n|false|off|0)$/i;

/** Text that cannot be read as its field's type is an error of that record alone. */
function mistypedValue(org: OrgState, job: IngestJob, { fields }: IngestInput): ApiError | undefined {
  for (const [name, value] of Object.entries(fields)) {
    const field = org.schema.field(job.object, name);
    if (!field || typeof value !== 'string') continue;
    const parsed = parseValue(field.type === 'boolean' ? booleanWord(value) : value, field);
    if (!(parsed instanceof UnreadableValueError)) continue;
    const message = `Failed to deserialize field at col ${job.header.indexOf(name)}. Due to, '${value}' is not a valid value for the type ${fieldTypes[field.type].soapType}`;
    return new ApiError('INVALID_FIELD', message, [field.name]);
  }
  return undefined;
}

function booleanWord(text: string): string {
  if (TRUE_WORDS.test(text)) return 'true';
  return FALSE_WORDS.test(text) ? 'false' : text;
}

type Operation = (org: OrgState, job: IngestJob, input: IngestInput) => IngestOutcome;

const OPERATIONS: Readonly<Record<IngestOperation, Operation>> = {
  insert(org, job, input) {
    if (input.id === undefined) return save(org, job, { input, id: undefined });
    throw new ApiError('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
  },
  update: (org, job, input) => save(org, job, { input, id: idOf(org, job, input) }),
  upsert: (org, job, input) => save(org, job, { input, id: idByKey(org, job, input) }),
  delete(org, job, input) {
    const id = idOf(org, job, input);
    deleteRecord(org, id, { viewer: job.user, paths: [uploadPath(job)], origin: originOf(job) });
    return { kind: 'saved', id, created: false };
  },
  hardDelete(org, job, input) {
    const id = idOf(org, job, input);
    hardDelete(org, id);
    return { kind: 'saved', id, created: false };
  },
};

function save(
  org: OrgState,
  job: IngestJob,
  { input, id }: { input: IngestInput; id: string | undefined },
): IngestOutcome {
  const fields = withBooleans(org, job, input);
  const request = { object: job.object, fields, options: saveOptions(job) };
  const outcome = saveRecord(org, id === undefined ? request : { ...request, id });
  if (outcome.kind === 'saved') return outcome;
  return failed({ ...input, id: id ?? input.id }, outcome.errors);
}

function withBooleans(org: OrgState, job: IngestJob, { fields }: IngestInput): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    const isBoolean = typeof value === 'string' && org.schema.field(job.object, name)?.type === 'boolean';
    return [name, isBoolean ? booleanWord(value) : value];
  });
  return Object.fromEntries(entries);
}

/** What faults of single records are matched against. */
function uploadPath({ version, id }: IngestJob): string {
  return `/services/data/v${version}/jobs/ingest/${id}/batches`;
}

function originOf({ version }: IngestJob): string {
  return `com/salesforce/api/bulkapi/${version}`;
}

/** Assignment rules run only where the job names one. */
function saveOptions(job: IngestJob): SaveOptions {
  return {
    viewer: job.user,
    autoAssign: job.assignmentRuleId ?? false,
    duplicates: defaultDuplicateOptions,
    paths: [uploadPath(job)],
    origin: originOf(job),
  };
}

function idOf(org: OrgState, job: IngestJob, { id }: IngestInput): string {
  if (id === undefined) {
    throw new ApiError(
      'MISSING_ARGUMENT',
      `Id not specified in ${job.operation === 'update' ? 'an update' : 'a delete'} call`,
    );
  }
  const long = normaliseId(id);
  const prefix = org.schema.object(job.object)?.keyPrefix ?? '';
  if (long === undefined || !long.startsWith(prefix)) {
    throw new ApiError('MALFORMED_ID', `${job.object} ID: id value of incorrect type: ${id}`, ['Id']);
  }
  return long;
}

/** The record that the job's key finds, or undefined where the record is new. */
function idByKey(org: OrgState, job: IngestJob, input: IngestInput): string | undefined {
  const field = keyField(org, job);
  if (!field || field.name === 'Id') return input.id === undefined ? undefined : idOf(org, job, input);
  const given = Object.entries(input.fields).find(([name]) => name.toLowerCase() === field.name.toLowerCase())?.[1];
  const value = given === undefined || given === null ? null : parseValue(given, field);
  if (value instanceof ApiError) throw value;
  if (value === null) {
    throw new ApiError('MISSING_ARGUMENT', `${field.name} not specified`);
  }
  const [first, ...others] = visibleIds(org, job.user, { object: job.object, field: field.name, value });
  if (others.length > 0) {
    const message = `${field.name}: more than one record found for external id field: [${[first, ...others].join(', ')}]`;
    throw new ApiError('DUPLICATE_EXTERNAL_ID', message);
  }
  return first;
}

function keyField(org: OrgState, job: IngestJob): Field | undefined {
  return org.schema.field(job.object, job.externalIdFieldName ?? 'Id');
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_failed_results.htm} */
function failed({ id = '' }: Pick<IngestInput, 'id'>, errors: readonly ApiError[]): IngestOutcome {
  const told = errors.map(
    ({ code, message, fields }) => `${code}:${message}:${fields.length > 0 ? `${fields.join(',')} ` : ''}--`,
  );
  return { kind: 'failed', id, error: told.join(';') };
}
