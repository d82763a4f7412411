import type { Activity, Happening, MergedDetail } from './activity.ts';
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

/**
 * Which of two persons who turn out to be one becomes a part of the other, who is the one Salesforce kept; unless that
 * one was made a moment ago, of a row that the feed brought before anybody knew whose place it took: then the person
 * that people know stays. `goneAt`: the stamp with which the person's own row went; empty where both have one row.
 */
export function foldOrder(
  person: Person,
  holder: Person,
  goneAt = '',
): { readonly loser: Person; readonly survivor: Person } {
  return isNewborn(holder, goneAt) ? { loser: holder, survivor: person } : { loser: person, survivor: holder };
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

/**
 * The survivor with what the loser brought along: its own values, the loser's where it has none, and the edits of both
 * that wait; of two edits of one field the newer. Done once: the survivor remembers whom it has absorbed.
 */
export function absorbPerson(survivor: Person, loser: Person, rules: MergeRules, now: string): Person {
  if (hasAbsorbed(survivor, loser.personId)) return survivor;
  const absorbed = [...survivor.absorbed, loser.personId];
  // Somebody deleted the loser here: what it held is not to come back by this way.
  if (loser.deletedHere !== null) return { ...survivor, absorbed, updatedAt: now };
  const { edits, kept, superseded, agreed } = inheritance(survivor, loser, rules);
  const edited = editPerson(survivor, edits, rules.shapes, now);
  const told: Happening = {
    type: 'merged',
    direction: 'pull',
    detail: {
      into: survivor.personId,
      from: loser.personId,
      ...timesOf(editTimes(loser, { ...edits, ...agreed })),
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

/**
 * What becomes of a value of the loser: an edit of the survivor; kept where only we have a place for it; given up, as an
 * edit that gave way to a newer one; or, of an edit that both agree on, only the time: an older one must not replace it.
 */
type Legacy = 'edits' | 'kept' | 'superseded' | 'agreed';

function timesOf(fields: Readonly<Record<string, string>>): Pick<MergedDetail, 'fields'> {
  return Object.keys(fields).length > 0 ? { fields } : {};
}

function inheritance(survivor: Person, loser: Person, rules: MergeRules): Readonly<Record<Legacy, Fields>> {
  const found: Record<Legacy, Record<string, FieldValue>> = { edits: {}, kept: {}, superseded: {}, agreed: {} };
  for (const field in loser.fields) {
    const value = loser.fields[field] ?? null;
    const isSame = sameValue(rules.shapes[field], survivor.fields[field] ?? null, value);
    if (isSame && !(field in loser.pending)) continue;
    const legacy = isSame ? 'agreed' : legacyOf(field, survivor, loser, rules);
    if (legacy !== null) found[legacy][field] = value;
  }
  return found;
}

function legacyOf(field: string, survivor: Person, loser: Person, rules: MergeRules): Legacy | null {
  const own = survivor.fields[field];
  const waits = field in loser.pending;
  if (survivor.salesforce !== null && !rules.canPush(field)) {
    // A field that the row has too, which nobody here may write, holds what it holds there.
    if (own === undefined && rules.shapes[field] === undefined) return 'kept';
    return waits ? 'superseded' : null;
  }
  const isFree = isEmptyValue(rules.shapes[field], own ?? null) && !(field in survivor.pending);
  if (isFree || (waits && isNewer(loser, survivor, field))) return 'edits';
  return waits ? 'superseded' : null;
}

/** Whether the loser's edit of a field came after the survivor's, whether that still waits or is in Salesforce by now. */
function isNewer(loser: Person, survivor: Person, field: string): boolean {
  const before = field in survivor.pending ? editedAt(survivor, field) : (toldEditOf(survivor, field) ?? '');
  return editedAt(loser, field) > before;
}

function editTimes(loser: Person, edits: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(edits).map((field) => [field, field in loser.pending ? editedAt(loser, field) : '']),
  );
}

/** When a field that waits was last edited here, by this person or one that it absorbed. */
function editedAt(person: Person, field: string): string {
  const told = toldEditOf(person, field);
  if (told !== undefined) return told;
  // Where the whole log is at hand and tells of no edit, the value came along with a row that took another's place.
  return person.log.recent.length === person.log.next ? '' : (person.pendingSince ?? '');
}

/** The same, as far as the log still at hand tells. */
function toldEditOf({ log }: Person, field: string): string | undefined {
  const found = log.recent.findLast((each) => editTimeIn(each, field) !== undefined);
  return found && editTimeIn(found, field);
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
