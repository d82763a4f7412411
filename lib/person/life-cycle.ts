import type { Happening } from './activity.ts';
import type { Person, SalesforceLink } from './person.ts';
import { conversionOf, OBJECTS, type Row, type SalesforceType, successorOf } from './row.ts';

/** Where a person stands in its life. */
export type LifeState =
  /** Never in Salesforce. */
  | 'local'
  | 'lead'
  | 'contact'
  /** Its row is deleted; an undelete brings it back, or another row takes its place. */
  | 'deleted'
  /** Its Lead became a Contact that has not been seen yet. */
  | 'converted'
  /** A part of another person by now. */
  | 'mergedAway';

/**
 * A row as a person meets it: its own, the Contact that its converted Lead became (`itsContact`, gone or not), or
 * another that lives or is gone (deleted, converted).
 */
type RowSight = 'own' | 'itsContact' | 'lead' | 'contact' | 'gone';

/**
 * What the row is to the person: a state of the row it is linked to (`current`), a row that it goes over to (`new`), or
 * one that lies behind it (`past`).
 */
export type Standing = 'current' | 'new' | 'past';

/**
 * The moves of a person's life that rows cause. A person deleted here is followed like any other, so that whoever wants
 * it back finds it as its row is; it is only never shown or pushed.
 *
 * | state | own row | its Contact | another Lead | another Contact | another that is gone |
 * |---|---|---|---|---|---|
 * | never there | | | linked | linked | |
 * | Lead | merged, deleted, converted | | | converted, linked | |
 * | Contact | merged, deleted | | | | |
 * | deleted | undeleted | linked, deleted | linked | linked | |
 * | converted | merged | linked, deleted | linked | linked | |
 * | merged away | | | | | |
 *
 * A row whose place is empty here is not this person's: where it lives, it is a person of its own. So it is
 * where a row of an earlier time lives again: a deleted person is linked to rows found for it.
 */
const MOVES: Readonly<Record<LifeState, Readonly<Record<RowSight, Standing>>>> = {
  local: { own: 'past', itsContact: 'past', lead: 'new', contact: 'new', gone: 'past' },
  lead: { own: 'current', itsContact: 'past', lead: 'past', contact: 'new', gone: 'past' },
  contact: { own: 'current', itsContact: 'past', lead: 'past', contact: 'past', gone: 'past' },
  deleted: { own: 'current', itsContact: 'new', lead: 'new', contact: 'new', gone: 'past' },
  converted: { own: 'current', itsContact: 'new', lead: 'new', contact: 'new', gone: 'past' },
  mergedAway: { own: 'past', itsContact: 'past', lead: 'past', contact: 'past', gone: 'past' },
};

/** The state of a person whose row lives. */
const LIVING = { Lead: 'lead', Contact: 'contact' } as const satisfies Readonly<Record<SalesforceType, LifeState>>;

function lifeStateOf(person: Person): LifeState {
  if (person.mergedInto !== null) return 'mergedAway';
  const link = person.salesforce;
  if (link === null) return 'local';
  if (link.isDeleted) return 'deleted';
  if (link.isConverted) return 'converted';
  return LIVING[link.type];
}

/** What the row is to the person. An older state of its own row lies behind it. */
export function standingOf(person: Person, row: Row): Standing {
  const link = person.salesforce;
  if (link?.id === row.id && row.systemModstamp < link.systemModstamp) return 'past';
  return MOVES[lifeStateOf(person)][sightOf(link, row)];
}

function sightOf(link: SalesforceLink | null, row: Row): RowSight {
  if (link?.id === row.id) return 'own';
  if (isItsContact(link, row)) return 'itsContact';
  if (row.isDeleted || row.isConverted) return 'gone';
  return LIVING[row.type];
}

/** Whether this is the Contact that the person's Lead is known to have become. */
function isItsContact(link: SalesforceLink | null, row: Row): boolean {
  return link?.isConverted === true && link.successor?.id === row.id;
}

/**
 * The link to a row; a read that could not tell the owner's name leaves the known one as long as it is the same owner.
 */
export function linkTo(row: Row, known: SalesforceLink | null): SalesforceLink {
  const { type, id, systemModstamp, isDeleted, isConverted, ownerId } = row;
  const owner = row.owner ?? (known?.ownerId === ownerId ? known?.owner : undefined);
  const link = { type, id, systemModstamp, isDeleted, isConverted, ownerId };
  const successor = successorOf(row);
  return { ...link, ...(successor !== null && { successor }), ...(owner !== undefined && { owner }) };
}

/** Whether the links agree in all but the stamp. */
export function sameLink(left: SalesforceLink | null, right: SalesforceLink): boolean {
  if (left === null || left.id !== right.id) return false;
  const isSameState = left.isDeleted === right.isDeleted && left.isConverted === right.isConverted;
  return isSameState && left.successor?.id === right.successor?.id && sameOwner(left, right);
}

function sameOwner(left: SalesforceLink, right: SalesforceLink): boolean {
  const isSameName = left.owner?.name === right.owner?.name && left.owner?.email === right.owner?.email;
  return left.ownerId === right.ownerId && isSameName;
}

/** Whether the person's Lead became this Contact. */
export function isConversion(link: SalesforceLink | null, row: Row): boolean {
  return link !== null && OBJECTS[link.type].convertsTo === row.type && !link.isDeleted;
}

/** What the step from a link to this row tells a person's log. */
export function linkHappenings(link: SalesforceLink | null, row: Row): Happening[] {
  return link?.id === row.id ? ownRowHappenings(link, row) : goingOver(link, row);
}

function goingOver(link: SalesforceLink | null, row: Row): Happening[] {
  const detail = { type: row.type, id: row.id };
  // A Lead that was seen to be converted has told so already.
  const type = isConversion(link, row) && !link?.isConverted ? 'converted' : 'linked';
  const gone: Happening[] = row.isDeleted ? [{ type: 'deletedInSalesforce', direction: 'pull', detail }] : [];
  return [{ type, direction: 'pull', detail }, ...gone];
}

function ownRowHappenings(link: SalesforceLink, row: Row): Happening[] {
  const detail = { type: row.type, id: row.id };
  const found: Happening[] = [];
  // A merge is told when the person goes over to the winner.
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

/** What the step to the row that took the place of the person's own tells its log. */
export function successionHappenings(person: Person, row: Row): Happening[] {
  const told = linkHappenings(person.salesforce, row);
  if (person.salesforce !== null && OBJECTS[person.salesforce.type].convertsTo === row.type) return told;
  const merged: Happening = { type: 'merged', direction: 'pull', detail: { into: person.personId, row: row.id } };
  return [merged, ...told.filter((each) => each.type !== 'linked')];
}
