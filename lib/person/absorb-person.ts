import type { Activity, Conflict, Happening, MergedDetail } from './activity.ts';
import { editPerson, logged } from './edit-person.ts';
import { type Fields, type FieldValue, isEmptyValue, sameValue } from './field-value.ts';
import type { MergeRules } from './merge-row.ts';
import type { Person } from './person.ts';

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
 * A person becomes a part of the one whom Salesforce kept, who holds the row that took the place of its own; unless that
 * one was made a moment ago, of a row that the feed brought before anybody knew whose place it took: then the person
 * that people know stays, and stays deleted if it was deleted here. `goneAt`: the stamp with which the person's own row
 * went; empty where both have one row.
 */
export function foldPersons(person: Person, holder: Person, now: string, goneAt = ''): Fold {
  const [loser, survivor] = isNewborn(holder, goneAt) ? [holder, person] : [person, holder];
  const into = survivor.personId;
  const left = { ...loser, mergedInto: into, salesforce: null, rejection: null, lease: null, updatedAt: now };
  return { loser, survivor, frozen: { ...left, deletedHere: person.deletedHere } };
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
  const { edits, kept, superseded, agreed, conflicts } = inheritance(survivor, loser, by);
  const edited = editPerson(survivor, edits, rules.shapes, now);
  const told: Happening = {
    type: 'merged',
    direction: 'pull',
    detail: {
      into: survivor.personId,
      from: loser.personId,
      ...timesOf(editTimes(loser, { ...edits, ...agreed }, by)),
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
  const overwritten = conflicts.map((detail): Happening => ({ type: 'conflict', direction: 'pull', detail }));
  return logged(whole, [told, ...overwritten], now);
}

/**
 * What becomes of a value of the loser: an edit of the survivor; kept where only we have a place for it; given up, as an
 * edit that gave way to a newer one; or, of an edit that both agree on, only the time: an older one must not replace it.
 */
type Legacy = 'edits' | 'kept' | 'superseded' | 'agreed';

function timesOf(fields: Readonly<Record<string, string>>): Pick<MergedDetail, 'fields'> {
  return Object.keys(fields).length > 0 ? { fields } : {};
}

interface Inheritance extends Readonly<Record<Legacy, Fields>> {
  /** Edits of the loser that met what somebody in Salesforce made of the survivor's row. */
  readonly conflicts: readonly Conflict[];
}

function inheritance(survivor: Person, loser: Person, by: Absorption): Inheritance {
  const found: Record<Legacy, Record<string, FieldValue>> = { edits: {}, kept: {}, superseded: {}, agreed: {} };
  const conflicts: Conflict[] = [];
  for (const field in loser.fields) {
    const value = loser.fields[field] ?? null;
    const isSame = sameValue(by.rules.shapes[field], survivor.fields[field] ?? null, value);
    if (isSame && !(field in loser.pending)) continue;
    const legacy = isSame ? 'agreed' : legacyOf(field, survivor, loser, by);
    if (legacy === null) continue;
    const meets = legacy === 'edits' && meetsRemoteEdit(field, survivor, loser, by);
    const winner = meets ? by.rules.winnerOf(field) : 'local';
    if (meets) conflicts.push({ field, local: value, remote: survivor.fields[field] ?? null, winner });
    found[winner === 'local' ? legacy : 'superseded'][field] = value;
  }
  return { ...found, conflicts };
}

/** Whether an edit of the loser would take the place of a value that came from Salesforce and that it was not made upon. */
function meetsRemoteEdit(field: string, survivor: Person, loser: Person, by: Absorption): boolean {
  if (survivor.salesforce === null || field in survivor.pending || !(field in loser.pending)) return false;
  const shape = by.rules.shapes[field];
  const remote = survivor.fields[field] ?? null;
  if (isEmptyValue(shape, remote) || sameValue(shape, remote, loser.pending[field] ?? null)) return false;
  const log = logOf(survivor, by);
  const edited = toldEditOf(log, field);
  return edited === undefined || (toldPullOf(log, field) ?? '') > edited;
}

function legacyOf(field: string, survivor: Person, loser: Person, by: Absorption): Legacy | null {
  const { rules } = by;
  const own = survivor.fields[field];
  const waits = field in loser.pending;
  const otherwise = waits ? 'superseded' : null;
  if (survivor.salesforce !== null) {
    // A field that the survivor's row does not have is kept here; one that our side may not change is as it is there.
    if (!(field in rules.shapes)) return own === undefined ? 'kept' : otherwise;
    if (!waits && !rules.canPush(field)) return null;
  }
  const isFree = isEmptyValue(rules.shapes[field], own ?? null) && !(field in survivor.pending);
  return isFree || (waits && isNewer(loser, survivor, field, by)) ? 'edits' : otherwise;
}

/** Whether the loser's edit of a field came after the survivor's, whether that still waits or is in Salesforce by now. */
function isNewer(loser: Person, survivor: Person, field: string, by: Absorption): boolean {
  const known =
    field in survivor.pending ? editedAt(survivor, field, by) : (toldEditOf(logOf(survivor, by), field) ?? '');
  return editedAt(loser, field, by) > known;
}

function editTimes(loser: Person, edits: Fields, by: Absorption): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(edits).map((field) => [field, field in loser.pending ? editedAt(loser, field, by) : '']),
  );
}

/** When a field that waits was last edited here, by this person or one that it absorbed. */
function editedAt(person: Person, field: string, by: Absorption): string {
  const log = logOf(person, by);
  const told = toldEditOf(log, field);
  if (told !== undefined) return told;
  // Where the whole log is at hand and tells of no edit, the value came along with a row that took another's place.
  return log.length === person.log.next ? '' : (person.pendingSince ?? '');
}

function logOf({ personId, log }: Person, by: Absorption): readonly Activity[] {
  return [...(by.earlier.get(personId) ?? []), ...log.recent];
}

/** When a field was last edited here, as far as these activities tell, oldest first. */
export function toldEditOf(activities: readonly Activity[], field: string): string | undefined {
  const found = activities.findLast((each) => editTimeIn(each, field) !== undefined);
  return found && editTimeIn(found, field);
}

function toldPullOf(activities: readonly Activity[], field: string): string | undefined {
  return activities.findLast(
    (each) =>
      (each.type === 'fieldsChanged' &&
        each.direction === 'pull' &&
        each.detail.changes.some((change) => change.field === field)) ||
      (each.type === 'conflict' && each.detail.winner === 'remote' && each.detail.field === field),
  )?.at;
}

function editTimeIn(activity: Activity, field: string): string | undefined {
  if (activity.type === 'merged') return activity.detail.fields?.[field];
  if (activity.type !== 'fieldsChanged' || activity.direction !== null) return undefined;
  return activity.detail.changes.some((change) => change.field === field) ? activity.at : undefined;
}

function earlier(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left;
  return left < right ? left : right;
}
