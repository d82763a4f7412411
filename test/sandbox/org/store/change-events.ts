import type { OrgState } from '../org-state.ts';
import type { Row } from '../soql/source.ts';

/** One write of a row: what was there before and is there now. */
export interface RowChange {
  readonly object: string;
  readonly before: Row | undefined;
  /** Undefined where the row is gone for good. */
  readonly after: Row | undefined;
  /** The API and the client that wrote, as `changeOrigin` names them; empty for what the org does itself. */
  readonly origin: string;
}

type ChangeType = 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE';

/** A change event as it is kept: the rows' values are put into it when somebody reads it. */
export interface KeptEvent {
  readonly replayId: number;
  readonly object: string;
  readonly changeType: ChangeType | `GAP_${ChangeType}` | 'GAP_OVERFLOW';
  readonly recordIds: readonly string[];
  readonly row: Row;
  /** Stored fields that an update changed. */
  readonly changed: readonly string[];
  readonly origin: string;
  readonly committedAt: number;
  readonly commitNumber: number;
  readonly sequenceNumber: number;
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_streaming.meta/api_streaming/using_streaming_api_durability.htm} */
const KEPT_MS = 72 * 3_600_000;
/** Older ones are forgotten beyond this, so that a long run does not fill the memory. */
const MAX_KEPT = 100_000;

/** The objects that Setup has selected for Change Data Capture. */
const ENTITIES: ReadonlySet<string> = new Set(['Lead', 'Contact']);

/** Fields that no event tells of. */
const UNTOLD: ReadonlySet<string> = new Set(['SystemModstamp', 'IsDeleted', 'Name']);

interface Drafted {
  readonly changeType: ChangeType;
  readonly change: RowChange;
  readonly row: Row;
  readonly changed: readonly string[];
}

/**
 * The change events of Leads and Contacts, for 72 hours. A transaction that is rolled back leaves none.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_message_structure.htm}
 */
export class ChangeEvents {
  /** Changes of one transaction beyond these are only told of as an overflow; each field of an update counts. */
  readonly threshold = { changes: 100_000 };
  #kept: KeptEvent[] = [];
  #forgotten = 0;
  #replayId = 0;
  #commitNumber = 0;

  /** The id of the newest event; ids go on after a reset. */
  get latest(): number {
    return this.#replayId;
  }

  clear(): void {
    this.#kept = [];
    this.#forgotten = this.#replayId;
    this.threshold.changes = 100_000;
  }

  /** The events after a replay id, the oldest first, or undefined where some of them are no longer kept. */
  after(replayId: number, now: number): readonly KeptEvent[] | undefined {
    this.#forget(now);
    if (replayId < this.#forgotten) return undefined;
    return this.#kept.slice(replayId - this.#forgotten);
  }

  /** The oldest events that are kept. */
  all(now: number): readonly KeptEvent[] {
    this.#forget(now);
    return this.#kept;
  }

  /** Makes the events of a transaction. */
  committed(org: OrgState, changes: readonly RowChange[]): void {
    const drafts = changes.flatMap((change) => draft(change) ?? []);
    if (drafts.length === 0) return;
    const now = org.clock.now();
    this.#commitNumber += 1;
    let [left, sequenceNumber] = [this.threshold.changes, 0];
    const overflown = new Map<string, Drafted>();
    for (const drafted of drafts.length > 1 ? merged(drafts) : drafts.map((one) => ({ ...one, ids: [idOf(one)] }))) {
      left -= drafted.ids.length * Math.max(1, drafted.changed.length);
      sequenceNumber += 1;
      if (left >= 0) this.#add(org, drafted, { now, sequenceNumber });
      else overflown.set(drafted.change.object, overflown.get(drafted.change.object) ?? drafted);
    }
    for (const drafted of overflown.values()) {
      sequenceNumber += 1;
      this.#keep({ ...kept(drafted, []), changeType: 'GAP_OVERFLOW', changed: [] }, { now, sequenceNumber });
    }
  }

  #add(
    org: OrgState,
    drafted: Drafted & { ids: readonly string[] },
    at: { now: number; sequenceNumber: number },
  ): void {
    const event = kept(drafted, drafted.ids);
    const isLost = org.faults.losesEvent(event.object);
    this.#keep(isLost ? { ...event, changeType: `GAP_${drafted.changeType}`, changed: [] } : event, at);
  }

  #keep(
    event: Omit<KeptEvent, 'replayId' | 'committedAt' | 'commitNumber' | 'sequenceNumber'>,
    { now, sequenceNumber }: { now: number; sequenceNumber: number },
  ): void {
    this.#replayId += 1;
    const { length } = this.#kept;
    if (length >= MAX_KEPT * 2) this.#drop(length - MAX_KEPT);
    const commit = { committedAt: Math.floor(now / 1000) * 1000, commitNumber: this.#commitNumber, sequenceNumber };
    this.#kept.push({ ...event, replayId: this.#replayId, ...commit });
  }

  #forget(now: number): void {
    const firstKept = this.#kept.findIndex(({ committedAt }) => committedAt > now - KEPT_MS);
    this.#drop(firstKept === -1 ? this.#kept.length : firstKept);
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#kept = this.#kept.slice(count);
    this.#forgotten += count;
  }
}

function kept({ change, changeType, row, changed }: Drafted, recordIds: readonly string[]) {
  return { object: change.object, origin: change.origin, changeType, row, changed, recordIds };
}

function idOf({ row }: Drafted): string {
  return row.Id as string;
}

/** Emptying the recycle bin is told to nobody. */
function draft(change: RowChange): Drafted | undefined {
  const { object, before, after } = change;
  const row = after ?? before;
  if (!row || !ENTITIES.has(object)) return undefined;
  const wasThere = before !== undefined && before.IsDeleted !== true;
  const isThere = after !== undefined && after.IsDeleted !== true;
  if (!wasThere && !isThere) return undefined;
  if (!isThere) return { change, row, changed: [], changeType: 'DELETE' };
  if (!wasThere) return { change, row, changed: [], changeType: before ? 'UNDELETE' : 'CREATE' };
  const changed = Object.keys(row).filter((name) => row[name] !== before[name] && !UNTOLD.has(name));
  return { change, row, changeType: 'UPDATE', changed: [...new Set(['LastModifiedDate', ...changed])] };
}

/**
 * The same change of several records in one transaction is one event for all of them.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm}
 */
function merged(drafts: readonly Drafted[]): (Drafted & { ids: string[] })[] {
  const groups = new Map<string, Drafted & { ids: string[] }>();
  for (const drafted of drafts) {
    const { change, changeType, row, changed } = drafted;
    const values =
      changeType === 'DELETE' || changeType === 'UPDATE' ? changed.map((name) => [name, row[name]]) : row.Id;
    const key = JSON.stringify([change.object, changeType, change.origin, row.LastModifiedById, values]);
    const known = groups.get(key);
    if (known) known.ids.push(idOf(drafted));
    else groups.set(key, { ...drafted, ids: [idOf(drafted)] });
  }
  return [...groups.values()];
}
