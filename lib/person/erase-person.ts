import { linkOf, sameLink } from './life-cycle.ts';
import type { RowMerge } from './merge-row.ts';
import type { Person, SalesforceLink } from './person.ts';
import type { Row } from './row.ts';
import { withoutOwnRow } from './standing.ts';

/**
 * The person reduced to ids and to the facts needed to prevent a return: the row, the rows left, the absorbed persons.
 * An erased person is never shown, found, pushed or revived.
 */
export function erasePerson(person: Person, now: string): Person {
  const { salesforce, log } = person;
  return {
    ...person,
    fields: {},
    pending: {},
    placeless: [],
    pendingSince: null,
    salesforce: salesforce && withoutOwner(salesforce),
    rejection: null,
    lease: null,
    tried: null,
    log: { next: log.next, recent: [] },
    claims: [],
    newborn: false,
    erased: true,
    deletedHere: { at: now, salesforce: 'keep' },
    lastSyncedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** Merges a row state into an erased person: the link is updated, no field value is taken. */
export function mergeIntoErased(person: Person, row: Row): RowMerge {
  const known = person.salesforce;
  const isOwn = known?.id === row.id;
  if (isOwn && row.systemModstamp < known.systemModstamp) return { kind: 'stale' };
  const salesforce = withoutOwner(linkOf(row, null));
  const merged: Person = { ...(isOwn ? person : withoutOwnRow(person)), salesforce };
  if (!isOwn || !sameLink(known, salesforce)) {
    return { kind: 'merged', person: merged, happenings: [], pulled: [], conflicts: [] };
  }
  return row.systemModstamp === known.systemModstamp ? { kind: 'unchanged' } : { kind: 'touched', person: merged };
}

/** The owner of the row is personal information too. */
function withoutOwner(link: SalesforceLink): SalesforceLink {
  const { owner: _owner, ...others } = link;
  return { ...others, ownerId: null };
}
