import type { OrgState } from '../org-state.ts';
import type { Field } from '../schema/field.ts';
import type { Schema } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';
import { type Formula, parseFormula } from './formula-parser.ts';

/** Reads a field of a row, also of a parent: `Account.Name`. */
function reader(org: OrgState, object: string, path: readonly string[]): (row: Row) => Value {
  const [step = '', ...rest] = path;
  if (rest.length === 0) {
    const field = org.schema.field(object, step);
    if (!field) throw new SyntaxError(`Field ${step} does not exist on ${object}`);
    return (row) => row[field.name] ?? null;
  }
  const parents = org.schema.object(object)?.fields ?? [];
  const link = parents.find((field) => field.relationshipName?.toLowerCase() === step.toLowerCase());
  const [parent] = link?.referenceTo.filter((target) => org.schema.object(target)) ?? [];
  if (!link || parent === undefined) throw new SyntaxError(`${object} has no parent ${step}`);
  const inner = reader(org, parent, rest);
  return (row) => {
    const id = row[link.name];
    const found = typeof id === 'string' ? org.store.find(id) : undefined;
    return found?.object === parent ? inner(found.row) : null;
  };
}

/** Compiles a formula field, or throws a SyntaxError that tells what is wrong with it. */
export function compileFormula(org: OrgState, object: string, field: Field): Formula {
  return parseFormula(field.formula ?? '', {
    read: (path) => reader(org, object, path),
    now: () => org.clock.now(),
  });
}

type Compute = (row: Row) => Row;

/** Compiled formulas of each object, as long as its schema stays the same. */
const compiled = new WeakMap<Schema, Map<string, { version: number; compute: Compute | undefined }>>();

/**
 * Adds the values of formula fields to a row as it is read: they follow what they are made from without any save, so
 * no stamp moves. Undefined where the object has no formula.
 */
export function liveFormulas(org: OrgState, object: string): Compute | undefined {
  const { schema } = org;
  let byObject = compiled.get(schema);
  if (!byObject) {
    byObject = new Map();
    compiled.set(schema, byObject);
  }
  const known = byObject.get(object);
  if (known?.version === schema.version) return known.compute;
  const compute = computeAll(org, object);
  byObject.set(object, { version: schema.version, compute });
  return compute;
}

function computeAll(org: OrgState, object: string): Compute | undefined {
  const fields = (org.schema.object(object)?.fields ?? []).filter(({ formula }) => formula !== null);
  if (fields.length === 0) return undefined;
  const formulas = fields.map((field) => ({ field, formula: compileFormula(org, object, field) }));
  return (row) => {
    const shown: Record<string, Value> = { ...row };
    for (const { field, formula } of formulas) shown[field.name] = fitValue(formula(shown), field);
    return shown;
  };
}

/** A formula's result as its field's type shows it. */
function fitValue(value: Value, field: Field): Value {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null;
    return Math.round(value * 10 ** field.scale) / 10 ** field.scale;
  }
  if (field.type === 'boolean') return value === true;
  return value === '' ? null : value;
}
