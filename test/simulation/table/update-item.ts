import { valueAt } from './evaluate.ts';
import { mustNotOverlap, type Operand, type Path, type Placeholders, Tokens } from './expression.ts';
import { type Item, isMap, refused, type Value } from './values.ts';

type Action =
  | { readonly kind: 'SET'; readonly path: Path; readonly operand: Operand }
  | { readonly kind: 'REMOVE'; readonly path: Path }
  | { readonly kind: 'ADD' | 'DELETE'; readonly path: Path; readonly value: Value };

export type Update = readonly Action[];

const CLAUSES = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html */
export function parseUpdate(text: string, placeholders: Placeholders): Update {
  const tokens = new Tokens(text, placeholders);
  const actions: Action[] = [];
  const seen = new Set<string>();
  while (tokens.next !== undefined) {
    const clause = CLAUSES.find((each) => tokens.takes(each));
    if (clause === undefined || seen.has(clause)) throw tokens.error(`unexpected ${tokens.next ?? clause}`);
    seen.add(clause);
    actions.push(...tokens.list(() => parseAction(clause, tokens)));
  }
  mustNotOverlap(actions.map(({ path }) => path));
  return actions;
}

function parseAction(kind: (typeof CLAUSES)[number], tokens: Tokens): Action {
  const path = tokens.path();
  if (kind === 'REMOVE') return { kind, path };
  if (kind === 'SET') {
    tokens.demand('=');
    return { kind, path, operand: parseSum(tokens) };
  }
  const operand = tokens.operand();
  if (operand.kind !== 'value') throw tokens.error(`${kind} takes a value`);
  return { kind, path, value: operand.value };
}

function parseSum(tokens: Tokens): Operand {
  const left = tokens.operand();
  const sign = tokens.takes('+') ? '+' : tokens.takes('-') ? '-' : null;
  return sign === null ? left : { kind: 'sum', sign, left, right: tokens.operand() };
}

/** The item after the update. All that is read is read of the item as it was before. */
export function updated(update: Update, before: Item): Item {
  let after: Value = before;
  for (const action of update) {
    const { path } = action;
    if (action.kind === 'REMOVE') {
      if (valueAt(before, path.slice(0, -1)) === undefined && path.length > 1) throw invalidPath();
      after = withValue(after, path, undefined);
    } else if (action.kind === 'SET') after = withValue(after, path, operandValue(action.operand, before));
    else after = withValue(after, path, combined(action.kind, valueAt(before, path), action.value));
  }
  return after as Item;
}

function withValue(value: Value, [step, ...rest]: Path, put: Value | undefined): Value {
  if (step === undefined) throw invalidPath();
  if (typeof step === 'number') throw new Error('this table updates no parts of lists');
  if (!isMap(value)) throw invalidPath();
  if (rest.length > 0) {
    const within = Object.hasOwn(value, step) ? value[step] : undefined;
    if (within === undefined) throw invalidPath();
    return { ...value, [step]: withValue(within, rest, put) };
  }
  if (put !== undefined) return { ...value, [step]: put };
  const { [step]: _removed, ...others } = value;
  return others;
}

function invalidPath(): Error {
  return refused('The document path provided in the update expression is invalid for update');
}

function operandValue(operand: Operand, item: Item): Value {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path': {
      const value = valueAt(item, operand.path);
      if (value === undefined) throw refused('The provided expression refers to an attribute that does not exist');
      return value;
    }
    case 'sum': {
      const [left, right] = [operandValue(operand.left, item), operandValue(operand.right, item)];
      if (typeof left !== 'number' || typeof right !== 'number') throw refused('Only numbers can be added');
      return operand.sign === '+' ? left + right : left - right;
    }
    case 'call':
      return called(operand.name, operand.operands, item);
  }
}

function called(name: string, operands: readonly Operand[], item: Item): Value {
  const [first, second] = operands;
  if (first === undefined || second === undefined || operands.length !== 2) throw refused(`no such function: ${name}`);
  if (name === 'if_not_exists' && first.kind === 'path') {
    const known = valueAt(item, first.path);
    return known === undefined ? operandValue(second, item) : known;
  }
  if (name !== 'list_append') throw refused(`no such function: ${name}`);
  const lists = [operandValue(first, item), operandValue(second, item)];
  if (!lists.every((list): list is readonly Value[] => Array.isArray(list))) throw refused('list_append takes lists');
  return lists.flat();
}

/** A number is added to; a set is joined or lessened, and goes when nothing is left of it. */
function combined(kind: 'ADD' | 'DELETE', current: Value | undefined, value: Value): Value | undefined {
  if (kind === 'ADD' && typeof value === 'number') return added(current ?? 0, value);
  if (!(value instanceof Set) || !(current === undefined || current instanceof Set))
    throw refused(`${kind} takes a set to a set`);
  if (kind === 'ADD') return new Set([...(current ?? []), ...value]);
  const left = [...(current ?? [])].filter((part) => !value.has(part));
  return left.length === 0 ? undefined : new Set(left);
}

function added(current: Value, value: number): number {
  if (typeof current !== 'number') throw refused('ADD takes a number to a number');
  return current + value;
}
