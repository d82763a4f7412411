import type { MergeRules } from '../person/merge-row.ts';
import type { SalesforceType } from '../person/person.ts';
import { feedColumns, mergeRules, type ObjectSchema, objectSchema } from '../schema/object-schema.ts';
import { schemaPolicyKey } from '../schema/sync-policy.ts';
import type { Description } from './ports/change-feed.ts';
import type { Ports } from './ports/ports.ts';
import type { StoredSchema } from './ports/sync-state-store.ts';

/** What a use case needs to know of one object. */
export interface ObjectRules {
  readonly schema: ObjectSchema;
  readonly rules: MergeRules;
  /** The columns a read asks for. */
  readonly columns: readonly string[];
}

export type Schemas = Readonly<Record<SalesforceType, ObjectRules>>;

export type SchemaPorts = Pick<Ports, 'state' | 'feed' | 'policy'>;

const SALESFORCE_TYPES: readonly SalesforceType[] = ['Lead', 'Contact'];

/** The schemas as the last describe left them; an object never described before is described now. */
export async function loadSchemas(ports: SchemaPorts): Promise<Schemas> {
  const [lead, contact] = await storedSchemas(ports, SALESFORCE_TYPES);
  if (lead === undefined || contact === undefined) throw new Error('a schema is missing after describe');
  return { Lead: objectRules(lead.schema, ports), Contact: objectRules(contact.schema, ports) };
}

/** The schemas as Salesforce describes its objects now. Stores nothing: the poll has to see for itself what changed. */
export async function describedSchemas(
  ports: Pick<Ports, 'policy'> & { readonly feed: Pick<Ports['feed'], 'describe'> },
): Promise<Schemas> {
  const described = await ports.feed.describe(SALESFORCE_TYPES);
  const rulesOf = (type: SalesforceType): ObjectRules => {
    const description = described.get(type);
    if (description === undefined) throw new Error(`${type} was not described`);
    return objectRules(objectSchema(type, description.object, ports.policy), ports);
  };
  return { Lead: rulesOf('Lead'), Contact: rulesOf('Contact') };
}

/** The stored schemas, or before the first describe those of one made now, which is not stored. */
export async function knownOrDescribedSchemas(
  ports: Pick<Ports, 'policy'> & {
    readonly state: Pick<Ports['state'], 'loadSchema'>;
    readonly feed: Pick<Ports['feed'], 'describe'>;
  },
): Promise<Schemas> {
  return (await knownSchemas(ports)) ?? describedSchemas(ports);
}

/** The schemas that are stored, or undefined before the first describe. */
export async function knownSchemas(
  ports: Pick<Ports, 'policy'> & { readonly state: Pick<Ports['state'], 'loadSchema'> },
): Promise<Schemas | undefined> {
  const [lead, contact] = await Promise.all(SALESFORCE_TYPES.map((type) => ports.state.loadSchema(type)));
  if (lead === undefined || contact === undefined) return undefined;
  return { Lead: objectRules(lead.schema, ports), Contact: objectRules(contact.schema, ports) };
}

/**
 * The stored schemas in the order asked for, described first where they are missing. One that was made under another
 * policy serves until the next describe, which it asks for by not knowing its date.
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

/** Makes the schema of a description the stored one. */
export async function saveSchema(
  ports: Pick<Ports, 'state' | 'policy'>,
  type: SalesforceType,
  description: Description,
): Promise<StoredSchema> {
  const schema = objectSchema(type, description.object, ports.policy);
  const stored = { schema, lastModified: description.lastModified };
  await ports.state.saveSchema(stored);
  return stored;
}

function isOfPolicy({ schema }: StoredSchema, { policy }: Pick<Ports, 'policy'>): boolean {
  return schema.policyKey === schemaPolicyKey(policy);
}

function objectRules(schema: ObjectSchema, ports: Pick<Ports, 'policy'>): ObjectRules {
  return { schema, rules: mergeRules(schema, ports.policy), columns: feedColumns(schema) };
}
