import type { SyncPolicy } from '../../schema/sync-policy.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { ChangeQueue } from './change-queue.ts';
import type { Clock } from './clock.ts';
import type { IdSource } from './id-source.ts';
import type { ListJobStore } from './list-job-store.ts';
import type { PersonStore } from './person-store.ts';
import type { SalesforceRecords } from './salesforce-records.ts';
import type { SyncStateStore } from './sync-state-store.ts';

/** The ports of the use cases. A use case names only the ports needed. */
export interface Ports {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly persons: PersonStore;
  readonly state: SyncStateStore;
  readonly lists: ListJobStore;
  readonly feed: ChangeFeed;
  readonly records: SalesforceRecords;
  /** The fresh lane; in a merge, the lane of the received messages. */
  readonly queue: ChangeQueue;
  readonly policy: SyncPolicy;
  /**
   * Duration of a lease: longer than Salesforce works on any request, so that no push can commit after the lease.
   * Salesforce ends a REST request after 10 minutes.
   *
   * @see https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
   */
  readonly leaseMs: number;
}

/**
 * Changes use two lanes, each a queue with a share of the merges: `queue` for fresh changes, `backlog` for work without
 * hurry, so that a new edit does not wait behind a million rows. The lanes have no order between each other: the
 * `SystemModstamp` decides which of two states of a row counts.
 */
export interface BacklogLane {
  readonly backlog: ChangeQueue;
}
