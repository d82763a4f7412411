import type { FieldValue } from './field-value.ts';
import { sha256 } from './sha256.ts';

/** A long text, shown by the beginning; the digest identifies the full text. */
export interface LongValue {
  readonly start: string;
  /** Characters of the full text. */
  readonly length: number;
  readonly sha256: string;
}

/** A value as shown in logs and lists. */
export type ShownValue = FieldValue | LongValue;

export type ShownFields = Readonly<Record<string, ShownValue>>;

/** Maximum characters shown of a text. */
export const SHOWN_LENGTH = 1000;

/** The value, or the beginning of a long text. Idempotent. */
export function shownValue(value: ShownValue): ShownValue {
  if (typeof value !== 'string' || value.length <= SHOWN_LENGTH) return value;
  return { start: startOf(value), length: value.length, sha256: sha256(value) };
}

export function shownFields(fields: ShownFields): ShownFields {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, shownValue(value)]));
}

/** The beginning of a long message. */
export function shownText(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${startOf(text)}…`;
}

export function sameShown(left: ShownValue, right: ShownValue): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  return left.sha256 === right.sha256;
}

/** Does not split a surrogate pair. */
function startOf(text: string): string {
  return text.slice(0, SHOWN_LENGTH).replace(/[\uD800-\uDBFF]$/, '');
}
