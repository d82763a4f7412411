import type { Activity, Happening, MergedDetail } from './activity.ts';
import { editPerson, logged } from './edit-person.ts';
import type { Fields } from './field-value.ts';
import { inheritanceOf } from './inheritance.ts';
import type { MergeRules } from './merge-row.ts';
import type { Person } from './person.ts';
import { editedAt, type ToldPerson } from './told-edits.ts';

/** Two persons who turn out to be one. */
export interface Fold {
  readonly loser: Person;
  readonly survivor: Person;
  /**
   * The loser as a part of the survivor from now on: edits go there, and nothing is pushed from here. What it holds
   * stays, for the other to take over.
   */
  readonly frozen: Person;
}

/**
 * A person becomes a part of the one whom Salesforce kept, who holds the row that took the place of its own; unless
 * that one was made a moment ago, of a row that the feed brought before anybody knew whose place it took: then the
 * person that people know stays, and stays deleted if it was deleted here. `goneAt`: the stamp with which the person's
 * own row went; empty where both have one row.
 */
export function foldPersons(person: Person, holder: Person, now: string, goneAt = ''): Fold {
  const [loser, survivor] = holderGivesWay(person, holder, goneAt) ? [holder, person] : [person, holder];
  const into = survivor.personId;
  const left = { ...loser, mergedInto: into, salesforce: null, rejection: null, lease: null, updatedAt: now };
  // One that was only just made of a row brings nobody back; any other is as present as it is.
  const { deletedHere } = isNewborn(loser, goneAt) ? survivor : loser;
  return { loser, survivor, frozen: { ...left, deletedHere } };
}

/** Where both stand for one row, whoever asks comes to the same answer: two who ask at once must not both give way. */
function holderGivesWay(person: Person, holder: Person, goneAt: string): boolean {
  const [isHolderNew, isPersonNew] = [isNewborn(holder, goneAt), isNewborn(person, goneAt)];
  const sharesRow = person.salesforce !== null && person.salesforce.id === holder.salesforce?.id;
  if (!sharesRow || isHolderNew !== isPersonNew) return isHolderNew;
  return holder.personId > person.personId;
}

/** Whether nothing has happened to the person since it was made of its row. Once that is not so, it never is again. */
function isNewborn({ log, salesforce, createdAt, lastSyncedAt, deletedHere }: Person, goneAt: string): boolean {
  const isAsMade = log.next === 1 && lastSyncedAt === createdAt && deletedHere === null;
  return isAsMade && salesforce !== null && salesforce.systemModstamp >= goneAt;
}

/** Whether the survivor has taken over this person already. */
export function hasAbsorbed(survivor: Person, loserId: string): boolean {
  return survivor.absorbed.includes(loserId);
}

/** What an absorption goes by. */
export interface Absorption {
  readonly rules: MergeRules;
  /** By person, what stood in its log before what its item holds, oldest first: edits are told there. */
  readonly earlier: ReadonlyMap<string, readonly Activity[]>;
  /** ISO. */
  readonly now: string;
}

/**
 * The survivor with what the loser brought along: its own values, the loser's where it has none, and the edits of both
 * that wait; of two edits of one field the newer. Done once: the survivor remembers whom it has absorbed.
 */
export function absorbPerson(survivor: Person, loser: Person, by: Absorption): Person {
  if (hasAbsorbed(survivor, loser.personId)) return survivor;
  const { rules, now } = by;
  const absorbed = [...survivor.absorbed, loser.personId];
  // Somebody deleted the loser here: what it held is not to come back by this way.
  if (loser.deletedHere !== null) return { ...survivor, absorbed, updatedAt: now };
  const left = told(loser, by);
  const { edits, kept, superseded, agreed, conflicts } = inheritanceOf(told(survivor, by), left, rules);
  const edited = editPerson(survivor, edits, rules.shapes, now);
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
    absorbed,
    deletedHere: null,
  };
  const overwritten = conflicts.map((detail): Happening => ({ type: 'conflict', direction: 'pull', detail }));
  return logged(whole, [merged, ...overwritten], now);
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
