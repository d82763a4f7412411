import { makeId } from '../ids.ts';
import { isCompound } from '../schema/field.ts';
import type { Schema } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';
import type { RowChange } from './change-events.ts';
import { Table } from './table.ts';

/** A transaction: how to take its writes back, and what they changed. */
interface Journal {
  readonly undo: (() => void)[];
  readonly changes: RowChange[];
}

/** What a piece of work came to. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'threw'; readonly error: unknown };

function outcomeOf<T>(work: () => T): Outcome<T> {
  try {
    return { kind: 'done', result: work() };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

/** The rows of all objects, with ids handed out in order and writes that can be taken back. */
export class Store {
  readonly #schema: Schema;
  readonly #tables = new Map<string, Table>();
  readonly #serials = new Map<string, number>();
  readonly #templates = new Map<string, Row>();
  readonly #committed: (changes: readonly RowChange[]) => void;
  #journal: Journal | undefined;

  /** `committed` hears of each transaction that was kept. */
  constructor(schema: Schema, committed: (changes: readonly RowChange[]) => void) {
    this.#schema = schema;
    this.#committed = committed;
    for (const object of schema.objects()) {
      this.#tables.set(object.name, new Table(object.name));
      this.#templates.set(object.name, templateOf(schema, object.name));
    }
  }

  table(object: string): Table {
    const known = this.#tables.get(object);
    if (known) return known;
    if (!this.#schema.object(object)) throw new RangeError(`No table for ${object}`);
    const table = new Table(object);
    this.#tables.set(object, table);
    this.#templates.set(object, templateOf(this.#schema, object));
    return table;
  }

  /** The row that an id of any object names. */
  find(id: string): { object: string; row: Row } | undefined {
    const object = this.#schema.objectOfId(id);
    const row = object && this.table(object.name).get(id);
    return object && row ? { object: object.name, row } : undefined;
  }

  nextId(object: string): string {
    const serial = (this.#serials.get(object) ?? 0) + 1;
    this.#serials.set(object, serial);
    return makeId(this.#schema.object(object)?.keyPrefix ?? '000', serial);
  }

  /** The next number of an auto-number field. */
  nextNumber(object: string, field: string): number {
    const key = `${object}.${field}`;
    const next = (this.#serials.get(key) ?? 0) + 1;
    this.#serials.set(key, next);
    return next;
  }

  /** A row with every field of the object at its empty value: all rows of an object have one shape. */
  blank(object: string): Record<string, Value> {
    return { ...this.#templates.get(object) };
  }

  /** `origin`: the API and client that write. */
  put(object: string, row: Row, origin = ''): void {
    const table = this.table(object);
    const id = row.Id as string;
    const before = table.get(id);
    table.put(row);
    const undo = before ? () => table.put({ ...before }) : () => table.remove(id);
    this.#wrote({ object, before, after: row, origin }, undo);
  }

  remove(object: string, id: string): void {
    const table = this.table(object);
    const before = table.get(id);
    table.remove(id);
    if (before) this.#wrote({ object, before, after: undefined, origin: '' }, () => table.put({ ...before }));
  }

  #wrote(change: RowChange, undo: () => void): void {
    if (this.#journal) {
      this.#journal.undo.push(undo);
      this.#journal.changes.push(change);
    } else this.#committed([change]);
  }

  /** Runs `work`, and takes back all its writes when `keep` says no to what it came to. */
  attempt<T>(work: () => T, keep: (outcome: Outcome<T>) => boolean): T {
    const outer = this.#journal;
    const journal: Journal = { undo: [], changes: [] };
    this.#journal = journal;
    const outcome = outcomeOf(work);
    this.#journal = outer;
    if (!keep(outcome)) for (const undo of journal.undo.toReversed()) undo();
    else if (outer) {
      outer.undo.push(...journal.undo);
      outer.changes.push(...journal.changes);
    } else if (journal.changes.length > 0) this.#committed(journal.changes);
    if (outcome.kind === 'done') return outcome.result;
    throw outcome.error;
  }

  /** Gives every row of the object the shape that its fields ask for now; `adopt` fills in what is new. */
  reshape(object: string, adopt: (row: Row) => Row = (row) => row): void {
    const template = templateOf(this.#schema, object);
    this.#templates.set(object, template);
    const names = Object.keys(template);
    this.table(object).rebuild((row) => {
      const fresh: Record<string, Value> = { ...template };
      for (const name of names) fresh[name] = row[name] ?? template[name] ?? null;
      return adopt(fresh);
    });
  }
}

/**
 * Parsed rather than built: an object literal read at once keeps fast properties, one grown field by field does not.
 */
function templateOf(schema: Schema, object: string): Row {
  const fields = schema.object(object)?.fields ?? [];
  const stored = fields.filter((field) => !isCompound(field));
  const empty = stored.map((field) => [field.name, field.type === 'boolean' ? false : null] as const);
  return JSON.parse(JSON.stringify(Object.fromEntries(empty))) as Row;
}
