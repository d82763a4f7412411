import { Buffer } from 'node:buffer';
import type { ColumnKinds } from '../sync/state/bulk-query.ts';

const QUOTE = 0x22;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const CAPITAL_Z = 0x5a;

/** A cell of a CSV file: the bytes between the quotes. One object is reused for all cells. */
export interface Cell {
  bytes: Buffer;
  from: number;
  to: number;
  /** Whether the bytes need escaping in a JSON text. */
  special: boolean;
}

/** Writes the value of a cell as JSON; returns the end position. */
export type CellWriter = (cell: Cell, into: Buffer, at: number) => number;

/** The writers of the columns: rows of a query job equal rows of the REST API. */
export function cellWriters(columns: readonly string[], kinds: ColumnKinds): CellWriter[] {
  return columns.map((column) => WRITERS[(Object.hasOwn(kinds, column) ? kinds[column] : undefined) ?? 'text']);
}

/** The maximum size of a cell in JSON: a control character takes six bytes. */
export function roomFor(bytes: number): number {
  return bytes * 6 + 16;
}

export function isSpecial(byte: number): boolean {
  return byte < SPACE || byte === BACKSLASH;
}

const WRITERS: Readonly<Record<'text' | ColumnKinds[string], CellWriter>> = {
  text: writeText,
  number: writeNumber,
  boolean: writeBoolean,
  datetime: writeInstant,
};

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NO_OFFSET = Buffer.from('+0000"');

function writeNull(into: Buffer, at: number): number {
  return put(NULL, into, at);
}

/** An empty cell is null: Salesforce stores no empty text. */
function writeText(cell: Cell, into: Buffer, at: number): number {
  if (cell.from === cell.to) return writeNull(into, at);
  if (cell.special) return at + into.write(JSON.stringify(textOf(cell).replaceAll('""', '"')), at);
  into[at] = QUOTE;
  const end = copy(cell, into, at + 1);
  into[end] = QUOTE;
  return end + 1;
}

/** Salesforce writes doubles like Java: 100.0, 1.39E8. */
function writeNumber(cell: Cell, into: Buffer, at: number): number {
  if (cell.from === cell.to) return writeNull(into, at);
  if (isShortWhole(cell)) return copy(cell, into, at);
  const text = textOf(cell);
  const number = Number(text);
  return at + into.write(JSON.stringify(Number.isFinite(number) ? number : text), at);
}

/** Integers already in shortest form. */
function isShortWhole({ bytes, from, to }: Cell): boolean {
  const begin = bytes[from] === MINUS ? from + 1 : from;
  const digits = to - begin;
  if (digits < 1 || digits > 15 || (bytes[begin] === ZERO && (digits > 1 || begin > from))) return false;
  for (let at = begin; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte < ZERO || byte > NINE) return false;
  }
  return true;
}

function writeBoolean(cell: Cell, into: Buffer, at: number): number {
  const text = cell.to - cell.from > FALSE.length ? '' : textOf(cell);
  if (text === 'true') return put(TRUE, into, at);
  return text === 'false' ? put(FALSE, into, at) : writeText(cell, into, at);
}

/** Date-times end in +0000 in the REST API, in Z in a query job. */
function writeInstant(cell: Cell, into: Buffer, at: number): number {
  if (cell.bytes[cell.to - 1] !== CAPITAL_Z || cell.from === cell.to) return writeText(cell, into, at);
  // Overwrites the Z and the closing quote.
  return put(NO_OFFSET, into, writeText(cell, into, at) - 2);
}

function textOf({ bytes, from, to }: Cell): string {
  return bytes.toString('utf8', from, to);
}

/** From the length on, a native copy is faster than a loop. */
const LONG = 48;

function copy({ bytes, from, to }: Cell, into: Buffer, at: number): number {
  const end = at + to - from;
  if (to - from >= LONG) bytes.copy(into, at, from, to);
  else for (let read = from, write = at; read < to; read += 1, write += 1) into[write] = bytes[read] as number;
  return end;
}

function put(bytes: Buffer, into: Buffer, at: number): number {
  for (let index = 0; index < bytes.length; index += 1) into[at + index] = bytes[index] as number;
  return at + bytes.length;
}
