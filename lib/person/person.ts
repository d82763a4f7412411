import type { ActivityLog, Rejection } from './activity.ts';
import type { Fields, FieldValue } from './field-value.ts';
import type { OwnerName } from './row.ts';
import type { HeldRow, Standing } from './standing.ts';

/** The row of Salesforce that is this person, as of base. */
export interface SalesforceLink extends HeldRow {
  readonly ownerId: string | null;
  /** Absent where nobody has read it yet. */
  readonly owner?: OwnerName;
}

/** A person and the row that it is. */
export interface LinkedPerson {
  readonly personId: string;
  readonly salesforce: SalesforceLink;
  /** Whether the person is parked because its row could not be read. */
  readonly isUnseen: boolean;
}

/** The tombstone of a person that somebody deleted here, and what was to become of its row. */
export interface DeletedHere {
  readonly at: string;
  readonly salesforce: 'keep' | 'delete';
  /** A merge in Salesforce, and no call of the API, put somebody here: whether that person stays deleted is to be decided. */
  readonly undecided?: true;
}

/**
 * The right to push this person, given to one worker until it expires. `attempt` holds the values that the worker is
 * sending: while the lease stands, a remote value equal to its attempt may be our own push, committed without an
 * answer.
 */
export interface Lease {
  readonly owner: string;
  readonly expiresAt: string;
  readonly attempt: Fields;
  /**
   * The `SystemModstamp` over which the attempt is sent, and no later one: once the row has a later one, the attempt has
   * committed or never will. Absent where the attempt has no condition.
   */
  readonly guard?: string;
}

/**
 * A rejection that stands. It holds back the pending edits of its fields, or where it names none all of them, until the
 * person changes.
 */
export interface StandingRejection extends Rejection {
  readonly at: string;
}

/**
 * One human in our store, as one item.
 *
 * Base, the last values known to have been in Salesforce, is not stored twice: `base(f) = pending[f] ?? fields[f]`.
 * `pending` has a key for each field edited here since base, with its base value. A person who was never in Salesforce
 * (`salesforce === null`) has no base and no pending edits.
 */
export interface Person extends Standing {
  /** Counts every stored change that anybody can see: it is the ETag. */
  readonly version: number;
  readonly fields: Fields;
  readonly pending: Fields;
  readonly salesforce: SalesforceLink | null;
  readonly rejection: StandingRejection | null;
  readonly lease: Lease | null;
  readonly log: ActivityLog;
  /** Every email that the person may have claimed, in its form; erasing the person gives these claims up. */
  readonly claims: readonly string[];
  readonly deletedHere: DeletedHere | null;
  /** When the oldest pending edit was made (ISO); null where nothing waits. */
  readonly pendingSince: string | null;
  readonly lastSyncedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type SyncStatus = 'localOnly' | 'synced' | 'pending' | 'rejected';

/** Where the person stands: parked by a rejection, never in Salesforce, waiting to be pushed, or in step. */
export function syncStatus(person: Person): SyncStatus {
  if (person.rejection !== null) return 'rejected';
  if (person.salesforce === null) return 'localOnly';
  return hasPending(person) ? 'pending' : 'synced';
}

export function hasPending(person: Person): boolean {
  for (const _ in person.pending) return true;
  return false;
}

/** The pending edits of a person: what a push would write. */
export function pendingEdits(person: Person): Fields {
  return Object.fromEntries(Object.keys(person.pending).map((field) => [field, person.fields[field] ?? null]));
}

/** Whether the background may write to this person's row: nothing is ever written to a deleted or converted one. */
export function isWritable(link: SalesforceLink | null): link is SalesforceLink {
  return link !== null && !link.isDeleted && !link.isConverted;
}

/** The pending edits that no rejection holds back. */
export function openEdits(person: Person): Fields {
  const open = Object.keys(person.pending).filter((field) => !isHeldBack(person, field));
  return Object.fromEntries(open.map((field) => [field, person.fields[field] ?? null]));
}

function isHeldBack({ rejection }: Person, field: string): boolean {
  return rejection !== null && (rejection.fields.length === 0 || rejection.fields.includes(field));
}

/** Whether a poll should hand this person out to be pushed. */
export function awaitsPush(person: Person): boolean {
  if (!isPresent(person) || !isWritable(person.salesforce)) return false;
  for (const field in person.pending) if (!isHeldBack(person, field)) return true;
  return false;
}

/** Whether the person is one to work with: neither a part of another by now nor deleted here. */
export function isPresent(person: Person): boolean {
  return person.mergedInto === null && person.deletedHere === null;
}

/** The value that Salesforce is known to have held; `undefined` where the field was never seen there. */
export function baseValue(person: Person, field: string): FieldValue | undefined {
  return field in person.pending ? person.pending[field] : person.fields[field];
}

/** Whether a worker holds the right to push this person at this instant (ISO), or may still have a push under way. */
export function isLeased(person: Person, now: string): boolean {
  return person.lease !== null && person.lease.expiresAt > now;
}

/** Whether the lease remembers values that a push attempted. */
export function hasAttempt({ lease }: Person): boolean {
  for (const _ in lease?.attempt) return true;
  return false;
}

/** Whether this is the person's email, by trimmed, lower-cased equality. */
export function hasEmail(person: Person, email: string): boolean {
  const own = person.fields.Email;
  return typeof own === 'string' && emailForm(own) === emailForm(email);
}

/** The form in which emails are equal. */
export function emailForm(email: string): string {
  return email.trim().toLowerCase();
}

/** The person with one more email that it may have claimed; the same object where that is known. */
export function withClaim(person: Person, email: string): Person {
  const form = emailForm(email);
  return person.claims.includes(form) ? person : { ...person, claims: [...person.claims, form] };
}

/**
 * The id of a person that begins with a row of Salesforce. It is derived from the row, so that the same row delivered
 * twice can only ever make one person.
 */
export function personIdOfRow(rowId: string): string {
  return `sf-${rowId}`;
}

/** What only decides about rows, and the lease: no caller sees whether it has changed. */
const UNSEEN: ReadonlySet<string> = new Set<keyof Person>()
  .add('version')
  .add('revision')
  .add('rowOf')
  .add('goneAt')
  .add('left')
  .add('gives')
  .add('absorbed')
  .add('newborn')
  .add('claims')
  .add('lease');

/** The version of a person that is stored as `next` in place of `stored`: it goes up with a change that can be seen. */
export function versionAfter(stored: Person, next: Person): number {
  const before = seenOf(stored);
  const isSeen = Object.entries(seenOf(next)).some(
    ([name, value]) => !UNSEEN.has(name) && !isSame(before[name], value),
  );
  return isSeen ? stored.version + 1 : stored.version;
}

/** Activities that leave the item are in the log all the same. */
function seenOf(person: Person): Readonly<Record<string, unknown>> {
  return { ...person, log: person.log.next };
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one, inOrder) === JSON.stringify(other, inOrder);
}

/** The order of fields says nothing: it changes where a store packs them. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
