import { createDynamoClient } from '../dynamodb/create-dynamo-client.ts';
import { DynamoListJobStore } from '../dynamodb/dynamo-list-job-store.ts';
import { DynamoPersonStore } from '../dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../dynamodb/dynamo-sync-state-store.ts';
import { withTableLayout } from '../dynamodb/table-layout.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { type Settings, syncPolicy } from './settings.ts';
import { randomIds, systemClock } from './system-clock.ts';

export type StorePorts = Pick<Ports, 'clock' | 'ids' | 'persons' | 'state' | 'lists' | 'policy' | 'leaseMs'>;

/** What every function works with: the persons table, the clock and the policy. Made once, at cold start. */
export function composeStore(environment: { readonly TABLE_NAME: string; readonly settings: Settings }): StorePorts {
  const { TABLE_NAME: tableName, settings } = environment;
  const client = withTableLayout(createDynamoClient(), tableName);
  const { activityRetentionDays } = settings;
  return {
    clock: systemClock,
    ids: randomIds,
    persons: new DynamoPersonStore(client, { tableName, activityRetentionDays }),
    state: new DynamoSyncStateStore(client, { tableName }),
    lists: new DynamoListJobStore(client, { tableName, now: () => systemClock.now() }),
    policy: syncPolicy(settings),
    leaseMs: settings.pushLeaseSeconds * 1000,
  };
}
