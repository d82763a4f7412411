import { Buffer } from 'node:buffer';
import { OtherJson, skipValue, skipWord } from './json-bytes.ts';
import type { RowTexts } from './row-texts.ts';

const QUOTE = 0x22;
const DOT = 0x2e;
const UPPER_E = 0x45;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const LOWER_A = 0x61;
const LOWER_E = 0x65;
const OPEN = 0x7b;

const NULL = Buffer.from('null');

/**
 * Copies one value of a record in the form of `JSON.stringify`; returns the end position. Objects are not field values
 * and become null.
 */
export function copyValue(bytes: Buffer, at: number, texts: RowTexts): number {
  const first = bytes[at] as number;
  if (first === QUOTE) return copyString(bytes, at, texts);
  if (first === OPEN || first === OPEN_LIST) {
    putNull(bytes, at, texts);
    return skipValue(bytes, at);
  }
  const end = skipWord(bytes, at);
  if (first < LOWER_A && isWrittenOtherwise(bytes, at, end)) {
    // Java writes 100.0 and 1.39E8.
    putText(bytes, at, JSON.stringify(Number(bytes.toString('latin1', at, end))), texts);
  } else copy(bytes, at, end, texts);
  return end;
}

/** `at`: the read position; leaves room for the remaining records. */
export function putNull(bytes: Buffer, at: number, texts: RowTexts): void {
  texts.makeRoom(NULL.length + bytes.length - at);
  copy(NULL, 0, NULL.length, texts);
}

function putText(bytes: Buffer, at: number, text: string, texts: RowTexts): void {
  texts.makeRoom(3 * text.length + bytes.length - at);
  texts.at += texts.bytes.write(text, texts.at);
}

function copyString(bytes: Buffer, at: number, texts: RowTexts): number {
  const { length } = bytes;
  let isEscaped = false;
  for (let next = at + 1; next < length; next += 1) {
    const byte = bytes[next] as number;
    if (byte === BACKSLASH) {
      isEscaped = true;
      next += 1;
    } else if (byte === QUOTE) {
      // Normalizes escapes: a character can be escaped in several ways.
      if (isEscaped) putText(bytes, at, JSON.stringify(JSON.parse(bytes.toString('utf8', at, next + 1))), texts);
      else copy(bytes, at, next + 1, texts);
      return next + 1;
    }
  }
  throw new OtherJson('a text does not end');
}

function isWrittenOtherwise(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte === DOT || byte === LOWER_E || byte === UPPER_E) return true;
  }
  // More digits than a JavaScript number holds.
  return to - from > 15;
}

/** From the length on, a native copy is faster than a loop. */
const LONG = 48;

function copy(bytes: Buffer, from: number, to: number, texts: RowTexts): void {
  const { bytes: into, at } = texts;
  if (to - from >= LONG) bytes.copy(into, at, from, to);
  else for (let read = from, write = at; read < to; read += 1, write += 1) into[write] = bytes[read] as number;
  texts.at = at + to - from;
}
