import type { Row, Value } from '../soql/source.ts';

/** The rows that were saved in one second. Rows that were saved again later stay, marked with when they went stale. */
interface Bucket {
  readonly stamp: string;
  rows: Row[];
  sorted: boolean;
  stale: Map<Row, number> | undefined;
}

/** A bucket as it was at the moment a reader began. */
interface BucketView {
  readonly rows: readonly Row[];
  readonly length: number;
  readonly stale: ReadonlyMap<Row, number> | undefined;
}

const NONE: readonly Row[] = [];

/**
 * The rows of one object. A row never changes: a save puts a new one in its place. Rows are also kept in the order of
 * (SystemModstamp, Id), one bucket a second, so that a poll reads only what it asks for; and a reader that began
 * before a save goes on seeing what was there when it began.
 */
export class Table {
  readonly object: string;
  #byId = new Map<string, Row>();
  #buckets = new Map<string, Bucket>();
  #order: string[] = [];
  #ordered = true;
  #indexes = new Map<string, Map<Value, string[]>>();
  #puts = 0;

  constructor(object: string) {
    this.object = object;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  /** Current rows in the order of their first insertion. */
  values(): Iterable<Row> {
    return this.#byId.values();
  }

  put(row: Row): void {
    const id = row.Id as string;
    const before = this.#byId.get(id);
    this.#puts += 1;
    if (before) this.#retire(before);
    this.#byId.set(id, row);
    this.#append(row);
    for (const [field, index] of this.#indexes) reindex(index, id, { before: before?.[field], after: row[field] });
  }

  remove(id: string): void {
    const before = this.#byId.get(id);
    if (!before) return;
    this.#puts += 1;
    this.#retire(before);
    this.#byId.delete(id);
    for (const [field, index] of this.#indexes) reindex(index, id, { before: before[field], after: undefined });
  }

  /** Rebuilds every row, as adding or removing a field does; nothing is stamped. */
  rebuild(change: (row: Row) => Row): void {
    const rows = [...this.#byId.values()];
    this.#byId = new Map();
    this.#buckets = new Map();
    this.#order = [];
    this.#indexes = new Map();
    for (const row of rows) this.put(change(row));
  }

  /**
   * Ids of current rows whose field equals the value, text compared without case. The index is built when first asked
   * for.
   */
  idsByField(field: string, value: Value): readonly string[] {
    return this.#index(field).get(indexKey(value)) ?? [];
  }

  /** The current rows of `idsByField`. */
  rowsByField(field: string, value: Value): Row[] {
    const rows: Row[] = [];
    for (const id of this.idsByField(field, value)) {
      const row = this.#byId.get(id);
      if (row) rows.push(row);
    }
    return rows;
  }

  /** Rows with from <= SystemModstamp < to in the order of (SystemModstamp, Id), as they are now. */
  between(from: string | undefined, to: string | undefined): Iterable<Row> {
    return readViews(this.#views(from, to), this.#puts);
  }

  #index(field: string): Map<Value, string[]> {
    const known = this.#indexes.get(field);
    if (known) return known;
    const index = new Map<Value, string[]>();
    for (const [id, row] of this.#byId) reindex(index, id, { before: undefined, after: row[field] });
    this.#indexes.set(field, index);
    return index;
  }

  #append(row: Row): void {
    const stamp = row.SystemModstamp as string;
    let bucket = this.#buckets.get(stamp);
    if (!bucket) {
      bucket = { stamp, rows: [], sorted: true, stale: undefined };
      this.#buckets.set(stamp, bucket);
      this.#ordered &&= (this.#order.at(-1) ?? '') < stamp;
      this.#order.push(stamp);
    }
    const last = bucket.rows.at(-1);
    if (last && (last.Id as string) >= (row.Id as string)) bucket.sorted = false;
    bucket.rows.push(row);
  }

  /** Marks a row as no longer current, and drops stale rows once they are the most of their bucket. */
  #retire(row: Row): void {
    const bucket = this.#buckets.get(row.SystemModstamp as string);
    if (!bucket) return;
    bucket.stale ??= new Map();
    bucket.stale.set(row, this.#puts);
    const { size } = bucket.stale;
    const worthIt = size === bucket.rows.length || (size >= 32 && size * 2 >= bucket.rows.length);
    if (!worthIt) return;
    const { stale } = bucket;
    bucket.rows = bucket.rows.filter((kept) => !stale.has(kept));
    bucket.stale = undefined;
  }

  #views(from: string | undefined, to: string | undefined): BucketView[] {
    if (!this.#ordered) {
      this.#order.sort();
      this.#ordered = true;
    }
    const start = from === undefined ? 0 : lowerBound(this.#order, from);
    const end = to === undefined ? this.#order.length : lowerBound(this.#order, to);
    return this.#order.slice(start, end).map((stamp) => this.#view(stamp));
  }

  #view(stamp: string): BucketView {
    const bucket = this.#buckets.get(stamp);
    if (!bucket) return { rows: NONE, length: 0, stale: undefined };
    if (!bucket.sorted) {
      bucket.rows = bucket.rows.toSorted((one, other) => ((one.Id as string) < (other.Id as string) ? -1 : 1));
      bucket.sorted = true;
    }
    return { rows: bucket.rows, length: bucket.rows.length, stale: bucket.stale };
  }
}

function* readViews(views: readonly BucketView[], asOf: number): Generator<Row> {
  for (const { rows, length, stale } of views) {
    for (let at = 0; at < length; at += 1) {
      const row = rows[at];
      if (!row) continue;
      if (stale && (stale.get(row) ?? Number.POSITIVE_INFINITY) <= asOf) continue;
      yield row;
    }
  }
}

/** Text is indexed without case, as Salesforce compares it. */
function indexKey(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function reindex(
  index: Map<Value, string[]>,
  id: string,
  { before, after }: { before: Value | undefined; after: Value | undefined },
): void {
  if (before === after) return;
  if (before !== undefined && before !== null) {
    const key = indexKey(before);
    const left = index.get(key)?.filter((known) => known !== id) ?? [];
    if (left.length > 0) index.set(key, left);
    else index.delete(key);
  }
  if (after !== undefined && after !== null) {
    const key = indexKey(after);
    const known = index.get(key);
    if (known) known.push(id);
    else index.set(key, [id]);
  }
}

function lowerBound(sorted: readonly string[], wanted: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
