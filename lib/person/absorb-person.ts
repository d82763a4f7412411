import type { Happening } from './activity.ts';
import { editPerson, logged } from './edit-person.ts';
import { type Fields, type FieldValue, isEmptyValue, sameValue } from './field-value.ts';
import type { MergeRules } from './merge-row.ts';
import type { Person } from './person.ts';

/**
 * The person as a part of another from now on: edits go there, and nothing is pushed from here. What it holds stays,
 * for the other to take over.
 */
export function freezePerson(loser: Person, into: string, now: string): Person {
  return { ...loser, mergedInto: into, salesforce: null, rejection: null, lease: null, updatedAt: now };
}

/** Whether the survivor has taken over this person already. */
export function hasAbsorbed(survivor: Person, loserId: string): boolean {
  return survivor.absorbed.includes(loserId);
}

/**
 * The survivor with what the loser brought along: its own values, the loser's where it has none, and the edits of both
 * that wait; of two edits of one field the newer. Done once: the survivor remembers whom it has absorbed.
 */
export function absorbPerson(survivor: Person, loser: Person, rules: MergeRules, now: string): Person {
  if (hasAbsorbed(survivor, loser.personId)) return survivor;
  const absorbed = [...survivor.absorbed, loser.personId];
  // Somebody deleted the loser here: what it held is not to come back by this way.
  if (loser.deletedHere !== null) return { ...survivor, absorbed, updatedAt: now };
  const { edits, kept, superseded } = inheritance(survivor, loser, rules);
  const edited = editPerson(survivor, edits, rules.shapes, now);
  const told: Happening = {
    type: 'merged',
    direction: 'pull',
    detail: {
      into: survivor.personId,
      from: loser.personId,
      ...(Object.keys(superseded).length > 0 ? { superseded } : {}),
    },
  };
  const whole: Person = {
    ...edited,
    fields: { ...kept, ...edited.fields },
    pendingSince: earlier(edited.pendingSince, loser.pendingSince),
    absorbed,
    deletedHere: null,
  };
  return logged(whole, [told], now);
}

interface Inheritance {
  /** Values of the loser that become edits of the survivor. */
  readonly edits: Fields;
  /** Values that only we have a place for. */
  readonly kept: Fields;
  /** Edits that gave way to newer ones. */
  readonly superseded: Fields;
}

function inheritance(survivor: Person, loser: Person, rules: MergeRules): Inheritance {
  const edits: Record<string, FieldValue> = {};
  const kept: Record<string, FieldValue> = {};
  const superseded: Record<string, FieldValue> = {};
  for (const field in loser.fields) {
    const value = loser.fields[field] ?? null;
    const own = survivor.fields[field];
    const shape = rules.shapes[field];
    if (sameValue(shape, own ?? null, value)) continue;
    const waits = field in loser.pending;
    const wins = waits && isNewer(loser, survivor, field);
    if (!rules.canPush(field) && survivor.salesforce !== null) {
      if (own === undefined && value !== null) kept[field] = value;
      else if (waits) superseded[field] = value;
    } else if (wins || (isEmptyValue(shape, own ?? null) && !(field in survivor.pending))) edits[field] = value;
    else if (waits) superseded[field] = value;
  }
  return { edits, kept, superseded };
}

/** Whether the loser's edit of a field came after the survivor's, if that has one at all. */
function isNewer(loser: Person, survivor: Person, field: string): boolean {
  return !(field in survivor.pending) || editedAt(loser, field) > editedAt(survivor, field);
}

/** When the field was last edited here, as far as the log still at hand tells. */
function editedAt(person: Person, field: string): string {
  const last = person.log.recent.findLast(
    (each) =>
      each.type === 'fieldsChanged' &&
      each.direction === null &&
      each.detail.changes.some((change) => change.field === field),
  );
  return last?.at ?? person.pendingSince ?? person.updatedAt;
}

function earlier(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left;
  return left < right ? left : right;
}
