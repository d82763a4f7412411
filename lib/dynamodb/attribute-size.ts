const WRITE_UNIT_BYTES = 1024;

/**
 * The bytes of a value, as counted in the size of an item.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function attributeBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/\D/g, '').length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let bytes = 3;
  for (const [name, part] of Object.entries(value)) {
    if (part !== undefined) bytes += 1 + attributeBytes(part) + (Array.isArray(value) ? 0 : Buffer.byteLength(name));
  }
  return bytes;
}

/** The write units of an item of the given size. */
export function writeUnits(bytes: number): number {
  return Math.ceil(bytes / WRITE_UNIT_BYTES);
}
