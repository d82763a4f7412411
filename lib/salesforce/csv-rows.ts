import { Buffer } from 'node:buffer';
import { toIsoInstant, toLongId } from '../person/field-value.ts';
import type { FeedRow } from '../sync/ports/change-feed.ts';
import type { ColumnKinds } from '../sync/state/bulk-query.ts';
import { type CellWriter, cellWriters, roomFor } from './cell-texts.ts';
import { CsvCells } from './csv-cells.ts';
import { unexpectedAnswer } from './error-map.ts';

const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/**
 * Reads one page of a query job's results, chunk by chunk, into rows with their values in the order of the columns. The
 * bytes of a cell go straight into the JSON of its row. The page begins with a header of its own, as each page does.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm
 */
export class CsvRows {
  readonly #columns: readonly string[];
  readonly #kinds: ColumnKinds;
  readonly #cells = new CsvCells();
  /** The end of the bytes so far, where it is no whole line. */
  #rest: Buffer = Buffer.alloc(0);
  /** By place in the header; undefined before the header is read. */
  #writers: readonly CellWriter[] | undefined;
  /** For each column its place in the header, -1 where it has none; null where header and columns are alike. */
  #places: readonly number[] | null = null;
  /** The row under way, and where its values begin. */
  #text: Buffer = Buffer.alloc(64 * 1024);
  readonly #starts: number[] = [];

  constructor(columns: readonly string[], kinds: ColumnKinds) {
    this.#columns = columns;
    this.#kinds = kinds;
  }

  /** The rows whose lines end in this chunk. */
  push(chunk: Uint8Array): FeedRow[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const rows: FeedRow[] = [];
    let from = this.#writers === undefined ? this.#header(bytes) : 0;
    for (let to = from; this.#writers !== undefined && to >= 0; ) {
      from = to;
      to = this.#row(bytes, from);
      if (to >= 0) rows.push(this.#feedRow());
    }
    this.#rest = bytes.subarray(from);
    return rows;
  }

  /** Call after the last chunk: a page may end without the end of its last line. */
  end(): FeedRow[] {
    const rows = this.#rest.length === 0 ? [] : this.push(Buffer.from('\n'));
    if (this.#writers === undefined || this.#rest.length > 0) throw unexpectedAnswer('query job');
    return rows;
  }

  /** Where the rows begin; 0 where the header is not whole. */
  #header(bytes: Buffer): number {
    const names: string[] = [];
    let at = 0;
    do {
      at = this.#step(bytes, at);
      if (at < 0) return 0;
      const { from, to } = this.#cells.cell;
      names.push(bytes.toString('utf8', from, to).toLowerCase());
    } while (!this.#cells.endsLine);
    const places = this.#columns.map((column) => names.indexOf(column.toLowerCase()));
    const columns = names.map((name, place) => this.#columns[places.indexOf(place)] ?? name);
    this.#writers = cellWriters(columns, this.#kinds);
    const alike = names.length === places.length && places.every((place, at) => place === at);
    this.#places = alike ? null : places;
    return at;
  }

  /** The place after the row's line; -1 where that is not whole. */
  #row(bytes: Buffer, from: number): number {
    const cells = this.#cells;
    const writers = this.#writers ?? [];
    const starts = this.#starts;
    let at = 1;
    let next = from;
    starts.length = 0;
    do {
      next = this.#step(bytes, next);
      if (next < 0) return next;
      const writer = writers[starts.length];
      if (writer === undefined) throw unexpectedAnswer('query job');
      this.#makeRoom(at + roomFor(cells.cell.to - cells.cell.from));
      starts.push(at);
      at = writer(cells.cell, this.#text, at);
      this.#text[at++] = COMMA;
    } while (!cells.endsLine);
    if (starts.length !== writers.length) throw unexpectedAnswer('query job');
    starts.push(at);
    return next;
  }

  #step(bytes: Buffer, from: number): number {
    const next = this.#cells.step(bytes, from);
    if (next > bytes.length) throw unexpectedAnswer('query job');
    return next;
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#text.length) return;
    const larger = Buffer.alloc(bytes * 2);
    this.#text.copy(larger);
    this.#text = larger;
  }

  #feedRow(): FeedRow {
    const id = this.#valueOf(0);
    const stamp = this.#valueOf(1);
    const row = { id: toLongId(unquoted(id)), systemModstamp: toIsoInstant(unquoted(stamp)) };
    if (this.#places !== null) return { ...row, text: `[${this.#columns.map((_, at) => this.#valueOf(at)).join()}]` };
    const end = this.#starts[this.#starts.length - 1] ?? 1;
    this.#text[0] = OPEN;
    this.#text[end - 1] = CLOSE;
    return { ...row, text: this.#text.toString('utf8', 0, end) };
  }

  /** The JSON of a column's value; what the page does not have reads as null, as a column that is out of sight. */
  #valueOf(column: number): string {
    const place = this.#places === null ? column : (this.#places[column] ?? -1);
    const [start, next] = [this.#starts[place], this.#starts[place + 1]];
    if (start === undefined || next === undefined) return 'null';
    return this.#text.toString('utf8', start, next - 1);
  }
}

function unquoted(json: string): string {
  return json.startsWith('"') ? json.slice(1, -1) : json;
}
