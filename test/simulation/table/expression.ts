import { RESERVED_WORDS } from './reserved-words.ts';
import { compared, refused, typeOf, type Value } from './values.ts';

/** A step of a path: a name of a map, or a place in a list. */
export type PathStep = string | number;
export type Path = readonly PathStep[];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Operand[] }
  | { readonly kind: 'sum'; readonly sign: '+' | '-'; readonly left: Operand; readonly right: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'compare'; readonly by: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly from: Operand; readonly to: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly among: readonly Operand[] }
  | { readonly kind: 'test'; readonly name: string; readonly operands: readonly Operand[] };

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const MOST_BYTES = 4096;
const MOST_OPERATORS = 300;

const TOKEN = /\s*(?:([#:]?[A-Za-z_][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>()+\-,.[\]]))/y;

/** The names and values that a request gives to its expressions; each must be used by one of them. */
export class Placeholders {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, Value>>;
  readonly #unused: Set<string>;

  constructor(names: Readonly<Record<string, string>> = {}, values: Readonly<Record<string, Value>> = {}) {
    this.#names = names;
    this.#values = values;
    this.#unused = new Set([...Object.keys(names), ...Object.keys(values)]);
    for (const each of Object.keys(names)) if (!/^#\w+$/.test(each)) throw refused(`no name can stand for ${each}`);
    for (const each of Object.keys(values)) if (!/^:\w+$/.test(each)) throw refused(`no value can stand for ${each}`);
  }

  name(placeholder: string): string {
    const name = this.#names[placeholder];
    if (name === undefined)
      throw refused(`An expression attribute name used in the expression is not defined: ${placeholder}`);
    this.#unused.delete(placeholder);
    return name;
  }

  value(placeholder: string): Value {
    const value = this.#values[placeholder];
    if (value === undefined)
      throw refused(`An expression attribute value used in the expression is not defined: ${placeholder}`);
    this.#unused.delete(placeholder);
    return value;
  }

  mustBeUsed(): void {
    const [first] = this.#unused;
    if (first !== undefined) throw refused(`Value provided in ExpressionAttributes unused in expressions: ${first}`);
  }
}

/** Reads the tokens of one expression, one after the other. */
export class Tokens {
  readonly placeholders: Placeholders;
  readonly #tokens: readonly string[];
  readonly #text: string;
  #at = 0;

  constructor(text: string, placeholders: Placeholders) {
    this.#text = text;
    this.placeholders = placeholders;
    this.#tokens = tokensOf(text);
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  get afterNext(): string | undefined {
    return this.#tokens[this.#at + 1];
  }

  take(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.error('it ends too early');
    this.#at += 1;
    return token;
  }

  /** Takes the next token if it is this one; keywords in any case. */
  takes(token: string): boolean {
    if (this.next?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  demand(token: string): void {
    if (!this.takes(token)) throw this.error(`${token} is expected before ${this.next ?? 'the end'}`);
  }

  end(): void {
    if (this.next !== undefined) throw this.error(`unexpected ${this.next}`);
  }

  /** Parts with commas between them. */
  list<Part>(part: () => Part): Part[] {
    const parts = [part()];
    while (this.takes(',')) parts.push(part());
    return parts;
  }

  path(): Path {
    const steps: PathStep[] = [this.#name()];
    for (;;) {
      if (this.takes('.')) steps.push(this.#name());
      else if (this.takes('[')) {
        steps.push(Number(this.take()));
        this.demand(']');
      } else return steps;
    }
  }

  operand(): Operand {
    const { next } = this;
    if (next?.startsWith(':')) return { kind: 'value', value: this.placeholders.value(this.take()) };
    if (next !== undefined && this.afterNext === '(') return { kind: 'call', ...this.call() };
    return { kind: 'path', path: this.path() };
  }

  call(): { readonly name: string; readonly operands: readonly Operand[] } {
    // The names of functions, unlike keywords, are told in one case.
    const name = this.take();
    this.demand('(');
    const operands = this.list(() => this.operand());
    this.demand(')');
    return { name, operands };
  }

  error(what: string): Error {
    return refused(`Invalid expression: ${what}: ${this.#text}`);
  }

  #name(): string {
    const token = this.take();
    if (token.startsWith('#')) return this.placeholders.name(token);
    if (!/^[A-Za-z]/.test(token)) throw this.error(`${token} is no name`);
    if (RESERVED_WORDS.has(token.toUpperCase())) throw this.error(`attribute name is a reserved keyword: ${token}`);
    return token;
  }
}

const parsedTokens = new Map<string, readonly string[]>();

function tokensOf(text: string): readonly string[] {
  const known = parsedTokens.get(text);
  if (known !== undefined) return known;
  if (text.trim() === '') throw refused('The expression can not be empty');
  if (Buffer.byteLength(text) > MOST_BYTES) throw refused('Expression size has exceeded the maximum allowed size');
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.trimEnd().length; ) {
    const found = TOKEN.exec(text);
    if (found === null) throw refused(`Invalid expression: ${text}`);
    tokens.push(found[0].trim());
  }
  if (tokens.filter((token) => /^(?:AND|OR|NOT|BETWEEN|IN|[=<>+-]|<>|<=|>=)$/i.test(token)).length > MOST_OPERATORS)
    throw refused('The expression contains too many operators');
  parsedTokens.set(text, tokens);
  return tokens;
}

/** What a condition, a filter or a key condition demands. */
export function parseCondition(text: string, placeholders: Placeholders): Condition {
  const tokens = new Tokens(text, placeholders);
  const condition = parseOr(tokens);
  tokens.end();
  return condition;
}

function parseOr(tokens: Tokens): Condition {
  const parts = [parseAnd(tokens)];
  while (tokens.takes('OR')) parts.push(parseAnd(tokens));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'or', parts };
}

function parseAnd(tokens: Tokens): Condition {
  const parts = [parseNot(tokens)];
  while (tokens.takes('AND')) parts.push(parseNot(tokens));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'and', parts };
}

function parseNot(tokens: Tokens): Condition {
  if (tokens.takes('NOT')) return { kind: 'not', part: parseNot(tokens) };
  if (tokens.takes('(')) {
    const condition = parseOr(tokens);
    tokens.demand(')');
    return condition;
  }
  return parseTest(tokens);
}

const TESTS: ReadonlyMap<string, number> = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
]);

const COMPARATORS: ReadonlySet<string> = new Set<Comparator>(['=', '<>', '<', '<=', '>', '>=']);

function parseTest(tokens: Tokens): Condition {
  const operand = tokens.operand();
  if (operand.kind === 'call' && operand.name !== 'size') {
    if (TESTS.get(operand.name) !== operand.operands.length) throw tokens.error(`no such function: ${operand.name}`);
    mustFit(operand.name, operand.operands, tokens);
    return { kind: 'test', name: operand.name, operands: operand.operands };
  }
  if (tokens.takes('BETWEEN')) {
    const from = tokens.operand();
    tokens.demand('AND');
    const to = tokens.operand();
    mustBeRange(from, to, tokens);
    return { kind: 'between', operand, from, to };
  }
  if (tokens.takes('IN')) {
    tokens.demand('(');
    const among = tokens.list(() => tokens.operand());
    tokens.demand(')');
    return { kind: 'in', operand, among };
  }
  return parseComparison(operand, tokens);
}

function parseComparison(operand: Operand, tokens: Tokens): Condition {
  const by = tokens.take();
  if (!COMPARATORS.has(by)) throw tokens.error(`${by} compares nothing`);
  const right = tokens.operand();
  if (by !== '=' && by !== '<>') for (const each of [operand, right]) mustHaveOrder(each, tokens);
  if (operand.kind === 'path' && right.kind === 'path' && JSON.stringify(operand) === JSON.stringify(right))
    throw tokens.error('the first operand must be distinct from the remaining operands');
  return { kind: 'compare', by: by as Comparator, left: operand, right };
}

/** What can be seen of an expression to be wrong is refused whatever the item is. */
function mustHaveOrder(operand: Operand, tokens: Tokens): void {
  if (operand.kind === 'value' && !['S', 'N', 'B'].includes(typeOf(operand.value)))
    throw tokens.error(`Incorrect operand type for operator or function: ${typeOf(operand.value)}`);
}

function mustBeRange(from: Operand, to: Operand, tokens: Tokens): void {
  mustHaveOrder(from, tokens);
  mustHaveOrder(to, tokens);
  if (from.kind !== 'value' || to.kind !== 'value') return;
  const order = compared(from.value, to.value);
  if (order === undefined) throw tokens.error('BETWEEN requires bounds of one type');
  if (order > 0) throw tokens.error('BETWEEN requires an upper bound that is not below the lower one');
}

function mustFit(name: string, operands: readonly Operand[], tokens: Tokens): void {
  const other = operands[1];
  if (other?.kind !== 'value') return;
  const type = typeOf(other.value);
  if (name === 'begins_with' && type !== 'S' && type !== 'B') throw tokens.error(`begins_with takes no ${type}`);
  if (name === 'attribute_type' && !TYPES.has(other.value)) throw tokens.error('attribute_type takes a type');
}

const TYPES: ReadonlySet<Value> = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']);

/** The paths of a projection. */
export function parseProjection(text: string, placeholders: Placeholders): readonly Path[] {
  const tokens = new Tokens(text, placeholders);
  const paths = tokens.list(() => tokens.path());
  tokens.end();
  mustNotOverlap(paths);
  return paths;
}

/** Two paths of a request may not be one, nor one a part of the other. */
export function mustNotOverlap(paths: readonly Path[]): void {
  paths.forEach((path, at) => {
    for (const other of paths.slice(0, at)) {
      const shorter = Math.min(path.length, other.length);
      if (path.slice(0, shorter).every((step, depth) => step === other[depth]))
        throw refused(`Two document paths overlap with each other: ${path.join('.')}, ${other.join('.')}`);
    }
  });
}
