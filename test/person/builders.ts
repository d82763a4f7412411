import { EMPTY_LOG } from '../../lib/person/activity.ts';
import type { FieldShapes, Fields } from '../../lib/person/field-value.ts';
import type { MergeRules, OwnPush, RowMerge } from '../../lib/person/merge-row.ts';
import { mergeRow } from '../../lib/person/merge-row.ts';
import type { Person, SalesforceLink } from '../../lib/person/person.ts';
import type { Row } from '../../lib/person/row.ts';

export const NOW = '2026-11-21T10:05:00.000Z';
export const EARLIER = '2026-11-21T09:59:59.000Z';
export const STAMP = '2026-11-21T10:00:00.000Z';
export const LATER = '2026-11-21T10:00:01.000Z';

export const LEAD_ID = '00Q000000000001AAA';
export const OTHER_LEAD_ID = '00Q000000000002AAA';
export const CONTACT_ID = '003000000000001AAA';

/** One field of each kind. */
export const SHAPES: FieldShapes = {
  Title: { kind: 'text' },
  Email: { kind: 'email' },
  Score__c: { kind: 'number', scale: 2 },
  Vip__c: { kind: 'boolean' },
  Birthdate: { kind: 'date' },
  SeenAt__c: { kind: 'datetime' },
  Interests__c: { kind: 'picklists' },
  Partner__c: { kind: 'reference' },
};

export function aLink(over: Partial<SalesforceLink> = {}): SalesforceLink {
  return {
    type: 'Lead',
    id: LEAD_ID,
    systemModstamp: STAMP,
    isDeleted: false,
    isConverted: false,
    ownerId: null,
    ...over,
  };
}

/** A person linked to a Lead as of `STAMP`. */
export function aPerson(over: Partial<Person> = {}): Person {
  return {
    personId: 'p1',
    version: 1,
    fields: {},
    pending: {},
    placeless: [],
    salesforce: aLink(),
    rejection: null,
    lease: null,
    tried: null,
    log: EMPTY_LOG,
    revision: 1,
    rowOf: null,
    goneAt: null,
    left: {},
    mergedInto: null,
    gives: false,
    absorbed: [],
    newborn: false,
    erased: false,
    claims: [],
    deletedHere: null,
    pendingSince: null,
    lastSyncedAt: null,
    createdAt: STAMP,
    updatedAt: STAMP,
    ...over,
  };
}

/** That Lead's row a second later. */
export function aRow(fields: Fields, over: Partial<Row> = {}): Row {
  return {
    type: 'Lead',
    id: LEAD_ID,
    systemModstamp: LATER,
    isDeleted: false,
    masterRecordId: null,
    isConverted: false,
    convertedContactId: null,
    ownerId: null,
    personId: null,
    fields,
    ...over,
  };
}

export function someRules(over: Partial<MergeRules> = {}): MergeRules {
  return { shapes: SHAPES, canPush: () => true, winnerOf: () => 'local', ...over };
}

/** The person after a merge that changed something, or the same person. */
export function personAfter(person: Person, merge: RowMerge): Person {
  return merge.kind === 'merged' || merge.kind === 'touched' ? merge.person : person;
}

/** A merge that must have changed something. */
export function merged(
  person: Person,
  row: Row,
  rules: MergeRules = someRules(),
  own?: OwnPush,
): RowMerge & { readonly kind: 'merged' } {
  const merge = mergeRow(person, row, rules, own);
  if (merge.kind !== 'merged') throw new Error(`expected a merge, got ${merge.kind}`);
  return merge;
}
