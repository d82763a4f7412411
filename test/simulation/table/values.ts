/** A value as an item holds it. A number stands for DynamoDB's number, a `Uint8Array` for its binary. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | ReadonlySet<string | number>
  | readonly Value[]
  | { readonly [name: string]: Value };

export type Item = { readonly [name: string]: Value };

export type TypeName = 'S' | 'N' | 'BOOL' | 'NULL' | 'B' | 'SS' | 'NS' | 'L' | 'M';

/** DynamoDB refuses the request before it does anything: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
export function refused(message: string): Error {
  return serviceError('ValidationException', message);
}

/** An error as the SDK throws it. */
export function serviceError(name: string, message: string, attempts = 1): Error {
  const $metadata = { httpStatusCode: 400, attempts, totalRetryDelay: 0 };
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata });
}

/**
 * A value on its way into a request, copied and frozen: undefined members are left out, as the document client is told
 * to; what DynamoDB has no type for is refused.
 */
export function accepted(value: unknown): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return acceptedNumber(value);
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof Set) return acceptedSet(value);
  if (Array.isArray(value)) {
    return Object.freeze(value.flatMap((part: unknown) => (part === undefined ? [] : [accepted(part)])));
  }
  if (typeof value === 'object' && isPlain(value)) return acceptedMap(value);
  throw new TypeError(`DynamoDB has no type for ${Object.prototype.toString.call(value)}`);
}

export function acceptedMap(value: object): Item {
  const copy: Record<string, Value> = {};
  for (const [name, part] of Object.entries(value)) if (part !== undefined) copy[name] = accepted(part);
  return Object.freeze(copy);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-data-types-numbers */
function acceptedNumber(value: number): number {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) throw new TypeError(`Special numeric value ${value} is not allowed`);
  if (size !== 0 && (size < 1e-130 || size >= 1e126)) throw refused('Number overflow or underflow');
  // DynamoDB knows one zero.
  return value === 0 ? 0 : value;
}

function acceptedSet(value: ReadonlySet<unknown>): ReadonlySet<string | number> {
  const parts = [...value];
  const isOfOneType = parts.every((part) => typeof part === typeof parts[0]);
  const isFit = parts.every((part) => typeof part === 'string' || typeof part === 'number');
  if (parts.length === 0) throw refused('An number set or a string set may not be empty');
  if (!isFit || !isOfOneType) throw refused('A set holds texts alone, or numbers alone');
  return new Set(parts as (string | number)[]);
}

export function typeOf(value: Value): TypeName {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number') return 'N';
  if (typeof value === 'boolean') return 'BOOL';
  if (value instanceof Uint8Array) return 'B';
  if (value instanceof Set) return typeof [...value][0] === 'string' ? 'SS' : 'NS';
  return Array.isArray(value) ? 'L' : 'M';
}

export function isMap(value: Value | undefined): value is { readonly [name: string]: Value } {
  return value !== undefined && typeOf(value) === 'M';
}

export function sameValues(left: Value, right: Value): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if (type === 'B') return Buffer.compare(left as Uint8Array, right as Uint8Array) === 0;
  if (left instanceof Set) {
    const other = right as typeof left;
    return left.size === other.size && [...left].every((part) => other.has(part));
  }
  if (type !== 'L' && type !== 'M') return left === right;
  const [ours, theirs] = [left as Item, right as Item];
  const names = Object.keys(ours);
  return (
    names.length === Object.keys(theirs).length &&
    names.every((name) => {
      const [one, other] = [ours[name], theirs[name]];
      return one !== undefined && other !== undefined && sameValues(one, other);
    })
  );
}

/** The order of two texts by their UTF-8 bytes, of two numbers, of two binaries; undefined for any others. */
export function compared(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return comparedTexts(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  return undefined;
}

export function comparedTexts(left: string, right: string): number {
  if (left === right) return 0;
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)];
    // Code units order as UTF-8 does, but for surrogates.
    if (one >= 0xd800 || other >= 0xd800) return Buffer.compare(Buffer.from(left), Buffer.from(right));
    if (one !== other) return one - other;
  }
  return left.length - right.length;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function bytesOf(value: Value): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Set) return [...value].reduce((sum: number, part) => sum + bytesOf(part), 0);
  const parts = Object.values(value) as Value[];
  const names = Array.isArray(value) ? 0 : Object.keys(value).reduce((sum, name) => sum + Buffer.byteLength(name), 0);
  return parts.reduce((sum: number, part) => sum + 1 + bytesOf(part), 3 + names);
}

export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += Buffer.byteLength(name) + bytesOf(item[name] ?? null);
  return bytes;
}

/** A byte for two digits that count, one for the rest, and one for a sign. */
function numberBytes(value: number): number {
  const [digits = ''] = Math.abs(value).toExponential().split('e');
  return Math.ceil(digits.replace('.', '').length / 2) + 1 + (value < 0 ? 1 : 0);
}
