/** Where the values come from that a template only names. */
export interface Scope {
  /** A pseudo parameter, a parameter, or a resource's `Ref`. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  exported(name: string): unknown;
  stackOutput(stack: string, output: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** `AWS::NoValue` removes the property that it stands for. */
export const noValue: unique symbol = Symbol('AWS::NoValue');

function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${what} must be text, not ${JSON.stringify(value)}`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${what} must be a list, not ${JSON.stringify(value)}`);
}

const resolvedText = (value: unknown, scope: Scope, what: string) => text(resolveValue(value, scope), what);
const resolvedList = (value: unknown, scope: Scope, what: string) => list(resolveValue(value, scope), what);

function getAtt(argument: unknown, scope: Scope): unknown {
  const parts = typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt');
  const [logicalId, ...names] = parts.map((part) => resolvedText(part, scope, 'Fn::GetAtt'));
  return scope.attribute(logicalId ?? '', names.join('.'));
}

/** `${!Name}` is a literal; a name with a dot is an attribute. */
function sub(argument: unknown, scope: Scope): string {
  const [template, given] = typeof argument === 'string' ? [argument, {}] : list(argument, 'Fn::Sub');
  const values = (given ?? {}) as Record<string, unknown>;
  return text(template, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(values, name)) return resolvedText(values[name], scope, `Fn::Sub ${name}`);
    return text(name.includes('.') ? getAtt(name, scope) : scope.ref(name), `Fn::Sub ${name}`);
  });
}

function select(argument: unknown, scope: Scope): unknown {
  const [index, from] = list(argument, 'Fn::Select');
  const values = resolvedList(from, scope, 'Fn::Select');
  const position = Number(resolvedText(index, scope, 'Fn::Select'));
  if (!(position in values)) throw new Error(`Fn::Select: there is no item ${position}`);
  return values[position];
}

function join(argument: unknown, scope: Scope): string {
  const [separator, from] = list(argument, 'Fn::Join');
  const values = resolvedList(from, scope, 'Fn::Join').map((value) => text(value, 'Fn::Join'));
  return values.join(resolvedText(separator, scope, 'Fn::Join'));
}

function split(argument: unknown, scope: Scope): string[] {
  const [separator, from] = list(argument, 'Fn::Split');
  return resolvedText(from, scope, 'Fn::Split').split(resolvedText(separator, scope, 'Fn::Split'));
}

function choose(argument: unknown, scope: Scope): unknown {
  const [condition, whenTrue, whenFalse] = list(argument, 'Fn::If');
  return resolveValue(scope.condition(text(condition, 'Fn::If')) ? whenTrue : whenFalse, scope);
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map = '', first = '', second = ''] = list(argument, 'Fn::FindInMap').map((key) =>
    resolvedText(key, scope, 'Fn::FindInMap'),
  );
  return scope.mapping(map, first, second);
}

/** A newer way to name another stack's output without an export. */
function stackOutput(argument: unknown, scope: Scope): unknown {
  const given = (Array.isArray(argument) ? { StackName: argument[0], OutputName: argument[1] } : argument) as Record<
    string,
    unknown
  >;
  return scope.stackOutput(
    resolvedText(given.StackName, scope, 'Fn::GetStackOutput StackName'),
    resolvedText(given.OutputName, scope, 'Fn::GetStackOutput OutputName'),
  );
}

const truths = (argument: unknown, scope: Scope) =>
  list(argument, 'a condition').map((value) => resolveValue(value, scope) === true);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(text(argument, 'Ref')),
  Condition: (argument, scope) => scope.condition(text(argument, 'Condition')),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::ImportValue': (argument, scope) => scope.exported(resolvedText(argument, scope, 'Fn::ImportValue')),
  'Fn::GetStackOutput': stackOutput,
  'Fn::If': choose,
  'Fn::Equals': (argument, scope) => {
    const [left, right] = resolvedList(argument, scope, 'Fn::Equals');
    return left === right;
  },
  'Fn::And': (argument, scope) => truths(argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => truths(argument, scope).some(Boolean),
  'Fn::Not': (argument, scope) => !truths(argument, scope)[0],
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) => Buffer.from(resolvedText(argument, scope, 'Fn::Base64')).toString('base64'),
};

function intrinsicOf(keys: readonly string[]): Intrinsic | undefined {
  const [name = ''] = keys;
  if (keys.length !== 1) return undefined;
  if (Object.hasOwn(intrinsics, name)) return intrinsics[name];
  if (name.startsWith('Fn::')) throw new Error(`${name} is not supported here`);
  return undefined;
}

/** Replaces every intrinsic function in a template value. Throws an error that names what cannot be resolved. */
export function resolveValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolveValue(item, scope)).filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicOf(Object.keys(value));
  // A `Condition` key is a function only among conditions; in a policy statement it holds an object.
  const [argument] = Object.values(value);
  if (intrinsic !== undefined && !('Condition' in value && typeof argument !== 'string')) {
    return intrinsic(argument, scope);
  }
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, resolveValue(item, scope)]);
  return Object.fromEntries(entries.filter(([, item]) => item !== noValue));
}
