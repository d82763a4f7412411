import type { FieldValue } from '../../lib/person/field-value.ts';
import type { Subrequest } from '../../lib/salesforce/subrequest.ts';
import { remoteName, remoteValue, sameIn } from './fields.ts';
import type { RowState } from './ledger.ts';
import { writtenRows } from './push-parts.ts';
import type { World } from './world.ts';

/** A value that a field of a row had from one instant to another. */
export interface RemoteValue {
  readonly at: number;
  readonly until: number;
  readonly value: FieldValue;
  readonly state: RowState;
}

/** The values of a field of a row, one after another. */
export function remoteValues(world: World, rowId: string, field: string): readonly RemoteValue[] {
  const values: { at: number; until: number; value: FieldValue; state: RowState }[] = [];
  for (const state of world.ledger.rows.get(rowId) ?? []) {
    const name = remoteName(field, typeOf(state));
    const value = name === null ? null : remoteValue(state.row, name);
    const last = values.at(-1);
    if (last !== undefined && last.value === value) continue;
    if (last !== undefined) last.until = state.at;
    values.push({ at: state.at, until: Number.POSITIVE_INFINITY, value, state });
  }
  return values;
}

/** The values that a person held at this instant and later. What a person never held is empty. */
export function heldFrom(world: World, personId: string, field: string, since: number): FieldValue[] {
  const values = world.ledger.valuesOf(personId, field);
  const held: FieldValue[] = (values[0]?.at ?? Number.POSITIVE_INFINITY) > since ? [null] : [];
  values.forEach(({ value }, at) => {
    if ((values[at + 1]?.at ?? Number.POSITIVE_INFINITY) > since) held.push(value);
  });
  return held;
}

/** What the push that made this state had sent for the field; undefined where it sent nothing for it. */
export function sentValue({ push, row, object }: RowState, field: string): FieldValue | undefined {
  const name = remoteName(field, object === 'Lead' ? 'Lead' : 'Contact');
  if (push === null || name === null) return undefined;
  for (const part of push.parts) {
    const at = writtenRows(part).indexOf(String(row.Id));
    const sent = at < 0 && !isCreation(part) ? undefined : recordsOf(part)[Math.max(at, 0)];
    if (sent !== undefined && name in sent) return sent[name];
  }
  return undefined;
}

/** Whether a value of a row is not just what a push of ours has sent. */
export function isForeign(field: string, { value, state }: RemoteValue): boolean {
  if (state.push === null) return true;
  const sent = sentValue(state, field);
  return sent === undefined || !sameIn(field, sent, value);
}

type Sent = Readonly<Record<string, FieldValue>>;

function isCreation({ method, path }: Subrequest): boolean {
  return method === 'POST' && path.startsWith('/sobjects/');
}

function recordsOf({ body }: Subrequest): readonly Sent[] {
  const { records } = (body ?? {}) as { readonly records?: readonly Sent[] };
  return records ?? [(body ?? {}) as Sent];
}

function typeOf({ object }: RowState): 'Lead' | 'Contact' {
  return object === 'Lead' ? 'Lead' : 'Contact';
}
