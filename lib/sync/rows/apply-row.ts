import type { Conflict } from '../../person/activity.ts';
import { logged, personOfRow, withPending } from '../../person/edit-person.ts';
import type { FieldValue } from '../../person/field-value.ts';
import { mergeRow, type OwnPush, type RowMerge } from '../../person/merge-row.ts';
import { hasPending, nthPersonIdOfRow, type Person, personIdOfRow } from '../../person/person.ts';
import { type Row, successorOf } from '../../person/row.ts';
import { isMended } from '../../schema/judge-push.ts';
import { ItemTooLargeError, TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectRules } from '../schemas.ts';
import { claimRow } from './claim-row.ts';
import { type Owner, resolvePersons, standsFor } from './resolve-persons.ts';
import { tooLarge, updateOrPark } from './update-or-park.ts';

export interface AppliedRow {
  /** The row's person as stored now; undefined for a row that makes none. */
  readonly person: Person | undefined;
  /**
   * The person came to stand for the row by this, and `insteadOf` is whom it was linked to before: others may have done
   * the same at that moment (`joinRivals`).
   */
  readonly tookRow: { readonly insteadOf: string | undefined } | null;
  /** Nothing was done: what the row says can only be done with the row as it is now (`mustBeRead`). */
  readonly mustBeRead: boolean;
  readonly pulled: readonly string[];
  readonly conflicts: readonly Conflict[];
}

const NOTHING = { tookRow: null, mustBeRead: false, pulled: [], conflicts: [] } as const;

/** How often a change that others keep overtaking is tried before it is left to a later delivery. */
const ATTEMPTS = 8;

/** Characters that a plain text field of Salesforce has at most. */
const SHORT_TEXT = 255;

/** How many persons one row may have been, one undelete after another. */
const LIVES = 50;

export type ApplyPorts = Pick<Ports, 'persons' | 'clock'>;

export interface RowToApply {
  readonly row: Row;
  readonly owner: Owner;
  readonly object: ObjectRules;
  /** An earlier state of the row may still be under way. */
  readonly newer: boolean;
  /** The row was just read, and is not a state from some time ago. */
  readonly fresh?: boolean;
  /** Whether the row has but a few of its columns: then it can only add to what is known of it at its stamp. */
  readonly partial?: boolean;
}

/**
 * Whether the row has to be read before it counts: it tells that another row took its person's place, which is then
 * read too, under the person's lease; or it would make a second person of a row whose person has gone on, or bring a
 * person whose own row is gone to this one, which no old state of it may do: it may be gone too by now.
 */
export function mustBeRead({ row, owner, fresh }: Pick<RowToApply, 'row' | 'owner' | 'fresh'>): boolean {
  const { person } = owner;
  if (person === undefined) return owner.isFormer && !fresh && !row.isDeleted && !row.isConverted;
  if (standsFor(person, row)) return successorOf(row) !== null;
  // A row that is only like a person made here was nobody's before: what is known of its end would have made a person.
  const wasItsOwn = person.salesforce !== null || row.personId === person.personId;
  return wasItsOwn && !fresh && !row.isDeleted && !row.isConverted;
}

/**
 * Brings one row into the store. A version conflict means: read again, merge again. Throws `TransientError` when others
 * kept changing the person all along.
 */
export async function applyRow(ports: ApplyPorts, change: RowToApply): Promise<AppliedRow> {
  let { owner } = change;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (mustBeRead({ ...change, owner })) return { ...NOTHING, person: owner.person, mustBeRead: true };
    const applied = await applyOnce(ports, { ...change, owner });
    if (applied !== undefined) return applied;
    owner = (await resolvePersons(ports.persons, [change.row])).get(change.row.id) ?? owner;
  }
  throw new TransientError('CONTENTION', 'the person was changed by others on every try');
}

/** Undefined where the row is to be met again: somebody else wrote in between, or there is more to it. */
async function applyOnce(ports: ApplyPorts, change: RowToApply): Promise<AppliedRow | undefined> {
  const { row, owner, object } = change;
  const stored = owner.person;
  if (change.partial === true && !addsTo(stored, row)) {
    throw new TransientError('PARTIAL_ROW', 'a few columns say too little of a row that is not known at its stamp');
  }
  if (stored === undefined) return createFrom(ports, change);
  const merge = mergeRow(stored, row, object.rules, ownPushOf(stored));
  if (merge.kind === 'merged' && isAsOld(stored, change)) return { ...NOTHING, person: stored, mustBeRead: true };
  const next = nextState(stored, merge, change, ports.clock.now());
  if (next === undefined) return { person: stored, ...NOTHING };
  const person = await storeNext(ports, change, stored, next);
  if (person === undefined) return undefined;
  const { pulled, conflicts } = merge.kind === 'merged' ? merge : NOTHING;
  const tookRow = stored.salesforce?.id === row.id ? null : { insteadOf: owner.linkedId };
  return { ...NOTHING, person, tookRow, pulled, conflicts };
}

async function storeNext(
  ports: ApplyPorts,
  { row, owner }: RowToApply,
  stored: Person,
  next: Person,
): Promise<Person | undefined> {
  if (owner.needsLink && !(await claim(ports, row.id, stored.personId, owner.linkedId))) return undefined;
  const outcome = await updateOrPark(ports.persons, stored, next, ports.clock.now());
  // Gone over to a row whose place another has taken by now: met again, as its person, it is followed.
  return outcome.kind === 'versionConflict' || successorOf(row) !== null ? undefined : outcome.person;
}

/**
 * Whether this is another state with the stamp of base, which nobody can tell to be the later: what the row holds now
 * counts.
 */
function isAsOld({ salesforce }: Person, { row, fresh, partial }: RowToApply): boolean {
  if (fresh === true || partial === true || salesforce?.id !== row.id) return false;
  return row.systemModstamp === salesforce.systemModstamp;
}

/** What is to be stored; undefined where the row changes nothing. */
function nextState(stored: Person, merge: RowMerge, change: RowToApply, now: string): Person | undefined {
  if (merge.kind === 'stale') return undefined;
  if (merge.kind === 'merged') return mergedPerson(merge, now);
  const mended = isMended(stored.rejection, change.object.schema);
  // What changes nothing is not written, unless an older state of the row could come after it and pass for newer.
  const leavesTrace = merge.kind === 'touched' && (change.newer || stored.lease !== null || hasPending(stored));
  if (!mended && !leavesTrace) return undefined;
  const next = merge.kind === 'touched' ? mergedPerson(merge, now) : { ...stored, updatedAt: now };
  return mended ? { ...next, rejection: null } : next;
}

/**
 * Whether a few columns of a row can be merged: into the person who is linked to it, at a stamp not beyond base. A
 * later stamp would stand for columns that were not read.
 */
export function addsTo(person: Person | undefined, row: Row): boolean {
  const link = person?.salesforce ?? null;
  return link?.id === row.id && row.systemModstamp <= link.systemModstamp;
}

/**
 * The person of a row that is nobody's yet. A row that is gone makes none (a converted Lead's Contact comes by itself),
 * unless its life may still be under way: then the person says that it is over before a message can begin it. Where
 * another row took its place, the person is there to follow it: undefined, to be met again.
 */
async function createFrom(ports: ApplyPorts, { row, owner, newer }: RowToApply): Promise<AppliedRow | undefined> {
  const isGone = row.isConverted || row.isDeleted;
  if (isGone && (!newer || owner.isFormer)) return { person: undefined, ...NOTHING };
  const personId = owner.isFormer ? await nextLife(ports, row.id) : owner.personId;
  const { linkedId } = owner;
  // Only the row's own id leads to its person without a link.
  const needsLink = owner.isFormer || personId !== personIdOfRow(row.id);
  if (needsLink && !(await claim(ports, row.id, personId, linkedId))) return undefined;
  const person = await createOrPark(ports, { ...personOfRow(row, ports.clock.now()), personId });
  if (person === undefined || successorOf(row) !== null) return undefined;
  return { ...NOTHING, person, tookRow: { insteadOf: linkedId } };
}

/** Whether the row was linked to the person; it is met again where somebody else was first. */
async function claim(
  ports: ApplyPorts,
  rowId: string,
  personId: string,
  insteadOf: string | undefined,
): Promise<boolean> {
  const outcome = await claimRow(ports, rowId, personId, insteadOf);
  if (outcome === 'busy') throw new TransientError('BUSY', 'the person that the row was linked to is busy');
  return outcome === 'claimed';
}

/** The person as it was created; undefined where there is one of this id. One that is too large says so. */
async function createOrPark({ persons, clock }: ApplyPorts, person: Person): Promise<Person | undefined> {
  try {
    return (await persons.create(person)) === 'created' ? person : undefined;
  } catch (error) {
    if (!(error instanceof ItemTooLargeError)) throw error;
    const parked = tooLarge(withShortFields(person), clock.now());
    return (await persons.create(parked)) === 'created' ? parked : undefined;
  }
}

/** What tells who a person is, and fits: 800 fields, the most an object may have, of this length take 200 KB. */
function withShortFields(person: Person): Person {
  const isShort = (value: FieldValue): boolean => typeof value !== 'string' || value.length <= SHORT_TEXT;
  return { ...person, fields: Object.fromEntries(Object.entries(person.fields).filter(([, value]) => isShort(value))) };
}

/** The id for another person of a row: derived from the row too, so that two workers make the same one. */
async function nextLife({ persons }: ApplyPorts, rowId: string): Promise<string> {
  for (let nth = 1; nth <= LIVES; nth += 1) {
    const personId = nthPersonIdOfRow(rowId, nth);
    if ((await persons.get(personId)) === undefined) return personId;
  }
  throw new Error(`${rowId} has been ${LIVES} persons`);
}

/** A merge ready to be stored. What changed in Salesforce may have mended what it refused: a parked person wakes. */
export function mergedPerson(merge: Exclude<RowMerge, { kind: 'stale' | 'unchanged' }>, now: string): Person {
  const person = withPending({ ...merge.person, lastSyncedAt: now }, now);
  return merge.kind === 'merged' ? logged({ ...person, rejection: null }, merge.happenings, now) : person;
}

/** What a lease that still stands, or that nobody has cleared up after, may have brought into Salesforce. */
export function ownPushOf(person: Person): OwnPush | undefined {
  return person.lease === null ? undefined : { values: person.lease.attempt, settled: false };
}
