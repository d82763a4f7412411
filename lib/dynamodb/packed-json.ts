import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * JSON, deflated with a dictionary: text that the JSON is likely to hold, the likeliest last. What is stored is read
 * with the dictionary it was written with, so that a dictionary must never change; another one needs another attribute.
 */
export function packJson(value: unknown, dictionary: Buffer): Uint8Array {
  return deflateRawSync(JSON.stringify(value), { dictionary });
}

export function unpackJson(packed: Uint8Array, dictionary: Buffer): unknown {
  return JSON.parse(inflateRawSync(packed, { dictionary }).toString());
}
