import { fromStamp, toStamp } from '../clock.ts';
import { ApiError, refusals } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';
import { takenValues } from './integrity.ts';

interface Restamp {
  readonly row: Row;
  readonly change: Record<string, Value>;
  readonly origin?: string | undefined;
  /** The record with which this one is deleted. */
  readonly deletedWith?: string;
}

/** Writes a row that the org itself changes, with new stamps. */
export function restamp(org: OrgState, object: string, { row, change, origin, deletedWith }: Restamp): Row {
  const stamp = toStamp(Math.max(org.clock.now(), fromStamp(row.SystemModstamp as string)));
  const changed: Row = { ...row, ...change, SystemModstamp: stamp, LastModifiedDate: stamp };
  org.store.put(object, changed, origin);
  if (changed.IsDeleted === true) {
    org.recycleBin.add({ object, id: changed.Id as string, at: org.clock.now(), stamp, deletedWith });
  }
  return changed;
}

export function mustFind(org: OrgState, id: string): { object: string; row: Row } {
  const found = org.store.find(id);
  if (!found) throw refusals.notFound();
  return found;
}

export function mustBeFree(org: OrgState, ids: readonly string[]): void {
  const locked = ids.find((id) => org.transactions.isLocked(id));
  if (locked !== undefined) throw refusals.locked(locked);
}

/** Who deletes, and the paths of the request, which faults of single records look at. */
export interface Deletion {
  readonly viewer: Viewer;
  readonly paths: readonly string[];
  /** The API and client that delete, as change events name them. */
  readonly origin: string;
}

/** Puts a record, and the Contacts of an Account, into the recycle bin. */
export function deleteRecord(org: OrgState, id: string, { viewer, paths, origin }: Deletion): void {
  const { object, row } = mustFind(org, id);
  if (!org.sharing.isVisible(viewer, id)) throw refusals.outOfReach(id);
  if (row.IsDeleted === true) throw refusals.deleted();
  // A person goes with the Account that it is.
  if (object === 'Contact' && row.IsPersonAccount === true)
    throw new ApiError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
  mustBeFree(org, [id]);
  if (org.faults.locksRow(paths)) throw refusals.locked(id);
  const refused = org.faults.recordError(object, row, paths);
  if (refused) throw refused;
  restamp(org, object, { row, change: { IsDeleted: true, LastModifiedById: viewer.id }, origin });
  org.stats.recordsDeleted += 1;
  if (object !== 'Account') return;
  for (const contact of contactsOf(org, id)) {
    const change = { IsDeleted: true, LastModifiedById: viewer.id };
    restamp(org, 'Contact', { row: contact, change, origin, deletedWith: id });
    org.stats.recordsDeleted += 1;
  }
}

function contactsOf(org: OrgState, accountId: string): Row[] {
  const contacts = org.store.table('Contact').rowsByField('AccountId', accountId);
  return contacts.filter((contact) => contact.IsDeleted === false);
}

/**
 * Takes a record out of the recycle bin, also one that lost a merge: it is a record of its own again. What was deleted
 * with it comes back with it.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_dml_undelete.htm}
 */
export function undeleteRecord(org: OrgState, id: string): void {
  const { object, row } = mustFind(org, id);
  if (row.IsDeleted !== true) {
    throw new ApiError('UNDELETE_FAILED', 'Entity is not in the recycle bin');
  }
  const [taken] = takenValues(org, org.standard.admin, { object, row });
  if (taken) throw taken;
  const change: Record<string, Value> = { IsDeleted: false };
  if ('MasterRecordId' in row) change.MasterRecordId = null;
  const deletedWith = org.recycleBin.deletedWith(org, id);
  restamp(org, object, { row, change });
  for (const child of deletedWith) undeleteRecord(org, child);
}

/** Empties one record out of the recycle bin: no query finds it again, only `deleted` tells of it. */
export function hardDelete(org: OrgState, id: string): void {
  const { object, row } = mustFind(org, id);
  mustBeFree(org, [id]);
  if (row.IsDeleted !== true) org.stats.recordsDeleted += 1;
  org.store.remove(object, id);
  org.purged.push({ object, id, at: org.clock.now() });
}

/**
 * Merges up to two records into a third: the losers are deleted and name it as their master.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_merge_statements.htm}
 */
export function mergeRecords(
  org: OrgState,
  { object, masterId, loserIds }: { object: string; masterId: string; loserIds: readonly string[] },
): void {
  if (loserIds.length < 1 || loserIds.length > 2) throw new ApiError('LIMIT_EXCEEDED', 'A merge takes 1 or 2 losers');
  const ids = [masterId, ...loserIds];
  mustBeFree(org, ids);
  const rows = ids.map((id) => mustFind(org, id));
  for (const { object: found, row } of rows) {
    if (found !== object) throw new ApiError('INVALID_TYPE', `Every record of this merge must be a ${object}`);
    if (row.IsDeleted === true) throw refusals.deleted();
    if (row.IsConverted === true) throw new ApiError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
  }
  if (new Set(ids).size !== ids.length) throw new ApiError('INVALID_ID_FIELD', 'The same record twice in one merge');
  const [master, ...losers] = rows as [(typeof rows)[number], ...typeof rows];
  for (const { row } of losers) {
    restamp(org, object, { row, change: { IsDeleted: true, MasterRecordId: masterId } });
    org.stats.recordsDeleted += 1;
    if (object === 'Account') moveContacts(org, { from: row.Id as string, to: masterId });
  }
  restamp(org, object, { row: master.row, change: {} });
  org.stats.recordsUpdated += 1;
}

function moveContacts(org: OrgState, { from, to }: { from: string; to: string }): void {
  for (const contact of contactsOf(org, from)) {
    restamp(org, 'Contact', { row: contact, change: { AccountId: to } });
    org.stats.recordsUpdated += 1;
  }
}
