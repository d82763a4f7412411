import { fromStamp } from '../clock.ts';
import type { ApiError } from '../errors.ts';
import { empty, json, type OrgResponse } from '../http-message.ts';
import { normaliseId } from '../ids.ts';
import type { Row } from '../soql/source.ts';
import { deleteRecord } from '../store/lifecycle.ts';
import { type SaveOutcome, saveRecord } from '../store/save.ts';
import { type Call, mustBeEditable, objectBody, objectOf, pathsOf, type Route, rowToRead, rowToWrite } from './call.ts';
import { conditionDate, originOf, saveOptions } from './headers.ts';
import { allFields, namedFields, renderRecord } from './render.ts';

/** The answer to a save that was refused. */
export function refused(errors: readonly ApiError[]): OrgResponse {
  return json(
    errors[0]?.status ?? 400,
    errors.map((error) => error.toEntry()),
  );
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info_post.htm} */
function createRecord(call: Call): OrgResponse {
  const object = objectOf(call);
  mustBeEditable(object);
  const fields = objectBody(call);
  return created(call, object.name, saveRecord(call.org, { object: object.name, fields, options: saveOptions(call) }));
}

export function created(call: Call, object: string, outcome: SaveOutcome): OrgResponse {
  if (outcome.kind === 'refused') return refused(outcome.errors);
  const location = `${call.root}/sobjects/${object}/${outcome.id}`;
  return json(201, { id: outcome.id, success: true, errors: [] }, { Location: location });
}

/**
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_get.htm}
 */
function readRecord(call: Call): OrgResponse {
  const object = objectOf(call);
  return answerRow(call, object.name, rowToRead(call, object, call.params.id ?? ''));
}

/** A row with the fields asked for; 304 or 412 where a conditional header says so. */
export function answerRow(call: Call, object: string, row: Row): OrgResponse {
  const changedAt = fromStamp(row.LastModifiedDate as string);
  const since = conditionDate(call, 'if-modified-since');
  const until = conditionDate(call, 'if-unmodified-since');
  const headers = { 'Last-Modified': new Date(changedAt).toUTCString() };
  if (until !== undefined && changedAt > until) return preconditionFailed();
  if (since !== undefined && changedAt <= since) return empty(304, headers);
  const names = call.query.get('fields');
  const fields = names === null ? allFields(call, object) : namedFields(call, object, names.split(','));
  return json(200, renderRecord(call, object, { row, fields }), headers);
}

/**
 * The row has changed (or has not) since the date of the conditional header: nothing is done.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm}
 */
function preconditionFailed(): OrgResponse {
  const message = 'The precondition given in a request header is not met';
  return json(412, [{ message, errorCode: 'PRECONDITION_FAILED' }]);
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_patch.htm} */
function updateRecord(call: Call): OrgResponse {
  const object = objectOf(call);
  mustBeEditable(object);
  const fields = objectBody(call);
  const row = rowToWrite(call, object, call.params.id ?? '');
  const halted = unmetCondition(call, row);
  if (halted) return halted;
  const id = row.Id as string;
  const outcome = saveRecord(call.org, { object: object.name, id, fields, options: saveOptions(call) });
  return outcome.kind === 'refused' ? refused(outcome.errors) : empty(204);
}

/** The one conditional header that holds for a write; as in HTTP, `If-Modified-Since` is for reads. */
export function unmetCondition(call: Call, row: Row): OrgResponse | undefined {
  const changedAt = fromStamp(row.LastModifiedDate as string);
  const until = conditionDate(call, 'if-unmodified-since');
  return until !== undefined && changedAt > until ? preconditionFailed() : undefined;
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_delete.htm} */
function removeRecord(call: Call): OrgResponse {
  const object = objectOf(call);
  mustBeEditable(object);
  const row = rowToWrite(call, object, call.params.id ?? '');
  removeRow(call, row.Id as string);
  return empty(204);
}

export function removeRow(call: Call, id: string): void {
  deleteRecord(call.org, id, { viewer: call.user, paths: pathsOf(call), origin: originOf(call) });
}

function idOfPath({ params }: Call): string[] {
  const id = normaliseId(params.id ?? '');
  return id === undefined ? [] : [id];
}

export const recordRoutes: readonly Route[] = [
  { method: 'POST', path: '/sobjects/:object', kind: 'write', handle: createRecord },
  { method: 'GET', path: '/sobjects/:object/:id', kind: 'read', handle: readRecord },
  { method: 'PATCH', path: '/sobjects/:object/:id', kind: 'write', handle: updateRecord, locks: idOfPath },
  { method: 'DELETE', path: '/sobjects/:object/:id', kind: 'write', handle: removeRecord, locks: idOfPath },
];
