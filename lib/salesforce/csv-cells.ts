import { Buffer } from 'node:buffer';
import { type Cell, isSpecial } from './cell-texts.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** Iterates over the cells of a query job's CSV: quoted (with any content) or plain. */
export class CsvCells {
  /** The last cell. */
  readonly cell: Cell = { bytes: Buffer.alloc(0), from: 0, to: 0, special: false };
  /** Whether the last cell ended the line. */
  endsLine = false;

  /** Reads the cell at `from`; returns the position after the delimiter, or -1 where the bytes end too early. */
  step(bytes: Buffer, from: number): number {
    const { cell } = this;
    cell.bytes = bytes;
    cell.special = false;
    const end = bytes[from] === QUOTE ? this.#quoted(bytes, from + 1) : this.#plain(bytes, from);
    return end < 0 ? end : this.#delimiter(bytes, end);
  }

  #quoted(bytes: Buffer, from: number): number {
    const { cell } = this;
    const { length } = bytes;
    cell.from = from;
    for (let at = from; at < length; at += 1) {
      const byte = bytes[at] as number;
      if (byte !== QUOTE) {
        if (isSpecial(byte)) cell.special = true;
        continue;
      }
      if (bytes[at + 1] !== QUOTE) {
        cell.to = at;
        return at + 1;
      }
      cell.special = true;
      at += 1;
    }
    return -1;
  }

  #plain(bytes: Buffer, from: number): number {
    const { cell } = this;
    cell.from = from;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (byte === COMMA || byte === LINE_FEED || byte === RETURN) {
        cell.to = at;
        return at;
      }
      if (byte === QUOTE || isSpecial(byte)) cell.special = true;
    }
    return -1;
  }

  /** At the end of the bytes the delimiter is unknown. */
  #delimiter(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    this.endsLine = byte === LINE_FEED || byte === RETURN;
    if (byte === COMMA || byte === LINE_FEED) return at + 1;
    if (byte === RETURN && at + 1 < bytes.length) return at + 2;
    return byte === undefined || byte === RETURN ? -1 : bytes.length + 1;
  }
}
