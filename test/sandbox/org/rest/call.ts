import { ApiError, refusals } from '../errors.ts';
import type { OrgRequest, OrgResponse } from '../http-message.ts';
import { normaliseId } from '../ids.ts';
import type { OrgState } from '../org-state.ts';
import type { ObjectDefinition } from '../schema/standard-objects.ts';
import type { Row } from '../soql/source.ts';
import type { OrgUser } from '../standard-records.ts';
import type { RequestKind } from '../stats.ts';
import type { Working } from '../working.ts';
import { jsonMistake } from './json-mistake.ts';

/** A request of a signed-in client as a resource sees it. */
export interface Call {
  readonly org: OrgState;
  readonly user: OrgUser;
  readonly method: string;
  /** The path with its query string. */
  readonly path: string;
  /** For a subrequest, the path of the request that it came with. */
  readonly outerPath?: string;
  /** Parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `/services/data/v62.0` */
  readonly root: string;
  /** Answers a subrequest of a composite resource, as the same user. */
  readonly dispatch: (request: OrgRequest) => Working<OrgResponse>;
}

/**
 * One row of the routes table. `path` is relative to the version's root; `:name` takes one segment, percent-decoded.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly kind: RequestKind;
  readonly handle: (call: Call) => OrgResponse | Working<OrgResponse>;
  /** The ids of rows that must be free of other transactions before the resource works. */
  readonly locks?: (call: Call) => readonly string[];
}

/** The version of the API that the path names: `62`. */
export function versionOf({ root }: Call): number {
  return Number(root.slice(root.lastIndexOf('/v') + 2));
}

/** The object that the path names. */
export function objectOf(call: Call): ObjectDefinition {
  const object = call.org.schema.object(call.params.object ?? '');
  if (object) return object;
  throw refusals.notFound();
}

/** A body that must be a JSON object. */
export function objectBody(call: Call): Record<string, unknown> {
  if (isObject(call.body)) return call.body;
  const type = call.headers['content-type'];
  if (type !== undefined && !type.includes('json')) {
    const message = `Content-Type header specified in HTTP request is not supported: ${type}`;
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', message);
  }
  if (call.body === undefined) {
    throw refusals.badJson('The HTTP entity body is required, but this request has no entity body.');
  }
  throw refusals.badJson(jsonMistake(typeof call.body === 'string' ? call.body : JSON.stringify(call.body)));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The row of the object with this id, given with 15 or 18 characters. */
function rowOfId(call: Call, object: ObjectDefinition, text: string): Row | undefined {
  const id = normaliseId(text);
  if (id === undefined || !id.startsWith(object.keyPrefix)) {
    throw new ApiError('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${text}`);
  }
  return call.org.store.table(object.name).get(id);
}

/** For a reader, a row that is deleted or out of sight is not there. */
export function rowToRead(call: Call, object: ObjectDefinition, text: string): Row {
  const row = rowOfId(call, object, text);
  if (!row || row.IsDeleted === true || !isSeen(call, row)) throw refusals.notFound();
  return row;
}

function isSeen({ org, user }: Call, row: Row): boolean {
  return org.sharing.isVisible(user, row.Id as string);
}

/** A writer is told which of these a row is. */
export function rowToWrite(call: Call, object: ObjectDefinition, text: string): Row {
  const row = rowOfId(call, object, text);
  if (!row) throw refusals.noRecord();
  if (!isSeen(call, row)) throw refusals.outOfReach(row.Id as string);
  if (row.IsDeleted === true) throw refusals.deleted();
  return row;
}

/** The paths that this call came by: its own, and that of the request that it is a part of. */
export function pathsOf({ path, outerPath }: Call): string[] {
  return outerPath === undefined ? [path] : [path, outerPath];
}

/** Setup objects are read-only here. */
export function mustBeEditable(object: ObjectDefinition): void {
  if (object.editable) return;
  throw new ApiError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
}
