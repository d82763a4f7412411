import { json, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';
import { type Call, type Route, versionOf } from './call.ts';
import { UNTOUCHED_LIMITS } from './untouched-limits.ts';

/** `Sforce-Limit-Info` of every answer. */
export function limitHeader(org: OrgState): string {
  return `api-usage=${org.limits.used(org.clock.now())}/${org.limits.maxRequests.daily}`;
}

/** Limits of Bulk API 2.0, by what counts towards them. */
const BULK = { DailyBulkApiBatches: ['ingestBatch', 15_000], DailyBulkV2QueryJobs: ['queryJob', 10_000] } as const;

/** Names that only earlier versions have, or only later ones; `until` is the last version with the name, `since` the first. */
const BY_VERSION: Readonly<Record<string, { readonly since?: number; readonly until?: number }>> = {
  BOZosCalloutHourlyLimit: { until: 56 },
  DailyAsyncApexTests: { since: 56 },
  DailyBulkApiBatches: { since: 49 },
  DailyBulkApiRequests: { until: 48 },
  DailyBulkV2QueryFileStorageMB: { since: 47 },
  DailyBulkV2QueryJobs: { since: 47 },
  DailyFunctionsApiCallLimit: { since: 53 },
  DailyMetadataRetrievesWithDependencies: { since: 64 },
  MonthlyPlatformEvents: { until: 47 },
  MonthlyPlatformEventsUsageEntitlement: { since: 48 },
  PermissionSets: { since: 41 },
};

function isInVersion(name: string, version: number): boolean {
  const { since = 0, until = Number.POSITIVE_INFINITY } = BY_VERSION[name] ?? {};
  return since <= version && version <= until;
}

/** The one limit with another inside it. */
const PERMISSION_SETS = { Max: 1500, Remaining: 1499, CreateCustom: { Max: 1000, Remaining: 999 } };

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm} */
function readLimits(call: Call): OrgResponse {
  const { org } = call;
  const { daily } = org.limits.maxRequests;
  const untouched = Object.entries(UNTOUCHED_LIMITS).map(
    ([name, max]) => [name, { Max: max, Remaining: max }] as const,
  );
  const now = org.clock.now();
  const requests = { Max: daily, Remaining: Math.max(0, daily - org.limits.used(now)) };
  const bulk = Object.entries(BULK).map(([name, [use, max]]) => [
    name,
    { Max: max, Remaining: max - org.bulk.used(use, now) },
  ]);
  const limits = {
    DailyApiRequests: requests,
    PermissionSets: PERMISSION_SETS,
    ...Object.fromEntries([...bulk, ...untouched]),
  };
  const named = Object.entries(limits).filter(([name]) => isInVersion(name, versionOf(call)));
  return json(200, Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1))));
}

/**
 * Approximate counts in Salesforce; exact ones here. Deleted records are not counted.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_record_count.htm}
 */
function countRecords({ org, query }: Call): OrgResponse {
  const names = query.get('sObjects')?.split(',') ?? org.schema.objects().map(({ name }) => name);
  const known = names.flatMap((name) => org.schema.object(name.trim())?.name ?? []);
  const sObjects = known.map((name) => ({ count: liveCount(org, name), name }));
  return json(200, { sObjects });
}

function liveCount(org: OrgState, object: string): number {
  let count = 0;
  for (const row of org.store.table(object).values()) if (row.IsDeleted !== true) count += 1;
  return count;
}

export const limitRoutes: readonly Route[] = [
  { method: 'GET', path: '/limits/recordCount', kind: 'limits', handle: countRecords },
  { method: 'GET', path: '/limits', kind: 'limits', handle: readLimits },
];
