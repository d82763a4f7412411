import type { Conflict } from './activity.ts';
import { type Fields, type FieldValue, isEmptyValue, sameValue } from './field-value.ts';
import type { MergeRules } from './merge-row.ts';
import { editedAt, isPulled, type ToldPerson, toldEditOf } from './told-edits.ts';

/**
 * What becomes of a value of a person that becomes a part of another: an edit of the survivor; kept, where nobody edited
 * it and only we have a place for it; given up, as an edit that gave way to a newer one or to Salesforce; or, of an edit that both agree
 * on, only the time: an older one must not replace it.
 */
type Legacy = 'edits' | 'kept' | 'superseded' | 'agreed';

/** What a survivor takes over, by field. */
export interface Inheritance extends Readonly<Record<Legacy, Fields>> {
  /** Edits of the loser that met what somebody in Salesforce made of the survivor's row. */
  readonly conflicts: readonly Conflict[];
}

/** The survivor's own values stand, the loser's where it has none; of two edits of one field the newer counts. */
export function inheritanceOf(survivor: ToldPerson, loser: ToldPerson, rules: MergeRules): Inheritance {
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

function legacyOf(field: string, survivor: ToldPerson, loser: ToldPerson, rules: MergeRules): Legacy | null {
  const { fields, pending } = loser.person;
  const waits = field in pending;
  if (sameValue(rules.shapes[field], survivor.person.fields[field] ?? null, fields[field] ?? null)) {
    return waits ? 'agreed' : null;
  }
  if (!waits) return legacyOfValue(field, survivor, rules);
  const wasEdited = toldEditOf(survivor.log, field) !== undefined;
  const isOpen = isFree(field, survivor, rules) && !wasEdited;
  return isOpen || isNewer(field, survivor, loser) ? 'edits' : 'superseded';
}

function legacyOfValue(field: string, survivor: ToldPerson, rules: MergeRules): Legacy | null {
  const { fields, salesforce } = survivor.person;
  if (hasNoPlace(field, survivor, rules)) return fields[field] === undefined ? 'kept' : null;
  // What our side may not change is as it is there.
  const mayChange = salesforce === null || rules.canPush(field);
  // What was emptied here stays empty: an edit too, which a value that nobody edited does not undo.
  return mayChange && isFree(field, survivor, rules) && isPulled(survivor.log, field) ? 'edits' : null;
}

/** Whether the survivor has a row, and that row has no such field. */
export function hasNoPlace(field: string, { person }: Pick<ToldPerson, 'person'>, { shapes }: MergeRules): boolean {
  return person.salesforce !== null && !(field in shapes);
}

function isFree(field: string, { person }: ToldPerson, { shapes }: MergeRules): boolean {
  return isEmptyValue(shapes[field], person.fields[field] ?? null) && !(field in person.pending);
}

/**
 * Whether the loser's edit of a field came after the survivor's, whether that still waits or is in Salesforce by now.
 */
function isNewer(field: string, survivor: ToldPerson, loser: ToldPerson): boolean {
  const waits = field in survivor.person.pending;
  const known = waits ? editedAt(survivor, field) : (toldEditOf(survivor.log, field) ?? '');
  return editedAt(loser, field) > known;
}

/**
 * The conflict of an edit that takes the place of a value which came from Salesforce and which it was not made upon.
 */
function conflictOf(
  field: string,
  survivor: ToldPerson,
  loser: ToldPerson,
  { shapes, winnerOf }: MergeRules,
): Conflict | undefined {
  const { fields, pending, salesforce } = survivor.person;
  if (salesforce === null || field in pending || !(field in loser.person.pending)) return undefined;
  const remote = fields[field] ?? null;
  const isKnown = sameValue(shapes[field], remote, loser.person.pending[field] ?? null);
  if (isEmptyValue(shapes[field], remote) || isKnown || !isPulled(survivor.log, field)) return undefined;
  return { field, local: loser.person.fields[field] ?? null, remote, winner: winnerOf(field) };
}
