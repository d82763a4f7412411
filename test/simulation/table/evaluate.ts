import type { Comparator, Condition, Operand, Path } from './expression.ts';
import { compared, type Item, isMap, refused, sameValues, typeOf, type Value } from './values.ts';

/** The value at a path of an item; undefined where there is none. */
export function valueAt(item: Item | undefined, path: Path): Value | undefined {
  let value: Value | undefined = item;
  for (const step of path) {
    if (typeof step === 'string') value = isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    else value = Array.isArray(value) ? (value[step] as Value | undefined) : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** Whether the condition holds of an item; of none where there is no item. */
export function holds(condition: Condition, item: Item | undefined): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(part, item));
    case 'or':
      return condition.parts.some((part) => holds(part, item));
    case 'not':
      return !holds(condition.part, item);
    case 'compare':
      return isSo(condition.by, operandValue(condition.left, item), operandValue(condition.right, item));
    case 'between': {
      const [value, from, to] = [condition.operand, condition.from, condition.to].map((each) =>
        operandValue(each, item),
      );
      return isSo('>=', value, from) && isSo('<=', value, to);
    }
    case 'in': {
      const value = operandValue(condition.operand, item);
      return condition.among.some((each) => isSo('=', value, operandValue(each, item)));
    }
    case 'test':
      return isTrueOf(condition.name, condition.operands, item);
  }
}

function operandValue(operand: Operand, item: Item | undefined): Value | undefined {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') return valueAt(item, operand.path);
  const [of] = operand.kind === 'call' ? operand.operands : [];
  if (of === undefined || operand.kind !== 'call' || operand.name !== 'size') throw refused('no such function here');
  return sizeOf(operandValue(of, item));
}

/** Text counts by bytes, as binary does; sets, lists and maps by their parts; nothing else has a size. */
function sizeOf(value: Value | undefined): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Set) return value.size;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined;
}

/** What is missing equals nothing and differs from everything; values of two types have no order. */
function isSo(by: Comparator, left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return by === '<>';
  if (by === '=' || by === '<>') return sameValues(left, right) === (by === '=');
  const order = compared(left, right);
  if (order === undefined) return false;
  if (order === 0) return by === '<=' || by === '>=';
  return order < 0 === by.startsWith('<');
}

function isTrueOf(name: string, [of, with_]: readonly Operand[], item: Item | undefined): boolean {
  if (of?.kind !== 'path') throw refused(`${name} takes a path`);
  const value = valueAt(item, of.path);
  if (name === 'attribute_exists') return value !== undefined;
  if (name === 'attribute_not_exists') return value === undefined;
  const other = with_ === undefined ? undefined : operandValue(with_, item);
  if (value === undefined || other === undefined) return false;
  if (name === 'attribute_type') return typeOf(value) === other;
  return name === 'begins_with' ? beginsWith(value, other) : contains(value, other);
}

function beginsWith(value: Value, start: Value): boolean {
  if (typeof start !== 'string' && !(start instanceof Uint8Array)) throw refused('begins_with takes text or binary');
  if (typeof value === 'string') return typeof start === 'string' && value.startsWith(start);
  if (!(value instanceof Uint8Array) || !(start instanceof Uint8Array)) return false;
  return Buffer.compare(value.subarray(0, start.length), start) === 0;
}

function contains(value: Value, part: Value): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  if (value instanceof Set) return value.has(part as string);
  return Array.isArray(value) && value.some((each: Value) => sameValues(each, part));
}

/** The paths of an item that a projection names, each at its place. */
export function projected(item: Item, paths: readonly Path[]): Item {
  const copy: Record<string, Value> = {};
  for (const path of paths) {
    const value = valueAt(item, path);
    const [name] = path;
    if (value === undefined || typeof name !== 'string') continue;
    if (path.length > 1 && path.some((step) => typeof step === 'number'))
      throw new Error('this table projects no parts of lists');
    copy[name] = path.length === 1 ? value : within(copy[name], path.slice(1) as string[], value);
  }
  return Object.freeze(copy);
}

function within(map: Value | undefined, [name = '', ...rest]: readonly string[], value: Value): Value {
  const known = isMap(map) ? map : {};
  return { ...known, [name]: rest.length === 0 ? value : within(known[name], rest, value) };
}

/** The attributes that a condition looks at. */
export function attributesIn(condition: Condition): string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.parts.flatMap(attributesIn);
    case 'not':
      return attributesIn(condition.part);
    case 'compare':
      return [condition.left, condition.right].flatMap(attributesOf);
    case 'between':
      return [condition.operand, condition.from, condition.to].flatMap(attributesOf);
    case 'in':
      return [condition.operand, ...condition.among].flatMap(attributesOf);
    case 'test':
      return condition.operands.flatMap(attributesOf);
  }
}

function attributesOf(operand: Operand): string[] {
  if (operand.kind === 'path') return [String(operand.path[0])];
  return operand.kind === 'call' ? operand.operands.flatMap(attributesOf) : [];
}
