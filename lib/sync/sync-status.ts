import type { SalesforceType } from '../person/person.ts';
import { msBetween } from './ports/clock.ts';
import type { Ports } from './ports/ports.ts';
import type { CycleSummary } from './ports/sync-state-store.ts';

/** Where the sync stands, for people and for checks from outside. */
export interface SyncStatus {
  readonly objects: Readonly<Partial<Record<SalesforceType, { readonly checkpoint: string | null }>>>;
  readonly lastCycle: CycleSummary | null;
  readonly backlog: { readonly messages: number; readonly personsToPush: number };
  /** Seconds since the oldest waiting edit was made; null where none waits. */
  readonly oldestWaitingSeconds: number | null;
  readonly apiUsage: CycleSummary['apiUsage'];
  readonly schemaProblems: readonly string[];
}

/** Reads where the sync stands. Changes nothing and asks Salesforce nothing. */
export async function readSyncStatus(
  ports: Pick<Ports, 'state' | 'persons' | 'queue' | 'clock'>,
  types: readonly SalesforceType[],
): Promise<SyncStatus> {
  const [feeds, schemas, lastCycle, backlog, messages] = await Promise.all([
    Promise.all(types.map((type) => ports.state.loadFeed(type))),
    Promise.all(types.map((type) => ports.state.loadSchema(type))),
    ports.state.lastReport(),
    ports.persons.backlog(),
    ports.queue.depth(),
  ]);
  const { count, oldestAt } = backlog;
  return {
    objects: Object.fromEntries(types.map((type, index) => [type, { checkpoint: feeds[index]?.checkpoint ?? null }])),
    lastCycle,
    backlog: { messages, personsToPush: count },
    oldestWaitingSeconds: oldestAt === null ? null : Math.round(msBetween(oldestAt, ports.clock.now()) / 1000),
    apiUsage: lastCycle?.apiUsage ?? null,
    schemaProblems: schemas.flatMap((stored) => stored?.schema.problems ?? []),
  };
}
