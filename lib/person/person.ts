import type { ActivityLog, Rejection } from './activity.ts';
import type { Fields, FieldValue } from './field-value.ts';
import type { OwnerName } from './row.ts';
import type { HeldRow, Standing } from './standing.ts';

/** The person's Salesforce row, as of base. */
export interface SalesforceLink extends HeldRow {
  readonly ownerId: string | null;
  /** Absent until first read. */
  readonly owner?: OwnerName;
}

/** A person with a row. */
export interface LinkedPerson {
  readonly personId: string;
  readonly salesforce: SalesforceLink;
  /** Whether the person is parked because the row could not be read. */
  readonly isUnseen: boolean;
}

/** Tombstone of a person deleted locally; `salesforce` says whether the row was to be kept or deleted. */
export interface DeletedHere {
  readonly at: string;
  readonly salesforce: 'keep' | 'delete';
  /** Deleted by a merge in Salesforce instead of an API call: a user has to decide whether the person stays deleted. */
  readonly undecided?: true;
}

/**
 * The right to push a person, held by one worker until `expiresAt`. `attempt` holds the values being sent: while the
 * lease exists, a remote value equal to the attempted value may be our own push, committed although the answer was
 * lost.
 */
export interface Lease {
  readonly owner: string;
  readonly expiresAt: string;
  readonly attempt: Fields;
  /**
   * The `SystemModstamp` required by the guarded push. Once the row has a later stamp, the attempt has either committed
   * or can no longer commit. Absent for an unguarded attempt.
   */
  readonly guard?: string;
}

/** Consecutive pushes without a result, all for one passing reason. */
export interface Tried {
  readonly code: string;
  /** Absent if the words may quote a record. */
  readonly message?: string;
  /** Times of the first push and of the last. */
  readonly since: string;
  readonly at: string;
  readonly times: number;
}

/**
 * A rejection in force: holds back the pending edits of the named fields (without names, all pending edits) until the
 * person changes.
 */
export interface StandingRejection extends Rejection {
  readonly at: string;
  /** Planned next try; absent in an item of an older version. Read through `retryAt()`. */
  readonly retryAt?: string;
}

/**
 * One human, stored as one item.
 *
 * Base, the last values known to have been in Salesforce, is not stored twice: `base(f) = pending[f] ?? fields[f]`.
 * `pending` maps every field edited locally since base to the base value. A person never in Salesforce
 * (`salesforce === null`) has no base and no pending edits.
 */
export interface Person extends Standing {
  /** Counts the stored changes visible to API callers; used as ETag. */
  readonly version: number;
  readonly fields: Fields;
  readonly pending: Fields;
  /**
   * Fields edited here that the person's record has no place for, so that no base is known. The edit waits until a read
   * of the record shows the field.
   */
  readonly placeless: readonly string[];
  readonly salesforce: SalesforceLink | null;
  readonly rejection: StandingRejection | null;
  readonly lease: Lease | null;
  /** Written with the release of a lease; removed when a push is settled. */
  readonly tried: Tried | null;
  readonly log: ActivityLog;
  /** Every email possibly claimed by the person, in canonical form; erasure releases the claims. */
  readonly claims: readonly string[];
  readonly deletedHere: DeletedHere | null;
  /** When the oldest pending edit was made (ISO); null without pending edits. */
  readonly pendingSince: string | null;
  readonly lastSyncedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type PersonStatus = 'localOnly' | 'synced' | 'pending' | 'rejected';

/** Parked by a rejection, never in Salesforce, waiting to be pushed, or in step. */
export function syncStatus(person: Person): PersonStatus {
  if (person.rejection !== null) return 'rejected';
  if (person.salesforce === null) return 'localOnly';
  return hasPending(person) ? 'pending' : 'synced';
}

export function hasPending(person: Person): boolean {
  for (const _ in person.pending) return true;
  return false;
}

/** The pending edits with local values: the content of a push. */
export function pendingEdits(person: Person): Fields {
  return Object.fromEntries(Object.keys(person.pending).map((field) => [field, person.fields[field] ?? null]));
}

/** Whether the background may write to the row: deleted and converted rows are never written. */
export function isWritable(link: SalesforceLink | null): link is SalesforceLink {
  return link !== null && !link.isDeleted && !link.isConverted;
}

/** The pending edits not held back by a rejection. */
export function openEdits(person: Person): Fields {
  const open = Object.keys(person.pending).filter((field) => !isHeldBack(person, field));
  return Object.fromEntries(open.map((field) => [field, person.fields[field] ?? null]));
}

function isHeldBack({ rejection }: Person, field: string): boolean {
  return rejection !== null && (rejection.fields.length === 0 || rejection.fields.includes(field));
}

/** Whether the poll should queue the person for a push. */
export function awaitsPush(person: Person): boolean {
  if (!isPresent(person) || !isWritable(person.salesforce)) return false;
  for (const field in person.pending) if (!isHeldBack(person, field)) return true;
  return false;
}

/** Whether the person is active: not joined into a different person and not deleted locally. */
export function isPresent(person: Person): boolean {
  return person.mergedInto === null && person.deletedHere === null;
}

/** Whether the field was edited here, and the edit is still to go to Salesforce, now or once the record has the field. */
export function isWaiting({ pending, placeless }: Person, field: string): boolean {
  return field in pending || placeless.includes(field);
}

/** The fields without a place, with one more. */
export function withPlaceless(placeless: readonly string[], field: string): readonly string[] {
  return placeless.includes(field) ? placeless : [...placeless, field];
}

/** Hidden here by a merge in Salesforce: a user has to decide what becomes of the person. */
export function isUndecided({ mergedInto, deletedHere, erased }: Person): boolean {
  return mergedInto === null && !erased && deletedHere?.undecided === true;
}

/** The last value known to have been in Salesforce; `undefined` where the field was never read. */
export function baseValue(person: Person, field: string): FieldValue | undefined {
  return field in person.pending ? person.pending[field] : person.fields[field];
}

/** Whether a worker holds the lease at the instant `now` (ISO); a push may then be in progress. */
export function isLeased(person: Person, now: string): boolean {
  return person.lease !== null && person.lease.expiresAt > now;
}

/** Whether the lease records attempted values. */
export function hasAttempt({ lease }: Person): boolean {
  for (const _ in lease?.attempt) return true;
  return false;
}

/** Whether the person has the email; compares canonical forms. */
export function hasEmail(person: Person, email: string): boolean {
  const own = person.fields.Email;
  return typeof own === 'string' && emailForm(own) === emailForm(email);
}

/** Canonical form of an email: trimmed, lower case. */
export function emailForm(email: string): string {
  return email.trim().toLowerCase();
}

/** The person with a further email recorded as claimed; the same object where already recorded. */
export function withClaim(person: Person, email: string): Person {
  const form = emailForm(email);
  return person.claims.includes(form) ? person : { ...person, claims: [...person.claims, form] };
}

/**
 * The id of a person created from a Salesforce row. Derived from the row id, so that a row delivered twice cannot
 * create two persons.
 */
export function personIdOfRow(rowId: string): string {
  return `sf-${rowId}`;
}

/** Attributes for row decisions and leases only, invisible to API callers. */
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
  .add('placeless')
  .add('lease')
  .add('tried');

/** The version of `next` when stored in place of `stored`: incremented only by a visible change. */
export function versionAfter(stored: Person, next: Person): number {
  const before = seenOf(stored);
  const isSeen = Object.entries(seenOf(next)).some(
    ([name, value]) => !UNSEEN.has(name) && !isSame(before[name], value),
  );
  return isSeen ? stored.version + 1 : stored.version;
}

/** Activities moved out of the item still belong to the log. */
function seenOf(person: Person): Readonly<Record<string, unknown>> {
  return { ...person, log: person.log.next };
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one, inOrder) === JSON.stringify(other, inOrder);
}

/** The order of fields is irrelevant: packing in the store changes the order. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
