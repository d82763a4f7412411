import { Buffer, isAscii } from 'node:buffer';
import { type FieldValue, toIsoInstant, toLongId } from '../person/field-value.ts';
import type { FeedRow } from '../sync/ports/change-feed.ts';
import { fingerprintOf } from './fingerprint.ts';

/** JSON arrays of values, written byte by byte and returned as rows. */
export class RowTexts {
  /** Must be read again after `makeRoom`, which may replace the buffer. */
  bytes: Buffer = Buffer.allocUnsafe(256 * 1024);
  /** The end of the written bytes. */
  at = 0;
  /** The start of every row, and the end of the last. */
  #starts: number[] = [0];

  /** Ensures room for the given number of bytes. */
  makeRoom(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe((this.at + bytes) * 2);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  /** Requires room. */
  put(byte: number): void {
    this.bytes[this.at] = byte;
    this.at += 1;
  }

  /** Ends the present row. */
  endRow(): void {
    this.#starts.push(this.at);
  }

  /** The rows so far; the bytes are then overwritten by the next rows. */
  take(): FeedRow[] {
    const { bytes } = this;
    const starts = this.#starts;
    // One shared text for all rows, if ASCII only.
    const asciiText = isAscii(bytes.subarray(0, this.at)) ? bytes.toString('latin1', 0, this.at) : undefined;
    const rows: FeedRow[] = [];
    for (let row = 1; row < starts.length; row += 1) {
      const [start, end] = [starts[row - 1] as number, starts[row] as number];
      const text = asciiText === undefined ? bytes.toString('utf8', start, end) : asciiText.slice(start, end);
      rows.push(feedRow(text, { bytes: end - start, fingerprint: fingerprintOf(bytes, start, end) }));
    }
    this.clear();
    return rows;
  }

  clear(): void {
    this.#starts = [0];
    this.at = 0;
  }
}

/** The row of a JSON array. */
export function rowOfText(text: string): FeedRow {
  const bytes = Buffer.from(text);
  return feedRow(text, { bytes: bytes.length, fingerprint: fingerprintOf(bytes, 0, bytes.length) });
}

/** The array begins with an id and a stamp. */
function feedRow(text: string, known: Pick<FeedRow, 'bytes' | 'fingerprint'>): FeedRow {
  const idEnd = text.indexOf('"', 2);
  if (!text.startsWith('["') || !text.startsWith('","', idEnd)) {
    const [id, systemModstamp] = JSON.parse(text) as readonly FieldValue[];
    return { id: toLongId(String(id)), systemModstamp: toIsoInstant(String(systemModstamp)), text, ...known };
  }
  const systemModstamp = toIsoInstant(text.slice(idEnd + 3, text.indexOf('"', idEnd + 3)));
  return { id: toLongId(text.slice(2, idEnd)), systemModstamp, text, ...known };
}
