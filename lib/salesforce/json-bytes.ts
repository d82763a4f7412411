import type { Buffer } from 'node:buffer';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** JSON not in the expected compact form: the caller parses the whole text instead. */
export class OtherJson extends Error {}

/** The position after the value at `at`, in compact JSON. */
export function skipValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at);
  if (first !== OPEN && first !== OPEN_LIST) return skipWord(bytes, at);
  let depth = 0;
  for (let next = at; next < bytes.length; next += 1) {
    const byte = bytes[next] as number;
    if (byte === QUOTE) next = skipString(bytes, next) - 1;
    else if (byte === OPEN || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return next + 1;
    }
  }
  throw new OtherJson('a value does not end');
}

/** The position after the text literal at `at`. */
function skipString(bytes: Buffer, at: number): number {
  for (let next = at + 1; next < bytes.length; next += 1) {
    const byte = bytes[next] as number;
    if (byte === BACKSLASH) next += 1;
    else if (byte === QUOTE) return next + 1;
  }
  throw new OtherJson('a text does not end');
}

/** The position after a number, true, false or null. */
export function skipWord(bytes: Buffer, at: number): number {
  let next = at;
  for (; next < bytes.length; next += 1) {
    const byte = bytes[next] as number;
    if (byte === COMMA || byte === CLOSE || byte === CLOSE_LIST) break;
  }
  if (next === at) throw new OtherJson('a value was expected');
  return next;
}

/**
 * Iterates over the members of the object at `at`: `member` receives the name and the start of the value, and returns
 * the end. Returns the position after the object.
 */
export function eachMember(bytes: Buffer, at: number, member: (name: string, from: number) => number): number {
  mustBe(bytes, at, OPEN);
  if (bytes[at + 1] === CLOSE) return at + 2;
  for (let next = at + 1; ; next += 1) {
    mustBe(bytes, next, QUOTE);
    const end = skipString(bytes, next);
    const name = bytes.toString('latin1', next + 1, end - 1);
    mustBe(bytes, end, COLON);
    next = member(name, end + 1);
    if (bytes[next] === CLOSE) return next + 1;
    mustBe(bytes, next, COMMA);
  }
}

/** The same for the items of a list. */
export function eachItem(bytes: Buffer, at: number, item: (from: number) => number): number {
  mustBe(bytes, at, OPEN_LIST);
  if (bytes[at + 1] === CLOSE_LIST) return at + 2;
  for (let next = at + 1; ; next += 1) {
    next = item(next);
    if (bytes[next] === CLOSE_LIST) return next + 1;
    mustBe(bytes, next, COMMA);
  }
}

export function mustBe(bytes: Buffer, at: number, expected: number): void {
  if (bytes[at] !== expected) throw new OtherJson(`byte ${expected} was expected`);
}

/** The value between two positions. */
export function parsedBetween(bytes: Buffer, from: number, to: number): unknown {
  return JSON.parse(bytes.toString('utf8', from, to));
}
