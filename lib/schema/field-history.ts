import type { SalesforceType } from '../person/row.ts';
import type { ObjectSchema, SyncField } from './object-schema.ts';

/** Type and shape of a field when the values were last pulled. */
export type KnownField = Pick<SyncField, 'type' | 'shape'>;

/** A field synced in the past and no longer visible: hidden, deleted or renamed. Values are kept. */
export interface GoneField extends KnownField {
  /** When the disappearance was found (ISO). */
  readonly since: string;
  /** A requested removal of the values; `endedAt` is null until finished. */
  readonly purge?: { readonly askedAt: string; readonly endedAt: string | null };
}

/** The fields with values still to be removed. */
export function fieldsToPurge({ gone }: FieldHistory): readonly string[] {
  return Object.keys(gone).filter((name) => gone[name]?.purge?.endedAt === null);
}

/** A field whose value kind changed: neither pulled nor pushed, values kept, until a user accepts the new type. */
export interface QuarantinedField {
  readonly from: KnownField;
  /** The field as synced after acceptance. */
  readonly field: SyncField;
  readonly since: string;
}

/**
 * Rows to read for a newly synced field: for a field never seen before only rows with a value; for a field seen before
 * all rows, because values may have been cleared meanwhile.
 */
export type OwedRows = 'filled' | 'all';

/** Facts about fields not contained in a describe: the earlier states. By local name. */
export interface FieldHistory {
  readonly gone: Readonly<Record<string, GoneField>>;
  readonly quarantined: Readonly<Record<string, QuarantinedField>>;
  /** Fields still to be read from every row. */
  readonly owed: Readonly<Record<string, OwedRows>>;
  /** Fields changed in any way: rejections naming these are still to be tried again. */
  readonly changed: readonly string[];
}

export const NO_HISTORY: FieldHistory = { gone: {}, quarantined: {}, owed: {}, changed: [] };

/** A schema with the field history. */
export interface RememberedSchema {
  readonly schema: ObjectSchema;
  readonly history: FieldHistory;
}

/**
 * The schema following from a new describe, by each field's earlier state:
 *
 * | before | described now | outcome |
 * |---|---|---|
 * | never seen | | syncs; filled rows are owed |
 * | gone, or not pulled | the same kind | syncs; all rows are owed |
 * | synced | the same kind | syncs |
 * | any | a different kind | quarantined |
 * | quarantined | the earlier kind | syncs; all rows are owed |
 * | any | absent | gone |
 *
 * The first describe owes nothing: the first sync reads every row.
 */
export function followingSchema(
  previous: RememberedSchema | undefined,
  described: ObjectSchema,
  now: string,
): RememberedSchema {
  if (previous === undefined) return { schema: described, history: NO_HISTORY };
  const fields: Record<string, SyncField> = {};
  const quarantined: Record<string, QuarantinedField> = {};
  const owed: Record<string, OwedRows> = {};
  for (const field of Object.values(described.fields)) {
    const { name } = field;
    const known = knownField(previous, name);
    if (known !== undefined && known.shape.kind !== field.shape.kind) {
      const earlier = previous.history.quarantined[name];
      const since = earlier?.field.type === field.type ? earlier.since : now;
      quarantined[name] = { from: knownAs(known), field, since };
      fields[name] = atRest(field, known);
      continue;
    }
    fields[name] = field;
    const rows = owedRows(previous, field, known);
    if (rows !== undefined) owed[name] = rows;
  }
  return {
    schema: { ...described, fields },
    history: {
      gone: goneFields(previous, described, now),
      quarantined,
      owed,
      changed: changedFields(previous, fields),
    },
  };
}

/** Permission, direction, type, length, scale, picklist: anything may have been the cause of a rejection. */
function changedFields({ schema, history }: RememberedSchema, next: ObjectSchema['fields']): readonly string[] {
  return Object.keys(next).filter((name) => {
    return history.changed.includes(name) || JSON.stringify(next[name]) !== JSON.stringify(schema.fields[name]);
  });
}

/** The schema after accepting the new type of a quarantined field; undefined for a field not in quarantine. */
export function withAccepted(stored: RememberedSchema, name: string): RememberedSchema | undefined {
  const { [name]: accepted, ...quarantined } = stored.history.quarantined;
  if (accepted === undefined || !Object.hasOwn(stored.history.quarantined, name)) return undefined;
  return {
    schema: { ...stored.schema, fields: { ...stored.schema.fields, [name]: accepted.field } },
    history: {
      ...stored.history,
      quarantined,
      owed: { ...stored.history.owed, [name]: 'all' },
      changed: [...new Set([...stored.history.changed, name])],
    },
  };
}

/**
 * One line per problem impairing the sync, including fields no longer synced. Fields excluded by the policy are no
 * problem.
 */
export function schemaProblems({ schema, history }: RememberedSchema, exclude: readonly string[]): string[] {
  const { type, problems } = schema;
  const gone = Object.entries(history.gone)
    .filter(([name]) => !exclude.includes(name))
    .map(
      ([name, { since, purge }]) =>
        `${type}.${name} has not been visible to the sync user since ${since}: ${whatBecame(type, name, purge)}`,
    );
  const retyped = Object.entries(history.quarantined).map(([name, { from, field, since }]) => {
    const change = `its type changed from ${from.type} to ${field.type}, found ${since}`;
    return `${type}.${name} does not sync: ${change}; its values are kept; ${howToAccept(type, name)}`;
  });
  return [...problems, ...gone, ...retyped];
}

function whatBecame(object: SalesforceType, field: string, purge: GoneField['purge']): string {
  if (purge === undefined) {
    return `its values are kept and do not sync; to remove them: POST /sync/fields/purge ${JSON.stringify({ object, field })}`;
  }
  return purge.endedAt === null ? 'its values are being removed' : `its values were removed, done at ${purge.endedAt}`;
}

function howToAccept(object: SalesforceType, field: string): string {
  return `to accept the new type: POST /sync/fields/accept ${JSON.stringify({ object, field })}`;
}

/** The last known type and shape of a field; for a quarantined field before the change. */
function knownField({ schema, history }: RememberedSchema, name: string): KnownField | undefined {
  return history.quarantined[name]?.from ?? schema.fields[name] ?? history.gone[name];
}

const knownAs = ({ type, shape }: KnownField): KnownField => ({ type, shape });

/** A quarantined field: compares with the earlier shape, and is neither pulled nor pushed. */
function atRest(field: SyncField, known: KnownField): SyncField {
  const retyped = { from: known.type, to: field.type };
  return { ...field, shape: known.shape, pull: false, create: false, update: false, retyped };
}

function owedRows(
  { schema, history }: RememberedSchema,
  field: SyncField,
  known: KnownField | undefined,
): OwedRows | undefined {
  if (!field.pull) return undefined;
  if (known === undefined) return 'filled';
  return schema.fields[field.name]?.pull ? history.owed[field.name] : 'all';
}

function goneFields(
  { schema, history }: RememberedSchema,
  described: ObjectSchema,
  now: string,
): Record<string, GoneField> {
  const gone: Record<string, GoneField> = {};
  const isGone = (name: string): boolean => !Object.hasOwn(described.fields, name);
  for (const [name, field] of Object.entries(history.gone)) if (isGone(name)) gone[name] = field;
  for (const [name, field] of Object.entries(schema.fields)) {
    if (isGone(name)) gone[name] = { ...knownAs(history.quarantined[name]?.from ?? field), since: now };
  }
  return gone;
}
