import type { Happening } from './activity.ts';
import type { Person, SalesforceLink } from './person.ts';
import { conversionOf, OBJECTS, type Row, type SalesforceType, successorOf } from './row.ts';

/** The stages of a person's life. */
export type LifeState =
  /** Never in Salesforce. */
  | 'local'
  | 'lead'
  | 'contact'
  /** The row is deleted: until an undelete, or until a different row takes over. */
  | 'deleted'
  /** The Lead was converted; the Contact has not been read yet. */
  | 'converted'
  /** Joined into a different person. */
  | 'mergedAway';

/**
 * A row, from a person's point of view: the person's own row, the Contact of the converted Lead (`itsContact`, gone or
 * not), a different living Lead or Contact, or a different gone row (deleted or converted).
 */
type RowView = 'own' | 'itsContact' | 'lead' | 'contact' | 'gone';

/**
 * Relation of a row to the person: a state of the linked row (`current`), a row to change over to (`new`), or a row
 * left behind (`past`).
 */
export type RowRelation = 'current' | 'new' | 'past';

/**
 * How rows move a person from stage to stage. A person deleted locally is followed too, so that a revival finds the
 * current state; the person is only hidden and never pushed.
 *
 * | state | own row | Contact of the Lead | different Lead | different Contact | different gone row |
 * |---|---|---|---|---|---|
 * | local | | | linked | linked | |
 * | Lead | merged, deleted, converted | | | converted, linked | |
 * | Contact | merged, deleted | | | | |
 * | deleted | undeleted | linked, deleted | linked | linked | |
 * | converted | merged | linked, deleted | linked | linked | |
 * | merged away | | | | | |
 *
 * An empty cell: the row does not belong to the person; a living row becomes a separate person. The same holds for an
 * earlier row undeleted later: a deleted person is linked only to rows found for the person.
 */
const MOVES: Readonly<Record<LifeState, Readonly<Record<RowView, RowRelation>>>> = {
  local: { own: 'past', itsContact: 'past', lead: 'new', contact: 'new', gone: 'past' },
  lead: { own: 'current', itsContact: 'past', lead: 'past', contact: 'new', gone: 'past' },
  contact: { own: 'current', itsContact: 'past', lead: 'past', contact: 'past', gone: 'past' },
  deleted: { own: 'current', itsContact: 'new', lead: 'new', contact: 'new', gone: 'past' },
  converted: { own: 'current', itsContact: 'new', lead: 'new', contact: 'new', gone: 'past' },
  mergedAway: { own: 'past', itsContact: 'past', lead: 'past', contact: 'past', gone: 'past' },
};

/** The stage of a person with a living row. */
const LIVING = { Lead: 'lead', Contact: 'contact' } as const satisfies Readonly<Record<SalesforceType, LifeState>>;

function lifeStateOf(person: Person): LifeState {
  if (person.mergedInto !== null) return 'mergedAway';
  const link = person.salesforce;
  if (link === null) return 'local';
  if (link.isDeleted) return 'deleted';
  if (link.isConverted) return 'converted';
  return LIVING[link.type];
}

/** Relation of the row to the person. An older state of the own row is `past`. */
export function relationOf(person: Person, row: Row): RowRelation {
  const link = person.salesforce;
  if (link?.id === row.id && row.systemModstamp < link.systemModstamp) return 'past';
  return MOVES[lifeStateOf(person)][viewOf(link, row)];
}

function viewOf(link: SalesforceLink | null, row: Row): RowView {
  if (link?.id === row.id) return 'own';
  if (isItsContact(link, row)) return 'itsContact';
  if (row.isDeleted || row.isConverted) return 'gone';
  return LIVING[row.type];
}

/** Whether the row is the known Contact of the person's converted Lead. */
function isItsContact(link: SalesforceLink | null, row: Row): boolean {
  return link?.isConverted === true && link.successor?.id === row.id;
}

/**
 * The link to a row. If the read did not return the owner's name, the known name is kept while `ownerId` is unchanged.
 */
export function linkOf(row: Row, known: SalesforceLink | null): SalesforceLink {
  const { type, id, systemModstamp, isDeleted, isConverted, ownerId } = row;
  const owner = row.owner ?? (known?.ownerId === ownerId ? known?.owner : undefined);
  const link = { type, id, systemModstamp, isDeleted, isConverted, ownerId };
  const successor = successorOf(row);
  return { ...link, ...(successor !== null && { successor }), ...(owner !== undefined && { owner }) };
}

/** Whether the links agree in everything but the stamp. */
export function sameLink(left: SalesforceLink | null, right: SalesforceLink): boolean {
  if (left === null || left.id !== right.id) return false;
  const isSameState = left.isDeleted === right.isDeleted && left.isConverted === right.isConverted;
  return isSameState && left.successor?.id === right.successor?.id && sameOwner(left, right);
}

function sameOwner(left: SalesforceLink, right: SalesforceLink): boolean {
  const isSameName = left.owner?.name === right.owner?.name && left.owner?.email === right.owner?.email;
  return left.ownerId === right.ownerId && isSameName;
}

/** Whether the row is the Contact created by converting the person's Lead. */
export function isConversion(link: SalesforceLink | null, row: Row): boolean {
  return link !== null && OBJECTS[link.type].convertsTo === row.type && !link.isDeleted;
}

/** Activities caused by the step from a link to a row. */
export function linkHappenings(link: SalesforceLink | null, row: Row): Happening[] {
  return link?.id === row.id ? ownRowHappenings(link, row) : goingOver(link, row);
}

function goingOver(link: SalesforceLink | null, row: Row): Happening[] {
  const detail = { type: row.type, id: row.id };
  // The conversion was logged when the converted Lead was read.
  const type = isConversion(link, row) && !link?.isConverted ? 'converted' : 'linked';
  const gone: Happening[] = row.isDeleted ? [{ type: 'deletedInSalesforce', direction: 'pull', detail }] : [];
  return [{ type, direction: 'pull', detail }, ...gone];
}

function ownRowHappenings(link: SalesforceLink, row: Row): Happening[] {
  const detail = { type: row.type, id: row.id };
  const found: Happening[] = [];
  // A merge is logged when the person changes over to the winner.
  if (row.isDeleted !== link.isDeleted && row.masterRecordId === null) {
    found.push({ type: row.isDeleted ? 'deletedInSalesforce' : 'undeleted', direction: 'pull', detail });
  }
  if (row.isConverted && !link.isConverted) {
    found.push({ type: 'converted', direction: 'pull', detail: conversionOf(row) ?? detail });
  }
  if (row.ownerId !== null && link.ownerId !== null && row.ownerId !== link.ownerId) {
    found.push({ type: 'ownerChanged', direction: 'pull', detail: { from: link.ownerId, to: row.ownerId } });
  }
  return found;
}

/** Activities caused by the step from the person's own row to the successor. */
export function successionHappenings(person: Person, row: Row): Happening[] {
  const happenings = linkHappenings(person.salesforce, row);
  if (person.salesforce !== null && OBJECTS[person.salesforce.type].convertsTo === row.type) return happenings;
  const merged: Happening = { type: 'merged', direction: 'pull', detail: { into: person.personId, row: row.id } };
  return [merged, ...happenings.filter((each) => each.type !== 'linked')];
}
