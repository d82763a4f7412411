import * as z from 'zod';
import { ApiError, refusals } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import type { Field } from '../schema/field.ts';
import type { Row } from '../soql/source.ts';
import type { Call, Route } from './call.ts';
import { namedFields, renderRecord } from './render.ts';

const MAX_RESULTS = 2000;
const SHORTEST_TERM = 2;
const TEXT: ReadonlySet<string> = new Set(['string', 'email', 'phone', 'url', 'textarea', 'picklist']);

/** Which fields each search group looks into. */
const GROUPS: Readonly<Record<string, (field: Field) => boolean>> = {
  ALL: ({ type }) => TEXT.has(type),
  EMAIL: ({ type }) => type === 'email',
  NAME: ({ nameField }) => nameField,
  PHONE: ({ type }) => type === 'phone',
  SIDEBAR: ({ nameField, type }) => nameField || type === 'email' || type === 'phone',
};

interface Target {
  readonly name: string;
  readonly fields: readonly string[];
  readonly limit: number;
}

interface Search {
  readonly term: string;
  readonly group: string;
  readonly targets: readonly Target[];
  readonly overallLimit: number;
}

const bodySchema = z.object({
  q: z.string(),
  fields: z.array(z.string()).optional(),
  in: z.string().optional(),
  sobjects: z
    .array(z.object({ name: z.string(), fields: z.array(z.string()).optional(), limit: z.int().min(1).optional() }))
    .optional(),
  overallLimit: z.int().min(1).optional(),
  defaultLimit: z.int().min(1).optional(),
});

function malformed(message: string): ApiError {
  return new ApiError('MALFORMED_SEARCH', message);
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized_get.htm} */
function searchByGet(call: Call): OrgResponse {
  const { query } = call;
  const split = (name: string) =>
    query
      .get(name)
      ?.split(',')
      .map((part) => part.trim());
  const limit = Number(query.get('defaultLimit') ?? MAX_RESULTS);
  const names = query.getAll('sobject').flatMap((name) => name.split(','));
  const targets = names.map((name) => ({
    name,
    fields: split(`${name}.fields`) ?? split('fields') ?? ['Id'],
    limit: Number(query.get(`${name}.limit`) ?? limit),
  }));
  return answer(call, {
    term: query.get('q') ?? '',
    group: query.get('in') ?? 'ALL',
    targets: targets.length > 0 ? targets : everything(call),
    overallLimit: Number(query.get('overallLimit') ?? MAX_RESULTS),
  });
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized_post.htm} */
function searchByPost(call: Call): OrgResponse {
  const parsed = bodySchema.safeParse(call.body);
  if (!parsed.success) throw refusals.badForm('a search');
  const { q, fields = ['Id'], sobjects, overallLimit = MAX_RESULTS, defaultLimit = MAX_RESULTS } = parsed.data;
  const targets = sobjects?.map((one) => ({
    name: one.name,
    fields: one.fields ?? fields,
    limit: one.limit ?? defaultLimit,
  }));
  return answer(call, { term: q, group: parsed.data.in ?? 'ALL', targets: targets ?? everything(call), overallLimit });
}

const SOSL = /^\s*FIND\s*\{(.+?)\}\s*(?:IN\s+(\w+)\s+FIELDS)?\s*(?:RETURNING\s+(.+?))?\s*(?:LIMIT\s+(\d+))?\s*$/is;

/**
 * The form of SOSL that integrations use: what to find, in which group of fields, which objects and fields to return.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_syntax.htm}
 */
function searchBySosl(call: Call): OrgResponse {
  const match = SOSL.exec(call.query.get('q') ?? '');
  if (!match) throw malformed('No search term found. The search term must be enclosed in braces.');
  const [, written = '', group = 'ALL', returning, limit = String(MAX_RESULTS)] = match;
  const targets = [...(returning ?? '').matchAll(/(\w+)\s*(?:\(([^)]*?)(?:\s+LIMIT\s+(\d+))?\s*\))?\s*(?:,|$)/gi)].map(
    ([, name = '', fields, most]) => ({
      name,
      fields: fields?.split(',').map((field) => field.trim()) ?? ['Id'],
      limit: Number(most ?? MAX_RESULTS),
    }),
  );
  return answer(call, {
    term: written.replace(/\\(.)/g, '$1'),
    group,
    targets: targets.length > 0 ? targets : everything(call),
    overallLimit: Number(limit),
  });
}

function everything(call: Call): Target[] {
  const searched = call.org.schema.objects().filter(({ name }) => name !== 'Organization');
  return searched.map(({ name }) => ({ name, fields: ['Id'], limit: MAX_RESULTS }));
}

function answer(call: Call, search: Search): OrgResponse {
  const term = search.term.trim().replace(/^"(.*)"$/, '$1');
  if (term.replace(/[*?]/g, '').length < SHORTEST_TERM) {
    throw malformed('search term must be longer than one character');
  }
  const inGroup = GROUPS[search.group.toUpperCase().replace(/ FIELDS$/, '')];
  if (!inGroup) throw malformed(`Unknown field group: ${search.group}`);
  const searchRecords = search.targets.flatMap((target) => recordsOf(call, target, { term, inGroup }));
  return json(200, { searchRecords: searchRecords.slice(0, Math.min(search.overallLimit, MAX_RESULTS)) });
}

function recordsOf(
  call: Call,
  target: Target,
  { term, inGroup }: { term: string; inGroup: (field: Field) => boolean },
): Record<string, unknown>[] {
  const visible = call.org.schema.visible(call.user, target.name);
  if (!visible) throw refusals.noObject(target.name);
  const searched = [...visible.fields.values()].filter(inGroup);
  const fields = namedFields(call, visible.name, target.fields);
  const found: Record<string, unknown>[] = [];
  for (const row of candidates(call, visible.name, { term, searched })) {
    if (found.length >= target.limit) break;
    if (row.IsDeleted !== true) found.push(renderRecord(call, visible.name, { row, fields }));
  }
  return found;
}

/** A whole address is looked up; anything else is looked for in every row, word by word. */
function* candidates(
  call: Call,
  object: string,
  { term, searched }: { term: string; searched: readonly Field[] },
): Generator<Row> {
  const { sharing, store } = call.org;
  const table = store.table(object);
  const [only] = searched;
  if (searched.length === 1 && only?.type === 'email' && !/[*?]/.test(term)) {
    yield* sharing.seen(call.user, table.rowsByField(only.name, term));
    return;
  }
  const pattern = wordPattern(term);
  for (const row of sharing.seen(call.user, table.values())) {
    if (searched.some(({ name }) => typeof row[name] === 'string' && pattern.test(row[name]))) yield row;
  }
}

/** `*` stands for any characters, `?` for one; without them whole words are meant. */
function wordPattern(term: string): RegExp {
  const escaped = term
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '\\S*')
    .replaceAll('?', '\\S');
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'iu');
}

export const searchRoutes: readonly Route[] = [
  { method: 'GET', path: '/parameterizedSearch', kind: 'query', handle: searchByGet },
  { method: 'POST', path: '/parameterizedSearch', kind: 'query', handle: searchByPost },
  { method: 'GET', path: '/search', kind: 'query', handle: searchBySosl },
];
