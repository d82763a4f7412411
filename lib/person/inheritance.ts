import type { Conflict } from './activity.ts';
import { type Fields, type FieldValue, isEmptyValue, sameValue } from './field-value.ts';
import { editedAt, isPulled, type LoggedPerson, lastEditOf } from './logged-edits.ts';
import type { MergeRules } from './merge-row.ts';
import { isWaiting } from './person.ts';

/**
 * Outcome for a loser's value in a join: becomes an edit of the survivor (`edits`); stays local, because nobody edited
 * the value and the survivor's record lacks the field (`kept`); is discarded in favour of a newer edit or of Salesforce
 * (`superseded`); or equals the survivor's edit, so that only the edit time is taken over and no older edit can win
 * later (`agreed`).
 */
type Legacy = 'edits' | 'kept' | 'superseded' | 'agreed';

/** The values a survivor inherits, by field. */
export interface Inheritance extends Readonly<Record<Legacy, Fields>> {
  /** Conflicts between edits of the loser and later changes of the survivor's row in Salesforce. */
  readonly conflicts: readonly Conflict[];
}

/** The survivor's own values stay; empty fields take the loser's values; of two edits of one field the newer wins. */
export function inheritanceOf(survivor: LoggedPerson, loser: LoggedPerson, rules: MergeRules): Inheritance {
  const found: Record<Legacy, Record<string, FieldValue>> = { edits: {}, kept: {}, superseded: {}, agreed: {} };
  const conflicts: Conflict[] = [];
  for (const field in loser.person.fields) {
    const value = loser.person.fields[field] ?? null;
    const legacy = legacyOf(field, survivor, loser, rules);
    if (legacy === null) continue;
    const meetsRow = legacy === 'edits' && !hasNoPlace(field, survivor, rules);
    const conflict = meetsRow ? conflictOf(field, survivor, loser, rules) : undefined;
    if (conflict !== undefined) conflicts.push(conflict);
    found[conflict?.winner === 'remote' ? 'superseded' : legacy][field] = value;
  }
  return { ...found, conflicts };
}

function legacyOf(field: string, survivor: LoggedPerson, loser: LoggedPerson, rules: MergeRules): Legacy | null {
  const { fields } = loser.person;
  const waits = isWaiting(loser.person, field);
  if (sameValue(rules.shapes[field], survivor.person.fields[field] ?? null, fields[field] ?? null)) {
    return waits ? 'agreed' : null;
  }
  if (!waits) return legacyOfValue(field, survivor, rules);
  const wasEdited = lastEditOf(survivor.log, field) !== undefined;
  const isOpen = isFree(field, survivor, rules) && !wasEdited;
  return isOpen || isNewer(field, survivor, loser) ? 'edits' : 'superseded';
}

function legacyOfValue(field: string, survivor: LoggedPerson, rules: MergeRules): Legacy | null {
  const { fields, salesforce } = survivor.person;
  if (hasNoPlace(field, survivor, rules)) return fields[field] === undefined ? 'kept' : null;
  // A field not pushable keeps Salesforce's value.
  const mayChange = salesforce === null || rules.canPush(field);
  // A field emptied by a local edit stays empty: a value without an edit does not overrule an edit.
  return mayChange && isFree(field, survivor, rules) && isPulled(survivor.log, field) ? 'edits' : null;
}

/** Whether the survivor has a row and the row lacks the field. */
export function hasNoPlace(field: string, { person }: Pick<LoggedPerson, 'person'>, { shapes }: MergeRules): boolean {
  return person.salesforce !== null && !(field in shapes);
}

function isFree(field: string, { person }: LoggedPerson, { shapes }: MergeRules): boolean {
  return isEmptyValue(shapes[field], person.fields[field] ?? null) && !isWaiting(person, field);
}

/** Whether the loser edited the field later than the survivor; the survivor's edit may be pending or already pushed. */
function isNewer(field: string, survivor: LoggedPerson, loser: LoggedPerson): boolean {
  const waits = isWaiting(survivor.person, field);
  const known = waits ? editedAt(survivor, field) : (lastEditOf(survivor.log, field) ?? '');
  return editedAt(loser, field) > known;
}

/** The conflict arising where the loser's edit replaces a value from Salesforce unknown to the editor. */
function conflictOf(
  field: string,
  survivor: LoggedPerson,
  loser: LoggedPerson,
  { shapes, winnerOf }: MergeRules,
): Conflict | undefined {
  const { fields, salesforce } = survivor.person;
  if (salesforce === null || isWaiting(survivor.person, field) || !isWaiting(loser.person, field)) return undefined;
  const remote = fields[field] ?? null;
  const isKnown = sameValue(shapes[field], remote, loser.person.pending[field] ?? null);
  if (isEmptyValue(shapes[field], remote) || isKnown || !isPulled(survivor.log, field)) return undefined;
  return { field, local: loser.person.fields[field] ?? null, remote, winner: winnerOf(field) };
}
