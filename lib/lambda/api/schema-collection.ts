import * as z from 'zod/mini';
import { NAMED_SHAPES } from './named-shapes.ts';

export type Json = Readonly<Record<string, unknown>>;

/** JSON Schemas of the shapes; named shapes are collected separately and referenced. */
export class SchemaCollection {
  readonly #named = new Map<string, Json>();

  of(shape: z.ZodMiniType, io: 'input' | 'output'): Json {
    const {
      $schema: _,
      $defs = {},
      ...schema
    } = z.toJSONSchema(shape, {
      metadata: NAMED_SHAPES,
      io,
      override: ({ jsonSchema }) => {
        // zod's bound for whole numbers, meaningless for the API.
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    });
    for (const [id, named] of Object.entries($defs)) this.#named.set(id, referring(named) as Json);
    return referring(schema) as Json;
  }

  add(id: string, schema: Json): Json {
    this.#named.set(id, schema);
    return { $ref: `#/components/schemas/${id}` };
  }

  collected(): Json {
    return Object.fromEntries([...this.#named].sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}

/** A schema inside the document, with references to the document's place for names. */
function referring(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(referring);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      // zod writes the name of a shape as `id`; a property called `id` is a schema instead.
      .filter(([name, part]) => !(name === 'id' && typeof part === 'string'))
      .map(([name, part]) => [
        name,
        name === '$ref' ? String(part).replace('#/$defs/', '#/components/schemas/') : referring(part),
      ]),
  );
}
