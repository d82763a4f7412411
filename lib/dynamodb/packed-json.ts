import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * JSON, deflated with a dictionary: text likely to occur in the JSON, the likeliest last. Reading requires the
 * dictionary of the write, so a dictionary must never change; a new dictionary needs a new attribute.
 */
export function packJson(value: unknown, dictionary: Buffer): Uint8Array {
  return deflateRawSync(JSON.stringify(value), { dictionary });
}

export function unpackJson(packed: Uint8Array, dictionary: Buffer): unknown {
  return JSON.parse(inflateRawSync(packed, { dictionary }).toString());
}
