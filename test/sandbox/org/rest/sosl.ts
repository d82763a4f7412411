import { malformedSearch } from './search-term.ts';

/** What a search returns of one object: a query without its source, and how many of what it finds. */
export interface Target {
  readonly name: string;
  readonly fields: string;
  /** `WHERE …` and `ORDER BY …`, as in SOQL. */
  readonly conditions: string;
  readonly limit: number;
  readonly offset: number;
}

export interface Search {
  readonly term: string;
  /** Which fields are looked into: `ALL`, `EMAIL`, `NAME`, `PHONE` or `SIDEBAR`. */
  readonly group: string;
  /** Without any, every object is searched. */
  readonly targets: readonly Target[];
  readonly overallLimit: number;
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_limit.htm} */
export const MAX_RESULTS = 2000;

const FIND = /^\s*FIND\s*\{((?:\\.|[^{}\\])+)\}(.*)$/is;
const CLAUSES = /^\s*(?:IN\s+(\w+)\s+FIELDS\b)?\s*(?:RETURNING\s+(.+?))?\s*(?:\bLIMIT\s+(\d+))?\s*$/is;
const OBJECT = /^(\w+)\s*(?:\((.*)\))?$/s;
const PAGE = /\s+LIMIT\s+(\d+)(?:\s+OFFSET\s+(\d+))?\s*$/i;

/**
 * `FIND {…} IN … FIELDS RETURNING Object(fields WHERE … ORDER BY … LIMIT … OFFSET …), … LIMIT …`. Other clauses are
 * refused rather than passed over.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_syntax.htm}
 */
export function parseSosl(sosl: string): Search {
  const [, term, rest = ''] = FIND.exec(sosl) ?? [];
  if (term === undefined) throw malformedSearch('No search term found. The search term must be enclosed in braces.');
  const [clauses, group = 'ALL', returning, limit] = CLAUSES.exec(rest) ?? [];
  if (clauses === undefined) throw malformedSearch(`unexpected token: '${rest.trim().split(/\s/)[0] ?? ''}'`);
  const targets = returning === undefined ? [] : splitObjects(returning).map(parseTarget);
  return { term, group, targets, overallLimit: Number(limit ?? MAX_RESULTS) };
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_returning.htm} */
function parseTarget(text: string): Target {
  const [, name, inner = 'Id'] = OBJECT.exec(text) ?? [];
  if (name === undefined) throw malformedSearch(`unexpected token: '${text}'`);
  const [, limit, offset] = PAGE.exec(inner) ?? [];
  const [, fields = '', conditions = ''] = /^(.*?)(\s(?:WHERE|ORDER\s+BY)\s.*)?$/is.exec(inner.replace(PAGE, '')) ?? [];
  return { name, fields: fields.trim(), conditions, limit: Number(limit ?? MAX_RESULTS), offset: Number(offset ?? 0) };
}

/** Parts between commas that stand in no parentheses and no quotation. */
function splitObjects(text: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: mark, index } of text.matchAll(/'(?:\\.|[^'\\])*'|[(),]/gs)) {
    if (mark === '(') depth += 1;
    if (mark === ')') depth -= 1;
    if (mark !== ',' || depth > 0) continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
}
