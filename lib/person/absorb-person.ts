import type { Activity, Happening, MergedDetail } from './activity.ts';
import { editPerson, logged } from './edit-person.ts';
import type { FieldShapes, Fields } from './field-value.ts';
import { hasNoPlace, inheritanceOf } from './inheritance.ts';
import type { MergeRules } from './merge-row.ts';
import type { Person } from './person.ts';
import { editedAt, type ToldPerson } from './told-edits.ts';

/** What an absorption goes by. */
export interface Absorption {
  readonly rules: MergeRules;
  /** By person, what stood in its log before what its item holds, oldest first: edits are told there. */
  readonly earlier: ReadonlyMap<string, readonly Activity[]>;
  /** ISO. */
  readonly now: string;
}

/**
 * The survivor with the values that the loser brought along: its own values, the loser's where it has none, and the
 * edits of both that wait; of two edits of one field the newer. What becomes of rows: `standing.ts`.
 */
export function absorbPerson(survivor: Person, loser: Person, by: Absorption): Person {
  const { rules, now } = by;
  // Somebody deleted the loser here: what it held is not to come back by this way.
  if (loser.deletedHere !== null || survivor.erased) return { ...survivor, updatedAt: now };
  const left = told(loser, by);
  const { edits, kept, superseded, agreed, conflicts } = inheritanceOf(told(survivor, by), left, rules);
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
  const whole: Person = {
    ...edited,
    fields: { ...kept, ...edited.fields },
    pendingSince: earlierOf(edited.pendingSince, loser.pendingSince),
  };
  const overwritten = conflicts.map((detail): Happening => ({ type: 'conflict', direction: 'pull', detail }));
  return logged(whole, [merged, ...overwritten], now);
}

/** An edit of a field that the survivor's record does not have is kept here, and waits for no push. */
function shapesOf(survivor: Person, edits: Fields, rules: MergeRules): FieldShapes {
  const placeless = Object.keys(edits).filter((field) => hasNoPlace(field, { person: survivor }, rules));
  const shapes = placeless.map((field) => [field, { kind: 'text', noPlace: true }] as const);
  return { ...rules.shapes, ...Object.fromEntries(shapes) };
}

function told(person: Person, { earlier }: Absorption): ToldPerson {
  return { person, log: [...(earlier.get(person.personId) ?? []), ...person.log.recent] };
}

function editTimes(loser: ToldPerson, edits: Fields): Readonly<Record<string, string>> {
  const { pending } = loser.person;
  return Object.fromEntries(Object.keys(edits).map((field) => [field, field in pending ? editedAt(loser, field) : '']));
}

function ifAny<Name extends keyof MergedDetail>(name: Name, values: object): Pick<MergedDetail, Name> | object {
  return Object.keys(values).length > 0 ? { [name]: values } : {};
}

function earlierOf(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left;
  return left < right ? left : right;
}
