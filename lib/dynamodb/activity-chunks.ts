import { isDeepStrictEqual } from 'node:util';
import { type Activity, type ActivityChunk, CHUNK_SIZE } from '../person/activity.ts';
import type { Person } from '../person/person.ts';
import { InvalidCursorError } from '../sync/errors.ts';
import type { Page } from '../sync/ports/person-store.ts';
import { packActivities, unpackChunk } from './activity-pack.ts';
import type { ItemTable } from './item-table.ts';
import { ACTIVITY, activityKey, firstOf, type Key } from './keys.ts';

type ChunkItem = Key & { readonly log: Uint8Array; readonly expiresAt: number };

const SECONDS_PER_DAY = 86_400;

/** Query for all chunks of a person. */
function chunksOf(personId: string) {
  return {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :chunks)',
    ExpressionAttributeValues: { ':pk': activityKey(personId, 0).pk, ':chunks': ACTIVITY },
    ConsistentRead: true,
  };
}

const KEYS_ONLY = { ProjectionExpression: 'pk, sk' };

/** Activities moved out of the person's item, in immutable chunks, deleted by TTL after the retention period. */
export class ActivityChunks {
  readonly #table: ItemTable;
  readonly #retentionDays: number;

  constructor(table: ItemTable, retentionDays: number) {
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  async putChunk(personId: string, chunk: ActivityChunk): Promise<void> {
    const newest = Date.parse(chunk.activities.at(-1)?.at ?? '');
    const expiresAt = Math.floor(newest / 1000) + this.#retentionDays * SECONDS_PER_DAY;
    const item = { ...activityKey(personId, chunk.first), log: packActivities(chunk.activities), expiresAt };
    await this.#table.put(item satisfies ChunkItem);
  }

  /** Removes every activity moved out of the person's item. */
  async forget(personId: string): Promise<void> {
    for await (const { items } of this.#table.pages<Key>({ ...chunksOf(personId), ...KEYS_ONLY })) {
      await Promise.all(items.map(({ pk, sk }) => this.#table.delete({ pk, sk })));
    }
  }

  /** Returns the number of chunks changed by `change`. A chunk removed concurrently is not restored. */
  async rewrite(personId: string, change: (activity: Activity) => Activity): Promise<number> {
    let changed = 0;
    for await (const { items } of this.#table.pages<ChunkItem>(chunksOf(personId))) {
      for (const item of items) {
        const before = unpackChunk(item.log, firstOf(item));
        const after = before.map(change);
        if (isDeepStrictEqual(before, after)) continue;
        const Item: ChunkItem = { ...item, log: packActivities(after) };
        await this.#table.putIf({ Item, ConditionExpression: 'attribute_exists(pk)' });
        changed += 1;
      }
    }
    return changed;
  }

  /** The entries before the cursor, newest first. A chunk may repeat entries still in the person's item. */
  async page(person: Person, limit: number, cursor: string | null): Promise<Page<Activity>> {
    const before = cursor === null ? person.log.next : parseCursor(cursor);
    const found = person.log.recent.filter((activity) => activity.seq < before).reverse();
    let next = found.at(-1)?.seq ?? Math.min(before, person.log.next);
    while (found.length <= limit && next > 0) {
      const older = await this.#before(person.personId, next, limit + 1 - found.length);
      if (older.length === 0) break;
      found.push(...older);
      next = older.at(-1)?.seq ?? 0;
    }
    const items = found.slice(0, limit);
    return { items, cursor: found.length > limit ? String(items.at(-1)?.seq ?? before) : null };
  }

  async #before(personId: string, seq: number, atLeast: number): Promise<Activity[]> {
    const { pk, sk: last } = activityKey(personId, seq - 1);
    const page = await this.#table.query<ChunkItem>({
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: { ':pk': pk, ':first': activityKey(personId, 0).sk, ':last': last },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: Math.ceil(atLeast / CHUNK_SIZE) + 1,
    });
    const activities = page.items.flatMap((item) => unpackChunk(item.log, firstOf(item)).reverse());
    return activities.filter((activity) => activity.seq < seq);
  }
}

function parseCursor(cursor: string): number {
  if (!/^\d{1,12}$/.test(cursor)) throw new InvalidCursorError(`unknown cursor: ${cursor.slice(0, 100)}`);
  return Number(cursor);
}
