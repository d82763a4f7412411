import { createHash } from 'node:crypto';
import type { SalesforceType } from '../person/row.ts';
import type { ReconciliationAsk } from '../sync/state/reconciliation.ts';

/**
 * The layout of the table. `expiresAt` is the TTL attribute.
 *
 * | item | pk | sk |
 * |---|---|---|
 * | person, or stub (`rowOf`) | `PERSON#<personId>` | `PERSON` |
 * | activities moved out of the person's item | `PERSON#<personId>` | `ACTIVITY#<first entry, 12 digits>` |
 * | claim of an email | `EMAIL#<email>` | `CLAIM` |
 * | the running cycle: right, number, health | `SYNC` | `CYCLE` |
 * | a cycle of the last seven days: report, counts of the merges | `CYCLES` | `<number, 12 digits>` |
 * | a list job; the parts and their progress | `LIST#<jobId>` | `JOB`; `PART#<number>`, `PROGRESS#<number>` |
 * | the id of a list job, found by age | `LISTS` | `<instant of creation>#<jobId>` |
 * | reconciliation; the last request per reason | `SYNC` | `RECONCILE`, `RECONCILE#<reason>` |
 * | checkpoint, recent rows, schema, field jobs | `SYNC` | `FEED#<type>`, `RECENT#<type>[#<part>]`, `SCHEMA#<type>`, `JOB#<type>` |
 *
 * | sparse keys-only index | partition | sort |
 * |---|---|---|
 * | `byEmail` | `email` | |
 * | `byQueue` | `queue`: `pending#<shard>`, `held#<shard>`, `rejected#<shard>`, `localOnly#<shard>` or `undecided#<shard>` | `queueSince`; of a rejection `<since> <next try, or ->` |
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const BY_EMAIL = 'byEmail';
export const BY_QUEUE = 'byQueue';

const PERSON = 'PERSON#';
const CLAIM = 'EMAIL#';
export const ACTIVITY = 'ACTIVITY#';

export const personKey = (personId: string): Key => ({ pk: PERSON + personId, sk: 'PERSON' });
export const personIdOf = (key: Key): string => key.pk.slice(PERSON.length);

export const activityKey = (personId: string, first: number): Key => ({
  pk: PERSON + personId,
  sk: ACTIVITY + String(first).padStart(12, '0'),
});
export const firstOf = (key: Key): number => Number(key.sk.slice(ACTIVITY.length));

export const claimKey = (email: string): Key => ({ pk: CLAIM + emailKey(email), sk: 'CLAIM' });

export type SyncItem =
  | 'CYCLE'
  | 'LAYOUT'
  | 'ORGANIZATION'
  | 'RECONCILE'
  | `RECONCILE#${ReconciliationAsk['reason']}`
  | `${'FEED' | 'RECENT' | 'SCHEMA' | 'JOB'}#${SalesforceType}`
  | `RECENT#${SalesforceType}#${number}`;
/** The partition of the cycles of the last days. */
export const CYCLES = 'CYCLES';

export const cycleKey = (cycle: number): Key => ({ pk: CYCLES, sk: String(cycle).padStart(12, '0') });

/** Progress items of a list's parts. */
export const PROGRESS = 'PROGRESS';

export const listKey = (jobId: string, kind: 'JOB' | 'PART' | typeof PROGRESS, part?: number): Key => ({
  pk: `LIST#${jobId}`,
  sk: part === undefined ? kind : `${kind}#${String(part).padStart(8, '0')}`,
});

/** The partition of the ids of all lists. */
export const LISTS = 'LISTS';

export const listedKey = (createdAt: string, jobId: string): Key => ({ pk: LISTS, sk: `${createdAt}#${jobId}` });

export const syncKey = (sk: SyncItem): Key => ({ pk: 'SYNC', sk });

/**
 * A partition key is limited to 2,048 bytes; longer ids were never issued.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
export function isPossibleId(id: string): boolean {
  return id.length <= 500;
}

/** Canonical form of an email; an email too long for a key is replaced by a digest. */
export function emailKey(email: string): string {
  const form = email.trim().toLowerCase();
  return form.length <= 500 ? form : `sha256:${createHash('sha256').update(form).digest('hex')}`;
}

/**
 * `pending`: awaits a push. `held`: has pending edits but no record writable by the background. `localOnly`: never in
 * Salesforce. `undecided`: hidden here by a merge in Salesforce.
 */
export type Queue = 'pending' | 'held' | 'rejected' | 'localOnly' | 'undecided';

/**
 * A queue has several shards, because an index partition accepts 1,000 writes a second: a change of the whole database
 * is eight times as fast.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html
 */
const SHARDS = 8;

export function queueKey(queue: Queue, personId: string): string {
  // FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
  let hash = 0x811c9dc5;
  for (let at = 0; at < personId.length; at += 1) {
    hash = Math.imul(hash ^ personId.charCodeAt(at), 0x01000193);
  }
  return shardKey(queue, (hash >>> 0) % SHARDS);
}

export function shardKeys(queue: Queue): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => shardKey(queue, shard));
}

/** Sort key of a rejected person: the time of the rejection, then the next try, readable without the person. */
export function rejectedKey(at: string, retryAt: string | null): string {
  return `${at} ${retryAt ?? '-'}`;
}

/** Whether the next try may be due by the sort key. A key written by an older version has no time: due is possible. */
export function mayBeDue(queueSince: string, now: string): boolean {
  const [, retryAt = ''] = queueSince.split(' ');
  return retryAt !== '-' && retryAt <= now;
}

function shardKey(queue: Queue, shard: number): string {
  return `${queue}#${shard}`;
}
