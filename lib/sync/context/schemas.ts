import type { MergeRules } from '../../person/merge-row.ts';
import { byType, SALESFORCE_TYPES, type SalesforceType } from '../../person/row.ts';
import { followingSchema } from '../../schema/field-history.ts';
import { feedColumns, mergeRules, type ObjectSchema, objectSchema } from '../../schema/object-schema.ts';
import { schemaPolicyKey } from '../../schema/sync-policy.ts';
import { undescribedSchema } from '../../schema/undescribed.ts';
import { TransientError } from '../errors.ts';
import type { Description } from '../ports/change-feed.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredSchema } from '../ports/sync-state-store.ts';

/** Salesforce's error code for a deleted field or a field invisible to the sync user. */
export const INVALID_FIELD = 'INVALID_FIELD';

/** The rules of one object. */
export interface ObjectRules {
  readonly schema: ObjectSchema;
  readonly rules: MergeRules;
  /** The columns of a read. */
  readonly columns: readonly string[];
}

export type Schemas = Readonly<Record<SalesforceType, ObjectRules>>;

/** Reads the stored schemas. */
type SchemaReader = { readonly state: Pick<Ports['state'], 'loadSchema'> };

export type SchemaPorts = Pick<Ports, 'state' | 'feed' | 'policy' | 'clock'>;

/**
 * The schemas of the last describe; an object never described is described now. Returns all objects, even if the poll
 * reads only some: a converted Lead becomes a Contact, and a sync searches both objects before creating a record.
 */
export async function loadSchemas(ports: SchemaPorts): Promise<Schemas> {
  const stored = new Map((await storedSchemas(ports, SALESFORCE_TYPES)).map(({ schema }) => [schema.type, schema]));
  return byType((type) => objectRules(known(stored.get(type), type), ports));
}

/** Ports sufficient to read schemas. */
export type DescribePorts = Pick<Ports, 'policy' | 'clock'> & {
  readonly state: Pick<Ports['state'], 'loadSchema'>;
  readonly feed: Pick<Ports['feed'], 'describe'>;
};

/**
 * The schemas according to a new describe; a field in quarantine stays in quarantine. Stores nothing: the poll has to
 * detect changes separately.
 */
export async function describedSchemas(ports: DescribePorts): Promise<Schemas> {
  const [described, stored] = await Promise.all([ports.feed.describe(SALESFORCE_TYPES), storedByType(ports)]);
  return byType((type) => {
    const next = objectSchema(type, known(described.get(type), type).object, ports.policy);
    return objectRules(followingSchema(stored[type], next, ports.clock.now()).schema, ports);
  });
}

/** The stored schemas; before the first describe, schemas described now and not stored. */
export async function knownOrDescribedSchemas(ports: DescribePorts): Promise<Schemas> {
  return (await knownSchemas(ports)) ?? describedSchemas(ports);
}

/** The schemas for checking an edit. */
export interface EditSchemas {
  readonly schemas: Schemas;
  /** Local names of fields visible in the past. */
  readonly gone: ReadonlySet<string>;
  /** Made from the catalogue alone, before the first describe. */
  readonly undescribed: boolean;
}

export async function editSchemas(ports: Pick<Ports, 'policy'> & SchemaReader): Promise<EditSchemas> {
  const stored = await storedByType(ports);
  return {
    schemas: byType((type) => objectRules(stored[type]?.schema ?? undescribedSchema(type, ports.policy), ports)),
    gone: new Set(SALESFORCE_TYPES.flatMap((type) => Object.keys(stored[type]?.history.gone ?? {}))),
    undescribed: SALESFORCE_TYPES.some((type) => stored[type] === undefined),
  };
}

/** The stored schemas; undefined before the first describe. */
async function knownSchemas(ports: Pick<Ports, 'policy'> & SchemaReader): Promise<Schemas | undefined> {
  const stored = await storedByType(ports);
  if (SALESFORCE_TYPES.some((type) => stored[type] === undefined)) return undefined;
  return byType((type) => objectRules(known(stored[type], type).schema, ports));
}

/** The stored schema of every object; undefined before the object's first describe. */
export async function storedByType({
  state,
}: SchemaReader): Promise<Readonly<Record<SalesforceType, StoredSchema | undefined>>> {
  const stored = await Promise.all(SALESFORCE_TYPES.map((type) => state.loadSchema(type)));
  return byType((type) => stored[SALESFORCE_TYPES.indexOf(type)]);
}

function known<Found>(found: Found | undefined, type: SalesforceType): Found {
  if (found === undefined) throw new Error(`${type} was not described`);
  return found;
}

/**
 * The stored schemas in the given order; missing schemas are described first. A schema made under a different policy is
 * used until the next describe, with `lastModified` null to force a full describe.
 */
export async function storedSchemas(ports: SchemaPorts, types: readonly SalesforceType[]): Promise<StoredSchema[]> {
  const stored = await Promise.all(types.map((type) => ports.state.loadSchema(type)));
  const missing = types.filter((_, index) => stored[index] === undefined);
  const described = missing.length === 0 ? undefined : await ports.feed.describe(missing);
  return Promise.all(
    types.map(async (type, index) => {
      const description = described?.get(type);
      const known = stored[index];
      if (known !== undefined) return isOfPolicy(known, ports) ? known : { ...known, lastModified: null };
      if (description === undefined) throw new Error(`${type} was not described`);
      return saveSchema(ports, type, description);
    }),
  );
}

/** Maximum tries of a save overtaken by concurrent saves. */
const ATTEMPTS = 8;

/** Stores the schema resulting from a description. */
export async function saveSchema(
  ports: Pick<Ports, 'state' | 'policy' | 'clock'>,
  type: SalesforceType,
  { object, lastModified }: Description,
): Promise<StoredSchema> {
  const described = objectSchema(type, object, ports.policy);
  const saved = await changeSchema(ports, type, (previous) => {
    return { ...followingSchema(previous, described, ports.clock.now()), lastModified };
  });
  if (saved === undefined) throw new Error('a description is always saved');
  return saved;
}

/** Replaces a stored schema by the result of `change`, applied to the present state. Undefined: nothing is saved. */
export async function changeSchema(
  ports: Pick<Ports, 'state'>,
  type: SalesforceType,
  change: (stored: StoredSchema | undefined) => Omit<StoredSchema, 'revision'> | undefined,
): Promise<StoredSchema | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stored = await ports.state.loadSchema(type);
    const changed = change(stored);
    if (changed === undefined) return undefined;
    const next = { ...changed, revision: (stored?.revision ?? 0) + 1 };
    if ((await ports.state.saveSchema(next)) === 'saved') return next;
  }
  throw new TransientError('CONTENTION', 'the schema was changed concurrently on every try');
}

/** Describes and stores an object's schema now. */
export async function describeAgain(ports: SchemaPorts, type: SalesforceType): Promise<StoredSchema> {
  const description = (await ports.feed.describe([type])).get(type);
  if (description === undefined) throw new Error(`${type} was not described`);
  return saveSchema(ports, type, description);
}

function isOfPolicy({ schema }: StoredSchema, { policy }: Pick<Ports, 'policy'>): boolean {
  return schema.policyKey === schemaPolicyKey(policy);
}

function objectRules(schema: ObjectSchema, ports: Pick<Ports, 'policy'>): ObjectRules {
  return { schema, rules: mergeRules(schema, ports.policy), columns: feedColumns(schema) };
}
