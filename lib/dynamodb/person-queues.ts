import { InvalidCursorError } from '../sync/errors.ts';
import type { WaitingPerson, WaitingSpan } from '../sync/ports/person-store.ts';
import type { ItemTable, QueryPage } from './item-table.ts';
import { BY_QUEUE, type Key, mayBeDue, personIdOf, personKey, type Queue, queueKey, shardKeys } from './keys.ts';

/** A person as stored in the index. */
type QueueEntry = Key & { readonly queue: string; readonly queueSince: string };
type Start = QueryPage<unknown>['next'];

/** The read position in one shard: the last entry returned, or null. */
type ShardPosition = readonly [personId: string, since: string] | null;

const PAGE = 1_000;

/** Ids of the persons in a queue, of all or of a span, in pages with entries of all shards. */
export async function* queuedIds(table: ItemTable, queue: Queue, span?: WaitingSpan): AsyncIterable<readonly string[]> {
  let open: { readonly shard: string; readonly start: Start }[] = shardKeys(queue).map((shard) => ({
    shard,
    start: undefined,
  }));
  while (open.length > 0) {
    const pages = await Promise.all(
      open.map(async ({ shard, start }) => {
        const page = await table.query<QueueEntry>({ ...inShard(shard, span), Limit: PAGE, ExclusiveStartKey: start });
        return { shard, page };
      }),
    );
    const ids = pages.flatMap(({ page }) => page.items.map(personIdOf));
    if (ids.length > 0) yield ids;
    open = pages.flatMap(({ shard, page }) => (page.next === undefined ? [] : [{ shard, start: page.next }]));
  }
}

/** The newest entries of a queue after an instant, newest first. */
export async function newestSince(
  table: ItemTable,
  queue: Queue,
  after: string | null,
  limit: number,
): Promise<readonly WaitingPerson[]> {
  const pages = await Promise.all(
    shardKeys(queue).map((shard) =>
      table.query<QueueEntry>({
        ...inShard(shard, { after, until: LAST_INSTANT }),
        ScanIndexForward: false,
        Limit: limit,
      }),
    ),
  );
  return pages
    .flatMap(({ items }) => items.map((entry) => ({ personId: personIdOf(entry), since: entry.queueSince })))
    .sort((a, b) => compareText(b.since, a.since))
    .slice(0, limit);
}

/** The start of the oldest entry of a queue; null: the queue is empty. */
export async function oldestSince(table: ItemTable, queue: Queue): Promise<string | null> {
  const oldest = await Promise.all(
    shardKeys(queue).map((shard) => table.query<QueueEntry>({ ...inShard(shard), Limit: 1 })),
  );
  return oldest.flatMap(({ items }) => items.map(({ queueSince }) => queueSince)).sort()[0] ?? null;
}

/** The number of persons in a queue, and the start of the oldest entry. */
export async function queueBacklog(
  table: ItemTable,
  queue: Queue,
): Promise<{ readonly count: number; readonly oldestAt: string | null }> {
  const [oldestAt, ...counts] = await Promise.all([
    oldestSince(table, queue),
    ...shardKeys(queue).map((shard) => countShard(table, shard)),
  ]);
  return { count: counts.reduce((sum, count) => sum + count, 0), oldestAt };
}

/**
 * A page of the ids in some queues, newest first. The cursor holds a position per shard, because the index does not
 * define the order of entries with equal instants.
 */
export async function newestQueued(
  table: ItemTable,
  queues: readonly Queue[],
  limit: number,
  cursor: string | null,
): Promise<{ readonly personIds: readonly string[]; readonly cursor: string | null }> {
  const shards = queues.flatMap(shardKeys);
  const positions = cursor === null ? shards.map(() => null) : parseCursor(cursor, queues);
  const pages = await Promise.all(
    shards.map((shard, at) =>
      table.query<QueueEntry>({
        ...inShard(shard),
        ScanIndexForward: false,
        Limit: limit,
        ExclusiveStartKey: startAfter(shard, positions[at] ?? null),
      }),
    ),
  );
  const found = pages.flatMap((page, shard) => page.items.map((entry) => ({ entry, shard })));
  const given = found.sort((a, b) => compareText(b.entry.queueSince, a.entry.queueSince)).slice(0, limit);
  const advanced = [...positions];
  for (const { entry, shard } of given) advanced[shard] = [personIdOf(entry), entry.queueSince];
  const more = found.length > given.length || pages.some((page) => page.next !== undefined);
  return { personIds: given.map(({ entry }) => personIdOf(entry)), cursor: more ? formatCursor(advanced) : null };
}

/** Ids of rejected persons whose next try is due, oldest rejections of each shard first. Reads only keys of the index. */
export async function dueRetries(table: ItemTable, now: string, limit: number): Promise<readonly string[]> {
  const shards = shardKeys('rejected');
  const most = Math.ceil(limit / shards.length);
  const due = await Promise.all(shards.map((shard) => dueInShard(table, shard, { now, most })));
  return due.flat();
}

async function dueInShard(
  table: ItemTable,
  shard: string,
  { now, most }: { readonly now: string; readonly most: number },
): Promise<readonly string[]> {
  const due: string[] = [];
  for await (const page of table.pages<QueueEntry>(inShard(shard))) {
    for (const entry of page.items) if (mayBeDue(entry.queueSince, now)) due.push(personIdOf(entry));
    if (due.length >= most) break;
  }
  return due.slice(0, most);
}

function inShard(shard: string, span?: WaitingSpan) {
  if (span === undefined) {
    return {
      IndexName: BY_QUEUE,
      KeyConditionExpression: '#queue = :queue',
      ExpressionAttributeNames: { '#queue': 'queue' },
      ExpressionAttributeValues: { ':queue': shard },
    };
  }
  // Instants are ISO texts of one length: an instant with a suffix sorts after the instant and before the next one.
  const from = span.after === null ? FIRST_INSTANT : `${span.after}~`;
  return {
    IndexName: BY_QUEUE,
    KeyConditionExpression: '#queue = :queue AND #since BETWEEN :from AND :until',
    ExpressionAttributeNames: { '#queue': 'queue', '#since': 'queueSince' },
    ExpressionAttributeValues: { ':queue': shard, ':from': from, ':until': span.until },
  };
}

const FIRST_INSTANT = '0';
const LAST_INSTANT = '~';

async function countShard(table: ItemTable, shard: string): Promise<number> {
  let count = 0;
  for await (const page of table.pages({ ...inShard(shard), Select: 'COUNT' })) count += page.count;
  return count;
}

function startAfter(shard: string, position: ShardPosition): Start {
  if (position === null) return undefined;
  const [personId, queueSince] = position;
  return { ...personKey(personId), queue: shard, queueSince };
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function formatCursor(positions: readonly ShardPosition[]): string {
  return Buffer.from(JSON.stringify(positions)).toString('base64url');
}

/** DynamoDB refuses a start entry impossible for the shard: the cursor is invalid. */
function parseCursor(cursor: string, queues: readonly Queue[]): ShardPosition[] {
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString());
  const places = queues.flatMap((queue) => shardKeys(queue).map((shard) => ({ queue, shard })));
  const isPossible = (position: ShardPosition, at: number): boolean => {
    const place = places[at];
    return position === null || (place !== undefined && queueKey(place.queue, position[0]) === place.shard);
  };
  const isOurs = Array.isArray(parsed) && parsed.length === places.length && parsed.every(isPosition);
  if (!isOurs || !parsed.every(isPossible)) throw new InvalidCursorError(`unknown cursor: ${cursor.slice(0, 100)}`);
  return parsed;
}

function isPosition(value: unknown): value is ShardPosition {
  if (value === null) return true;
  const isText = (part: unknown): boolean => typeof part === 'string' && part.length > 0 && part.length <= 500;
  return Array.isArray(value) && value.length === 2 && value.every(isText);
}

/** A cursor from outside may be any text; undefined if not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
