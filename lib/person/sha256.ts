/** First 32 bits of the fractional parts of the roots of the first primes: the constants of SHA-2. */
function constants(count: number, root: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) if (candidate % divisor === 0) isPrime = false;
    if (isPrime) found.push((candidate ** (1 / root) * 2 ** 32) | 0);
  }
  return found;
}

const ROUNDS = constants(64, 3);
const START = constants(8, 2);

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/**
 * The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. The pure folders may not import a library.
 *
 * @see https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */
export function sha256(text: string): string {
  const bytes = padded(utf8(text));
  const view = new DataView(bytes.buffer);
  const hash = [...START];
  const words = new Int32Array(64);
  for (let block = 0; block < bytes.length; block += 64) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(block + at * 4);
    for (let at = 16; at < 64; at += 1) words[at] = scheduled(words, at);
    compress(hash, words);
  }
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), ...[12, 6, 0].map((by) => 0x80 | ((code >> by) & 63)));
  }
  return Uint8Array.from(bytes);
}

function padded(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - 8, BigInt(message.length) * 8n);
  return bytes;
}

function scheduled(words: Int32Array, at: number): number {
  const [early = 0, late = 0] = [words[at - 15], words[at - 2]];
  const first = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
  const second = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
  return ((words[at - 16] ?? 0) + first + (words[at - 7] ?? 0) + second) | 0;
}

type Words = [number, number, number, number, number, number, number, number];

function compress(hash: number[], words: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = hash as Words;
  for (let round = 0; round < 64; round += 1) {
    const upper = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const added = (h + upper + ((e & f) ^ (~e & g)) + Number(ROUNDS[round]) + Number(words[round])) | 0;
    const lower = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const sum = (lower + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + added) | 0, c, b, a, (added + sum) | 0];
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) hash[at] = (Number(hash[at]) + word) | 0;
}
