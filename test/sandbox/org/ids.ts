const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const INSTANCE = '5g00000';

/** The three letters that end an 18-character id: each tells which of five characters are upper case. */
function suffixOf(id: string): string {
  let suffix = '';
  for (let start = 0; start < 15; start += 5) {
    let bits = 0;
    for (let at = 0; at < 5; at += 1) {
      const code = id.charCodeAt(start + at);
      if (code >= 65 && code <= 90) bits |= 1 << at;
    }
    suffix += SUFFIX[bits];
  }
  return suffix;
}

/** The id of the n-th record of an object; ids ascend in the order of their creation. */
export function makeId(keyPrefix: string, serial: number): string {
  let rest = serial;
  let tail = '';
  for (let at = 0; at < 5; at += 1) {
    tail = DIGITS[rest % 62] + tail;
    rest = Math.floor(rest / 62);
  }
  const id = `${keyPrefix}${INSTANCE}${tail}`;
  return id + suffixOf(id);
}

function restoreCase(id: string): string | undefined {
  let restored = '';
  for (let at = 0; at < 15; at += 1) {
    const bits = SUFFIX.indexOf(id.charAt(15 + Math.floor(at / 5)).toUpperCase());
    if (bits < 0) return undefined;
    const char = id.charAt(at);
    restored += bits & (1 << (at % 5)) ? char.toUpperCase() : char.toLowerCase();
  }
  const whole = restored + suffixOf(restored);
  return whole.slice(15) === id.slice(15).toUpperCase() ? whole : undefined;
}

/**
 * The 18-character form of an id given with 15 (case-sensitive) or 18 (case-safe) characters, or undefined for
 * anything else.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm}
 */
export function normaliseId(text: string): string | undefined {
  if (!/^[a-zA-Z0-9]+$/.test(text)) return undefined;
  if (text.length === 15) return text + suffixOf(text);
  return text.length === 18 ? restoreCase(text) : undefined;
}
