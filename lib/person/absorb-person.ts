import type { Activity, Happening, MergedDetail } from './activity.ts';
import { editPerson, logged } from './edit-person.ts';
import type { FieldShapes, Fields } from './field-value.ts';
import { hasNoPlace, inheritanceOf } from './inheritance.ts';
import { editedAt, type LoggedPerson } from './logged-edits.ts';
import type { MergeRules } from './merge-row.ts';
import { isWaiting, type Person } from './person.ts';

/** Inputs of an absorption. */
export interface Absorption {
  readonly rules: MergeRules;
  /** By `personId`: activities older than `log.recent`, oldest first. Edit times are looked up in both. */
  readonly earlier: ReadonlyMap<string, readonly Activity[]>;
  readonly now: string;
}

/**
 * The survivor with the loser's values: the survivor's own values stay, empty fields take the loser's values, pending
 * edits of both persons are kept, and of two edits of one field the newer wins. `standing.ts` decides about the rows.
 */
export function absorbPerson(survivor: Person, loser: Person, by: Absorption): Person {
  const { rules, now } = by;
  // The loser was deleted locally: a join must not bring the deleted values back.
  if (loser.deletedHere !== null || survivor.erased) return { ...survivor, updatedAt: now };
  const left = withLog(loser, by);
  const { edits, kept, superseded, agreed, conflicts } = inheritanceOf(withLog(survivor, by), left, rules);
  const edited = editPerson(survivor, edits, shapesOf(survivor, edits, rules), now);
  const merged: Happening = {
    type: 'merged',
    direction: 'pull',
    detail: {
      into: survivor.personId,
      from: loser.personId,
      ...ifAny('fields', editTimes(left, { ...edits, ...agreed })),
      ...ifAny('superseded', superseded),
    },
  };
  const joined: Person = {
    ...edited,
    fields: { ...kept, ...edited.fields },
    pendingSince: earlierOf(edited.pendingSince, loser.pendingSince),
  };
  const overwritten = conflicts.map((detail): Happening => ({ type: 'conflict', direction: 'pull', detail }));
  return logged(joined, [merged, ...overwritten], now);
}

/** An edit of a field missing on the survivor's record stays local and is never pushed. */
function shapesOf(survivor: Person, edits: Fields, rules: MergeRules): FieldShapes {
  const placeless = Object.keys(edits).filter((field) => hasNoPlace(field, { person: survivor }, rules));
  const shapes = placeless.map((field) => [field, { kind: 'text', noPlace: true }] as const);
  return { ...rules.shapes, ...Object.fromEntries(shapes) };
}

function withLog(person: Person, { earlier }: Absorption): LoggedPerson {
  return { person, log: [...(earlier.get(person.personId) ?? []), ...person.log.recent] };
}

function editTimes(loser: LoggedPerson, edits: Fields): Readonly<Record<string, string>> {
  const timeOf = (field: string) => (isWaiting(loser.person, field) ? editedAt(loser, field) : '');
  return Object.fromEntries(Object.keys(edits).map((field) => [field, timeOf(field)]));
}

function ifAny<Name extends keyof MergedDetail>(name: Name, values: object): Pick<MergedDetail, Name> | object {
  return Object.keys(values).length > 0 ? { [name]: values } : {};
}

function earlierOf(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left;
  return left < right ? left : right;
}
