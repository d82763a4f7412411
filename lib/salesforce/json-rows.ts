import { Buffer } from 'node:buffer';
import type { FeedRow } from '../sync/ports/change-feed.ts';
import { copyValue, putNull } from './copy-value.ts';
import { eachItem, mustBe, OtherJson, skipValue, skipWord } from './json-bytes.ts';
import { RowTexts } from './row-texts.ts';

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Adjacent columns from one object: fields of the record itself, or fields of a related record. */
interface Group {
  /** The name of the related record, as JSON; null for a field of the record itself. */
  readonly parent: Buffer | null;
  /** The names of the members, as JSON; null for a column not requested, read as null. */
  readonly keys: readonly (Buffer | null)[];
}

const ATTRIBUTES = Buffer.from('"attributes":');

/** Reused for all lists: a list is read without a pause. */
const TEXTS = new RowTexts();

/**
 * Copies the values of records from the JSON of a query's answer into rows, without creating objects. Salesforce
 * returns the columns in the requested order; otherwise `OtherJson` is thrown.
 */
export class JsonRows {
  readonly #groups: readonly Group[];

  /** `absent`: columns omitted from the query. */
  constructor(columns: readonly string[], absent: readonly string[] = []) {
    this.#groups = groupsOf(columns, absent);
  }

  /** The rows of the list of records at `at`, and the position after the list. */
  read(bytes: Buffer, at: number): { readonly rows: readonly FeedRow[]; readonly end: number } {
    TEXTS.clear();
    // The copied bytes are usually fewer than the records' bytes; longer copies make room themselves.
    TEXTS.makeRoom(bytes.length - at);
    const end = eachItem(bytes, at, (from) => this.#record(bytes, from));
    return { rows: TEXTS.take(), end };
  }

  #record(bytes: Buffer, at: number): number {
    TEXTS.put(OPEN_LIST);
    let next = open(bytes, at);
    for (const { parent, keys } of this.#groups) {
      if (parent === null) next = copyFields(bytes, next, keys);
      else next = copyRelated(bytes, afterKey(bytes, next, parent), keys);
    }
    TEXTS.bytes[TEXTS.at - 1] = CLOSE_LIST;
    TEXTS.endRow();
    mustBe(bytes, next, CLOSE);
    return next + 1;
  }
}

/** The position after the fields; every field begins with a comma. */
function copyFields(bytes: Buffer, at: number, keys: Group['keys']): number {
  let next = at;
  for (const key of keys) {
    if (key === null) putNull(bytes, next, TEXTS);
    else next = copyValue(bytes, afterKey(bytes, next, key), TEXTS);
    TEXTS.put(COMMA);
  }
  return next;
}

function copyRelated(bytes: Buffer, at: number, keys: Group['keys']): number {
  if (bytes[at] === OPEN) {
    const end = copyFields(bytes, open(bytes, at), keys);
    mustBe(bytes, end, CLOSE);
    return end + 1;
  }
  // No related record.
  for (const _ of keys) {
    putNull(bytes, at, TEXTS);
    TEXTS.put(COMMA);
  }
  return skipWord(bytes, at);
}

/** The position after the attributes, which Salesforce puts first. */
function open(bytes: Buffer, at: number): number {
  mustBe(bytes, at, OPEN);
  return skipValue(bytes, afterText(bytes, at + 1, ATTRIBUTES));
}

function afterKey(bytes: Buffer, at: number, key: Buffer): number {
  mustBe(bytes, at, COMMA);
  return afterText(bytes, at + 1, key);
}

function afterText(bytes: Buffer, at: number, text: Buffer): number {
  const { length } = text;
  for (let index = 0; index < length; index += 1) {
    if (bytes[at + index] !== text[index]) throw new OtherJson(`${text.toString()} was expected`);
  }
  return at + length;
}

function groupsOf(columns: readonly string[], absent: readonly string[]): Group[] {
  const groups: { parent: Buffer | null; name: string; keys: (Buffer | null)[] }[] = [];
  for (const column of columns) {
    const dot = column.indexOf('.');
    const name = dot < 0 ? '' : column.slice(0, dot);
    const key = absent.includes(column) ? null : keyOf(column.slice(dot + 1));
    const last = groups.at(-1);
    if (last?.name === name) last.keys.push(key);
    else groups.push({ parent: dot < 0 ? null : keyOf(name), name, keys: [key] });
  }
  // A related record without requested columns is absent from the answer.
  return groups.map((group) => (group.keys.every((key) => key === null) ? { ...group, parent: null } : group));
}

function keyOf(name: string): Buffer {
  return Buffer.from(`"${name}":`);
}
