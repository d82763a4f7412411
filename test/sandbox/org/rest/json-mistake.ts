/**
 * What the JSON reader of the REST API says of a body that is no JSON, and where. Its words are those of public answers;
 * the column is the one after the character, as in the answer to a body that begins with `request`: `[line:1, column:2]`.
 *
 * @see https://salesforce.stackexchange.com/questions/137599
 * @see https://github.com/jetstreamapp/jetstream/issues/538
 */
export function jsonMistake(text: string): string {
  try {
    new Reader(text).readAll();
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
  return 'Unexpected character: a JSON object was expected at [line:1, column:1]';
}

class Mistake extends Error {}

const VALUE = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')";
const DIGIT = 'expected digit (0-9) to follow minus sign, for valid numeric value';
const WORDS = ['true', 'false', 'null'] as const;

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): void {
    this.#blanks();
    this.#value('ROOT');
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#unexpected(`: ${VALUE}`);
  }

  #value(within: string): void {
    const next = this.#text[this.#at];
    if (next === undefined) throw this.#ended(within);
    if (next === '{') this.#entries('OBJECT', '}', () => this.#member());
    else if (next === '[') this.#entries('ARRAY', ']', () => this.#value('ARRAY'));
    else if (next === '"') this.#string();
    else if (/[-\d]/.test(next)) this.#number();
    else this.#word();
  }

  #entries(kind: 'OBJECT' | 'ARRAY', close: string, read: () => void): void {
    this.#at += 1;
    this.#blanks();
    if (this.#take(close)) return;
    for (;;) {
      read();
      this.#blanks();
      if (this.#take(close)) return;
      this.#demand(',', `: was expecting comma to separate ${kind} entries`, kind);
      this.#blanks();
    }
  }

  #member(): void {
    if (this.#at >= this.#text.length) throw this.#ended('OBJECT');
    if (this.#text[this.#at] !== '"') throw this.#unexpected(': was expecting double-quote to start field name');
    this.#string();
    this.#blanks();
    this.#demand(':', ': was expecting a colon to separate field name and value', 'OBJECT');
    this.#blanks();
    this.#value('OBJECT');
  }

  #string(): void {
    const found = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
    found.lastIndex = this.#at;
    this.#at += found.exec(this.#text)?.[0].length ?? 0;
    if (this.#at >= this.#text.length) throw this.#where('Unexpected end-of-input in VALUE_STRING', this.#at + 1);
    if (!this.#take('"')) throw this.#unexpected(': not allowed in a String value');
  }

  #number(): void {
    if (this.#take('-') && !/\d/.test(this.#text[this.#at] ?? ''))
      throw this.#unexpected(` in numeric value: ${DIGIT}`);
    const found = /\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
    found.lastIndex = this.#at;
    this.#at += found.exec(this.#text)?.[0].length ?? 0;
  }

  #word(): void {
    const word = WORDS.find((each) => this.#text.startsWith(each, this.#at));
    if (word === undefined) throw this.#unexpected(`: ${VALUE}`);
    this.#at += word.length;
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #demand(sign: string, otherwise: string, within: string): void {
    if (this.#take(sign)) return;
    throw this.#at >= this.#text.length ? this.#ended(within) : this.#unexpected(otherwise);
  }

  #blanks(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? '?')) this.#at += 1;
  }

  #unexpected(why: string): Mistake {
    const sign = this.#text[this.#at];
    if (sign === undefined) return this.#ended('ROOT');
    return this.#where(`Unexpected character ('${sign}' (code ${sign.charCodeAt(0)}))${why}`, this.#at + 2);
  }

  #ended(within: string): Mistake {
    return this.#where(`Unexpected end-of-input within/between ${within} entries`, this.#at + 1);
  }

  /** `column` is counted from the beginning of the text. */
  #where(what: string, column: number): Mistake {
    const before = this.#text.slice(0, this.#at).split('\n');
    const lines = before.slice(0, -1).join('\n').length + (before.length > 1 ? 1 : 0);
    return new Mistake(`${what} at [line:${before.length}, column:${column - lines}]`);
  }
}
