import { toDate, toStamp } from '../clock.ts';
import type { Row, Value } from '../soql/source.ts';

/** A compiled formula. */
export type Formula = (row: Row) => Value;

export interface FormulaScope {
  /** Reads a field, or throws a SyntaxError where there is none. */
  readonly read: (path: readonly string[]) => Formula;
  readonly now: () => number;
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([A-Za-z_][\w.]*)|(<>|!=|<=|>=|&&|\|\||[-+*/&(),<>=!^]))/y;

type Token =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string };

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new SyntaxError(`Syntax error in the formula at "${source.slice(at)}"`);
    const [, number, double, single, name, sign] = match;
    const quoted = double ?? single;
    if (number !== undefined) tokens.push({ kind: 'literal', value: Number(number) });
    else if (quoted !== undefined) tokens.push({ kind: 'literal', value: quoted.replace(/\\(.)/g, '$1') });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return tokens;
}

function toNumber(value: Value): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}

function toText(value: Value): string {
  return value === null ? '' : String(value);
}

function compare(one: Value, other: Value): number {
  if (typeof one === 'number' || typeof other === 'number') return toNumber(one) - toNumber(other);
  return toText(one) < toText(other) ? -1 : toText(one) > toText(other) ? 1 : 0;
}

type Operation = (one: Value, other: Value) => Value;

const add: Operation = (one, other) =>
  typeof one === 'string' || typeof other === 'string' ? toText(one) + toText(other) : toNumber(one) + toNumber(other);

/** Operators from the loosest to the tightest. */
const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { '||': (one, other) => one === true || other === true },
  { '&&': (one, other) => one === true && other === true },
  {
    '=': (one, other) => compare(one, other) === 0,
    '<>': (one, other) => compare(one, other) !== 0,
    '!=': (one, other) => compare(one, other) !== 0,
    '<': (one, other) => compare(one, other) < 0,
    '<=': (one, other) => compare(one, other) <= 0,
    '>': (one, other) => compare(one, other) > 0,
    '>=': (one, other) => compare(one, other) >= 0,
  },
  { '&': (one, other) => toText(one) + toText(other), '+': add, '-': (one, other) => toNumber(one) - toNumber(other) },
  { '*': (one, other) => toNumber(one) * toNumber(other), '/': (one, other) => toNumber(one) / toNumber(other) },
  { '^': (one, other) => toNumber(one) ** toNumber(other) },
];

type FormulaFunction = (values: readonly Value[], scope: FormulaScope) => Value;

const isBlank = (value: Value | undefined) => value === null || value === undefined || value === '';

/**
 * Functions by name.
 * {@link https://help.salesforce.com/s/articleView?id=platform.customize_functions.htm}
 */
const FUNCTIONS: Readonly<Record<string, FormulaFunction>> = {
  IF: ([condition, yes = null, no = null]) => (condition === true ? yes : no),
  AND: (values) => values.every((value) => value === true),
  OR: (values) => values.includes(true),
  NOT: ([value]) => value !== true,
  ISBLANK: ([value]) => isBlank(value),
  BLANKVALUE: ([value = null, instead = null]) => (isBlank(value) ? instead : value),
  ISPICKVAL: ([value = null, wanted = null]) => toText(value) === toText(wanted),
  UPPER: ([value = null]) => toText(value).toUpperCase(),
  LOWER: ([value = null]) => toText(value).toLowerCase(),
  TRIM: ([value = null]) => toText(value).trim(),
  LEN: ([value = null]) => toText(value).length,
  LEFT: ([value = null, count = 0]) => toText(value).slice(0, toNumber(count)),
  RIGHT: ([value = null, count = 0]) => (toNumber(count) === 0 ? '' : toText(value).slice(-toNumber(count))),
  CONTAINS: ([value = null, part = null]) => toText(value).includes(toText(part)),
  BEGINS: ([value = null, part = null]) => toText(value).startsWith(toText(part)),
  TEXT: ([value = null]) => toText(value),
  VALUE: ([value = null]) => toNumber(value),
  ABS: ([value = null]) => Math.abs(toNumber(value)),
  ROUND: ([value = null, digits = 0]) => Math.round(toNumber(value) * 10 ** toNumber(digits)) / 10 ** toNumber(digits),
  FLOOR: ([value = null]) => Math.floor(toNumber(value)),
  CEILING: ([value = null]) => Math.ceil(toNumber(value)),
  MAX: (values) => Math.max(...values.map(toNumber)),
  MIN: (values) => Math.min(...values.map(toNumber)),
  MOD: ([value = null, by = 1]) => toNumber(value) % toNumber(by),
  TODAY: (_values, scope) => toDate(scope.now()),
  NOW: (_values, scope) => toStamp(scope.now()),
};

const CONSTANTS: Readonly<Record<string, Value>> = { TRUE: true, FALSE: false, NULL: null };

class Parser {
  readonly #tokens: readonly Token[];
  readonly #scope: FormulaScope;
  #at = 0;

  constructor(text: string, scope: FormulaScope) {
    this.#tokens = tokenize(text);
    this.#scope = scope;
  }

  whole(): Formula {
    const formula = this.#level(0);
    if (this.#at < this.#tokens.length) this.#fail();
    return formula;
  }

  #level(depth: number): Formula {
    const operations = LEVELS[depth];
    if (!operations) return this.#unary();
    let left = this.#level(depth + 1);
    for (let sign = this.#sign(); sign !== undefined && operations[sign]; sign = this.#sign()) {
      const operation = operations[sign] as Operation;
      this.#at += 1;
      const [one, other] = [left, this.#level(depth + 1)];
      left = (row) => operation(one(row), other(row));
    }
    return left;
  }

  #unary(): Formula {
    if (this.#take('-')) {
      const inner = this.#unary();
      return (row) => -toNumber(inner(row));
    }
    if (this.#take('!')) {
      const inner = this.#unary();
      return (row) => inner(row) !== true;
    }
    return this.#primary();
  }

  #primary(): Formula {
    if (this.#take('(')) {
      const inner = this.#level(0);
      if (!this.#take(')')) this.#fail();
      return inner;
    }
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token?.kind === 'literal') return () => token.value;
    if (token?.kind === 'name') return this.#name(token.text);
    this.#at -= 1;
    return this.#fail();
  }

  #name(text: string): Formula {
    const upper = text.toUpperCase();
    if (this.#take('(')) return this.#call(upper);
    const constant = CONSTANTS[upper];
    if (constant !== undefined) return () => constant;
    return this.#scope.read(text.split('.'));
  }

  #call(name: string): Formula {
    const work = FUNCTIONS[name];
    if (!work) throw new SyntaxError(`Unknown function ${name}`);
    const values: Formula[] = [];
    while (!this.#take(')')) {
      values.push(this.#level(0));
      if (!this.#take(',') && this.#sign() !== ')') this.#fail();
    }
    return (row) =>
      work(
        values.map((value) => value(row)),
        this.#scope,
      );
  }

  #sign(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === 'sign' ? token.text : undefined;
  }

  #take(sign: string): boolean {
    if (this.#sign() !== sign) return false;
    this.#at += 1;
    return true;
  }

  #fail(): never {
    const token = this.#tokens[this.#at];
    const shown = token ? (token.kind === 'literal' ? String(token.value) : token.text) : 'the end';
    throw new SyntaxError(`Syntax error in the formula at ${shown}`);
  }
}

/** Compiles a formula text, or throws a SyntaxError. */
export function parseFormula(text: string, scope: FormulaScope): Formula {
  return new Parser(text, scope).whole();
}
