import { parseQuery, type Query } from '@jetstreamapp/soql-parser-js';
import { filled, shapeOf } from './query-shape.ts';
import { errorAt, locate, SoqlError } from './soql-error.ts';

/** A parsed query with its text, which error messages quote. */
export interface ParsedSoql {
  text: string;
  query: Query;
}

/** https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm */
const MAX_SOQL_LENGTH = 100_000;
const CACHED_SHAPES = 500;
const LONGEST_CACHED_TEXT = 20_000;
/** More literals than this have no stand-ins that are a year each. */
const MOST_LITERALS = 9000;

const cache = new Map<string, Query>();

/** Parses a query, or throws the SoqlError that Salesforce would answer. Shapes seen lately are not parsed again. */
export function parseSoql(text: string): ParsedSoql {
  if (text.length > MAX_SOQL_LENGTH) {
    throw new SoqlError('MALFORMED_QUERY', `SOQL statements cannot be longer than ${MAX_SOQL_LENGTH} characters.`);
  }
  return { text, query: text.length > LONGEST_CACHED_TEXT ? parseOrExplain(text) : parseByShape(text) };
}

function parseByShape(text: string): Query {
  const { text: shape, literals } = shapeOf(text);
  if (literals.length > MOST_LITERALS) return parseOrExplain(text);
  const known = cache.get(shape);
  const query = known === undefined ? undefined : filled(known, literals);
  if (query !== undefined) return query;
  const parsed = parseOrExplain(text);
  if (known === undefined) remember(shape, parseOrExplain(shape));
  return parsed;
}

function remember(shape: string, query: Query): void {
  if (cache.size >= CACHED_SHAPES) cache.delete(cache.keys().next().value ?? '');
  cache.set(shape, query);
}

function parseOrExplain(text: string): Query {
  try {
    return parseQuery(singleSpaced(text));
  } catch (error) {
    throw explain(text, error instanceof Error ? error.message : String(error));
  }
}

/** The parser knows "ORDER BY" and "GROUP BY" with one space only. */
function singleSpaced(text: string): string {
  return text.replace(/('(?:\\[\s\S]|[^'\\])*')|\s+/g, (_, quoted: string | undefined) => quoted ?? ' ').trim();
}

function explain(text: string, problem: string): SoqlError {
  const character = /unexpected character: ->(.)<-/.exec(problem)?.[1];
  if (character === "'")
    return errorAt(text, locate(text, "'"), 'MALFORMED_QUERY', "line 1:0 mismatched character '<EOF>' expecting '''");
  const token = character ?? /found(?: -->|:) '?([^'\n]*?)'?(?: <--)?\s*$/.exec(problem)?.[1] ?? '';
  if (token === ':') return new SoqlError('MALFORMED_QUERY', 'Bind variables only allowed in Apex code');
  return errorAt(text, place(text, token), 'MALFORMED_QUERY', `unexpected token: '${token === '' ? '<EOF>' : token}'`);
}

function place(text: string, token: string): number {
  return token === '' ? text.length : locate(text, token);
}
