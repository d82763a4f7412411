import type { SalesforceType } from '../person/row.ts';
import type { ObjectSchema, SyncField } from './object-schema.ts';

/** What a field was when its values were last taken over. */
export type KnownField = Pick<SyncField, 'type' | 'shape'>;

/** A field that synced once and is not to be seen any more: hidden, deleted or renamed. Its values are kept. */
export interface GoneField extends KnownField {
  /** When that was found (ISO). */
  readonly since: string;
  /** Somebody asked that its values be removed; `endedAt` is null while that goes on. */
  readonly purge?: { readonly askedAt: string; readonly endedAt: string | null };
}

/** The fields whose values are still to be removed. */
export function fieldsToPurge({ gone }: FieldHistory): readonly string[] {
  return Object.keys(gone).filter((name) => gone[name]?.purge?.endedAt === null);
}

/** A field whose values changed their kind: neither pulled nor pushed, its values kept, until somebody accepts it. */
export interface QuarantinedField {
  readonly from: KnownField;
  /** As it would sync now. */
  readonly field: SyncField;
  readonly since: string;
}

/**
 * What has to be read of a field that began to sync: of one that was never seen here only the rows that hold a value;
 * of one that had been seen all rows, for it may have been cleared meanwhile.
 */
export type OwedRows = 'filled' | 'all';

/** What a describe alone does not tell: what the fields were before. By local name. */
export interface FieldHistory {
  readonly gone: Readonly<Record<string, GoneField>>;
  readonly quarantined: Readonly<Record<string, QuarantinedField>>;
  /** Fields whose values are still to be read from every row. */
  readonly owed: Readonly<Record<string, OwedRows>>;
}

export const NO_HISTORY: FieldHistory = { gone: {}, quarantined: {}, owed: {} };

/** A schema with the history that led to it. */
export interface RememberedSchema {
  readonly schema: ObjectSchema;
  readonly history: FieldHistory;
}

/**
 * The schema that follows from a new describe, by what each field was before:
 *
 * | before | described now | outcome |
 * |---|---|---|
 * | never seen | | syncs; its filled rows are owed |
 * | gone, or not pulled | of the same kind | syncs; all rows are owed |
 * | synced | of the same kind | syncs |
 * | any | of another kind | quarantined |
 * | quarantined | of the kind that it had | syncs; all rows are owed |
 * | any | not | gone |
 *
 * Of the very first describe nothing is owed: the first sync reads every row.
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
    history: { gone: goneFields(previous, described, now), quarantined, owed },
  };
}

/** The schema with a quarantined field taken as it is now; undefined where no such field is in quarantine. */
export function withAccepted(stored: RememberedSchema, name: string): RememberedSchema | undefined {
  const { [name]: accepted, ...quarantined } = stored.history.quarantined;
  if (accepted === undefined || !Object.hasOwn(stored.history.quarantined, name)) return undefined;
  return {
    schema: { ...stored.schema, fields: { ...stored.schema.fields, [name]: accepted.field } },
    history: { ...stored.history, quarantined, owed: { ...stored.history.owed, [name]: 'all' } },
  };
}

/**
 * One line for each thing that keeps the sync from working as it should, fields that do not sync any more among them.
 * What the policy leaves out is not missed.
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

/** What was known of a field: of one in quarantine what it was before. */
function knownField({ schema, history }: RememberedSchema, name: string): KnownField | undefined {
  return history.quarantined[name]?.from ?? schema.fields[name] ?? history.gone[name];
}

const knownAs = ({ type, shape }: KnownField): KnownField => ({ type, shape });

/** The field as it stays here while it is in quarantine: its values compare as they did, and nothing moves. */
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
