import { Buffer } from 'node:buffer';
import type { FeedRow } from '../sync/ports/change-feed.ts';
import type { ColumnKinds } from '../sync/state/bulk-query.ts';
import { type CellWriter, cellWriters, roomFor } from './cell-texts.ts';
import { CsvCells } from './csv-cells.ts';
import { unexpectedAnswer } from './error-map.ts';
import { RowTexts } from './row-texts.ts';

const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/**
 * Parses one page of a query job's results, chunk by chunk, into rows with values in the order of the columns. The
 * bytes of a cell are copied directly into the row's JSON. Every page begins with a header.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm
 */
export class CsvRows {
  readonly #columns: readonly string[];
  readonly #kinds: ColumnKinds;
  readonly #cells = new CsvCells();
  /** The incomplete last line. */
  #rest: Buffer = Buffer.alloc(0);
  /** By position in the header; undefined before the header is read. */
  #writers: readonly CellWriter[] | undefined;
  /** For each column the position in the header, -1 if absent; null where header and columns are equal. */
  #places: readonly number[] | null = null;
  readonly #texts = new RowTexts();
  /** Start positions of the present row's values, and the end of the last value. */
  readonly #starts: number[] = [];

  constructor(columns: readonly string[], kinds: ColumnKinds) {
    this.#columns = columns;
    this.#kinds = kinds;
  }

  /** The rows completed by the chunk. */
  push(chunk: Uint8Array): FeedRow[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    let from = this.#writers === undefined ? this.#header(bytes) : 0;
    while (this.#writers !== undefined) {
      const to = this.#row(bytes, from, this.#writers);
      if (to < 0) break;
      from = to;
    }
    this.#rest = bytes.subarray(from);
    return this.#texts.take();
  }

  /** To be called after the last chunk: the last line of a page may lack a line end. */
  end(): FeedRow[] {
    const rows = this.#rest.length === 0 ? [] : this.push(Buffer.from('\n'));
    if (this.#writers === undefined || this.#rest.length > 0) throw unexpectedAnswer('query job');
    return rows;
  }

  /** The start of the rows; 0 for an incomplete header. */
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

  /** The position after the row's line; -1 for an incomplete line. */
  #row(bytes: Buffer, from: number, writers: readonly CellWriter[]): number {
    const cells = this.#cells;
    const texts = this.#texts;
    const starts = this.#starts;
    const begin = texts.at;
    let next = from;
    starts.length = 0;
    texts.makeRoom(1);
    texts.put(OPEN);
    do {
      next = this.#step(bytes, next);
      if (next < 0) {
        texts.at = begin;
        return next;
      }
      const writer = writers[starts.length];
      if (writer === undefined) throw unexpectedAnswer('query job');
      texts.makeRoom(roomFor(cells.cell.to - cells.cell.from));
      starts.push(texts.at);
      texts.at = writer(cells.cell, texts.bytes, texts.at);
      texts.put(COMMA);
    } while (!cells.endsLine);
    if (starts.length !== writers.length) throw unexpectedAnswer('query job');
    texts.bytes[texts.at - 1] = CLOSE;
    if (this.#places !== null) this.#reorder(begin, this.#places);
    texts.endRow();
    return next;
  }

  #step(bytes: Buffer, from: number): number {
    const next = this.#cells.step(bytes, from);
    if (next > bytes.length) throw unexpectedAnswer('query job');
    return next;
  }

  /** Rewrites the present row in the order of the columns; a column absent from the page is null. */
  #reorder(begin: number, places: readonly number[]): void {
    const texts = this.#texts;
    const starts = [...this.#starts, texts.at];
    const values = places.map((place) => {
      const [start, next] = [starts[place], starts[place + 1]];
      return start === undefined || next === undefined ? 'null' : texts.bytes.toString('utf8', start, next - 1);
    });
    const text = `[${values.join()}]`;
    texts.at = begin;
    texts.makeRoom(Buffer.byteLength(text));
    texts.at += texts.bytes.write(text, begin);
  }
}
