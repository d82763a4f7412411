import type { Activity } from '../../lib/person/activity.ts';
import type { FieldValue } from '../../lib/person/field-value.ts';
import { toIsoInstant } from '../../lib/person/field-value.ts';
import { baseValue, type Person } from '../../lib/person/person.ts';
import { personIdOfKey } from '../../lib/person/person-key.ts';
import { isWrite, type Subrequest } from '../../lib/salesforce/subrequest.ts';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';
import type { Row } from '../sandbox/org/soql/source.ts';
import { countOutcomes } from './count-outcomes.ts';
import { alikeIn } from './fields.ts';
import type { Invocation } from './invocation.ts';
import { checkWrite } from './oracles/write-oracles.ts';
import { guardOn, refusalsOf, type SubResponse, writtenRows } from './push-parts.ts';
import { messageTold, personTold, rowTold } from './story.ts';
import type { World } from './world.ts';

/** A row as it was from an instant on. */
export interface RowState {
  readonly at: number;
  readonly object: string;
  readonly row: Row;
  readonly stamp: string;
  /** It became visible long after its stamp. */
  readonly late: boolean;
  /** The push that made it so; null where somebody in the org did. */
  readonly push: Push | null;
}

/** A request of ours that writes. */
export interface Push {
  readonly invocation: Invocation;
  readonly sentAt: number;
  /** When the function last read rows before that. */
  readonly readAt: number;
  readonly rowIds: readonly string[];
  readonly parts: readonly Subrequest[];
  /** Its answer came to a function that was still there. */
  answered: boolean;
  /** It has committed or never will. */
  over: boolean;
  /** Its answer holds the rows as they were before and after. */
  readAround: boolean;
  /** Which of its records Salesforce refused, by the row, or by the person of a row that was to be made. */
  refused: readonly Refusal[];
}

interface Refusal {
  readonly rowId: string;
  readonly code: string;
}

/** A value of a field of a person, from an instant on. */
export interface LocalValue {
  readonly at: number;
  readonly value: FieldValue;
  /** Whether it was edited here, or came from Salesforce. */
  readonly origin: 'edit' | 'pull';
  /** An edit back to what Salesforce was known to hold, which leaves nothing to push. */
  readonly toBase: boolean;
  /** The row that the person stood for. */
  readonly rowId: string | null;
}

/** A worker that began before a row was known to be gone may still be at it for as long as a function runs. */
const WORK_IN_HAND_MS = 120_000;

/** The book of what happened on both sides: who changed what, when, and when the other side could know. */
export class Ledger {
  readonly rows = new Map<string, RowState[]>();
  /** By person, then field. */
  readonly values = new Map<string, Map<string, LocalValue[]>>();
  readonly activities = new Map<string, Activity[]>();
  /** When an activity was stored; what it says itself is the time of some function's clock. */
  readonly toldAt = new WeakMap<Activity, number>();
  /** Every state of a person, in the order of its writes, each with when it was written. */
  readonly versions = new Map<string, { readonly at: number; readonly person: Person }[]>();
  readonly pushes: Push[] = [];
  /** The stamps in which a row was durably queued. */
  readonly queuedStamps = new Map<string, Set<string>>();
  /** Every row that a person has been linked to. */
  readonly links = new Map<string, Set<string>>();
  /** Every person that has been linked to a row. */
  readonly holders = new Map<string, Set<string>>();
  /** Since when our side knows that a row is gone. */
  readonly goneAt = new Map<string, number>();
  readonly checkpoints = new Map<string, string>();
  readonly createdLeads = new Map<string, string[]>();
  purged = new Set<string>();
  arriving: Push | null = null;
  personWrites = 0;
  messagesSent = 0;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  rowSaved(object: string, row: Row): void {
    if (object !== 'Lead' && object !== 'Contact') return;
    const id = String(row.Id);
    const states = this.rows.get(id) ?? [];
    if (states.length === 0) this.rows.set(id, states);
    const before = states.at(-1)?.row;
    if (before === undefined && this.arriving !== null) this.#leadCreated(row);
    const stamp = toIsoInstant(String(row.SystemModstamp));
    const late = this.#world.org.clock.now() - Date.parse(stamp) > 1000;
    states.push({ at: this.#world.timeline.now, object, row, stamp, late, push: this.arriving });
    this.#world.narrate(() => rowTold(this.arriving?.invocation.name, row, before));
  }

  rowPurged(id: string): void {
    this.purged.add(id);
    this.#world.narrate(() => `${id} is gone for good`);
  }

  queued(body: string): void {
    this.messagesSent += 1;
    const message = parseChangeMessage(body);
    if (message === undefined) return;
    this.#world.narrate(() => messageTold(this.#world.acting?.name ?? 'somebody', 'queues', message));
    if (!('type' in message)) return;
    const rows =
      message.kind === 'rows' ? message.rows.map(([id, stamp]) => [id, stamp]) : message.ids.map((id) => [id, '']);
    for (const [id, stamp] of rows) {
      const stamps = this.queuedStamps.get(String(id)) ?? new Set();
      this.queuedStamps.set(String(id), stamps.add(toIsoInstant(String(stamp))));
    }
  }

  pushSent(invocation: Invocation, parts: readonly Subrequest[]): Push {
    const rowIds = parts.filter(isWrite).flatMap(writtenRows);
    const push: Push = {
      invocation,
      sentAt: this.#world.timeline.now,
      readAt: invocation.lastReadAt,
      rowIds,
      parts,
      answered: false,
      over: false,
      readAround: true,
      refused: [],
    };
    this.#mayBeWritten(invocation, rowIds);
    this.#mustBeAlone(push);
    this.pushes.push(push);
    return push;
  }

  pushOver(push: Push, response: OrgResponse | undefined): void {
    push.over = true;
    const { compositeResponse = [] } = (response?.body ?? {}) as { compositeResponse?: SubResponse[] };
    push.refused = refusalsOf(push.parts, compositeResponse);
    push.readAround = compositeResponse.every(({ httpStatusCode }, at) => {
      const part = push.parts[at];
      return httpStatusCode < 300 || (part !== undefined && isWrite(part));
    });
  }

  pushAnswered(push: Push): void {
    push.answered = true;
  }

  personWritten(before: Person | undefined, after: Person): void {
    if (before !== undefined && before.revision === after.revision) {
      const tookOver = before.lease !== null && after.lease !== null && before.lease.owner !== after.lease.owner;
      if (tookOver) this.#world.swarm.count('leaseTakenOver');
      return;
    }
    this.personWrites += 1;
    const versions = this.versions.get(after.personId) ?? [];
    this.versions.set(after.personId, versions);
    versions.push({ at: this.#world.timeline.now, person: after });
    const logged = this.activities.get(after.personId) ?? [];
    const known = logged.length;
    const added = after.log.recent.filter((activity) => activity.seq >= known);
    this.activities.set(after.personId, logged);
    logged.push(...added);
    for (const activity of added) this.toldAt.set(activity, this.#world.timeline.now);
    this.#noteValues(before, after, added);
    countOutcomes(this.#world.swarm, before, after, added);
    this.#noteLink(after);
    this.#world.narrate(() => personTold(this.#world.acting?.name, before, after, added));
    checkWrite(this.#world, before, after, added);
  }

  /** Those who have stood for a row, and all that they became a part of. */
  personsOfRow(rowId: string): ReadonlySet<string> {
    const found = new Set(this.holders.get(rowId));
    for (const personId of found) {
      const into = this.#world.stores.peek(personId)?.mergedInto;
      if (into != null) found.add(into);
    }
    return found;
  }

  valuesOf(personId: string, field: string): LocalValue[] {
    const byField = this.values.get(personId) ?? new Map<string, LocalValue[]>();
    this.values.set(personId, byField);
    const values = byField.get(field) ?? [];
    byField.set(field, values);
    return values;
  }

  /**
   * Invariant 3: of pushes under way at once of one row only one can be taken: all have a guard, or the row is past that
   * of the earlier one. Of one person whose Lead is made there is only one.
   */
  #mustBeAlone(push: Push): void {
    const mayMeet = (known: Push, rowId: string) => {
      const guard = guardOn(known, rowId);
      const stamp = Date.parse(this.rows.get(rowId)?.at(-1)?.stamp ?? '');
      return guard !== undefined && (guardOn(push, rowId) !== undefined || stamp >= guard + 1000);
    };
    for (const known of this.pushes) {
      if (known.over) continue;
      const met = push.rowIds.find((rowId) => known.rowIds.includes(rowId) && !mayMeet(known, rowId));
      if (met === undefined) continue;
      const [by, other] = [push.invocation.name, known.invocation.name];
      this.#world.breaks('one push at a time', `${by} pushes ${met} while a push of ${other} is under way`);
    }
  }

  /** Invariant 6: what is known to be gone is not written to. */
  #mayBeWritten(invocation: Invocation, rowIds: readonly string[]): void {
    for (const rowId of rowIds) {
      const goneAt = this.goneAt.get(rowId);
      if (goneAt === undefined || this.#world.timeline.now - goneAt < WORK_IN_HAND_MS) continue;
      this.#world.breaks('nothing is written to what is gone', `${invocation.name} writes to ${rowId}`);
    }
  }

  #noteLink({ personId, salesforce }: Person): void {
    if (salesforce === null) return;
    const links = this.links.get(personId) ?? new Set();
    this.links.set(personId, links.add(salesforce.id));
    const holders = this.holders.get(salesforce.id) ?? new Set();
    this.holders.set(salesforce.id, holders.add(personId));
    const { id, isDeleted, isConverted } = salesforce;
    if (!isDeleted && !isConverted) this.goneAt.delete(id);
    else if (!this.goneAt.has(id)) this.goneAt.set(id, this.#world.timeline.now);
  }

  #noteValues(before: Person | undefined, after: Person, added: readonly Activity[]): void {
    const edited = editedIn(added);
    const madeHere = before === undefined && after.salesforce === null;
    const rowId = after.salesforce?.id ?? null;
    for (const field in after.fields) {
      const value = after.fields[field] ?? null;
      if (isUnchanged(before, field, value)) continue;
      const origin = madeHere || edited.has(field) ? 'edit' : 'pull';
      const toBase = before !== undefined && alikeIn(field, baseValue(before, field) ?? null, value);
      this.valuesOf(after.personId, field).push({ at: this.#world.timeline.now, value, origin, toBase, rowId });
    }
  }

  #leadCreated(row: Row): void {
    const personId = personIdOfKey(String(row.Person_Id__c));
    const created = this.createdLeads.get(personId) ?? [];
    this.createdLeads.set(personId, created);
    created.push(String(row.Id));
  }
}

function isUnchanged(before: Person | undefined, field: string, value: FieldValue): boolean {
  return before !== undefined && (before.fields[field] ?? null) === value;
}

/** The fields that somebody edited here. */
function editedIn(added: readonly Activity[]): ReadonlySet<string> {
  const edits = added.filter((each) => each.type === 'fieldsChanged' && each.direction === null);
  return new Set(
    edits.flatMap((each) => ('changes' in each.detail ? each.detail.changes.map(({ field }) => field) : [])),
  );
}

/**
 * Nobody here heard what Salesforce answered to the push, or could store it: the answer was lost, the worker died, or its
 * work ended with an error. What was refused is then tried again, and refused again.
 */
export function isUnheard({ answered, readAround, invocation, sentAt }: Push): boolean {
  const isOver = invocation.death !== null || invocation.failed;
  return !answered || !readAround || isOver || invocation.lastFaultAt >= sentAt;
}
