import * as z from 'zod/mini';
import type { Fields } from '../person/field-value.ts';
import type { DeletedHere } from '../person/person.ts';
import type { AssignTo } from '../sync/sync-person/person-sync.ts';
import { type assignTo, fieldsBody, LIMITS, previewBody, syncBody, syncPersonBody } from './api/request-shapes.ts';
import type { ApiRequest } from './http-api.ts';
import { Problem } from './problem.ts';

/** `{"fields": {...}}`; empty text is taken as null. */
export function parseFields(body: unknown): Fields {
  return withoutEmptyText(parse(fieldsBody, body).fields);
}

/** The optional body of a sync. */
export function parseSync(body: unknown): AssignTo {
  return assignToOf(parse(syncBody, body ?? {}).assignTo);
}

/** `{"personId": "…"}`; a text that is no person's id is nobody's. */
export function parsePreview(body: unknown): string {
  const { personId } = parse(previewBody, body);
  return parsePersonId({ path: { personId } });
}

/** `{"fields": {...}, "assignTo": …}`. */
export function parseSyncPerson(body: unknown): { readonly fields: Fields; readonly assignTo: AssignTo } {
  const parsed = parse(syncPersonBody, body);
  return { fields: withoutEmptyText(parsed.fields), assignTo: assignToOf(parsed.assignTo) };
}

/** The version that `If-Match` asks for: one strong entity tag, or `*`, which any version meets. */
export function parseIfMatch(request: ApiRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(header.trim())?.[1];
  if (version === undefined)
    throw new Problem('invalid-parameter', 'If-Match: takes the ETag of a person, "<version>"');
  return Number(version);
}

/** What a deletion is to do to the record in Salesforce. */
export function parseDelete(request: ApiRequest): DeletedHere['salesforce'] {
  const { salesforce = 'keep' } = request.query;
  if (salesforce === 'keep' || salesforce === 'delete') return salesforce;
  throw new Problem('invalid-parameter', 'salesforce: takes keep or delete');
}

/** `limit` and `cursor` of a list. */
export function parsePaging(request: ApiRequest): { readonly limit: number; readonly cursor: string | null } {
  const { limit = String(LIMITS.default), cursor } = request.query;
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMITS.max) {
    throw new Problem('invalid-parameter', `limit: takes a whole number from 1 to ${LIMITS.max}`);
  }
  return { limit: Number(limit), cursor: cursor === undefined || cursor === '' ? null : cursor };
}

export function parseEmail(request: ApiRequest): string {
  const { email } = request.query;
  if (email === undefined || email.trim() === '') throw new Problem('invalid-parameter', 'email: is required');
  return email.trim();
}

export function parsePersonId({ path }: Pick<ApiRequest, 'path'>): string {
  const { personId = '' } = path;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(personId)) throw new Problem('not-found', 'there is no such person');
  return personId;
}

/** The body as the schema takes it; throws a `Problem` that names each mistake. */
export function parse<Schema extends z.ZodMiniType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = z.safeParse(schema, body);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new Problem('invalid-body', mistakes.join('; '));
}

function assignToOf(given: z.infer<typeof assignTo> | undefined): AssignTo {
  if (given === undefined) return { kind: 'unchanged' };
  if ('ownerId' in given) return { kind: 'user', ownerId: given.ownerId };
  if ('queueId' in given) return { kind: 'queue', ownerId: given.queueId };
  return { kind: 'assignmentRule' };
}

function withoutEmptyText(given: Fields): Fields {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === '' ? null : value]));
}
