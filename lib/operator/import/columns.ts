import { UsageError } from '../command-line.ts';

/** A field in the form of `GET /sync/fields`. */
export interface ApiField {
  /** The field's name in the API; null where not accepted. */
  readonly field: string | null;
  readonly apiName: string;
  readonly label: string | null;
  readonly type: string | null;
}

/** The target of a column. */
export interface Column {
  readonly field: string;
  readonly type: string | null;
}

/** The column with the reason of a refusal, ignored on import, so that a corrected file can be imported unchanged. */
export const WHY = 'refused because';

const EMAIL = 'Email';

/**
 * The columns for the names in the header: API names or labels of fields, in any case. `known`: the fields of both
 * objects; empty before the first cycle, where names are used unchanged. Null: the column is ignored.
 */
export function columnsOf(header: readonly string[], known: readonly ApiField[]): readonly (Column | null)[] {
  const columns = header.map((name, at) => (name === WHY ? null : columnOf(name, at, known)));
  for (const [at, column] of columns.entries()) {
    const first = columns.findIndex((other) => column !== null && other?.field === column.field);
    if (first >= 0 && first < at) throw new UsageError(`columns ${first + 1} and ${at + 1} are both ${column?.field}`);
  }
  if (!columns.some((column) => column?.field === EMAIL)) {
    throw new UsageError(`there is no column ${EMAIL}: a person is identified by the Email`);
  }
  return columns;
}

function columnOf(name: string, at: number, known: readonly ApiField[]): Column {
  if (name === '') throw new UsageError(`column ${at + 1} has no name`);
  if (known.length === 0) return { field: name, type: null };
  const form = name.toLowerCase();
  const named = known.filter(({ apiName, field }) => [apiName, field].some((each) => each?.toLowerCase() === form));
  const found = named.length > 0 ? named : known.filter(({ label }) => label?.toLowerCase() === form);
  const fields = new Map(found.flatMap(({ field, type }) => (field === null ? [] : [[field, type] as const])));
  const [first, ...others] = fields;
  if (first === undefined) {
    const why = found.length > 0 ? 'does not sync' : 'is neither the API name nor the label of a field';
    throw new UsageError(`column ${at + 1}: "${name}" ${why}`);
  }
  if (others.length > 0) {
    throw new UsageError(
      `column ${at + 1}: "${name}" is the label of ${[...fields.keys()].join(' and ')}: use the API name`,
    );
  }
  return { field: first[0], type: first[1] };
}

const NUMBERS = new Set(['double', 'int', 'currency', 'percent', 'long']);
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

/** A cell in the form expected by the API; a value invalid for the type is sent as text, and refused by the API. */
function cellValue(text: string, type: string | null): string | number | boolean {
  const trimmed = text.trim();
  if (type === 'boolean') return BOOLEANS[trimmed.toLowerCase()] ?? text;
  if (type === null || !NUMBERS.has(type)) return text;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : text;
}

/**
 * The fields of a line; an empty cell leaves the field unchanged. A text (the reason) where the line does not fit the
 * header.
 */
export function fieldsOf(
  cells: readonly string[],
  columns: readonly (Column | null)[],
): Readonly<Record<string, string | number | boolean>> | string {
  if (cells.length !== columns.length) return `has ${cells.length} cells, the header ${columns.length}`;
  return Object.fromEntries(
    columns.flatMap((column, at) => {
      const text = cells[at] ?? '';
      return column === null || text.trim() === '' ? [] : [[column.field, cellValue(text, column.type)] as const];
    }),
  );
}
