import { absorbPerson } from '../../person/absorb-person.ts';
import { buryPerson, deletedWith } from '../../person/delete-person.ts';
import { personOfRow, withShortFields } from '../../person/edit-person.ts';
import { erasePerson } from '../../person/erase-person.ts';
import { isLeased, type Person, personIdOfRow } from '../../person/person.ts';
import { type Row, successorOf, typeOf } from '../../person/row.ts';
import {
  frozenInto,
  isPerson,
  joinedWith,
  type Stub,
  takesGivenRow,
  withLeft,
  withoutOwnRow,
} from '../../person/standing.ts';
import { isUnseen, parkUnseen } from '../../person/unseen-row.ts';
import { packIds } from '../change-message.ts';
import type { RowContext } from '../context/context.ts';
import { ItemTooLargeError } from '../errors.ts';
import type { StoredItem } from '../ports/person-store.ts';
import { earlierEdits } from './earlier-edits.ts';
import type { Step } from './known.ts';
import { mergedPerson, mergeOf, type Refreshed, refreshedBy, rowKnownTo, withoutRow } from './merge-values.ts';
import { parkingOf, tooLarge, updateOrPark } from './update-or-park.ts';

/** The result of a step. */
export type StepOutcome =
  /** `isStored` is false where the step changed nothing and the item was not written. */
  | ({ readonly kind: 'written'; readonly item: StoredItem; readonly isStored: boolean } & Pulled)
  | { readonly kind: 'sent'; readonly about: string }
  /** The next state is too large to store: the stored person was parked instead. */
  | { readonly kind: 'parked'; readonly item: Person }
  /** The item was changed after the read. */
  | { readonly kind: 'refused' }
  /** A different worker holds the person's lease. */
  | { readonly kind: 'busy' };

type Pulled = Pick<Refreshed, 'pulled' | 'conflicts'>;

/** Inputs for writing a step. */
export interface StepInputs {
  /** An item as stored; null: absent. */
  readonly stored: (personId: string) => StoredItem | null;
  /** Whether the row was read just now, as opposed to a queued state. */
  readonly isFresh: (row: Row | null) => boolean;
  /** An earlier state of the row may still be queued. */
  readonly mayComeAfter: boolean;
  /** The caller's lease, if any. */
  readonly token: string | null;
  /** Computes the write without writing. */
  readonly isDry: boolean;
}

/** API calls, including manual syncs, end within half a minute. */
const AFTER_A_SYNC_SECONDS = 60;

const NOTHING: Pulled = { pulled: [], conflicts: [] };

/** Performs one step: one conditional write, or one message. */
export async function writeStep(context: RowContext, step: Step, inputs: StepInputs): Promise<StepOutcome> {
  if (isChange(step)) return change(context, step, inputs);
  switch (step.kind) {
    case 'send':
      return send(context, step, inputs);
    case 'claim':
      return writeAuthority(context, step.rowId, { rowOf: step.personId }, inputs);
    case 'noteGone':
      return writeAuthority(context, step.row.id, { goneAt: step.row.systemModstamp }, inputs);
    case 'create':
      return create(context, step, inputs);
    case 'merge':
      return merge(context, step, inputs);
    case 'take':
      return take(context, step, inputs);
    case 'clear':
      return clear(context, of(inputs, step.personId), inputs);
    case 'absorb':
      return absorb(context, step, inputs);
  }
}

const CHANGES = ['renounce', 'parkUnseen', 'bury', 'freeze'] as const;

/** A step changing one person only. */
type Change = Extract<Step, { kind: (typeof CHANGES)[number] }>;

function isChange(step: Step): step is Change {
  return CHANGES.some((kind) => kind === step.kind);
}

function change(context: RowContext, step: Change, inputs: StepInputs): Promise<StepOutcome> {
  const person = of(inputs, step.kind === 'freeze' ? step.loser : step.personId);
  return update(context, inputs, person, changed(context, person, step));
}

function changed(context: RowContext, person: Person, step: Change): Person {
  const now = context.ports.clock.now();
  switch (step.kind) {
    case 'renounce':
      return withLeft(person, step.row);
    case 'parkUnseen':
      return parkUnseen(person, step.row, now);
    case 'bury':
      return buryPerson(person, now);
    case 'freeze': {
      const last = step.gone === null ? person : mergedWith(context, person, step.gone).person;
      return { ...frozenInto(last, step.into, step.gives), rejection: null, lease: null, updatedAt: now };
    }
  }
}

function of({ stored }: StepInputs, personId: string): Person {
  const item = stored(personId);
  if (!isPerson<Person>(item)) throw new Error(`${personId} was not read, or is no person`);
  return item;
}

async function send(
  { ports }: RowContext,
  { personId, row }: Extract<Step, { kind: 'send' }>,
  { isDry }: StepInputs,
): Promise<StepOutcome> {
  const queuedAt = ports.clock.now();
  if (isDry) return { kind: 'sent', about: row?.id ?? personId };
  if (row === undefined) await ports.queue.send([...packIds({ kind: 'persons', queuedAt }, [personId])]);
  else {
    const bodies = packIds({ kind: 'refresh', type: row.type, queuedAt }, [row.id]);
    await ports.queue.send([...bodies], AFTER_A_SYNC_SECONDS);
  }
  return { kind: 'sent', about: row?.id ?? personId };
}

async function writeAuthority(
  { ports }: RowContext,
  rowId: string,
  change: Partial<Pick<Stub, 'rowOf' | 'goneAt'>>,
  { stored, isDry }: StepInputs,
): Promise<StepOutcome> {
  const personId = personIdOfRow(rowId);
  const before = stored(personId);
  if (isPerson<Person>(before)) return write(ports, before, { ...before, ...change }, { isDry });
  const revision = (before?.revision ?? 0) + 1;
  const next: Stub = { personId, rowOf: null, goneAt: null, ...before, ...change, revision };
  const isWritten = isDry || (await ports.persons.saveStub(before, next)) === 'written';
  return isWritten ? { ...NOTHING, kind: 'written', item: next, isStored: true } : { kind: 'refused' };
}

async function create(
  { ports }: RowContext,
  { personId, row }: Extract<Step, { kind: 'create' }>,
  { stored, isDry }: StepInputs,
): Promise<StepOutcome> {
  const before = stored(personId);
  if (isPerson(before)) return { kind: 'refused' };
  const now = ports.clock.now();
  const revision = (before?.revision ?? 0) + 1;
  const person: Person = { ...personOfRow(row, now), personId, revision, goneAt: before?.goneAt ?? null };
  if (isDry) return { ...NOTHING, kind: 'written', item: person, isStored: true };
  const created = async (next: Person): Promise<StepOutcome> => {
    const outcome = await ports.persons.create(next, before ?? undefined);
    return outcome === 'created' ? { ...NOTHING, kind: 'written', item: next, isStored: true } : { kind: 'refused' };
  };
  try {
    return await created(person);
  } catch (error) {
    if (!(error instanceof ItemTooLargeError)) throw error;
    return created(tooLarge(withShortFields(person), now));
  }
}

async function merge(
  context: RowContext,
  { personId, row, keepsNewborn }: Extract<Step, { kind: 'merge' }>,
  inputs: StepInputs,
): Promise<StepOutcome> {
  const { ports } = context;
  const person = of(inputs, personId);
  const isFresh = inputs.isFresh(row);
  if (isFresh && isLeasedByOther(context, person, inputs)) return { kind: 'busy' };
  const merged = row === null ? gone(person, ports.clock.now()) : mergedWith(context, person, row);
  const lease = leaseAfter(person, row, inputs);
  const next = { ...merged.person, newborn: keepsNewborn && person.newborn, lease };
  // An unchanged person is not written, unless an older state of the row could arrive later and look newer.
  const leavesTrace = isFresh || inputs.mayComeAfter || hasWork(person);
  if (!merged.isChange && !leavesTrace) return { ...NOTHING, kind: 'written', item: next, isStored: false };
  return withPulled(await write(ports, person, next, { leaseAsRead: isFresh, isDry: inputs.isDry }), merged);
}

/**
 * Once the row was read, the attempt of an earlier push need not be remembered; except with a successor, where the
 * pushed values may have been transferred to the successor.
 */
function leaseAfter(person: Person, row: Row | null, inputs: StepInputs): Person['lease'] {
  const isKnown = inputs.isFresh(row) && !isOwnLease(person, inputs);
  return isKnown && (row === null || successorOf(row) === null) ? null : person.lease;
}

/** A push is in progress or due. */
function hasWork({ lease, pendingSince }: Person): boolean {
  return lease !== null || pendingSince !== null;
}

type Merged = Refreshed & { readonly isChange: boolean };

function gone(person: Person, now: string): Merged {
  const next = person.salesforce === null ? person : withoutRow(person, person.salesforce, now);
  return { ...NOTHING, person: next, isChange: true };
}

function mergedWith({ ports, schemas }: RowContext, person: Person, row: Row): Merged {
  const found = mergeOf(schemas, person, row);
  const refreshed = refreshedBy(found, person, ports.clock.now());
  const isAwake = isUnseen(person);
  const next = isAwake ? { ...refreshed.person, rejection: null } : refreshed.person;
  return { ...refreshed, person: next, isChange: found.kind === 'merged' || isAwake };
}

async function take(
  context: RowContext,
  { personId, row, succeeds }: Extract<Step, { kind: 'take' }>,
  inputs: StepInputs,
): Promise<StepOutcome> {
  const { ports, schemas } = context;
  const person = of(inputs, personId);
  if (isLeasedByOther(context, person, inputs)) return { kind: 'busy' };
  const found = mergeOf(schemas, person, row, succeeds);
  // Deleted during the read: the row's own message handles the deletion.
  if (found.kind !== 'merged') return { kind: 'busy' };
  const { left, newborn } = withoutOwnRow(person);
  const lease = leaseAfter(person, row, inputs);
  const next = { ...mergedPerson(found, ports.clock.now()), left, newborn, lease };
  return withPulled(await write(ports, person, next, { leaseAsRead: true, isDry: inputs.isDry }), found);
}

async function absorb(
  context: RowContext,
  step: Extract<Step, { kind: 'absorb' }>,
  inputs: StepInputs,
): Promise<StepOutcome> {
  const { ports, schemas } = context;
  const survivor = of(inputs, step.survivor);
  const loser = of(inputs, step.loser);
  if (isLeasedByOther(context, survivor, inputs)) return { kind: 'busy' };
  const now = ports.clock.now();
  const takes = takesGivenRow(survivor, loser);
  // An unreadable row that the survivor takes over is as the loser knows the row.
  const row = step.row ?? (takes ? rowKnownTo(loser) : null);
  const there =
    row === null
      ? { person: survivor, ...NOTHING }
      : refreshedBy(mergeOf(schemas, survivor, row, takes), survivor, now);
  const { rules } = schemas[typeOf(there.person)];
  const earlier = await earlierEdits(ports.persons, there.person, loser);
  const joined = absorbPerson(there.person, loser, { rules, now, earlier });
  const given = row === null ? loser.salesforce : there.person.salesforce;
  const before = takes ? survivor : there.person;
  const { salesforce, left, absorbed, newborn } = joinedWith(before, loser, given);
  const deletedHere = deletedWith(survivor, loser);
  const next = { ...joined, salesforce, left, absorbed, newborn, deletedHere };
  return withPulled(await write(ports, survivor, next, { leaseAsRead: true, isDry: inputs.isDry }), there);
}

/** A person joined into an erased person keeps only the attributes needed to follow rows. Idempotent after a crash. */
async function clear(context: RowContext, person: Person, inputs: StepInputs): Promise<StepOutcome> {
  const { persons, clock } = context.ports;
  if (!inputs.isDry) await persons.forget(person.personId, person.claims);
  return update(context, inputs, person, erasePerson(person, clock.now()));
}

async function update(context: RowContext, inputs: StepInputs, person: Person, next: Person): Promise<StepOutcome> {
  if (isLeasedByOther(context, person, inputs)) return { kind: 'busy' };
  return write(context.ports, person, next, { leaseAsRead: true, isDry: inputs.isDry });
}

function isOwnLease({ lease }: Person, { token }: StepInputs): boolean {
  return lease?.owner === token;
}

/** Whether a different worker may be pushing the person. */
function isLeasedByOther({ ports }: RowContext, person: Person, inputs: StepInputs): boolean {
  return isLeased(person, ports.clock.now()) && !isOwnLease(person, inputs);
}

async function write(
  ports: RowContext['ports'],
  stored: Person,
  next: Person,
  { isDry, leaseAsRead = false }: { readonly isDry: boolean; readonly leaseAsRead?: boolean },
): Promise<StepOutcome> {
  if (isDry) return { ...NOTHING, kind: 'written', item: next, isStored: true };
  const persons = { update: (from: Person, to: Person) => ports.persons.update(from, to, { leaseAsRead }) };
  const outcome = await updateOrPark(persons, stored, next, ports.clock.now());
  if (outcome.kind === 'versionConflict') return { kind: 'refused' };
  if (parkingOf(outcome.person, next) !== undefined) return { kind: 'parked', item: outcome.person };
  return { ...NOTHING, kind: 'written', item: outcome.person, isStored: true };
}

function withPulled(outcome: StepOutcome, { pulled, conflicts }: Pulled): StepOutcome {
  return outcome.kind === 'written' ? { ...outcome, pulled, conflicts } : outcome;
}
