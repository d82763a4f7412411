import { ApiError } from '../errors.ts';

/** Does a record match? Asked of the texts of its searched fields. */
export type TermMatch = (texts: readonly string[]) => boolean;

/** A search text: one word or phrase to look up as it is, where it is no more than that, and what matches it. */
export interface SearchTerm {
  readonly only: string | undefined;
  readonly matches: TermMatch;
}

const SHORTEST = 2;
/** A phrase in quotation marks, a parenthesis, or a word; a backslash takes the next character as it is. */
const TOKEN = /"((?:\\.|[^"\\])*)"|([()])|((?:\\.|[^\s()"\\])+)/gs;

interface Token {
  readonly kind: 'term' | 'operator' | 'parenthesis';
  readonly text: string;
}

export function malformedSearch(message: string): ApiError {
  return new ApiError('MALFORMED_SEARCH', message);
}

/**
 * Words and phrases with `AND`, `OR`, `AND NOT` and parentheses; words side by side must all be there. `AND` binds
 * closer than `OR`.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_find.htm}
 */
export function readSearchTerm(text: string): SearchTerm {
  const tokens = tokensOf(text);
  if (tokens.length === 0) throw malformedSearch('search term must be longer than one character');
  const reader = new TermReader(tokens);
  const matches = reader.readAll();
  const [first, ...others] = tokens;
  return { only: first && others.length === 0 && !/[*?]/.test(first.text) ? first.text : undefined, matches };
}

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(([, phrase, parenthesis, word = '']): Token => {
    if (parenthesis !== undefined) return { kind: 'parenthesis', text: parenthesis };
    if (phrase === undefined && /^(?:AND|OR|NOT)$/i.test(word)) return { kind: 'operator', text: word.toUpperCase() };
    return { kind: 'term', text: (phrase ?? word).replace(/\\(.)/gs, '$1') };
  });
}

/** Reads tokens from left to right by the usual grammar: alternatives of conjunctions of terms. */
class TermReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  readAll(): TermMatch {
    const matches = this.#alternatives();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return matches;
  }

  #alternatives(): TermMatch {
    const found = [this.#conjunction()];
    while (this.#takes('OR')) found.push(this.#conjunction());
    return (texts) => found.some((matches) => matches(texts));
  }

  #conjunction(): TermMatch {
    const found = [this.#single()];
    for (
      let next = this.#tokens[this.#at];
      next && next.text !== ')' && next.text !== 'OR';
      next = this.#tokens[this.#at]
    ) {
      const joined = this.#takes('AND');
      if (this.#takes('NOT')) {
        if (!joined) throw this.#unexpected();
        const excluded = this.#single();
        found.push((texts) => !excluded(texts));
      } else found.push(this.#single());
    }
    return (texts) => found.every((matches) => matches(texts));
  }

  #single(): TermMatch {
    if (this.#takes('(')) {
      const inner = this.#alternatives();
      if (!this.#takes(')')) throw this.#unexpected();
      return inner;
    }
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'term') throw this.#unexpected();
    this.#at += 1;
    return wordMatch(token.text);
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.text !== text || token.kind === 'term') return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): ApiError {
    return malformedSearch(`unexpected token: '${this.#tokens[this.#at]?.text ?? '<EOF>'}'`);
  }
}

/** `*` stands for any characters, `?` for one; without them whole words are meant. */
function wordMatch(text: string): TermMatch {
  if (text.replace(/[*?]/g, '').trim().length < SHORTEST) {
    throw malformedSearch('search term must be longer than one character');
  }
  const escaped = text
    .trim()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '\\S*')
    .replaceAll('?', '\\S');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'iu');
  return (texts) => texts.some((one) => pattern.test(one));
}
