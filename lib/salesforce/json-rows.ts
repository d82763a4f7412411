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

/** Columns that a record has side by side in one object: its own fields one by one, or those of a related record. */
interface Group {
  /** Of the related record, as the JSON has it; null for a field of the record itself. */
  readonly parent: Buffer | null;
  /** The names of the members, as the JSON has them; null for one that was not asked for, and reads as null. */
  readonly keys: readonly (Buffer | null)[];
}

const ATTRIBUTES = Buffer.from('"attributes":');

/** For one list of records after another: a list is read without a pause. */
const TEXTS = new RowTexts();

/**
 * Copies the values of records, in the JSON of a query's answer, into rows: no record becomes an object on its way.
 * Salesforce answers the columns in the order in which they were asked for; where it does not, `OtherJson` is thrown.
 */
export class JsonRows {
  readonly #groups: readonly Group[];

  /** `absent`: columns that the query leaves out. */
  constructor(columns: readonly string[], absent: readonly string[] = []) {
    this.#groups = groupsOf(columns, absent);
  }

  /** The rows of the list of records that begins here, and the place after it. */
  read(bytes: Buffer, at: number): { readonly rows: readonly FeedRow[]; readonly end: number } {
    TEXTS.clear();
    // What is copied is shorter than the records: where it grows, room is made again.
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

/** The place after the fields, each of which begins with a comma. */
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
  // There is no related record.
  for (const _ of keys) {
    putNull(bytes, at, TEXTS);
    TEXTS.put(COMMA);
  }
  return skipWord(bytes, at);
}

/** The place after the attributes that Salesforce puts first. */
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
  // A related record of which nothing is asked for is not in the answer.
  return groups.map((group) => (group.keys.every((key) => key === null) ? { ...group, parent: null } : group));
}

function keyOf(name: string): Buffer {
  return Buffer.from(`"${name}":`);
}
