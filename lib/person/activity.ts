import type { FieldValue } from './field-value.ts';
import type { SalesforceType } from './row.ts';

export type Direction = 'pull' | 'push';

export interface FieldChange {
  readonly field: string;
  readonly from: FieldValue;
  readonly to: FieldValue;
}

/** Which side a policy lets stand. */
export type Winner = 'local' | 'remote';

export interface Conflict {
  readonly field: string;
  readonly local: FieldValue;
  readonly remote: FieldValue;
  readonly winner: Winner;
}

/** A record that Salesforce refused for good. `fields` are local names. */
export interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}

/** What happened to a person, before it has a time and a place in the log. */
export type Happening =
  | { readonly type: 'created'; readonly direction: Direction | null; readonly detail: { readonly source: string } }
  | {
      readonly type: 'fieldsChanged';
      readonly direction: Direction | null;
      /** `tooLong`: the texts were longer than Salesforce takes, and were cut as the settings ask. */
      readonly detail: { readonly changes: readonly FieldChange[]; readonly reason?: 'tooLong' };
    }
  | { readonly type: 'conflict'; readonly direction: Direction; readonly detail: Conflict }
  | {
      readonly type: 'syncedToSalesforce';
      readonly direction: 'push';
      readonly detail: {
        readonly fields: readonly string[];
        readonly created: boolean;
        /** Fields of a new record that were empty here and took the configured value. */
        readonly defaulted?: readonly string[];
        /** Without a guard: what others saved at that moment may have been written over. */
        readonly mass?: true;
      };
    }
  | {
      readonly type: 'rejected';
      readonly direction: Direction;
      readonly detail: Rejection & { readonly values: Readonly<Record<string, FieldValue>> };
    }
  | {
      readonly type: 'linked' | 'converted' | 'deletedInSalesforce' | 'undeleted';
      readonly direction: Direction;
      readonly detail: { readonly type: SalesforceType; readonly id: string };
    }
  | { readonly type: 'merged'; readonly direction: Direction; readonly detail: MergedDetail }
  | {
      readonly type: 'ownerChanged';
      readonly direction: Direction;
      readonly detail: { readonly from: string; readonly to: string };
    }
  | { readonly type: 'deleted'; readonly direction: null; readonly detail: { readonly salesforce: 'keep' | 'delete' } }
  | { readonly type: 'revived'; readonly direction: null; readonly detail: { readonly source: string } };

/** Two persons, or only two rows, became one. */
export interface MergedDetail {
  /** The person that stands. */
  readonly into: string;
  /** The person that became a part of it. */
  readonly from?: string;
  /** The row that stands, where the person had another. */
  readonly row?: string;
  /** When each field that came along was edited there; '' for a value that was only there and not here. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Edits that gave way to newer ones of the same fields. */
  readonly superseded?: Readonly<Record<string, FieldValue>>;
}

/** One entry of a person's activity log. `seq` counts up by one per person, without gaps. */
export type Activity = Happening & { readonly seq: number; readonly at: string };

/**
 * A person's log as it stands in the person's own item: the entries not yet moved out, oldest first, and the number
 * the next entry gets.
 */
export interface ActivityLog {
  readonly next: number;
  readonly recent: readonly Activity[];
}

export const EMPTY_LOG: ActivityLog = { next: 0, recent: [] };

/** Entries per chunk. A chunk is filled once and never changes, so writing it twice writes the same. */
export const CHUNK_SIZE = 8;

/** `CHUNK_SIZE` consecutive entries, from `index * CHUNK_SIZE` on, as they are kept outside the person's item. */
export interface ActivityChunk {
  readonly index: number;
  readonly activities: readonly Activity[];
}

/** The log with the happenings appended at this instant (ISO). */
export function appendActivities(log: ActivityLog, happenings: readonly Happening[], at: string): ActivityLog {
  if (happenings.length === 0) return log;
  const added = happenings.map((happening, offset) => ({ ...happening, seq: log.next + offset, at }));
  return { next: log.next + added.length, recent: [...log.recent, ...added] };
}

/**
 * The full chunks among the entries that a stored person already holds. They may be written to items of their own at
 * any time and any number of times; only after that may `withoutChunks` take them out of the person's item. The newest
 * entry stays there: what it tells is not told again.
 */
export function fullChunks(stored: ActivityLog): ActivityChunk[] {
  const first = stored.recent[0];
  if (first === undefined) return [];
  const chunks: ActivityChunk[] = [];
  for (let index = Math.ceil(first.seq / CHUNK_SIZE); (index + 1) * CHUNK_SIZE < stored.next; index += 1) {
    const offset = index * CHUNK_SIZE - first.seq;
    chunks.push({ index, activities: stored.recent.slice(offset, offset + CHUNK_SIZE) });
  }
  return chunks;
}

/** The log without entries that the given chunks hold. */
export function withoutChunks(log: ActivityLog, chunks: readonly ActivityChunk[]): ActivityLog {
  const last = chunks.at(-1);
  if (last === undefined) return log;
  const from = (last.index + 1) * CHUNK_SIZE;
  return { next: log.next, recent: log.recent.filter((activity) => activity.seq >= from) };
}
