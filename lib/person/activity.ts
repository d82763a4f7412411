import { type ShownFields, type ShownValue, shownFields, shownText, shownValue } from './long-value.ts';
import type { SalesforceType } from './row.ts';

export type Direction = 'pull' | 'push';

export interface FieldChange {
  readonly field: string;
  readonly from: ShownValue;
  readonly to: ShownValue;
}

/** Which side a policy lets stand. */
export type Winner = 'local' | 'remote';

export interface Conflict {
  readonly field: string;
  readonly local: ShownValue;
  readonly remote: ShownValue;
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
      readonly detail: Rejection & { readonly values: ShownFields };
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
  | {
      readonly type: 'deleted';
      /** `pull`: by a merge in Salesforce with the row of an erased person. */
      readonly direction: 'pull' | null;
      /** `dropped`: fields whose edits waited, and go out no more. */
      readonly detail: { readonly salesforce: 'keep' | 'delete'; readonly dropped?: readonly string[] };
    }
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
  readonly superseded?: ShownFields;
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

/** Entries per chunk, at most. */
export const CHUNK_SIZE = 8;

/** Characters of entries, as JSON, from which on a chunk is full. */
const CHUNK_CHARACTERS = 16_000;

/**
 * Consecutive entries as they are kept outside the person's item. Where a chunk ends follows from the stored log alone,
 * so that whoever writes it, and however often, writes the same.
 */
export interface ActivityChunk {
  /** `seq` of its first entry. */
  readonly first: number;
  readonly activities: readonly Activity[];
}

/** The log with the happenings appended at this instant (ISO), each as a log keeps it. */
export function appendActivities(log: ActivityLog, happenings: readonly Happening[], at: string): ActivityLog {
  if (happenings.length === 0) return log;
  const added = happenings.map((happening, offset) => ({ ...keptHappening(happening), seq: log.next + offset, at }));
  return { next: log.next + added.length, recent: [...log.recent, ...added] };
}

/**
 * What a log keeps: long texts by their beginning, because the person or Salesforce holds them. The side that lost a
 * conflict, and an edit that gave way to a newer one, are nowhere else: they are kept whole.
 */
function keptHappening(happening: Happening): Happening {
  if (happening.type === 'fieldsChanged') {
    const changes = happening.detail.changes.map(({ field, from, to }) => {
      return { field, from: shownValue(from), to: shownValue(to) };
    });
    return { ...happening, detail: { ...happening.detail, changes } };
  }
  if (happening.type === 'conflict') {
    const { detail } = happening;
    return { ...happening, detail: { ...detail, [detail.winner]: shownValue(detail[detail.winner]) } };
  }
  if (happening.type !== 'rejected') return happening;
  const { message, values } = happening.detail;
  return {
    ...happening,
    detail: { ...happening.detail, message: shownText(message), values: shownFields(values) },
  };
}

/** The activity as a list shows it: every long text by its beginning. */
export function shownActivity<Shown extends Happening>(activity: Shown): Shown {
  if (activity.type === 'conflict') {
    const { local, remote } = activity.detail;
    return { ...activity, detail: { ...activity.detail, local: shownValue(local), remote: shownValue(remote) } };
  }
  if (activity.type !== 'merged' || activity.detail.superseded === undefined) return activity;
  return { ...activity, detail: { ...activity.detail, superseded: shownFields(activity.detail.superseded) } };
}

/**
 * The full chunks among the entries that a stored person already holds. They may be written to items of their own at
 * any time and any number of times; only after that may `withoutChunks` take them out of the person's item. The newest
 * entry stays there: what it tells is not told again.
 */
export function fullChunks(stored: ActivityLog): ActivityChunk[] {
  const chunks: ActivityChunk[] = [];
  let open: Activity[] = [];
  let characters = 0;
  for (const activity of stored.recent.slice(0, -1)) {
    open.push(activity);
    characters += JSON.stringify(activity).length;
    if (open.length < CHUNK_SIZE && characters < CHUNK_CHARACTERS) continue;
    chunks.push({ first: open[0]?.seq ?? activity.seq, activities: open });
    open = [];
    characters = 0;
  }
  return chunks;
}

/** The log without entries that the given chunks hold. */
export function withoutChunks(log: ActivityLog, chunks: readonly ActivityChunk[]): ActivityLog {
  const last = chunks.at(-1)?.activities.at(-1);
  if (last === undefined) return log;
  return { next: log.next, recent: log.recent.filter((activity) => activity.seq > last.seq) };
}
