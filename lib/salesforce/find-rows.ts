import { toLongId } from '../person/field-value.ts';
import { byType, OBJECTS, SALESFORCE_TYPES, type SalesforceType } from '../person/row.ts';
import { PERSON_ID_FIELD } from '../schema/catalogue.ts';
import { chunked } from '../sync/in-parallel.ts';
import type { FoundRecord, RowQuery } from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient } from './client.ts';
import { recordOf, withId } from './query-answer.ts';
import { queryRequest, rowsOf } from './query-request.ts';
import { soqlList } from './soql.ts';

/** Maximum queries per composite request. */
export const MAX_QUERIES = 5;

/**
 * Maximum encoded length of one query's conditions. A statement may have 100,000 characters; as a separate request the
 * path is limited to 16,384 bytes including headers, which a composite request does not count.
 *
 * @see https://help.salesforce.com/s/articleView?id=000386264
 */
const QUERY_LENGTH = 12_000;

/** A value to search for. */
interface Term {
  readonly by: 'key' | 'email';
  readonly value: string;
}

interface Asked {
  readonly type: SalesforceType;
  readonly terms: readonly Term[];
}

type Columns = Readonly<Record<SalesforceType, readonly string[]>>;

/** The rows found for each query, in order; the values of all queries are searched together. */
export async function findRows(
  client: SalesforceClient,
  queries: readonly RowQuery[],
  columns: Columns,
): Promise<readonly (readonly FoundRecord[])[]> {
  const terms = queries.flatMap(({ keys, email }): Term[] => [
    ...keys.map((value) => ({ by: 'key', value }) as const),
    ...(email === null ? [] : [{ by: 'email', value: email } as const]),
  ]);
  const found = await findTerms(client, terms, columns);
  const [only] = queries;
  // Salesforce decides which rows match; the rows of several combined queries are assigned by comparing values.
  if (queries.length === 1 && only !== undefined) return [found.map(({ named }) => named)];
  return queries.map((query) => found.filter((each) => isFor(query, each)).map(({ named }) => named));
}

/** A row, and the values that matched. */
interface FoundRow {
  readonly named: FoundRecord;
  readonly key: string;
  readonly email: string;
}

const sameForm = (value: unknown) => (typeof value === 'string' ? value.trim().toLowerCase() : '');

function isFor({ keys, email }: RowQuery, row: FoundRow): boolean {
  if (email !== null && sameForm(email) === row.email) return row.email !== '';
  return row.key !== '' && keys.some((key) => sameForm(key) === row.key);
}

async function findTerms(client: SalesforceClient, terms: readonly Term[], columns: Columns): Promise<FoundRow[]> {
  const rows = new Map<string, FoundRow>();
  const visible = byType((type) => columns[type].includes('Email'));
  let open = SALESFORCE_TYPES.flatMap((type): Asked[] => {
    // An object not synced has no columns. Salesforce refuses conditions on a field invisible to the sync user.
    if (columns[type].length === 0) return [];
    return packed(terms.filter(({ by }) => by === 'key' || visible[type])).map((some) => ({ type, terms: some }));
  });
  while (open.length > 0) {
    const again: Asked[] = [];
    for (const some of chunked(open, MAX_QUERIES)) {
      const { answers } = await client.composite(
        some.map((asked) => queryRequest('query', findQuery(asked, columns))),
        false,
      );
      some.forEach((asked, at) => {
        const { records, done } = rowsOf(answers[at], false);
        // An incomplete page could hide the second of two matching rows.
        if (!done && asked.terms.length > 1) again.push(...halves(asked));
        else for (const raw of records) take(rows, asked.type, raw, columns);
      });
    }
    open = again;
  }
  return [...rows.values()];
}

function take(rows: Map<string, FoundRow>, type: SalesforceType, raw: object, columns: Columns): void {
  const record = recordOf(raw, columns[type]);
  const { Id: id, Email: email, [PERSON_ID_FIELD]: key } = raw as Readonly<Record<string, unknown>>;
  if (record === null || typeof id !== 'string') return;
  rows.set(toLongId(id), { named: { type, record }, key: sameForm(key), email: sameForm(email) });
}

/** The distinct values in as few lists as fit the length of a query. */
function packed(terms: readonly Term[]): Term[][] {
  const packs: Term[][] = [];
  let length = 0;
  for (const term of new Map(terms.map((each) => [`${each.by} ${each.value}`, each])).values()) {
    const size = encodeURIComponent(term.value).length + ENCODED_QUOTES;
    const last = packs.at(-1);
    if (last === undefined || length + size > QUERY_LENGTH) {
      packs.push([term]);
      length = size;
    } else {
      last.push(term);
      length += size;
    }
  }
  return packs;
}

/** Two quotes, a comma and a space. */
const ENCODED_QUOTES = 8;

function halves({ type, terms }: Asked): Asked[] {
  const middle = Math.ceil(terms.length / 2);
  return [
    { type, terms: terms.slice(0, middle) },
    { type, terms: terms.slice(middle) },
  ];
}

function findQuery({ type, terms }: Asked, columns: Columns): string {
  const valuesBy = (by: Term['by']) => terms.flatMap((term) => (term.by === by ? term.value : []));
  const [keys, emails] = [valuesBy('key'), valuesBy('email')];
  const conditions = [
    ...(keys.length > 0 ? [`${PERSON_ID_FIELD} IN ${soqlList(keys)}`] : []),
    ...(emails.length > 0 ? [`Email IN ${soqlList(emails)}`] : []),
  ];
  const matched = keys.length > 0 && !columns[type].includes(PERSON_ID_FIELD) ? [PERSON_ID_FIELD] : [];
  const selected = [...withId(columns[type]), ...matched].join(', ');
  return `SELECT ${selected} FROM ${type} WHERE ${living(type)} AND (${conditions.join(' OR ')})`;
}

/** The condition for living, unconverted rows. */
function living(type: SalesforceType): string {
  return OBJECTS[type].convertsTo === null ? 'IsDeleted = false' : 'IsDeleted = false AND IsConverted = false';
}
