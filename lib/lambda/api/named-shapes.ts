import * as z from 'zod/mini';
import { SALESFORCE_TYPES } from '../../person/row.ts';

/** The shapes named in the document, with descriptions. */
export const NAMED_SHAPES = z.registry<{
  readonly id: string;
  readonly description: string;
  readonly format?: 'date-time';
}>();

/** Registers a shape under a name. */
export function named<Shape extends z.ZodMiniType>(id: string, description: string, shape: Shape): Shape {
  NAMED_SHAPES.add(shape, { id, description });
  return shape;
}

export const text = z.string();
export const count = z.int().check(z.minimum(0));
export const instant = z.string();
NAMED_SHAPES.add(instant, { id: 'Instant', description: 'ISO 8601, in UTC.', format: 'date-time' });
export const texts = z.array(text);

export const salesforceType = z.enum(SALESFORCE_TYPES);
export const side = named('Side', '`local` is Lockstep, `remote` is Salesforce.', z.enum(['local', 'remote']));
export const cursor = named(
  'Cursor',
  'The start of the next page; null at the end. A page before the end may hold fewer items than asked for, even none.',
  z.nullable(text),
);
