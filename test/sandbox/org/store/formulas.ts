import type { OrgState } from '../org-state.ts';
import type { Field } from '../schema/field.ts';
import type { Row } from '../soql/source.ts';

/** Checks a formula of the object. */
export function compileFormula(_org: OrgState, _object: string, _field: Field): void {}

/** Adds the values of formula fields to a row as it is read, or undefined where the object has none. */
export function liveFormulas(_org: OrgState, _object: string): ((row: Row) => Row) | undefined {
  return undefined;
}
