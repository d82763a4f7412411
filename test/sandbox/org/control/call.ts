import type * as z from 'zod';
import { normaliseId } from '../ids.ts';
import type { OrgState } from '../org-state.ts';
import type { Field } from '../schema/field.ts';
import type { ObjectDefinition } from '../schema/standard-objects.ts';
import { matches } from '../soql/index.ts';
import type { Condition } from '../store/automation.ts';
import { createSource } from '../store/soql-source.ts';

/** One call below `/_org`: what it takes and what it does. */
export interface ControlCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly input: z.ZodType;
  readonly run: (org: OrgState, input: never) => unknown;
}

/** A wish that the org cannot meet, such as a rule on an object that it does not have. */
class ControlError extends Error {
  override readonly name = 'ControlError';
}

export function isControlError(error: unknown): error is ControlError {
  return error instanceof ControlError;
}

export function refuse(message: string): never {
  throw new ControlError(message);
}

/** Ties a schema to the function that takes what it parses. */
export function defineCall<Schema extends z.ZodType>(
  line: `${ControlCall['method']} ${string}`,
  input: Schema,
  run: (org: OrgState, input: z.output<Schema>) => unknown,
): ControlCall {
  const [method, path] = line.split(' ') as [ControlCall['method'], string];
  return { method, path: `/_org/${path}`, input, run };
}

export function mustHaveObject(org: OrgState, name: string): ObjectDefinition {
  return org.schema.object(name) ?? refuse(`There is no object ${name}`);
}

export function mustHaveField(org: OrgState, object: string, name: string): Field {
  return org.schema.field(object, name) ?? refuse(`${object} has no field ${name}`);
}

export function mustBeId(text: string): string {
  return normaliseId(text) ?? refuse(`${text} is no record id`);
}

/** What follows WHERE, over the rows of an object as an administrator sees them. */
export function conditionOf(org: OrgState, object: string, condition: string): Condition {
  return matches(createSource(org, org.standard.admin), object, condition);
}
