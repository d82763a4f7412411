import { type ShownFields, type ShownValue, shownFields, shownText, shownValue } from './long-value.ts';
import type { SalesforceType } from './row.ts';

export type Direction = 'pull' | 'push';

export interface FieldChange {
  readonly field: string;
  readonly from: ShownValue;
  readonly to: ShownValue;
}

/** The side whose value a policy keeps. */
export type Winner = 'local' | 'remote';

export interface Conflict {
  readonly field: string;
  readonly local: ShownValue;
  readonly remote: ShownValue;
  readonly winner: Winner;
}

/** A permanent refusal by Salesforce. `fields` are local names. */
export interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}

/** A change of a person, before the log gives it a time and a sequence number. */
export type Happening =
  | { readonly type: 'created'; readonly direction: Direction | null; readonly detail: { readonly source: string } }
  | {
      readonly type: 'fieldsChanged';
      readonly direction: Direction | null;
      /** `tooLong`: the texts exceeded Salesforce's length limit and were cut, as configured. */
      readonly detail: { readonly changes: readonly FieldChange[]; readonly reason?: 'tooLong' };
    }
  | { readonly type: 'conflict'; readonly direction: Direction; readonly detail: Conflict }
  | {
      readonly type: 'syncedToSalesforce';
      readonly direction: 'push';
      readonly detail: {
        readonly fields: readonly string[];
        readonly created: boolean;
        /** Fields of a new record, empty locally, filled with the configured default. */
        readonly defaulted?: readonly string[];
        /** Pushed without a guard: a concurrent save in Salesforce may have been overwritten. */
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
      /** `dropped`: fields whose pending edits were cancelled. */
      readonly detail: { readonly salesforce: 'keep' | 'delete'; readonly dropped?: readonly string[] };
    }
  | { readonly type: 'revived'; readonly direction: null; readonly detail: { readonly source: string } };

/** Two persons, or only two rows, became one. */
export interface MergedDetail {
  /** The surviving person. */
  readonly into: string;
  /** The absorbed person. */
  readonly from?: string;
  /** The surviving row, where the person held a different row before. */
  readonly row?: string;
  /** By inherited field, the time of the loser's edit; '' for a value without a local edit. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Edits replaced by newer edits of the same fields. */
  readonly superseded?: ShownFields;
}

/** One entry of a person's activity log. `seq` counts up by one per person, without gaps. */
export type Activity = Happening & { readonly seq: number; readonly at: string };

/**
 * The part of a log stored in the person's own item: the entries not yet moved to chunks, oldest first, and the `seq`
 * of the next entry.
 */
export interface ActivityLog {
  readonly next: number;
  readonly recent: readonly Activity[];
}

export const EMPTY_LOG: ActivityLog = { next: 0, recent: [] };

/** Maximum entries per chunk. */
export const CHUNK_SIZE = 8;

/** A chunk is full from this many characters of entries (as JSON) on. */
const CHUNK_CHARACTERS = 16_000;

/**
 * Consecutive entries stored outside the person's item. The chunk borders depend on the stored log alone, so repeated
 * and concurrent writers write identical chunks.
 */
export interface ActivityChunk {
  /** `seq` of the first entry. */
  readonly first: number;
  readonly activities: readonly Activity[];
}

/** The log with the happenings appended at the given instant (ISO), long texts shortened. */
export function appendActivities(log: ActivityLog, happenings: readonly Happening[], at: string): ActivityLog {
  if (happenings.length === 0) return log;
  const added = happenings.map((happening, offset) => ({
    ...shortenedHappening(happening),
    seq: log.next + offset,
    at,
  }));
  return { next: log.next + added.length, recent: [...log.recent, ...added] };
}

/**
 * Long texts are logged by their beginning, because the person or Salesforce holds the full text. The losing value of a
 * conflict and a superseded edit are stored nowhere else, and therefore logged in full.
 */
function shortenedHappening(happening: Happening): Happening {
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

/** The activity for a list: every long text by its beginning. */
export function shownActivity<Shown extends Happening>(activity: Shown): Shown {
  if (activity.type === 'conflict') {
    const { local, remote } = activity.detail;
    return { ...activity, detail: { ...activity.detail, local: shownValue(local), remote: shownValue(remote) } };
  }
  if (activity.type !== 'merged' || activity.detail.superseded === undefined) return activity;
  return { ...activity, detail: { ...activity.detail, superseded: shownFields(activity.detail.superseded) } };
}

/**
 * The full chunks among the entries of a stored person. Writing chunks to separate items is idempotent; `withoutChunks`
 * may remove the entries from the person's item only afterwards. The newest entry always stays in the item, so that a
 * repeated activity can be recognized.
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

/** The log without the entries contained in the given chunks. */
export function withoutChunks(log: ActivityLog, chunks: readonly ActivityChunk[]): ActivityLog {
  const last = chunks.at(-1)?.activities.at(-1);
  if (last === undefined) return log;
  return { next: log.next, recent: log.recent.filter((activity) => activity.seq > last.seq) };
}
