import * as z from 'zod';
import { refusals } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import type { Field } from '../schema/field.ts';
import { type Row, runQuery, type SoqlSource } from '../soql/index.ts';
import { createSource } from '../store/soql-source.ts';
import type { Call, Route } from './call.ts';
import { withCompounds } from './render.ts';
import { malformedSearch, readSearchTerm, type SearchTerm } from './search-term.ts';
import { MAX_RESULTS, parseSosl, type Search, type Target } from './sosl.ts';

const TEXT: ReadonlySet<string> = new Set(['string', 'email', 'phone', 'url', 'textarea', 'picklist']);

/** Which fields each search group looks into. */
const GROUPS: Readonly<Record<string, (field: Field) => boolean>> = {
  ALL: ({ type }) => TEXT.has(type),
  EMAIL: ({ type }) => type === 'email',
  NAME: ({ nameField }) => nameField,
  PHONE: ({ type }) => type === 'phone',
  SIDEBAR: ({ nameField, type }) => nameField || type === 'email' || type === 'phone',
};

const bodySchema = z.object({
  q: z.string(),
  fields: z.array(z.string()).optional(),
  in: z.string().optional(),
  sobjects: z
    .array(
      z.object({
        name: z.string(),
        fields: z.array(z.string()).optional(),
        limit: z.int().min(1).optional(),
        where: z.string().optional(),
        orderBy: z.string().optional(),
      }),
    )
    .optional(),
  overallLimit: z.int().min(1).optional(),
  defaultLimit: z.int().min(1).optional(),
});

/** Of one object, as a parameterized search asks for it; the id always comes along. */
function target(name: string, asked: { fields: readonly string[]; limit: number; conditions?: string }): Target {
  const { fields, limit, conditions = '' } = asked;
  const hasId = fields.some((field) => field.trim().toLowerCase() === 'id');
  return { name, fields: (hasId ? fields : ['Id', ...fields]).join(', '), conditions, limit, offset: 0 };
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized_get.htm} */
function searchByGet(call: Call): OrgResponse {
  const { query } = call;
  const split = (name: string) => query.get(name)?.split(',');
  const limit = Number(query.get('defaultLimit') ?? MAX_RESULTS);
  const names = query.getAll('sobject').flatMap((name) => name.split(','));
  const targets = names.map((name) => {
    const where = query.get(`${name}.where`);
    return target(name, {
      fields: split(`${name}.fields`) ?? split('fields') ?? ['Id'],
      limit: Number(query.get(`${name}.limit`) ?? limit),
      conditions: where === null ? '' : ` WHERE ${where}`,
    });
  });
  return answer(call, {
    term: query.get('q') ?? '',
    group: query.get('in') ?? 'ALL',
    targets,
    overallLimit: Number(query.get('overallLimit') ?? MAX_RESULTS),
  });
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized_post.htm} */
function searchByPost(call: Call): OrgResponse {
  const parsed = bodySchema.safeParse(call.body);
  if (!parsed.success) throw refusals.badForm('a search');
  const { q, fields = ['Id'], sobjects = [], overallLimit = MAX_RESULTS, defaultLimit = MAX_RESULTS } = parsed.data;
  const targets = sobjects.map(({ name, fields: own, limit = defaultLimit, where, orderBy }) => {
    const conditions = `${where === undefined ? '' : ` WHERE ${where}`}${orderBy === undefined ? '' : ` ORDER BY ${orderBy}`}`;
    return target(name, { fields: own ?? fields, limit, conditions });
  });
  return answer(call, { term: q, group: parsed.data.in ?? 'ALL', targets, overallLimit });
}

function answer(call: Call, search: Search): OrgResponse {
  const term = readSearchTerm(search.term);
  const inGroup = GROUPS[search.group.toUpperCase().replace(/ FIELDS$/, '')];
  if (!inGroup) throw malformedSearch(`Unknown field group: ${search.group}`);
  const targets = search.targets.length > 0 ? search.targets : everything(call);
  const searchRecords = targets.flatMap((one) => recordsOf(call, one, { term, inGroup }));
  return json(200, { searchRecords: searchRecords.slice(0, Math.min(search.overallLimit, MAX_RESULTS)) });
}

function everything(call: Call): Target[] {
  const searched = call.org.schema.objects().filter(({ name }) => name !== 'Organization');
  return searched.map(({ name }) => target(name, { fields: ['Id'], limit: MAX_RESULTS }));
}

interface Wanted {
  readonly term: SearchTerm;
  readonly inGroup: (field: Field) => boolean;
}

/** A query over the rows that match, and then the part of its rows that is asked for. */
function recordsOf(call: Call, { name, fields, conditions, limit, offset }: Target, wanted: Wanted): unknown[] {
  const visible = call.org.schema.visible(call.user, name);
  if (!visible) throw refusals.noObject(name);
  const searched = [...visible.fields.values()].filter(wanted.inGroup);
  const source = narrowed(createSource(call.org, call.user), visible.name, { term: wanted.term, searched });
  const soql = `SELECT ${fields} FROM ${visible.name}${conditions}`;
  const result = runQuery(source, soql, { includeDeleted: false, urlPrefix: `${call.root}/sobjects` });
  if (result.kind !== 'records') throw malformedSearch('A search returns fields of records');
  const record = withCompounds(result);
  return [...Iterator.from(result.rows).drop(offset).take(limit)].map(record);
}

/** The source with only those rows of the object that match the search; other objects stay as they are. */
function narrowed(
  source: SoqlSource,
  object: string,
  search: { term: SearchTerm; searched: readonly Field[] },
): SoqlSource {
  const found = () => matchingRows(source, object, search);
  return {
    ...source,
    rows: (name) => (name === object ? found() : source.rows(name)),
    rowsByField: (name, field, value) => (name === object ? undefined : source.rowsByField(name, field, value)),
    rowsByStamp: (name, from, to) =>
      name === object ? [...found()].filter(within(from, to)).toSorted(byStamp) : source.rowsByStamp(name, from, to),
  };
}

function within(from = '', to = '~'): (row: Row) => boolean {
  return ({ SystemModstamp: stamp }) => String(stamp) >= from && String(stamp) < to;
}

function byStamp(one: Row, other: Row): number {
  const key = ({ SystemModstamp: stamp, Id: id }: Row) => `${String(stamp)} ${String(id)}`;
  return key(one) < key(other) ? -1 : 1;
}

/** A whole address is looked up; anything else is looked for in every row. */
function* matchingRows(
  source: SoqlSource,
  object: string,
  { term, searched }: { term: SearchTerm; searched: readonly Field[] },
): Generator<Row> {
  const [first, ...others] = searched;
  const byAddress = term.only !== undefined && first?.type === 'email' && others.length === 0;
  const rows = byAddress ? source.rowsByField(object, first.name, term.only) : undefined;
  if (rows) return yield* rows;
  for (const row of source.rows(object)) {
    const texts = searched.flatMap(({ name }) => (typeof row[name] === 'string' ? [row[name]] : []));
    if (term.matches(texts)) yield row;
  }
}

export const searchRoutes: readonly Route[] = [
  { method: 'GET', path: '/parameterizedSearch', kind: 'query', handle: searchByGet },
  { method: 'POST', path: '/parameterizedSearch', kind: 'query', handle: searchByPost },
  {
    method: 'GET',
    path: '/search',
    kind: 'query',
    handle: (call) => answer(call, parseSosl(call.query.get('q') ?? '')),
  },
];
