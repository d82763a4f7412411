import type { Conflict, Happening } from '../../person/activity.ts';
import { logged, withPending } from '../../person/edit-person.ts';
import { mergeIntoErased } from '../../person/erase-person.ts';
import { mergeRow, mergeSuccessor, type OwnPush, type RowMerge } from '../../person/merge-row.ts';
import { baseValue, type Person, type SalesforceLink } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import { isUnseen } from '../../person/unseen-row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { Schemas } from '../context/schemas.ts';

/** A person after the merge of a row. */
export interface Refreshed {
  /** The same object where the row has nothing new. */
  readonly person: Person;
  readonly pulled: readonly string[];
  readonly conflicts: readonly Conflict[];
}

/**
 * A merge ready to be stored. The change in Salesforce may have removed the cause of a rejection, so the rejection
 * ends.
 */
export function mergedPerson(merge: Exclude<RowMerge, { kind: 'stale' | 'unchanged' }>, now: string): Person {
  const person = withPending({ ...merge.person, lastSyncedAt: now }, now);
  return merge.kind === 'merged' ? logged({ ...person, rejection: null }, merge.happenings, now) : person;
}

/** Values possibly committed by the holder of a lease, in force or expired. */
export function ownPushOf(person: Person): OwnPush | undefined {
  return person.lease === null ? undefined : { values: person.lease.attempt, settled: false };
}

/** Merges a row into the row's holder or future holder. */
export function mergeOf(schemas: Schemas, person: Person, row: Row, succeeds = false): RowMerge {
  if (person.erased) return mergeIntoErased(person, row);
  const { rules } = schemas[row.type];
  const seen = row.id === person.salesforce?.id ? withoutEdited(row, person) : row;
  return succeeds && person.salesforce !== null
    ? mergeSuccessor(person, seen, rules, ownPushOf(person))
    : mergeRow(person, seen, rules, ownPushOf(person));
}

/** Whether a row changes the person, or was unreadable before. */
export function isChange(schemas: Schemas, person: Person, row: Row): boolean {
  return isUnseen(person) || mergeOf(schemas, person, row).kind === 'merged';
}

/**
 * Pending edits are meant for the Contact, whatever the converted Lead holds: a push may have reached only the Lead,
 * after the conversion.
 */
function withoutEdited(row: Row, { pending }: Person): Row {
  if (!row.isConverted) return row;
  const fields = Object.fromEntries(Object.entries(row.fields).filter(([field]) => !Object.hasOwn(pending, field)));
  return { ...row, fields };
}

/** The person after the merge; the same object where the row has nothing new. */
export function refreshedBy(merge: RowMerge, person: Person, now: string): Refreshed {
  if (merge.kind === 'stale' || merge.kind === 'unchanged') return { person, pulled: [], conflicts: [] };
  const { pulled, conflicts } = merge.kind === 'merged' ? merge : { pulled: [], conflicts: [] };
  return { person: mergedPerson(merge, now), pulled, conflicts };
}

/** The person after the merge of the own row. */
export function refreshedPerson(schemas: Schemas, person: Person, record: RemoteRecord, now: string): Refreshed {
  const link = person.salesforce;
  if (link === null) return { person, pulled: [], conflicts: [] };
  const seen = isUnseen(person) ? { ...person, rejection: null } : person;
  return refreshedBy(mergeOf(schemas, seen, rowOfRecord(schemas[link.type].schema, record)), seen, now);
}

/** The person after the own row is gone for good. */
export function withoutRow(person: Person, link: SalesforceLink, now: string): Person {
  if (link.isDeleted) return person;
  if (person.erased) return { ...person, salesforce: { ...link, isDeleted: true } };
  const { type, id } = link;
  const deleted: Happening = { type: 'deletedInSalesforce', direction: 'pull', detail: { type, id } };
  const rejection = isUnseen(person) ? null : person.rejection;
  return logged({ ...person, rejection, salesforce: { ...link, isDeleted: true } }, [deleted], now);
}

/** The row as of base; null for a person without a row. Fields of unknown base are absent. */
export function rowKnownTo(person: Person): Row | null {
  const { salesforce: link, placeless } = person;
  if (link === null) return null;
  const { successor, ...others } = link;
  const known = Object.keys(person.fields).filter((field) => !placeless.includes(field));
  return {
    ...others,
    masterRecordId: (link.isDeleted && successor?.id) || null,
    convertedContactId: (link.isConverted && successor?.id) || null,
    personId: null,
    fields: Object.fromEntries(known.map((field) => [field, baseValue(person, field) ?? null])),
  };
}
