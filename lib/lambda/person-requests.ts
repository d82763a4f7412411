import * as z from 'zod/mini';
import { canonicalId, type Fields, parseInstant } from '../person/field-value.ts';
import type { DeletedHere } from '../person/person.ts';
import { isPossiblePersonId } from '../person/person-key.ts';
import type { AssignTo } from '../sync/assign-to.ts';
import type { PersonQuery } from '../sync/persons/list-persons.ts';
import { Problem } from './api/problem.ts';
import {
  type assignTo,
  fieldsBody,
  LIMITS,
  MAX_FIELDS,
  previewBody,
  STATUSES,
  syncBody,
  syncPersonBody,
} from './api/request-shapes.ts';
import type { ApiRequest } from './http-api.ts';

/** `{"fields": {...}}`; empty text is read as null. */
export function parseFields(body: unknown): Fields {
  return withoutEmptyText(parse(fieldsBody, body).fields);
}

/** Options of a sync. */
export interface SyncRequest {
  readonly assignTo: AssignTo;
  readonly recordIsGone: boolean;
}

/** The optional body of a sync. */
export function parseSync(body: unknown): SyncRequest {
  const { assignTo: given, recordIsGone = false } = parse(syncBody, body ?? {});
  return { assignTo: assignToOf(given), recordIsGone };
}

/** `{"personId": "…"}`; an impossible person id is answered as unknown. */
export function parsePreview(body: unknown): string {
  const { personId } = parse(previewBody, body);
  return parsePersonId({ path: { personId } });
}

/** The body of a sync, with `fields`. */
export function parseSyncPerson(body: unknown): SyncRequest & { readonly fields: Fields } {
  const { fields, ...sync } = parse(syncPersonBody, body);
  return { ...parseSync(sync), fields: withoutEmptyText(fields) };
}

/** The version in `If-Match`: one strong entity tag, or `*` for any version. */
export function parseIfMatch(request: ApiRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(header.trim())?.[1];
  if (version === undefined)
    throw new Problem('invalid-parameter', 'If-Match: takes the ETag of a person, "<version>"');
  return Number(version);
}

/** Whether a deletion keeps or deletes the Salesforce record, and whether the person is erased. */
export interface Deletion {
  readonly salesforce: DeletedHere['salesforce'];
  readonly erases: boolean;
}

export function parseDelete({ query }: Pick<ApiRequest, 'query'>): Deletion {
  const { salesforce = 'keep', erase = 'false' } = query;
  if (salesforce !== 'keep' && salesforce !== 'delete') {
    throw new Problem('invalid-parameter', 'salesforce: takes keep or delete');
  }
  if (erase !== 'true' && erase !== 'false') throw new Problem('invalid-parameter', 'erase: takes true or false');
  return { salesforce, erases: erase === 'true' };
}

/** `limit` and `cursor` of a list. */
export function parsePaging(request: ApiRequest): { readonly limit: number; readonly cursor: string | null } {
  const { limit = String(LIMITS.default), cursor } = request.query;
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMITS.max) {
    throw new Problem('invalid-parameter', `limit: takes a whole number from 1 to ${LIMITS.max}`);
  }
  return { limit: Number(limit), cursor: cursor === undefined || cursor === '' ? null : cursor };
}

/** The query for every parameter of a list of persons; at most one parameter is allowed. */
const PERSON_QUERIES: Readonly<Record<string, (text: string) => PersonQuery | string>> = {
  email: (email) => (email === '' ? 'is empty' : { kind: 'email', email }),
  salesforceId: (id) => {
    return canonicalId(id) === undefined ? 'takes the id of a Lead or a Contact' : { kind: 'record', id };
  },
  status: (status) => {
    const known = STATUSES.find((each) => each === status);
    return known === undefined ? `takes ${STATUSES.join(', ')}` : { kind: 'status', status: known };
  },
  updatedSince: (text) => {
    const at = parseInstant(text);
    const reason = 'takes an ISO 8601 instant with a zone';
    return at === undefined ? reason : { kind: 'updatedSince', at: new Date(at).toISOString() };
  },
};

/** The query of a list of persons. */
export function parsePersonQuery({ query }: ApiRequest): PersonQuery {
  const names = Object.keys(PERSON_QUERIES).filter((name) => query[name] !== undefined);
  const [name, other] = names;
  if (name === undefined) return { kind: 'all' };
  if (other !== undefined)
    throw new Problem('invalid-parameter', `${names.join(', ')}: only one of the parameters is allowed`);
  const parsed = PERSON_QUERIES[name]?.(query[name]?.trim() ?? '') ?? '';
  if (typeof parsed === 'string') throw new Problem('invalid-parameter', `${name}: ${parsed}`);
  return parsed;
}

export function parsePersonId({ path }: Pick<ApiRequest, 'path'>): string {
  const { personId = '' } = path;
  if (!isPossiblePersonId(personId)) throw new Problem('not-found', 'the person does not exist');
  return personId;
}

/** Maximum mistakes named in one answer. */
const MAX_TOLD = 20;

/** The body in the schema's form; throws a `Problem` naming every mistake. */
export function parse<Schema extends z.ZodMiniType>(schema: Schema, body: unknown): z.infer<Schema> {
  const many = tooManyFields(body);
  if (many !== undefined) throw new Problem('invalid-body', many);
  const parsed = z.safeParse(schema, body);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const mistakes = issues.slice(0, MAX_TOLD).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  const more = issues.length > MAX_TOLD ? [`and ${issues.length - MAX_TOLD} more`] : [];
  throw new Problem('invalid-body', [...mistakes, ...more].join('; '));
}

/** Checked first: a body with a hundred thousand fields is refused without checking or naming the fields. */
function tooManyFields(body: unknown): string | undefined {
  const given = typeof body === 'object' && body !== null && 'fields' in body ? body.fields : undefined;
  if (typeof given !== 'object' || given === null) return undefined;
  const count = Object.keys(given).length;
  return count <= MAX_FIELDS ? undefined : `fields: takes at most ${MAX_FIELDS}, and these are ${count}`;
}

export function assignToOf(given: z.infer<typeof assignTo> | undefined): AssignTo {
  if (given === undefined) return { kind: 'unchanged' };
  if ('ownerId' in given) return { kind: 'user', ownerId: given.ownerId };
  if ('queueId' in given) return { kind: 'queue', ownerId: given.queueId };
  return { kind: 'assignmentRule' };
}

function withoutEmptyText(given: Fields): Fields {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === '' ? null : value]));
}
