import { gunzipSync, gzipSync } from 'node:zlib';
import type { SalesforceType } from '../person/row.ts';
import { NO_HISTORY } from '../schema/field-history.ts';
import { SCHEMA_FORMAT } from '../schema/object-schema.ts';
import { chunked } from '../sync/in-parallel.ts';
import type { StoredSchema } from '../sync/ports/sync-state-store.ts';
import type { FeedState, RecentRows } from '../sync/state/feed-state.ts';
import type { JobBook } from '../sync/state/field-job.ts';
import { type Key, syncKey } from './keys.ts';

/** The position of a feed, with the number of the writing cycle. */
export type FeedItem = Key & Omit<FeedState, 'recent'> & { readonly cycle: number };

/** Packed, as many rows take at most 210 KB of the 400 KB allowed per item. */
const ROWS_PER_ITEM = 8000;

/**
 * A part of a feed's recent rows, packed. The first part contains the number of parts; further stored parts are
 * leftovers and are not read.
 */
export type RecentItem = Key & {
  readonly rows: Uint8Array;
  readonly parts: number;
  readonly incompleteUntil: string | null;
  readonly cycle: number;
};

/** A schema and the field history, packed: 800 fields would take 100 KB. */
export type SchemaItem = Key & {
  readonly schema: Uint8Array;
  readonly history?: Uint8Array | undefined;
  readonly lastModified: string | null;
  readonly revision?: number | undefined;
  readonly format?: number | undefined;
};

/** The jobs of an object (up to 800 fields, hence packed), with the number of the writing cycle. */
export type JobsItem = Key & { readonly book: Uint8Array; readonly cycle: number };

export function toJobsItem(type: SalesforceType, book: JobBook, cycle: number): JobsItem {
  return { ...syncKey(`JOB#${type}`), book: gzipSync(JSON.stringify(book)), cycle };
}

export function toJobBook(item: JobsItem): JobBook {
  return JSON.parse(gunzipSync(item.book).toString());
}

export function toFeedItem(type: SalesforceType, state: FeedState, cycle: number): FeedItem {
  const { recent: _, ...position } = state;
  return { ...syncKey(`FEED#${type}`), ...position, cycle };
}

/** The parts in order. */
export function toRecentItems(type: SalesforceType, recent: RecentRows, cycle: number): RecentItem[] {
  const { rows, incompleteUntil } = recent;
  const pieces = chunked([...rows], ROWS_PER_ITEM);
  // Without rows one empty part is written.
  const parts = Math.max(pieces.length, 1);
  return Array.from({ length: parts }, (_, part) => {
    return { ...recentKey(type, part), rows: packRows(new Map(pieces[part])), parts, incompleteUntil, cycle };
  });
}

export function recentKey(type: SalesforceType, part: number): Key {
  return syncKey(part === 0 ? `RECENT#${type}` : `RECENT#${type}#${part}`);
}

/** The keys of the further parts, according to the first. */
export function furtherKeys(type: SalesforceType, first: RecentItem | undefined): Key[] {
  return Array.from({ length: (first?.parts ?? 1) - 1 }, (_, at) => recentKey(type, at + 1));
}

export function toFeedState(feed: FeedItem, recent: readonly RecentItem[]): FeedState {
  const {
    checkpoint,
    coveredUpTo,
    latestDateCovered,
    unfinished,
    bulk,
    lostJobs,
    deletedUntil,
    oddCovered,
    firstSync,
  } = feed;
  return {
    checkpoint,
    coveredUpTo,
    latestDateCovered,
    unfinished,
    ...(bulk === undefined ? {} : { bulk }),
    ...(lostJobs === undefined ? {} : { lostJobs }),
    ...(deletedUntil === undefined ? {} : { deletedUntil }),
    ...(oddCovered === undefined ? {} : { oddCovered }),
    ...(firstSync === undefined ? {} : { firstSync }),
    recent: {
      rows: new Map(recent.flatMap(({ rows }) => unpackRows(rows))),
      incompleteUntil: recent[0]?.incompleteUntil ?? null,
    },
  };
}

export function toSchemaItem({ schema, history, lastModified, revision }: StoredSchema): SchemaItem {
  const packed = { schema: gzipSync(JSON.stringify(schema)), history: gzipSync(JSON.stringify(history)) };
  return { ...syncKey(`SCHEMA#${schema.type}`), ...packed, lastModified, revision, format: schema.format };
}

/** Undefined for a schema in a different format: the object is described again. */
export function toStoredSchema({
  schema: packed,
  history,
  lastModified,
  revision = 0,
}: SchemaItem): StoredSchema | undefined {
  const schema: StoredSchema['schema'] = JSON.parse(gunzipSync(packed).toString());
  if (schema.format !== SCHEMA_FORMAT) return undefined;
  // An older version may have written less.
  const known = history === undefined ? {} : JSON.parse(gunzipSync(history).toString());
  return { schema, history: { ...NO_HISTORY, ...known }, lastModified, revision };
}

/** Columns compress better than rows: ids beside ids, stamps beside stamps. */
function packRows(rows: RecentRows['rows']): Uint8Array {
  const known = [...rows.values()];
  const stamps = known.map(([systemModstamp]) => systemModstamp);
  const queued = known.map(([, queuedAt]) => queuedAt);
  return gzipSync(JSON.stringify([[...rows.keys()], stamps, queued]));
}

function unpackRows(packed: Uint8Array): [id: string, known: readonly [state: string, queuedAt: string]][] {
  const [ids, stamps, queued]: [string[], string[], string[]] = JSON.parse(gunzipSync(packed).toString());
  return ids.map((id, at) => [id, [stamps[at] ?? '', queued[at] ?? '']]);
}
