/**
 * A 32-bit hash of bytes (MurmurHash3): equal for equal bytes, almost never equal for different bytes.
 *
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
export function fingerprintOf(bytes: Uint8Array, from: number, to: number): number {
  const blocksEnd = from + ((to - from) & ~3);
  let hash = 0;
  for (let at = from; at < blocksEnd; at += 4) {
    hash ^= scrambled(
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24),
    );
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = to - 1; at >= blocksEnd; at -= 1) rest = (rest << 8) | byteAt(bytes, at);
  hash ^= scrambled(rest) ^ (to - from);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}
