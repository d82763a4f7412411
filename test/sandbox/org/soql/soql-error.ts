/** A query that Salesforce would refuse: `code` is the errorCode of the REST answer, `message` its wording. */
export class SoqlError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'SoqlError';
    this.code = code;
  }
}

/** How much of the query an error message quotes before and after the place it points at. */
const QUOTED_BEFORE = 40;
const QUOTED_AFTER = 40;

/** The error with Salesforce's quotation of the query, a caret below the offending place, row and column. */
export function errorAt(text: string, offset: number, code: string, message: string): SoqlError {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const row = text.slice(0, lineStart).split('\n').length;
  const from = quoteStart(text, lineStart, offset);
  const lineEnd = text.indexOf('\n', offset);
  const to = Math.min(lineEnd === -1 ? text.length : lineEnd, offset + QUOTED_AFTER);
  const quote = `\n${text.slice(from, to)}\n${' '.repeat(offset - from)}^\n`;
  return new SoqlError(code, `${quote}ERROR at Row:${row}:Column:${offset - lineStart + 1}\n${message}`);
}

function quoteStart(text: string, lineStart: number, offset: number): number {
  const earliest = offset - QUOTED_BEFORE;
  if (earliest <= lineStart) return lineStart;
  const space = text.indexOf(' ', earliest);
  return space !== -1 && space < offset ? space + 1 : earliest;
}

/** Where a word stands outside quotes, from an offset on; the end of the text when it does not. */
export function locate(text: string, word: string, from = 0): number {
  const wanted = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [before, after] = [/^\w/.test(word) ? '(?<![\\w.])' : '', /\w$/.test(word) ? '(?![\\w.])' : ''];
  const pattern = new RegExp(`'(?:\\\\.|[^'\\\\])*'?|${before}(${wanted})${after}`, 'gi');
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (match[1] !== undefined) return match.index;
  }
  return text.length;
}
