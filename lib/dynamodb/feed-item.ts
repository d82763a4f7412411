import { gunzipSync, gzipSync } from 'node:zlib';
import type { SalesforceType } from '../person/person.ts';
import { SCHEMA_FORMAT } from '../schema/object-schema.ts';
import type { FeedState, RecentRows } from '../sync/feed-state.ts';
import type { StoredSchema } from '../sync/ports/sync-state-store.ts';
import { type Key, syncKey } from './keys.ts';

/** The position of a feed, with the number of the cycle that wrote it. */
export type FeedItem = Key & Omit<FeedState, 'recent'> & { readonly cycle: number };

/** The remembered rows of a feed, packed: 8,000 of them take at most 210 KB of the 400 that an item may have. */
export type RecentItem = Key & {
  readonly rows: Uint8Array;
  readonly incompleteUntil: string | null;
  readonly cycle: number;
};

/** A schema, packed: 800 fields would take 100 KB. */
export type SchemaItem = Key & { readonly schema: Uint8Array; readonly lastModified: string | null };

export function toFeedItem(type: SalesforceType, state: FeedState, cycle: number): FeedItem {
  const { recent: _, ...position } = state;
  return { ...syncKey(`FEED#${type}`), ...position, cycle };
}

export function toRecentItem(type: SalesforceType, recent: RecentRows, cycle: number): RecentItem {
  const { rows, incompleteUntil } = recent;
  return { ...syncKey(`RECENT#${type}`), rows: packRows(rows), incompleteUntil, cycle };
}

export function toFeedState(feed: FeedItem, recent: RecentItem | undefined): FeedState {
  const { checkpoint, coveredUpTo, latestDateCovered, unfinished, deletedUntil } = feed;
  return {
    checkpoint,
    coveredUpTo,
    latestDateCovered,
    unfinished,
    ...(deletedUntil === undefined ? {} : { deletedUntil }),
    recent: {
      rows: recent === undefined ? new Map() : unpackRows(recent.rows),
      incompleteUntil: recent?.incompleteUntil ?? null,
    },
  };
}

export function toSchemaItem({ schema, lastModified }: StoredSchema): SchemaItem {
  return { ...syncKey(`SCHEMA#${schema.type}`), schema: gzipSync(JSON.stringify(schema)), lastModified };
}

/** Undefined for a schema of another format: it is described again. */
export function toStoredSchema(item: SchemaItem): StoredSchema | undefined {
  const schema: StoredSchema['schema'] = JSON.parse(gunzipSync(item.schema).toString());
  return schema.format === SCHEMA_FORMAT ? { schema, lastModified: item.lastModified } : undefined;
}

/** Columns compress better than rows: ids beside ids, stamps beside stamps. */
function packRows(rows: RecentRows['rows']): Uint8Array {
  const known = [...rows.values()];
  const stamps = known.map(([systemModstamp]) => systemModstamp);
  const queued = known.map(([, queuedAt]) => queuedAt);
  return gzipSync(JSON.stringify([[...rows.keys()], stamps, queued]));
}

function unpackRows(packed: Uint8Array): RecentRows['rows'] {
  const [ids, stamps, queued]: [string[], string[], string[]] = JSON.parse(gunzipSync(packed).toString());
  return new Map(ids.map((id, at) => [id, [stamps[at] ?? '', queued[at] ?? '']]));
}
