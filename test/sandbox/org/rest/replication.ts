import { fromStamp, toStamp } from '../clock.ts';
import { ApiError } from '../errors.ts';
import { json, type OrgResponse } from '../http-message.ts';
import type { Row } from '../soql/source.ts';
import { type Call, objectOf, type Route } from './call.ts';

const MINUTE = 60_000;
const DAY = 24 * 3_600_000;
const MAX_IDS = 600_000;

/** How far back each call may look. */
const REACH = { updated: 30 * DAY, deleted: 15 * DAY } as const;

interface Span {
  readonly start: number;
  readonly end: number;
}

function invalidDate(message: string): ApiError {
  return new ApiError('INVALID_REPLICATION_DATE', message);
}

/** Seconds are cut off; the span must be one minute at least and not reach too far back. */
function spanOf(call: Call, reach: number): Span {
  const [start, end] = ['start', 'end'].map((name) => readMinute(call, name)) as [number, number];
  if (end <= start) throw invalidDate('startDate must be at least one minute greater than endDate');
  if (start < call.org.clock.now() - reach) {
    throw invalidDate(`startDate cannot be more than ${reach / DAY} days ago`);
  }
  return { start, end };
}

function readMinute(call: Call, name: string): number {
  const text = call.query.get(name);
  if (text === null) throw new ApiError('MISSING_ARGUMENT', `${name} not specified`);
  const at = Date.parse(text.replace(' ', '+').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (Number.isNaN(at)) throw new ApiError('INVALID_REPLICATION_DATE', `Invalid value for ${name}: ${text}`);
  return Math.floor(at / MINUTE) * MINUTE;
}

/** The time before which nothing new can become visible: long transactions hold it back. */
function latestDateCovered(call: Call, { end }: Span): number {
  const { clock, transactions } = call.org;
  const now = clock.now();
  const covered = Math.min(end, now, transactions.oldestStart() ?? now);
  return Math.floor(covered / MINUTE) * MINUTE;
}

/** What the user sees of the rows that were saved in the span. */
function rowsOf({ org, user }: Call, object: string, { start, end }: Span): Iterable<Row> {
  return org.sharing.seen(user, org.store.table(object).between(toStamp(start), toStamp(end)));
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm} */
function updated(call: Call): OrgResponse {
  const object = objectOf(call);
  const span = spanOf(call, REACH.updated);
  const rows = rowsOf(call, object.name, span);
  const ids: unknown[] = [];
  for (const row of rows) if (row.IsDeleted !== true) ids.push(row.Id);
  refuseTooMany(ids.length);
  return json(200, { ids, latestDateCovered: toStamp(latestDateCovered(call, span)) });
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm} */
function deleted(call: Call): OrgResponse {
  const object = objectOf(call);
  const span = spanOf(call, REACH.deleted);
  const deletedRecords: { id: unknown; deletedDate: string }[] = [];
  for (const row of rowsOf(call, object.name, span)) {
    if (row.IsDeleted === true) deletedRecords.push({ id: row.Id, deletedDate: String(row.SystemModstamp) });
  }
  for (const { object: name, id, at } of call.org.purged) {
    const isSeen = name === object.name && call.org.sharing.isVisible(call.user, id);
    if (isSeen && at >= span.start && at < span.end) {
      deletedRecords.push({ id, deletedDate: toStamp(at) });
    }
  }
  refuseTooMany(deletedRecords.length);
  const earliest = Math.max(call.org.clock.now() - REACH.deleted, fromStamp(firstStamp(call)));
  return json(200, {
    deletedRecords: deletedRecords.toSorted((one, other) => (one.deletedDate < other.deletedDate ? -1 : 1)),
    earliestDateAvailable: toStamp(Math.floor(earliest / MINUTE) * MINUTE),
    latestDateCovered: toStamp(latestDateCovered(call, span)),
  });
}

/** The org has no deletions from before it was there. */
function firstStamp(call: Call): string {
  const organization = call.org.store.table('Organization').get(call.org.standard.organizationId);
  return String(organization?.CreatedDate ?? toStamp(0));
}

function refuseTooMany(count: number): void {
  if (count > MAX_IDS) throw new ApiError('EXCEEDED_ID_LIMIT', `More than ${MAX_IDS} ids in one answer`);
}

export const replicationRoutes: readonly Route[] = [
  { method: 'GET', path: '/sobjects/:object/updated', kind: 'updated', handle: updated },
  { method: 'GET', path: '/sobjects/:object/deleted', kind: 'updated', handle: deleted },
];
