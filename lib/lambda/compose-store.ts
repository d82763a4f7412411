import { createDynamoClient } from '../dynamodb/create-dynamo-client.ts';
import { DynamoListJobStore } from '../dynamodb/dynamo-list-job-store.ts';
import { DynamoPersonStore } from '../dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../dynamodb/dynamo-sync-state-store.ts';
import { RememberingSyncStateStore } from '../dynamodb/remembering-sync-state-store.ts';
import { withTableLayout } from '../dynamodb/table-layout.ts';
import type { Ports } from '../sync/ports/ports.ts';
import type { Caller } from './compose-salesforce.ts';
import { type Settings, syncPolicy } from './settings.ts';
import { randomIds, systemClock } from './system-clock.ts';

export type StorePorts = Pick<Ports, 'clock' | 'ids' | 'persons' | 'state' | 'lists' | 'policy' | 'leaseMs'>;

/** Maximum age of a reused schema in a function with a waiting caller. */
const SCHEMAS_FOR_MS = 30_000;

/**
 * The ports of every function except Salesforce and the queue: table, clock, ids and policy; created once at cold
 * start. `waiting`: a caller waits, so schemas are reused for a while.
 */
export function composeStore(
  environment: { readonly TABLE_NAME: string; readonly settings: Settings },
  caller: Caller = 'background',
): StorePorts {
  const { TABLE_NAME: tableName, settings } = environment;
  const client = withTableLayout(createDynamoClient(), tableName);
  const { activityRetentionDays } = settings;
  return {
    clock: systemClock,
    ids: randomIds,
    persons: new DynamoPersonStore(client, { tableName, activityRetentionDays }),
    state:
      caller === 'waiting'
        ? new RememberingSyncStateStore(client, {
            tableName,
            schemasForMs: SCHEMAS_FOR_MS,
            elapsed: () => performance.now(),
          })
        : new DynamoSyncStateStore(client, { tableName }),
    lists: new DynamoListJobStore(client, { tableName, now: () => systemClock.now() }),
    policy: syncPolicy(settings),
    leaseMs: settings.pushLeaseSeconds * 1000,
  };
}
